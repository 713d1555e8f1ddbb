"""
Published figures that contradict each other, or themselves.

Each rule holds whatever the distribution of ages is, but for one, which says so. Where
two figures of a source cannot both be true and nothing says which is wrong, both are
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

SAME_CURVE = ["source_id", "published_name", "country", "population"]
_ROUNDING_MONTHS = 0.051
"""Ages are printed to a tenth of a month."""
_SHARE_TOLERANCE = 0.15
"""By how much a percentile may miss its own pass rates (see `_beside_pass_rates`)."""
_AGE_GROUP = r"^pct_pass_at_age_(?P<low>[\d.]+)-<(?P<high>[\d.]+)_months$"
_UNITS = {
    r"p\d\d(_or_more)?|mean|sd|typical_age|difference_.*": "months",
    r"pct_.*|share_.*": "percent",
    r"n_.*": "count",
}


class _Figure(NamedTuple):
    """One figure: its row, what it is, the share it speaks of, its value in months."""

    row: int
    statistic: str
    share: float
    age: float

    def __str__(self) -> str:
        sign = "by" if self.statistic.endswith("_or_more") else "="
        return f"{self.statistic} {sign} {self.age:g} months"


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
    for _, curve in figures.groupby(SAME_CURVE, dropna=False, sort=False):
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


def _given_twice(curve: pd.DataFrame) -> Found:
    """One figure of a source has one value."""
    for statistic, rows in curve.groupby("statistic", sort=False):
        if rows["value"].nunique() > 1:
            values = " and ".join(f"{v:g}" for v in rows["value"].unique())
            yield list(rows.index), f"{statistic} is given as {values}"
        elif len(rows) > 1:
            yield list(rows.index[1:]), f"{statistic} is given twice"


def _one_sample(curve: pd.DataFrame) -> Found:
    """Percentiles, mean and sd of a source rest on the same children."""
    exact = curve["statistic"].str.fullmatch(r"p\d\d|mean|sd")
    n = curve.loc[exact, "n"].dropna()
    if n.nunique() > 1:
        numbers = " and ".join(f"{value:,}" for value in sorted(n.unique()))
        yield list(n.index), f"n differs within one sample ({numbers})"
        return
    if len(n):
        more = curve["n"].notna() & (curve["n"] > n.iloc[0])
        yield _rows(more & ~exact), "n of a part is above n of the whole"


def _percentiles_rise(curve: pd.DataFrame) -> Found:
    """Of two percentiles the higher is not at a lower age."""
    for low, high in combinations(_percentiles(curve), 2):
        if low.share < high.share and low.age > high.age:
            yield [low.row, high.row], f"percentiles fall: {low}, {high}"


def _bounds_hold(curve: pd.DataFrame) -> Found:
    """Where p % or more pass by an age, a lower percentile is not above that age."""
    for bound in _figures(curve, r"p\d\d_or_more"):
        for exact in _percentiles(curve):
            if exact.share <= bound.share and exact.age > bound.age:
                yield [bound.row, exact.row], f"{bound}, but {exact}"


def _mean_fits(curve: pd.DataFrame) -> Found:
    """No percentile is further from the mean than any distribution allows."""
    means, sds = _figures(curve, "mean"), _figures(curve, "sd")
    if len(means) != 1 or len(sds) != 1 or sds[0].age <= 0:
        return
    mean, sd = means[0], sds[0]
    for exact in _percentiles(curve):
        low = mean.age - sd.age * np.sqrt((1 - exact.share) / exact.share)
        high = mean.age + sd.age * np.sqrt(exact.share / (1 - exact.share))
        if not low - _ROUNDING_MONTHS <= exact.age <= high + _ROUNDING_MONTHS:
            yield (
                [mean.row, sd.row, exact.row],
                f"{mean} and {sd} put {exact.statistic} between {low:.1f} and "
                f"{high:.1f} months, whatever the distribution; but {exact}",
            )


def _beside_pass_rates(curve: pd.DataFrame) -> Found:
    """
    Compare a percentile with the shares that passed in age groups of the same children.

    The share at the percentile's age is read from the pass rates by a logistic line in
    log(months + 1) between the middles of neighbouring age groups. It may miss by 15
    percentage points: children are not spread evenly over an age group. This is a
    judgement, not a law. The percentile is refused, the counted shares are kept.
    """
    for left, right in pairwise(_pass_rates(curve)):
        if right.share < left.share:
            yield [left.row, right.row], "pass rates fall with age"
        for exact in _percentiles(curve):
            passed = _logistic_between(exact.age, left, right)
            apart = abs(passed - exact.share) > _SHARE_TOLERANCE
            if left.age <= exact.age <= right.age and apart:
                yield (
                    [exact.row],
                    f"{exact}, but by the pass rates of the same source "
                    f"({left.share:.1%} near {left.age:g}, {right.share:.1%} near "
                    f"{right.age:g} months) about {passed:.0%} pass then",
                )


def _logistic_between(age: float, left: _Figure, right: _Figure) -> float:
    """Read the share at an age between two age groups."""
    x = np.log1p([left.age, right.age])
    shares = np.clip([left.share, right.share], 0.001, 0.999)
    logit = np.interp(np.log1p(age), x, np.log(shares / (1 - shares)))
    return float(1 / (1 + np.exp(-logit)))


def _percentiles(curve: pd.DataFrame) -> list[_Figure]:
    """Give exact percentiles in months, by rising share."""
    months = curve[curve["unit"] == "months"]
    return sorted(_figures(months, r"p\d\d"), key=lambda figure: figure.share)


def _figures(curve: pd.DataFrame, pattern: str) -> list[_Figure]:
    """Give the figures of a statistic, their values as ages."""
    chosen = curve[curve["statistic"].str.fullmatch(pattern)]
    columns = ("statistic", "share", "value")
    values = zip(chosen.index, *(chosen[column] for column in columns), strict=True)
    return [_Figure(int(row), str(s), float(p), float(v)) for row, s, p, v in values]


def _pass_rates(curve: pd.DataFrame) -> list[_Figure]:
    """Give the shares that passed in age groups, at the middle of each, by age."""
    groups = curve["statistic"].str.extract(_AGE_GROUP).astype(float).mean(axis=1)
    there = groups.dropna().sort_values()
    values = zip(there.index, there, curve.loc[there.index, "value"], strict=True)
    return [
        _Figure(int(row), "share passed", float(percent) / 100, float(age))
        for row, age, percent in values
    ]


def _rows(wrong: pd.Series) -> list[int]:
    """Give the rows that are true."""
    return [int(row) for row in wrong.index[wrong.fillna(value=False).astype(bool)]]


_EACH: tuple[Callable[[pd.DataFrame], Found], ...] = (_value_in_range, _words_fit)
_CURVE: tuple[Callable[[pd.DataFrame], Found], ...] = (
    _given_twice,
    _one_sample,
    _percentiles_rise,
    _bounds_hold,
    _mean_fits,
    _beside_pass_rates,
)
