"""
Which age belongs to which code.

An age belongs to the code in whose piece it stands; an age in a part of the sentence
that carries no code ("At nine months, ...") belongs to the nearest code of the sentence
that has none. The age at which a report is written ("she is 14 months now") is no age
of attainment.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from devnorms.annotate.ages import Age, find_ages
from devnorms.annotate.coding import Document, Proposal


def with_ages(document: Document, proposals: Sequence[Proposal]) -> list[Proposal]:
    """
    Give the achieved codes of a document the ages that its text names for them.

    Parameters
    ----------
    document : Document
        What was read.
    proposals : sequence of Proposal
        Its codes; those that have an age already keep it.

    Returns
    -------
    list of Proposal
        In the same order.
    """
    ages = find_ages(document.text, document.lang)
    if not ages:
        return list(proposals)
    found = list(proposals)
    free = list(ages)
    for place, proposal in enumerate(found):
        inside = [a for a in free if _inside(a, proposal)]
        if proposal.status == "achieved" and proposal.age_months_low is None and inside:
            found[place] = _aged(proposal, inside[0])
        free = [a for a in free if a not in inside]
    for age in free:
        nearest = _nearest(document, age, found)
        if nearest is not None:
            found[nearest] = _aged(found[nearest], age)
    return found


def _inside(age: Age, proposal: Proposal) -> bool:
    return proposal.start <= age.start and age.end <= proposal.end


def _aged(proposal: Proposal, age: Age) -> Proposal:
    return replace(proposal, age_months_low=age.low, age_months_high=age.high)


def _nearest(document: Document, age: Age, proposals: Sequence[Proposal]) -> int | None:
    """Give the code of the sentence that is nearest to a free age, if it has none."""
    sentence = _sentence_of(document, age.start)
    near = [
        (abs((p.start + p.end) / 2 - age.start), place)
        for place, p in enumerate(proposals)
        if _sentence_of(document, p.start) == sentence
    ]
    if not near:
        return None
    place = min(near)[1]
    chosen = proposals[place]
    free = chosen.status == "achieved" and chosen.age_months_low is None
    return place if free else None


def _sentence_of(document: Document, position: int) -> int:
    """Give the sentence that a position is in, or the one before it."""
    place = bisect_right(document.pieces, position, key=lambda piece: piece.start)
    return document.pieces[place - 1].sentence if place else -1
