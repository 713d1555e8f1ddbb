"""
From the text of documents to candidates: which unit may speak of which milestone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devnorms.annotate.coding import Document
from devnorms.annotate.embedded.features import (
    Context,
    CueFinder,
    concept_features,
    status_features,
)
from devnorms.annotate.embedded.heads import Scores, Weights
from devnorms.annotate.embedded.units import Unit, units

LEAST = 0.08
"""Below this, a unit is not thought to speak of a milestone at all."""

_NEARLY = 0.6
"""A smaller unit is the evidence if it has this part of the best unit's score."""


@dataclass(frozen=True)
class Candidate:
    """
    A unit that may speak of a milestone.

    Attributes
    ----------
    document : int
        Which document.
    unit : Unit
        The evidence.
    concept : int
        The milestone, as a number.
    mention : float
        Probability that the unit speaks of it, whatever it says.
    context : Context
        The unit and what stands around it.
    """

    document: int
    unit: Unit
    concept: int
    mention: float
    context: Context


def candidates(
    documents: Sequence[Document], weights: Weights, least: float = LEAST
) -> list[Candidate]:
    """
    Find the units that may speak of a milestone: one per sentence and milestone.

    Parameters
    ----------
    documents : sequence of Document
        What to read.
    weights : Weights
        Of the classifiers.
    least : float
        The least probability of a mention.

    Returns
    -------
    list of Candidate
        By document and sentence.
    """
    all_units = [units(document.pieces) for document in documents]
    texts = [
        document.text[unit.start : unit.end]
        for document, within in zip(documents, all_units, strict=True)
        for unit in within
    ]
    if not texts:
        return []
    scores = mention_scores(texts, weights)
    found: list[Candidate] = []
    first = 0
    for number, (document, within) in enumerate(zip(documents, all_units, strict=True)):
        of = scores[first : first + len(within)]
        first += len(within)
        found += _of_document(number, document, within, of, least)
    return found


def mention_scores(texts: Sequence[str], weights: Weights) -> Scores:
    """
    Give the probability that each text speaks of each milestone, or of none (last).

    Parameters
    ----------
    texts : sequence of str
        As written.
    weights : Weights
        Of the classifiers.

    Returns
    -------
    numpy.ndarray
        Texts x (milestones + 1).
    """
    rows, hashes = concept_features(texts)
    vectors = weights.concepts.vocabulary.vectors(rows, hashes, len(texts))
    return weights.concepts.probabilities(vectors)


def status_scores(
    found: Sequence[Candidate], weights: Weights, cues: CueFinder
) -> Scores:
    """
    Give the probability of each status, the last being "no code for this child".

    Parameters
    ----------
    found : sequence of Candidate
        What to judge.
    weights : Weights
        Of the classifiers.
    cues : CueFinder
        Finds the cue words.

    Returns
    -------
    numpy.ndarray
        Candidates x statuses.
    """
    rows, hashes = status_features(
        [c.context for c in found], [c.concept for c in found], cues
    )
    vectors = weights.statuses.vocabulary.vectors(rows, hashes, len(found))
    return weights.statuses.probabilities(vectors)


def _of_document(
    number: int,
    document: Document,
    within: Sequence[Unit],
    scores: Scores,
    least: float,
) -> list[Candidate]:
    """Per sentence and milestone, the smallest unit that nearly scores as the best."""
    found: list[Candidate] = []
    sentence_of = np.array([unit.sentence for unit in within])
    for sentence in dict.fromkeys(sentence_of.tolist()):
        here = np.flatnonzero(sentence_of == sentence)
        best = scores[here, :-1].max(axis=0)
        for concept in np.flatnonzero(best >= least).tolist():
            good = here[scores[here, concept] >= _NEARLY * best[concept]]
            chosen = min(good.tolist(), key=lambda i: within[i].end - within[i].start)
            context = context_of(document, within, within[chosen])
            mention = float(best[concept])
            found.append(Candidate(number, within[chosen], concept, mention, context))
    return found


def context_of(document: Document, within: Sequence[Unit], unit: Unit) -> Context:
    """
    Give a unit with the rest of its sentence and the sentence before.

    Parameters
    ----------
    document : Document
        Of the unit.
    within : sequence of Unit
        All units of the document.
    unit : Unit
        One of them.

    Returns
    -------
    Context
    """
    text = document.text
    same = [u for u in within if u.sentence == unit.sentence]
    start, end = min(u.start for u in same), max(u.end for u in same)
    earlier = [u for u in within if u.sentence == unit.sentence - 1]
    before = (
        text[min(u.start for u in earlier) : max(u.end for u in earlier)]
        if earlier
        else ""
    )
    rest = f"{text[start : unit.start]} {text[unit.end : end]}"
    return Context(text[unit.start : unit.end], rest, before, document.lang)
