"""
Compare proposals with codes made by people: precision, recall, F1, ages, abstention.

The unit is the code (milestone and status) of a report. A proposal is right if the
report has that code; the right milestone with the wrong status is one false proposal
and one missed code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from devnorms.schema.codings import STATUSES


@dataclass(frozen=True)
class Code:
    """
    A code of a report.

    Attributes
    ----------
    concept, status : str
        What was coded.
    age_months_low, age_months_high : float or None
        The age of attainment, where there is one.
    """

    concept: str
    status: str
    age_months_low: float | None = None
    age_months_high: float | None = None


@dataclass
class Tally:
    """
    Right, false and missed codes.

    Attributes
    ----------
    right, false, missed : int
        Counts.
    """

    right: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Right ones among the proposals; 1 where nothing was proposed."""
        proposed = self.right + self.false
        return self.right / proposed if proposed else 1.0

    @property
    def recall(self) -> float:
        """Right ones among the codes; 1 where there are none."""
        there = self.right + self.missed
        return self.right / there if there else 1.0

    @property
    def f1(self) -> float:
        """
        Give the harmonic mean of precision and recall, from the counts.

        Examples
        --------
        >>> Tally(right=8, false=2, missed=2).f1
        0.8
        """
        of = 2 * self.right + self.false + self.missed
        return 2 * self.right / of if of else 1.0


@dataclass
class Score:
    """
    How well proposals agree with people's codes.

    Attributes
    ----------
    codes : Tally
        Milestone and status.
    mentions : Tally
        Milestone alone.
    by_status, by_concept : dict of str to Tally
        Milestone and status, apart by status and by milestone.
    reports, exact : int
        All reports; those whose codes are all right and none missed.
    ages, ages_right, ages_missed, ages_false : int
        Codes with an age that were found; of these right to half a month at both ends;
        without a proposed age; and ages proposed where people saw none.
    age_error_months : list of float
        Distance between the middles, where both have an age.
    """

    codes: Tally = field(default_factory=Tally)
    mentions: Tally = field(default_factory=Tally)
    by_status: dict[str, Tally] = field(
        default_factory=lambda: {status: Tally() for status in STATUSES}
    )
    by_concept: dict[str, Tally] = field(default_factory=dict)
    reports: int = 0
    exact: int = 0
    ages: int = 0
    ages_right: int = 0
    ages_missed: int = 0
    ages_false: int = 0
    age_error_months: list[float] = field(default_factory=list)


def score(gold: Sequence[Sequence[Code]], proposed: Sequence[Sequence[Code]]) -> Score:
    """
    Compare the codes of reports.

    Parameters
    ----------
    gold, proposed : sequence of sequence of Code
        By report, in the same order; a milestone comes once in a report.

    Returns
    -------
    Score

    Examples
    --------
    >>> walks, sits = Code("walks_alone", "not_yet"), Code("crawls", "achieved")
    >>> found = score([[walks, sits]], [[Code("walks_alone", "achieved"), sits]])
    >>> found.codes.right, found.codes.false, found.codes.missed, found.mentions.right
    (1, 1, 1, 2)
    """
    total = Score()
    for right, given in zip(gold, proposed, strict=True):
        there = {(code.concept, code.status): code for code in right}
        seen = {(code.concept, code.status): code for code in given}
        total.reports += 1
        total.exact += there.keys() == seen.keys()
        _count(total, there, seen)
        _count_mentions(total, {c for c, _ in there}, {c for c, _ in seen})
        for key in there.keys() & seen.keys():
            _compare_ages(total, there[key], seen[key])
    return total


def pooled(scores: Iterable[Score]) -> Tally:
    """
    Add up the codes of several scores: micro averages.

    Parameters
    ----------
    scores : iterable of Score
        For example by language.

    Returns
    -------
    Tally
    """
    listed = [s.codes for s in scores]
    return Tally(
        sum(t.right for t in listed),
        sum(t.false for t in listed),
        sum(t.missed for t in listed),
    )


def _count(
    total: Score,
    there: Mapping[tuple[str, str], Code],
    seen: Mapping[tuple[str, str], Code],
) -> None:
    """Add the codes of one report."""
    outcomes = Counter[tuple[str, str, str]]()
    outcomes.update((*key, "right") for key in there.keys() & seen.keys())
    outcomes.update((*key, "false") for key in seen.keys() - there.keys())
    outcomes.update((*key, "missed") for key in there.keys() - seen.keys())
    for concept, status, outcome in outcomes:
        of_concept = total.by_concept.setdefault(concept, Tally())
        for tally in (total.codes, total.by_status[status], of_concept):
            setattr(tally, outcome, getattr(tally, outcome) + 1)


def _count_mentions(total: Score, there: set[str], seen: set[str]) -> None:
    total.mentions.right += len(there & seen)
    total.mentions.false += len(seen - there)
    total.mentions.missed += len(there - seen)


def _compare_ages(total: Score, right: Code, given: Code) -> None:
    """Compare the intervals of a code that both have."""
    if right.age_months_low is None or right.age_months_high is None:
        total.ages_false += given.age_months_low is not None
        return
    total.ages += 1
    if given.age_months_low is None or given.age_months_high is None:
        total.ages_missed += 1
        return
    low = given.age_months_low - right.age_months_low
    high = given.age_months_high - right.age_months_high
    total.ages_right += abs(low) <= 0.5 and abs(high) <= 0.5
    total.age_error_months.append(abs(low + high) / 2)
