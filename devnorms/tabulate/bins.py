"""
Put exact ages into bins, and merge small bins.

Rows come sorted by age and sums follow that order, so that the results do not depend
on the order of the observations or on the engine that counted them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from devnorms.tabulate.merge import merge_small

GROUP = ["population", "item", "sex"]

_SUMS = {
    "low": "min",
    "high": "max",
    "youngest": "min",
    "oldest": "max",
    "days": "sum",
    "asked": "sum",
    "passed": "sum",
}


def bin_ages(exact: pd.DataFrame, bin_days: int) -> pd.DataFrame:
    """
    Add up exact ages within bins that begin at day 0.

    Parameters
    ----------
    exact : pandas.DataFrame
        ``population, item, sex, age_days, asked, passed``, one row each, sorted.
    bin_days : int
        Width in days.

    Returns
    -------
    pandas.DataFrame
        ``population, item, sex, low, high, youngest, oldest, days`` (sum of the
        children's ages), ``asked, passed``. ``high`` is the last day of the bin, or
        its open end if any age has a fraction of a day.
    """
    age = exact["age_days"]
    whole = bool((age == np.floor(age)).all())
    low = np.floor(age / bin_days) * bin_days
    rows = exact.assign(
        low=low,
        high=low + bin_days - (1 if whole else 0),
        youngest=age,
        oldest=age,
        days=age * exact["asked"],
        bin=low,
    )
    return _add_up(rows, [*GROUP, "bin"])


def merge_bins(bins: pd.DataFrame, min_asked: int) -> pd.DataFrame:
    """
    Merge neighbouring bins until each cell holds enough children.

    Parameters
    ----------
    bins : pandas.DataFrame
        As `bin_ages` gives them.
    min_asked : int
        How many.

    Returns
    -------
    pandas.DataFrame
        The same columns, one row per cell. A population, item and sex with fewer
        than `min_asked` in all is one cell.
    """
    if min_asked == 1:
        return bins
    group = bins.groupby(GROUP, observed=True, sort=True).ngroup()
    cell = merge_small(
        (bins["days"] / bins["asked"]).to_numpy(dtype=float),
        np.asarray(bins["asked"], dtype=np.int64),
        np.asarray(group, dtype=np.int64),
        min_asked,
    )
    return _add_up(bins.assign(cell=cell), [*GROUP, "cell"])


def mean_age_days(bins: pd.DataFrame) -> pd.Series:
    """
    Give the mean age of each cell's children; exact where all have the same age.

    Parameters
    ----------
    bins : pandas.DataFrame
        As `bin_ages` gives them.

    Returns
    -------
    pandas.Series
        Days.
    """
    mean: pd.Series = bins["days"] / bins["asked"]
    return mean.clip(lower=bins["youngest"], upper=bins["oldest"])


def _add_up(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Add up children and days per group, and keep the outer ages."""
    grouped = rows.groupby(by, observed=True, sort=True)
    return grouped.agg(_SUMS).reset_index().drop(columns=by[-1])
