"""
Children whose ages of attainment are known, asked by a rule.

The rules are those of well-baby clinics and of tests: an item is asked from some visit
on, again at the next one or only if it was not passed, or only near to where a child
begins to fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from devnorms._base.ages import days_from_months
from devnorms._base.checks import check_at_least
from devnorms._base.errors import BadValueError

Floats = NDArray[np.float64]
AskAgain = Literal["always", "not_passed", "carry_over"]

CLINIC_VISITS = (1.0, 2.0, 3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 24.0)
"""Ages in months of the nine visits of the SMOCC study."""


@dataclass(frozen=True)
class Asking:
    """
    How made-up children are seen and asked.

    Attributes
    ----------
    visits_months : tuple of float
        Planned ages.
    jitter_months : float
        Standard deviation of the age around the planned one.
    missed : float
        Probability that a child misses a visit.
    debut_share : float
        An item is first asked at the first visit by which so many have reached it.
    times : int
        At how many visits an item is asked.
    again : {"always", "not_passed", "carry_over"}
        Whether children who passed are asked again; or are not, and the pass is
        written down once more.
    slip : float
        Probability that a child who has reached the milestone does not show it.
    luck : float
        Probability that a child who has not reached it passes all the same.
    """

    visits_months: tuple[float, ...] = CLINIC_VISITS
    jitter_months: float = 0.35
    missed: float = 0.1
    debut_share: float = 0.35
    times: int = 2
    again: AskAgain = "not_passed"
    slip: float = 0.0
    luck: float = 0.0

    def __post_init__(self) -> None:
        check_at_least("times", self.times, 1)
        if self.again not in ("always", "not_passed", "carry_over"):
            raise BadValueError.parameter(
                "again", "'always', 'not_passed' or 'carry_over'", self.again
            )
        for name, value in (
            ("missed", self.missed),
            ("slip", self.slip),
            ("luck", self.luck),
        ):
            if not 0 <= value < 1:
                raise BadValueError.parameter(name, "from 0 to below 1", value)


@dataclass(frozen=True)
class Milestones:
    """
    True ages of attainment: log-logistic in age plus one month.

    Attributes
    ----------
    location, log_slope : array of shape (items,)
        Of every item.
    frailty : float
        How much a child's items go together: correlation of the ages' logits.
    """

    location: Floats
    log_slope: Floats
    frailty: float = 0.5
    names: tuple[str, ...] = field(default=())

    def age_at(self, share: float) -> Floats:
        """
        Give the true ages in months by which a share has reached each item.

        Parameters
        ----------
        share : float
            Between 0 and 1.
        """
        ages: Floats = np.expm1(self.location + logit(share) / np.exp(self.log_slope))
        return ages


def draw_milestones(
    items: int,
    *,
    rng: np.random.Generator,
    from_months: float = 4.0,
    until_months: float = 20.0,
    frailty: float = 0.5,
) -> Milestones:
    """
    Draw items whose medians are spread over a range of ages.

    Parameters
    ----------
    items : int
        How many.
    rng : numpy.random.Generator
        Source of randomness.
    from_months, until_months : float
        Range of the ages at which half have reached them.
    frailty : float
        See `Milestones`.

    Returns
    -------
    Milestones
    """
    check_at_least("items", items, 1)
    low, high = np.log1p([from_months, until_months])
    location = np.sort(rng.uniform(low, high, items))
    log_slope = rng.normal(2.2, 0.25, items)
    names = tuple(f"item_{n:03d}" for n in range(items))
    return Milestones(location, log_slope, frailty, names)


def attained_ages(
    milestones: Milestones, children: int, *, rng: np.random.Generator
) -> Floats:
    """
    Draw true ages of attainment in months, of shape (children, items).

    Parameters
    ----------
    milestones : Milestones
        The truth.
    children : int
        How many.
    rng : numpy.random.Generator
        Source of randomness.
    """
    from scipy.special import ndtr

    items = len(milestones.location)
    child = rng.normal(size=(children, 1)) * np.sqrt(milestones.frailty)
    own = rng.normal(size=(children, items)) * np.sqrt(1 - milestones.frailty)
    score = logit(np.clip(ndtr(child + own), 1e-12, 1 - 1e-12))
    ages: Floats = np.expm1(milestones.location + score / np.exp(milestones.log_slope))
    return ages


def simulate_asking(
    milestones: Milestones,
    children: int,
    asking: Asking | None = None,
    *,
    rng: np.random.Generator,
    population: str = "SIM",
) -> pd.DataFrame:
    """
    Make observations of children who were asked by a rule.

    Parameters
    ----------
    milestones : Milestones
        The truth.
    children : int
        How many.
    asking : Asking, optional
        The rule; SMOCC's as it is described, without it: each item at two visits, the
        second time only of children who had not passed.
    rng : numpy.random.Generator
        Source of randomness.
    population : str
        Its id.

    Returns
    -------
    pandas.DataFrame
        ``population, item, milestone, child, occasion, age_days, response``.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> seen = simulate_asking(draw_milestones(3, rng=rng), 50, rng=rng)
    >>> sorted(seen["response"].unique())
    ['not_yet', 'passed']
    """
    rule = asking or Asking()
    check_at_least("children", children, 1)
    truth = attained_ages(milestones, children, rng=rng)
    visits = np.asarray(rule.visits_months)
    jitter = rng.normal(0, rule.jitter_months, (children, len(visits)))
    ages = np.clip(visits + jitter, 0.2, None)
    seen = rng.random(ages.shape) >= rule.missed
    parts = [
        _one_item(
            _with_debut(rule, milestones, n), ages, seen, truth[:, n], rng
        ).assign(item=name)
        for n, name in enumerate(_names(milestones))
    ]
    table = pd.concat(parts, ignore_index=True)
    return table.assign(population=population, milestone=table["item"])


@dataclass(frozen=True)
class _AtVisits:
    """A rule for one item: the visits at which it is asked."""

    asked: tuple[int, ...]
    again: AskAgain
    slip: float
    luck: float


def _names(milestones: Milestones) -> Sequence[str]:
    """Names of the items."""
    number = range(len(milestones.location))
    return milestones.names or [f"item_{n:03d}" for n in number]


def _with_debut(rule: Asking, milestones: Milestones, item: int) -> _AtVisits:
    """Find the visits at which an item is asked."""
    slope = np.exp(milestones.log_slope[item])
    visits = np.log1p(np.asarray(rule.visits_months))
    share = expit(slope * (visits - milestones.location[item]))
    late = len(visits) - rule.times
    first = min(int(np.searchsorted(share, rule.debut_share)), max(late, 0))
    last = min(first + rule.times, len(visits))
    return _AtVisits(tuple(range(first, last)), rule.again, rule.slip, rule.luck)


def _one_item(
    rule: _AtVisits,
    ages: Floats,
    seen: NDArray[np.bool_],
    truth: Floats,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Ask one item of all children, visit after visit."""
    passed_before = np.zeros(len(ages), dtype=bool)
    rows = []
    for visit in rule.asked:
        here = seen[:, visit]
        if rule.again == "not_passed":
            here = here & ~passed_before
        chance = np.where(truth <= ages[:, visit], 1 - rule.slip, rule.luck)
        shows = rng.random(len(ages)) < chance
        if rule.again == "carry_over":
            shows = shows | passed_before
        rows.append(
            pd.DataFrame(
                {
                    "child": np.flatnonzero(here).astype(str),
                    "occasion": str(visit + 1),
                    "age_days": np.round(days_from_months(ages[here, visit])),
                    "response": np.where(shows[here], "passed", "not_yet"),
                }
            )
        )
        passed_before |= here & shows
    return pd.concat(rows, ignore_index=True)


def recall_ages(
    truth_months: Floats,
    asked_at_months: Floats,
    *,
    heaping: float,
    rng: np.random.Generator,
    heaps: Sequence[float] = (6.0, 12.0, 18.0, 24.0, 36.0),
) -> pd.DataFrame:
    """
    Let caregivers remember ages: in completed months, some rounded to a heap.

    Parameters
    ----------
    truth_months, asked_at_months : array of shape (children,)
        True age of attainment, age of the child when its caregiver is asked.
    heaping : float
        Share of caregivers who give the nearest heap that the child has reached.
    rng : numpy.random.Generator
        Source of randomness.
    heaps : sequence of float
        Ages people round to.

    Returns
    -------
    pandas.DataFrame
        ``asked_at_months, recalled_months`` (null if not reached yet).
    """
    points = np.asarray(heaps)
    distance = np.abs(truth_months[:, None] - points)
    distance[points > asked_at_months[:, None]] = np.inf
    nearest = points[distance.argmin(axis=1)]
    rounds = (rng.random(len(truth_months)) < heaping) & (nearest <= asked_at_months)
    said = np.where(rounds, nearest, np.floor(truth_months))
    reached = truth_months <= asked_at_months
    return pd.DataFrame(
        {
            "asked_at_months": asked_at_months,
            "recalled_months": np.where(reached, said, np.nan),
        }
    )
