"""
Published figures that contradict each other, or themselves.

Each rule holds whatever the distribution of ages is, but for one, which says so. Where
two figures of a source cannot both be true and nothing says which is wrong, both are
refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

SAME_CURVE = ["source_id", "published_name", "country", "population"]
_ROUNDING_MONTHS = 0.051
"""Ages are printed to a tenth of a month."""
_SHARE_TOLERANCE = 0.15
"""By how much a percentile may miss its own pass rates (see `_beside_pass_rates`)."""
_AGE_GROUP = r"pct_pass_at_age_(?P<low>[\d.]+)-<(?P<high>[\d.]+)_months"
_UNITS = {
    r"p\d\d(_or_more)?|mean|sd|typical_age|difference_.*": "months",
    r"pct_.*|share_.*": "percent",
    r"n_.*": "count",
}


class _Figure(NamedTuple):
    """
    One figure: its row, what it is, its value, the share and the children it is of.

    ``share`` is NaN and ``n`` is 0 where not said.
    """

    row: int
    statistic: str
    value: float
    unit: str
    share: float
    n: int

    def __str__(self) -> str:
        sign = "by" if self.statistic.endswith("_or_more") else "="
        return f"{self.statistic} {sign} {self.value:g} months"


Curve = list[_Figure]
"""All figures of one source on one milestone and population."""

Found = Iterator[tuple[list[int], str]]
"""Rows that are refused, and why."""


def contradictions(figures: pd.DataFrame) -> pd.Series:
    """
    Say of each figure what it contradicts.

    Parameters
    ----------
    figures : pandas.DataFrame
        See `devnorms.sources.published_figures.FIGURES`; the index is unique.

    Returns
    -------
    pandas.Series
        Text, null where nothing speaks against a figure. Index as given.

    References
    ----------
    For mean m and standard deviation s of any distribution, the quantile of share p
    lies between m - s sqrt((1 - p) / p) and m + s sqrt(p / (1 - p)): Cantelli FP. Sui
    confini della probabilità. Atti del Congresso Internazionale dei Matematici
    1929;6:47-59.
    """
    reasons: dict[int, list[str]] = {}
    for rule in _EACH:
        for rows, why in rule(figures):
            _add(reasons, rows, why)
    for curve in _curves(figures):
        for of_a_curve in _CURVE:
            for rows, why in of_a_curve(curve):
                _add(reasons, rows, why)
    joined = {row: "; ".join(dict.fromkeys(why)) for row, why in reasons.items()}
    return pd.Series(joined, dtype="str").reindex(figures.index)


def _add(reasons: dict[int, list[str]], rows: list[int], why: str) -> None:
    """Note a reason for each row."""
    for row in rows:
        reasons.setdefault(row, []).append(why)


def _value_in_range(figures: pd.DataFrame) -> Found:
    """Check shares (0 to 100 percent), counts (up to n), sd and ages (above 0)."""
    value, unit = figures["value"], figures["unit"]
    wrong = (unit == "percent") & ~value.between(0, 100)
    yield _rows(wrong), "a share below 0 or above 100 percent"
    counts = unit == "count"
    wrong = counts & ((value < 0) | (value % 1 != 0))
    yield _rows(wrong), "a count that is not a whole number of children"
    wrong = counts & (value > figures["n"].astype(float))
    yield _rows(wrong), "more children than were seen (n)"
    wrong = (figures["statistic"] == "sd") & (value <= 0)
    yield _rows(wrong), "a standard deviation that is not above zero"
    ages = figures["statistic"].str.fullmatch(r"p\d\d(_or_more)?|mean") & (value < 0)
    yield _rows(ages), "an age below zero"


def _words_fit(figures: pd.DataFrame) -> Found:
    """Check that operator and unit fit the statistic."""
    statistic, operator = figures["statistic"], figures["operator"]
    bound = statistic.str.endswith("_or_more")
    yield (
        _rows(bound & (operator != "<=")),
        "'or more by' an age is a bound; its operator must be '<='",
    )
    exact = statistic.isin(["mean", "sd"]) | statistic.str.fullmatch(r"p\d\d")
    yield (
        _rows(exact & ~operator.isin(["=", "~"])),
        "a percentile, mean or sd with the operator of a bound",
    )
    for pattern, unit in _UNITS.items():
        wrong = statistic.str.fullmatch(pattern) & (figures["unit"] != unit)
        yield _rows(wrong), f"the unit of such a figure is {unit}"


def _curves(figures: pd.DataFrame) -> Iterable[Curve]:
    """Put together what speaks of the same children and milestone."""
    columns = ("statistic", "value", "unit", "share")
    values = [figures[name].tolist() for name in columns]
    n = [0 if pd.isna(number) else int(number) for number in figures["n"]]
    rows = [int(row) for row in figures.index]
    keys = figures[SAME_CURVE].astype(str).to_numpy().tolist()
    curves: dict[tuple[str, ...], Curve] = {}
    for key, figure in zip(keys, zip(rows, *values, n, strict=True), strict=True):
        curves.setdefault(tuple(key), []).append(_Figure(*figure))
    return curves.values()


def _given_twice(curve: Curve) -> Found:
    """One figure of a source has one value."""
    for statistic in dict.fromkeys(figure.statistic for figure in curve):
        same = [figure for figure in curve if figure.statistic == statistic]
        values = list(dict.fromkeys(figure.value for figure in same))
        rows = [figure.row for figure in same]
        if len(values) > 1:
            words = " and ".join(f"{value:g}" for value in values)
            yield rows, f"{statistic} is given as {words}"
        elif len(rows) > 1:
            yield rows[1:], f"{statistic} is given twice"


def _one_sample(curve: Curve) -> Found:
    """Percentiles, mean and sd of a source rest on the same children."""
    whole = [f for f in _matching(curve, r"p\d\d|mean|sd") if f.n]
    numbers = sorted({figure.n for figure in whole})
    if len(numbers) > 1:
        words = " and ".join(f"{n:,}" for n in numbers)
        yield [f.row for f in whole], f"n differs within one sample ({words})"
    elif numbers:
        more = [f.row for f in curve if f.n > numbers[0]]
        yield more, "n of a part is above n of the whole"


def _percentiles_rise(curve: Curve) -> Found:
    """Of two percentiles the higher is not at a lower age."""
    for low, high in combinations(_percentiles(curve), 2):
        if low.share < high.share and low.value > high.value:
            yield [low.row, high.row], f"percentiles fall: {low}, {high}"


def _bounds_hold(curve: Curve) -> Found:
    """Where p % or more pass by an age, a lower percentile is not above that age."""
    for bound in _matching(curve, r"p\d\d_or_more"):
        for exact in _percentiles(curve):
            if exact.share <= bound.share and exact.value > bound.value:
                yield [bound.row, exact.row], f"{bound}, but {exact}"


def _mean_fits(curve: Curve) -> Found:
    """No percentile is further from the mean than any distribution allows."""
    means, sds = _matching(curve, "mean"), _matching(curve, "sd")
    if len(means) != 1 or len(sds) != 1 or sds[0].value <= 0:
        return
    mean, sd = means[0], sds[0]
    for exact in _percentiles(curve):
        odds = exact.share / (1 - exact.share)
        low, high = mean.value - sd.value / odds**0.5, mean.value + sd.value * odds**0.5
        if not low - _ROUNDING_MONTHS <= exact.value <= high + _ROUNDING_MONTHS:
            yield (
                [mean.row, sd.row, exact.row],
                f"{mean} and {sd} put {exact.statistic} between {low:.1f} and "
                f"{high:.1f} months, whatever the distribution; but {exact}",
            )


def _beside_pass_rates(curve: Curve) -> Found:
    """
    Compare a percentile with the shares that passed in age groups of the same children.

    The share at the percentile's age is read from the pass rates by a logistic line in
    log(months + 1) between the middles of neighbouring age groups. It may miss by 15
    percentage points: children are not spread evenly over an age group. This is a
    judgement, not a law. The percentile is refused, the counted shares are kept.
    """
    for (left_age, left), (right_age, right) in pairwise(_pass_rates(curve)):
        if right.value < left.value:
            yield [left.row, right.row], "pass rates fall with age"
        for exact in _percentiles(curve):
            shares = (left.value / 100, right.value / 100)
            passed = _logistic_between(exact.value, (left_age, right_age), shares)
            apart = abs(passed - exact.share) > _SHARE_TOLERANCE
            if left_age <= exact.value <= right_age and apart:
                yield (
                    [exact.row],
                    f"{exact}, but by the pass rates of the same source "
                    f"({shares[0]:.1%} near {left_age:g}, {shares[1]:.1%} near "
                    f"{right_age:g} months) about {passed:.0%} pass then",
                )


def _logistic_between(
    age: float, ages: tuple[float, float], shares: tuple[float, float]
) -> float:
    """Read the share at an age between two age groups."""
    inside = np.clip(shares, 0.001, 0.999)
    logit = np.interp(np.log1p(age), np.log1p(ages), np.log(inside / (1 - inside)))
    return float(1 / (1 + np.exp(-logit)))


def _percentiles(curve: Curve) -> Curve:
    """Give exact percentiles in months, by rising share."""
    exact = [f for f in _matching(curve, r"p\d\d") if f.unit == "months"]
    return sorted(exact, key=lambda figure: figure.share)


def _matching(curve: Curve, pattern: str) -> Curve:
    """Give the figures of a statistic."""
    return [figure for figure in curve if re.fullmatch(pattern, figure.statistic)]


def _pass_rates(curve: Curve) -> list[tuple[float, _Figure]]:
    """Give the shares that passed in age groups, with the middle of each, by age."""
    found = ((re.fullmatch(_AGE_GROUP, f.statistic), f) for f in curve)
    middles = [
        ((float(group["low"]) + float(group["high"])) / 2, figure)
        for group, figure in found
        if group
    ]
    return sorted(middles, key=lambda pair: pair[0])


def _rows(wrong: pd.Series) -> list[int]:
    """Give the rows that are true."""
    return [int(row) for row in wrong.index[wrong.fillna(value=False).astype(bool)]]


_EACH: tuple[Callable[[pd.DataFrame], Found], ...] = (_value_in_range, _words_fit)
_CURVE: tuple[Callable[[Curve], Found], ...] = (
    _given_twice,
    _one_sample,
    _percentiles_rise,
    _bounds_hold,
    _mean_fits,
    _beside_pass_rates,
)
