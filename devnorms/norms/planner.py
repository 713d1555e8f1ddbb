"""
Plan a study: how many children of which ages make a norm of a given width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import xarray as xr

from devnorms._base.ages import months_from_log_age
from devnorms._base.checks import check_share
from devnorms._base.errors import BadValueError
from devnorms.norms.expected_curves import Expected, expected_curves
from devnorms.norms.information import Told, children_needed, told
from devnorms.norms.judged import Floats
from devnorms.schema.plans import ALL, INTERVAL, PLAN, WIDTHS, check_plan, check_widths

_OLDEST = 216.0
_CANDIDATES = 10


@dataclass(frozen=True)
class Aim:
    """
    What a norm is to be good for.

    Attributes
    ----------
    share : float
        Share passing at the age that is wanted: 0.9 is the age at 90 %.
    half_width_months : float
        Half the width of its interval, in months.
    level : float
        Probability in that interval.
    assurance : float
        Probability that the children planned are enough, given all that is not known
        of the curves beforehand.
    design_effect : float
        How many children count as one: above 1 where children of one village, clinic
        or assessor are alike, or the same child is asked again.

    Raises
    ------
    BadValueError
        If a share is none, or a width is not above zero.
    """

    share: float = 0.9
    half_width_months: float = 1.0
    level: float = 0.9
    assurance: float = 0.8
    design_effect: float = 1.0

    def __post_init__(self) -> None:
        for name in ("share", "level", "assurance"):
            check_share(name, getattr(self, name))
        if not 0 < self.half_width_months < _OLDEST:
            raise BadValueError.parameter(
                "half_width_months", "months, above 0", self.half_width_months
            )
        if not 1 <= self.design_effect < 1000:
            raise BadValueError.parameter(
                "design_effect", "1 or more", self.design_effect
            )


def plan(
    curves: xr.Dataset,
    milestones: Sequence[str],
    aim: Aim | None = None,
    *,
    population: str | None = None,
    ages_months: tuple[float, float] | None = None,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """
    Say how many children of which ages make a norm as narrow as it is to be.

    Children are spread evenly between a youngest and an oldest age; these two are
    searched so that fewest children are needed. Half widths follow from the
    information in the answers (`devnorms.norms.information`), draw by draw; the number
    of children is enough in a share `Aim.assurance` of the draws. Such widths hold for
    large samples only, so a plan also asks for enough children, of ages far enough
    apart, that the log slope is known to 0.25 (standard error).

    Parameters
    ----------
    curves : xarray.Dataset
        What is known beforehand, see `devnorms.schema.curves.check_curves`.
    milestones : sequence of str
        What the norm is to be of.
    aim : Aim, optional
        What it is to be good for; without it the age at 90 % within 1 month (90 %
        interval) with an assurance of 80 %.
    population : str, optional
        Whose children the new ones are expected to be like. Without it a population
        that nobody measured: curves are drawn with the whole spread between
        populations, items and studies.
    ages_months : (float, float), optional
        Youngest and oldest age that can be had; without it they are searched.
    allow_unconverged : bool
        Whether to use draws that failed the sampler's checks.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.schema.plans.check_plan`.

    Raises
    ------
    UnknownNameError
        If a milestone or the population is not in the curves, or was not asked.
    BadValueError
        If there is no milestone, one comes twice, or the ages are no range.
    NotConverged
        If the sampler's checks were not met.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth, simulate_curves
    >>> rng = np.random.default_rng(1)
    >>> curves = simulate_curves(draw_truth(rng=rng), rng=rng)
    >>> found = plan(curves, ["walks_alone"], population="NLD-SIM")
    >>> found["milestone"].tolist(), bool(found["children"].between(50, 1000).all())
    (['walks_alone', '(all)'], True)
    """
    aim = aim or Aim()
    names = _check_milestones(milestones)
    given = _check_ages(ages_months)
    expected = expected_curves(
        curves, names, population, allow_unconverged=allow_unconverged
    )
    groups = [(name, expected.take([at])) for at, name in enumerate(names)]
    rows = [
        _row(group, name, given or _best_ages(group, aim), aim)
        for name, group in (*groups, (ALL, expected))
    ]
    return check_plan(pd.DataFrame(rows)[list(PLAN.columns)])


def expected_widths(
    curves: xr.Dataset,
    milestones: Sequence[str],
    children: Sequence[int],
    ages_months: tuple[float, float],
    aim: Aim | None = None,
    *,
    population: str | None = None,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """
    Say how wide the intervals will be that some numbers of children leave.

    Parameters
    ----------
    curves : xarray.Dataset
        What is known beforehand.
    milestones : sequence of str
        Which milestones; every child is asked all.
    children : sequence of int
        How many children.
    ages_months : (float, float)
        Their youngest and oldest age; spread evenly between.
    aim : Aim, optional
        Share, level, assurance and design effect.
    population : str, optional
        Whose children the new ones are expected to be like, see `plan`.
    allow_unconverged : bool
        Whether to use draws that failed the sampler's checks.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.schema.plans.check_widths`.

    Raises
    ------
    UnknownNameError
        If a milestone or the population is not in the curves.
    BadValueError
        If the ages are no range or a number of children is not 1 or more.
    NotConverged
        If the sampler's checks were not met.
    """
    aim = aim or Aim()
    names = _check_milestones(milestones)
    ages = _check_ages(ages_months)
    numbers = sorted(set(children))
    if ages is None or not numbers or not all(_is_count(n) for n in numbers):
        raise BadValueError.parameter(
            "children", "whole numbers of children, 1 or more, at two ages", children
        )
    expected = expected_curves(
        curves, names, population, allow_unconverged=allow_unconverged
    )
    found = told(expected.curves, ages, aim.share)
    parts = [_widths(expected, found, number, aim) for number in numbers]
    table = pd.concat(parts, ignore_index=True)
    for name, value in _common(expected, ages, aim).items():
        table[name] = value
    return check_widths(table[list(WIDTHS.columns)])


def _widths(expected: Expected, found: Told, children: int, aim: Aim) -> pd.DataFrame:
    """One number of children: a row per milestone."""
    effective = children / aim.design_effect
    alone = found.half_width(effective, aim.level)
    ends = [0.5, 1 - aim.assurance, aim.assurance]
    middle, low, high = np.quantile(alone, ends, axis=0)
    prior = found.half_width(effective, aim.level, expected.precision)
    return pd.DataFrame(
        {
            "milestone": expected.milestones,
            "children": children,
            "half_width_months": middle,
            "half_width_months_low": np.minimum(low, high),
            "half_width_months_high": np.maximum(low, high),
            "half_width_with_prior_months": np.median(prior, axis=0),
        }
    )


def _needs(
    expected: Expected, ages: tuple[float, float], aim: Aim, *, prior: bool = False
) -> Floats:
    """Children that are enough with the assurance wanted, per milestone."""
    found = told(expected.curves, ages, aim.share)
    number = children_needed(
        found, aim.half_width_months, aim.level, expected.precision if prior else None
    )
    enough: Floats = np.quantile(number, aim.assurance, axis=0) * aim.design_effect
    return np.ceil(enough)


def _best_ages(expected: Expected, aim: Aim) -> tuple[float, float]:
    """Find the ages that need fewest children: a coarse search, then a fine one."""

    def need(ages: tuple[float, float]) -> float:
        return float(_needs(expected, ages, aim).max())

    best = min(_ranges(expected), key=need)
    fewest, moving = need(best), True
    while moving:
        moving = False
        for ages in _neighbours(best):
            number = need(ages)
            if number < fewest:
                best, fewest, moving = ages, number, True
    return best


def _neighbours(ages: tuple[float, float]) -> list[tuple[float, float]]:
    """Move either end, or both, by half a month, a month or two."""
    steps = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)
    moved = [(ages[0] + a, ages[1] + b) for a in steps for b in steps]
    return [(low, high) for low, high in moved if 0 <= low < high <= _OLDEST]


def _ranges(expected: Expected) -> list[tuple[float, float]]:
    """Ranges of ages worth a try: from where few pass to where nearly all do."""
    low, high = (expected.curves.log_age_at(share) for share in (0.02, 0.995))
    ends = months_from_log_age(
        [np.median(low, axis=0).min(), np.median(high, axis=0).max()]
    )
    youngest, oldest = float(max(ends[0], 0.0)), float(min(ends[1], _OLDEST))
    at = np.expm1(np.linspace(np.log1p(youngest), np.log1p(oldest), _CANDIDATES))
    # Half months: nobody recruits by the day.
    steps = np.unique(np.round(at * 2) / 2)
    if len(steps) < 2:
        steps = np.array([steps[0], steps[0] + 1.0])
    narrow = list(pairwise(steps.tolist()))
    wide = [(float(a), float(b)) for i, a in enumerate(steps) for b in steps[i + 2 :]]
    return narrow + wide


def _row(
    expected: Expected, name: str, ages: tuple[float, float], aim: Aim
) -> dict[str, object]:
    """One row of the plan."""
    alone = int(_needs(expected, ages, aim).max())
    prior = int(_needs(expected, ages, aim, prior=True).max())
    wide = aim.half_width_months
    row: dict[str, object] = {
        "milestone": name,
        **_common(expected, ages, aim),
        **_expected_age(expected, aim, known=name != ALL),
        "half_width_months": float(wide),
        "children": alone,
        "children_with_prior": prior,
    }
    whole = f"all {len(expected.milestones)} milestones" if name == ALL else name
    row["statement"] = (
        f"{alone:,} children, spread evenly from {ages[0]:g} to {ages[1]:g} months, "
        f"for the age at {100 * aim.share:g} % of {whole} within {wide:g} month(s) "
        f"({100 * aim.level:g} % interval, assurance {100 * aim.assurance:g} %), if "
        f"they are {expected.assumed}; {prior:,} if analysed together with the other "
        "populations."
    )
    return row


def _expected_age(expected: Expected, aim: Aim, *, known: bool) -> dict[str, float]:
    """Give the age expected at the share, where the row is of one milestone."""
    names = ("age_months", "age_months_low", "age_months_high")
    if not known:
        return dict.fromkeys(names, np.nan)
    ages = months_from_log_age(expected.curves.log_age_at(aim.share)[:, 0])
    tail = (1 - aim.level) / 2
    values = np.quantile(ages, [0.5, tail, 1 - tail])
    return dict(zip(names, values.tolist(), strict=True))


def _common(
    expected: Expected, ages: tuple[float, float], aim: Aim
) -> dict[str, str | float]:
    """Give what every row of a plan says."""
    return {
        "share": aim.share,
        "assumed": expected.assumed,
        "from_months": ages[0],
        "until_months": ages[1],
        "interval": INTERVAL,
        "level": aim.level,
        "assurance": aim.assurance,
        "design_effect": float(aim.design_effect),
    }


def _check_milestones(milestones: Sequence[str]) -> list[str]:
    """Refuse none, or one twice; whether they are known is seen later."""
    names = [milestones] if isinstance(milestones, str) else list(milestones)
    if not names or len(set(names)) != len(names):
        raise BadValueError.parameter("milestones", "different milestones", milestones)
    return names


def _check_ages(ages: tuple[float, float] | None) -> tuple[float, float] | None:
    """Refuse what is not a youngest and an older age in months."""
    if ages is None:
        return None
    if len(ages) != 2 or not 0 <= ages[0] < ages[1] <= _OLDEST:
        raise BadValueError.parameter(
            "ages_months",
            f"a youngest and an older age in months, 0 to {_OLDEST:g} (days?)",
            ages,
        )
    return float(ages[0]), float(ages[1])


def _is_count(number: object) -> bool:
    """Whether something is a whole number of children."""
    return isinstance(number, int) and not isinstance(number, bool) and number >= 1
