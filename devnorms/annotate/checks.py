"""
What every proposal must be, whoever made it; what breaks a rule is mended or left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from devnorms.annotate.coding import Document, Proposal
from devnorms.schema.codings import STATUSES

TOO_OLD = "age later than the child's age: left out"
OUTSIDE = "evidence outside the text: proposal left out"
UNKNOWN = "unknown milestone or status: proposal left out"
TWICE = "milestone more than once: the surest kept"
NOT_THIS_CHILD = "not about this child: proposal left out"
_TOLERANCE_MONTHS = 0.5
"""Caregivers round: "twelve months" may be said of a child of 11.6 months."""


def checked(
    document: Document,
    proposals: Sequence[Proposal],
    concepts: Collection[str],
    outcomes: Counter[str],
) -> list[Proposal]:
    """
    Hold proposals against the rules of the codebook.

    Parameters
    ----------
    document : Document
        What was read.
    proposals : sequence of Proposal
        Of it, with ages.
    concepts : collection of str
        The milestones there are; anything if empty.
    outcomes : collections.Counter
        Counts what was mended or left out, by reason.

    Returns
    -------
    list of Proposal
        At most one per milestone, in the order of the text.
    """
    best: dict[str, Proposal] = {}
    for proposal in proposals:
        fault = _fault(document, proposal, concepts)
        if fault:
            outcomes[fault] += 1
            continue
        mended = _with_possible_age(document, proposal, outcomes)
        before = best.get(mended.concept)
        if before is not None:
            outcomes[TWICE] += 1
            if (before.probability or 0) >= (mended.probability or 0):
                continue
        best[mended.concept] = mended
    return sorted(best.values(), key=lambda p: (p.start, p.end, p.concept))


def _fault(document: Document, proposal: Proposal, concepts: Collection[str]) -> str:
    """Why a proposal cannot stand, if so."""
    if proposal.status not in STATUSES or (
        concepts and proposal.concept not in concepts
    ):
        return UNKNOWN
    if not 0 <= proposal.start < proposal.end <= len(document.text):
        return OUTSIDE
    return "" if proposal.subject == "child" else NOT_THIS_CHILD


def _with_possible_age(
    document: Document, proposal: Proposal, outcomes: Counter[str]
) -> Proposal:
    """No age but of what is achieved, and none later than the child's own."""
    low, high = proposal.age_months_low, proposal.age_months_high
    if low is None or high is None or proposal.status != "achieved":
        return replace(proposal, age_months_low=None, age_months_high=None)
    now = document.age_months
    if now is None:
        return proposal
    if low > now + _TOLERANCE_MONTHS:
        outcomes[TOO_OLD] += 1
        return replace(proposal, age_months_low=None, age_months_high=None)
    return replace(
        proposal, age_months_low=min(low, now), age_months_high=min(high, now)
    )
