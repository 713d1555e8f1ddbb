"""
The embedded coder: candidates, what is said of them, one code per milestone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from devnorms.annotate.coding import Document, Proposal
from devnorms.annotate.embedded.candidates import Candidate, candidates, status_scores
from devnorms.annotate.embedded.features import CueFinder
from devnorms.annotate.embedded.heads import Weights, bundled_weights
from devnorms.annotate.embedded.spoken import with_spoken

NONE = "none"
_CONTRADICTED = 0.5
"""Two statuses of one milestone, both at least this sure, make it unclear."""


@dataclass(frozen=True)
class Judged:
    """A candidate with the probability of each status, mention included."""

    candidate: Candidate
    status: str
    probability: float


class EmbeddedCoder:
    """
    Reads reports with the classifiers that come with the package.

    Attributes
    ----------
    weights : Weights
        Of the classifiers.
    """

    def __init__(self, weights: Weights | None = None) -> None:
        self.weights = weights or bundled_weights()
        self._cues = CueFinder(self.weights.cues)

    @property
    def name(self) -> str:
        """What stands in the column ``coder``."""
        return str(self.weights.about["name"])

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that it was trained on."""
        return tuple(self.weights.about["languages"])

    @property
    def concepts(self) -> tuple[str, ...]:
        """The milestones that it knows."""
        return self.weights.concepts.classes[:-1]

    @property
    def unreviewed(self) -> tuple[str, ...]:
        """Languages whose phrase bank no speaker has reviewed."""
        return tuple(self.weights.about["unreviewed"])

    def code(self, documents: Sequence[Document]) -> list[list[Proposal]]:
        """
        Propose codes; below the threshold it abstains.

        Parameters
        ----------
        documents : sequence of Document
            What to read.

        Returns
        -------
        list of list of Proposal
        """
        least = float(self.weights.about["threshold"])
        everything = self.code_all(documents)
        return [
            [p for p in within if (p.probability or 0) >= least]
            for within in everything
        ]

    def code_all(self, documents: Sequence[Document]) -> list[list[Proposal]]:
        """
        Propose codes, sure or not.

        Parameters
        ----------
        documents : sequence of Document
            What to read.

        Returns
        -------
        list of list of Proposal
            With calibrated probabilities.
        """
        found = candidates(documents, self.weights)
        proposals: list[list[Proposal]] = [[] for _ in documents]
        by_milestone = defaultdict(list)
        for judged in judge(found, self.weights, self._cues) if found else ():
            key = judged.candidate.document, judged.candidate.concept
            by_milestone[key].append(judged)
        for (document, concept), all_of in by_milestone.items():
            best = settled(all_of)
            unit = best.candidate.unit
            proposals[document].append(
                Proposal(
                    concept=self.weights.concepts.classes[concept],
                    status=best.status,
                    start=unit.start,
                    end=unit.end,
                    probability=calibrated(best.probability, self.weights.about),
                )
            )
        return [
            self._with_rules(document, within)
            for document, within in zip(documents, proposals, strict=True)
        ]

    def _with_rules(
        self, document: Document, proposals: Sequence[Proposal]
    ) -> list[Proposal]:
        """Add what is told in quoted speech and counts, of the milestones it knows."""
        found = with_spoken(document, proposals)
        known = [p for p in found if p.concept in self.concepts]
        return sorted(known, key=lambda p: (p.start, p.concept))


def judge(
    found: Sequence[Candidate], weights: Weights, cues: CueFinder
) -> list[Judged]:
    """
    Give the likeliest status of each candidate.

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
    list of Judged
        Where "no code" is likelier, its probability is low, not left out.
    """
    scores = status_scores(found, weights, cues)
    names = weights.statuses.classes
    coded = [i for i, name in enumerate(names) if name != NONE]
    judged = []
    for candidate, score in zip(found, scores, strict=True):
        best = max(coded, key=lambda i: score[i])
        judged.append(
            Judged(candidate, names[best], candidate.mention * float(score[best]))
        )
    return judged


def settled(all_of: Sequence[Judged]) -> Judged:
    """
    Make one code of what several sentences say of one milestone.

    The surest is taken; where another sentence is as sure of something else, the report
    contradicts itself and the milestone is unclear.

    Parameters
    ----------
    all_of : sequence of Judged
        Of one report and milestone; at least one.

    Returns
    -------
    Judged
    """
    best = max(all_of, key=lambda judged: judged.probability)
    against = [
        judged
        for judged in all_of
        if judged.status != best.status and judged.probability >= _CONTRADICTED
    ]
    if against and best.status != "unclear":
        return Judged(best.candidate, "unclear", against[0].probability)
    return best


def calibrated(probability: float, about: Mapping[str, Any]) -> float:
    """
    Turn a score into the share of such proposals that were right on held-out phrasings.

    Parameters
    ----------
    probability : float
        Mention times status.
    about : mapping
        With ``calibration``: slope and intercept on the log-odds.

    Returns
    -------
    float
    """
    slope, intercept = about["calibration"]
    clipped = min(max(probability, 1e-6), 1 - 1e-6)
    log_odds = np.log(clipped / (1 - clipped))
    return round(float(1 / (1 + np.exp(-(slope * log_odds + intercept)))), 4)
