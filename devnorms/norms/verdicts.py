"""
Verdicts: when two populations may be compared, with the reason in one sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

from devnorms.norms.known import UNDESCRIBED
from devnorms.norms.linked import LINKED, NONE
from devnorms.schema.differences import CAUTION, COMPARE, REFUSE
from devnorms.schema.norms import POOLED

PRIOR_DOMINATED = 0.8
"""
Posterior over prior SD above which a number comes from the prior. The posterior mean
then says less than 36 % (1 - 0.8 squared) of how the true value varies: it and the
truth correlate below 0.6.
"""

UNLINKED_MOST = 0.1
"""
Largest weight of milestones nobody else was asked in what places a population.
"""

DOUBTFUL, SURE = 0.5, 0.85
"""How sure a link must be to be compared at all, and without caution."""

LITTLE_OVERLAP = 0.25
"""Share of the shorter range of ages asked, below which caution is due."""

INFORMED_WELL = 0.5
"""Posterior over prior SD up to which a difference needs no caution: at least three
quarters of how the true value varies is known."""


@dataclass(frozen=True)
class Side:
    """
    One of two populations, at one milestone and share.

    Attributes
    ----------
    name : str
        Its id; ``(pooled)`` for the centre.
    support : str
        ``within``, ``before`` or ``after`` the ages asked.
    low, high : float
        The ages asked, months.
    sampling : str
        How it was sampled.
    unlinked_weight : float
        See `devnorms.norms.linked.Graph`.
    """

    name: str
    support: str
    low: float
    high: float
    sampling: str
    unlinked_weight: float


@dataclass(frozen=True)
class Evidence:
    """
    What a verdict rests on.

    Attributes
    ----------
    sides : tuple of Side
        Population and reference.
    link : str
        What joins them.
    link_probability : float
        How sure that is; NaN if nobody said.
    overlap : float
        Of the ages asked, as a share of the shorter range; NaN for a mean over
        milestones.
    prior_ratio : float
        Posterior over prior SD of the difference on the same items.
    milestones : int
        How many the row speaks of.
    foreign : bool
        Whether the two are of different countries.
    floor : bool
        Whether two studies of one country show what differs anyway.
    share : float
        Share passing.
    """

    sides: tuple[Side, Side]
    link: str
    link_probability: float
    overlap: float
    prior_ratio: float
    milestones: int
    foreign: bool
    floor: bool
    share: float

    @property
    def people(self) -> list[Side]:
        """The sides that are populations, not the centre."""
        return [side for side in self.sides if side.name != POOLED]


def judge(seen: Evidence) -> tuple[str, str]:
    """
    Give a verdict, and its reason in one sentence.

    Parameters
    ----------
    seen : Evidence
        What it rests on.

    Returns
    -------
    str, str
        One of `devnorms.schema.differences.VERDICTS`; a sentence.
    """
    against = _against(seen)
    if against:
        return REFUSE, _sentence(against)
    doubts = _doubts(seen)
    if doubts:
        return CAUTION, _sentence("; ".join(doubts))
    return COMPARE, (
        "The same items were asked, at ages that overlap, of samples chosen alike."
    )


def _sentence(words: str) -> str:
    """Begin with a capital, unless with a name, and end with a full stop."""
    return f"{words[0].upper()}{words[1:]}."


def _against(seen: Evidence) -> str:
    """First reason not to compare; empty if there is none."""
    reasons = (_choice, _outside, _apart, _doubtful, _prior)
    return next((words for reason in reasons if (words := reason(seen))), "")


def _choice(seen: Evidence) -> str:
    """Say that the number follows from which items were chosen."""
    first, second = seen.sides
    if seen.link == NONE:
        return _nothing_joins(first, second)
    for side in seen.people:
        if side.unlinked_weight > UNLINKED_MOST:
            return (
                f"{100 * side.unlinked_weight:.0f} % of what places {side.name} among "
                "the others comes from items that nobody else was asked, so that the "
                "number follows from which items were chosen"
            )
    if seen.milestones == 0:
        return (
            f"{first.name} and {second.name} have no milestone left that may be told: "
            "see the rows of the single milestones"
        )
    return ""


def _apart(seen: Evidence) -> str:
    """Say that the ages asked do not overlap."""
    if seen.overlap != 0:
        return ""
    first, second = seen.sides
    return (
        f"the ages asked do not overlap: {first.name} {_range(first)}, "
        f"{second.name} {_range(second)}"
    )


def _doubtful(seen: Evidence) -> str:
    """Say that items may not ask the same."""
    if not seen.link_probability < DOUBTFUL:
        return ""
    return (
        "it is in doubt that their items ask the same thing (probability "
        f"{seen.link_probability:.2f} after the answers were seen)"
    )


def _prior(seen: Evidence) -> str:
    """Say that the data do not speak."""
    if not seen.prior_ratio > PRIOR_DOMINATED:
        return ""
    return (
        "instrument and wording could make up the whole difference: the data leave "
        f"{100 * seen.prior_ratio:.0f} % of the spread that was assumed beforehand"
    )


def _nothing_joins(first: Side, second: Side) -> str:
    """Say that there is no link."""
    if second.name == POOLED:
        return (
            f"nobody else was asked this, so that the centre is {first.name} itself "
            "and the number follows from which items were chosen"
        )
    return (
        f"{first.name} and {second.name} share no item and no linked milestone, so "
        "that any number would follow from which items were chosen"
    )


def _outside(seen: Evidence) -> str:
    """Say which age lies where nobody was asked."""
    for side in seen.people:
        edge = side.low if side.support == "before" else side.high
        if side.support in {"before", "after"}:
            return (
                f"the age at {100 * seen.share:g} % in {side.name} lies "
                f"{side.support} {edge:.1f} months, where nobody was asked"
            )
    return ""


def _doubts(seen: Evidence) -> list[str]:
    """All reasons for caution."""
    found = []
    if seen.link == LINKED:
        sure = (
            "nobody says how sure it is"
            if seen.link_probability != seen.link_probability
            else f"probability {seen.link_probability:.2f}"
        )
        found.append(f"different items, joined by a claim that they ask the same "
                     f"({sure})")  # fmt: skip
    elif seen.prior_ratio > INFORMED_WELL:
        found.append("beside the same items there are others, which are linked only")
    if seen.overlap < LITTLE_OVERLAP:
        found.append(
            f"the ages asked overlap by {100 * seen.overlap:.0f} % of the shorter range"
        )
    found += _samples(seen)
    if seen.foreign and not seen.floor:
        found.append(
            "no two studies of one country share items here, so that nobody knows how "
            "far studies differ anyway"
        )
    return found


def _samples(seen: Evidence) -> list[str]:
    """Say how the samples differ."""
    unknown = [side.name for side in seen.people if side.sampling == UNDESCRIBED]
    if unknown:
        return [f"nobody described who was sampled in {' and '.join(unknown)}"]
    kinds = [side.sampling for side in seen.people]
    if "unknown" in kinds:
        return ["how the children were sampled is not known"]
    if len(set(kinds)) > 1:
        return [f"samples chosen differently ({' and '.join(kinds)})"]
    return []


def _range(side: Side) -> str:
    """Give ages asked in words."""
    return f"{side.low:.1f} to {side.high:.1f} months"
