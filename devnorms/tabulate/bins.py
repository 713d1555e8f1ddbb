"""
Put exact ages into bins, and merge small bins.

Rows are sorted by population, item, sex and age first and sums follow that order, so
that the results do not depend on the order of the observations or on the engine that
counted them. What belongs together then stands together: a bin is a run of rows, and a
table is cut where a run begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.ages import corrected_age_days
from devnorms.tabulate.merge import merge_small

GROUP = ("population", "item", "sex")

Ints = NDArray[np.int64]

_SUMS: dict[str, np.ufunc] = {
    "low": np.minimum,
    "high": np.maximum,
    "youngest": np.minimum,
    "oldest": np.maximum,
    "asked": np.add,
    "passed": np.add,
}


def exact_ages(cells: pd.DataFrame) -> pd.DataFrame:
    """
    Bring counted ages into order, corrected where the gestation is given.

    Parameters
    ----------
    cells : pandas.DataFrame
        As `devnorms.tabulate.cells.read_cells` gives them.

    Returns
    -------
    pandas.DataFrame
        ``population, item, sex`` (category), ``age_days, asked, passed``; one row
        each, sorted.
    """
    age = cells["age_days"].to_numpy()
    if "gestation_days" in cells:
        age = corrected_age_days(age, cells["gestation_days"].to_numpy())
    rows = cells[["population", "item"]].assign(
        sex=cells["sex"] if "sex" in cells else _unknown(len(cells)),
        age_days=age,
        asked=cells["asked"],
        passed=cells["passed"],
    )
    number = number_of(rows, GROUP)
    order = np.lexsort((age, number))
    group, age = number[order], age[order]
    starts = np.flatnonzero(_begins(group) | _begins(age))
    table = rows.take(order[starts]).reset_index(drop=True)
    for name in ("asked", "passed"):
        every = rows[name].to_numpy()[order]
        table[name] = np.add.reduceat(every, starts) if len(starts) else every
    return table


def bin_ages(exact: pd.DataFrame, bin_days: int) -> pd.DataFrame:
    """
    Add up exact ages within bins that begin at day 0.

    Parameters
    ----------
    exact : pandas.DataFrame
        As `exact_ages` gives them.
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
    rows = exact[list(GROUP)].assign(
        low=low,
        high=low + bin_days - (1 if whole else 0),
        youngest=age,
        oldest=age,
        days=age * exact["asked"],
        asked=exact["asked"],
        passed=exact["passed"],
    )
    return _add_up(rows, _begins(number_of(rows, GROUP)) | _begins(low.to_numpy()))


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
    cell = merge_small(
        (bins["days"] / bins["asked"]).to_numpy(dtype=float),
        np.asarray(bins["asked"], dtype=np.int64),
        np.cumsum(_begins(number_of(bins, GROUP))),
        min_asked,
    )
    return _add_up(bins, _begins(cell))


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


def summarise_leaves(bins: pd.DataFrame) -> pd.DataFrame:
    """
    Add up the cells of each item of a population.

    Parameters
    ----------
    bins : pandas.DataFrame
        As `bin_ages` or `merge_bins` gives them.

    Returns
    -------
    pandas.DataFrame
        ``population, item`` (text), ``asked, passed``, and ``low, high``: the
        smallest and largest mean age of a cell, in days.
    """
    mean = mean_age_days(bins).to_numpy()
    rows = bins[["population", "item", "asked", "passed"]].assign(low=mean, high=mean)
    found = _cut(rows, _begins(number_of(bins, ("population", "item"))))
    return found.astype({"population": str, "item": str})


def number_of(table: pd.DataFrame, columns: Sequence[str]) -> Ints:
    """
    Give each combination of some columns its number, in the order of the categories.

    Parameters
    ----------
    table : pandas.DataFrame
        Its `columns` are categories without missing values.
    columns : sequence of str
        Which.

    Returns
    -------
    array of shape (rows,)
        Equal where all columns are equal; sorting by it sorts by the columns.
    """
    number = np.zeros(len(table), dtype=np.int64)
    for name in columns:
        number = number * len(table[name].cat.categories) + table[name].cat.codes
    return np.asarray(number, dtype=np.int64)


def _unknown(length: int) -> pd.Series:
    """Repeat the word for a sex that was not asked for."""
    kind = pd.CategoricalDtype(pd.Index(["unknown"]))
    return pd.Series("unknown", index=range(length), dtype=kind)


def _begins(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a value differs from the one before it; the first always does."""
    begins = np.ones(len(values), dtype=bool)
    begins[1:] = values[1:] != values[:-1]
    return begins


def _add_up(rows: pd.DataFrame, begins: NDArray[np.bool_]) -> pd.DataFrame:
    """Add up children and days of each run of rows, and keep the outer ages."""
    if begins.all():
        return rows
    table = _cut(rows.drop(columns="days"), begins)
    # pandas compensates for rounding; sums of days with fractions need it.
    table["days"] = rows["days"].groupby(np.cumsum(begins), sort=False).sum().to_numpy()
    return table[rows.columns]


def _cut(rows: pd.DataFrame, begins: NDArray[np.bool_]) -> pd.DataFrame:
    """Give one row per run: its first words, its sums and outer ages."""
    starts = np.flatnonzero(begins)
    table = rows.take(starts).reset_index(drop=True)
    for name in rows.columns.intersection(list(_SUMS)):
        if len(starts):
            table[name] = _SUMS[name].reduceat(rows[name].to_numpy(), starts)
    return table
