"""
From the text of documents to candidates: which unit may speak of which milestone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from devnorms.annotate.coding import Document
from devnorms.annotate.embedded.blanking import without_ages
from devnorms.annotate.embedded.features import (
    Context,
    CueFinder,
    concept_features,
    status_features,
)
from devnorms.annotate.embedded.heads import Scores, Weights
from devnorms.annotate.embedded.units import PIECE, Unit, units

LEAST = 0.08
"""Below this, a unit is not thought to speak of a milestone at all."""

_OWNED = 0.35
"""A piece that so likely speaks of a milestone is no context of another one."""

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
    plain = [
        replace(document, text=without_ages(document.text, document.lang))
        for document in documents
    ]
    all_units = [units(document.pieces) for document in plain]
    texts = [
        document.text[unit.start : unit.end]
        for document, within in zip(plain, all_units, strict=True)
        for unit in within
    ]
    if not texts:
        return []
    scores = mention_scores(texts, weights)
    found: list[Candidate] = []
    first = 0
    for number, (document, within) in enumerate(zip(plain, all_units, strict=True)):
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
    before: list[Unit] = []
    for _, group in groupby(range(len(within)), key=lambda i: within[i].sentence):
        here = np.array(list(group))
        pieces = [within[i] for i in here if within[i].level == PIECE]
        best = scores[here, :-1].max(axis=0)
        owner = {
            piece: int(scores[i, :-1].argmax())
            for piece, i in zip(pieces, here, strict=False)
            if scores[i, :-1].max() >= _OWNED
        }
        for concept in np.flatnonzero(best >= least).tolist():
            good = here[scores[here, concept] >= _NEARLY * best[concept]]
            chosen = min(good.tolist(), key=lambda i: within[i].end - within[i].start)
            free = [owner.get(piece, concept) == concept for piece in pieces]
            context = context_of(document, within[chosen], pieces, free, before)
            mention = float(best[concept])
            found.append(Candidate(number, within[chosen], concept, mention, context))
        before = pieces
    return found


def context_of(
    document: Document,
    unit: Unit,
    pieces: Sequence[Unit],
    free: Sequence[bool],
    before: Sequence[Unit],
) -> Context:
    """
    Give a unit with what stands around it and speaks of nothing else.

    Parameters
    ----------
    document : Document
        Of the unit.
    unit : Unit
        What carries the code.
    pieces : sequence of Unit
        Of its sentence.
    free : sequence of bool
        Whether each of them speaks of no other milestone.
    before : sequence of Unit
        Pieces of the sentence before.

    Returns
    -------
    Context
    """
    inside = [
        i for i, p in enumerate(pieces) if p.start < unit.end and unit.start < p.end
    ]
    first, last = inside[0], inside[-1]
    while first > 0 and free[first - 1]:
        first -= 1
    while last + 1 < len(pieces) and free[last + 1]:
        last += 1
    apart = [
        piece
        for i, (piece, is_free) in enumerate(zip(pieces, free, strict=True))
        if is_free and not first <= i <= last
    ]
    text = document.text
    return Context(
        unit=text[unit.start : unit.end],
        around=text[pieces[first].start : pieces[last].end],
        rest=" ".join(text[p.start : p.end] for p in apart),
        before=" ".join(text[p.start : p.end] for p in before),
        lang=document.lang,
    )
