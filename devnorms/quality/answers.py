"""
One set as the checks see it: visits x items, and what belongs to each.

A set is one population of one study. Turning long into wide once is what lets every
check run on all items at the same time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.ages import log_age_from_days
from devnorms.schema.observations import COLUMNS

VISIT_COLUMNS = ("child", "occasion", "age_days", "gestation_days", "sex")
ITEM_COLUMNS = ("item", "milestone", "instrument", "mode")
_MOST_BINS = 24


@dataclass(frozen=True)
class Answers:
    """
    The answers of one population of one study.

    Attributes
    ----------
    study, population : str
        Whose they are.
    visits : pandas.DataFrame
        One row per child and occasion, the youngest first and those without age last:
        ``child, occasion, age_days, gestation_days, sex`` and every column that
        Observations do not ask for, such as ``interviewer``.
    items : pandas.DataFrame
        One row per item: ``item, milestone, instrument, mode``.
    values : numpy.ndarray
        int8, visits x items: 1 passed, 0 not yet, -1 no answer.
    responses : dict of str to int
        Rows of observations by what stands in ``response``.
    """

    study: str
    population: str
    visits: pd.DataFrame
    items: pd.DataFrame
    values: NDArray[np.int8]
    responses: dict[str, int]

    @cached_property
    def answered(self) -> NDArray[np.bool_]:
        """Where there is an answer, visits x items."""
        return self.values >= 0

    @cached_property
    def passed(self) -> NDArray[np.bool_]:
        """Where the answer is a pass, visits x items."""
        return np.asarray(self.values == 1)

    @cached_property
    def child(self) -> NDArray[np.int64]:
        """Number of the child of each visit."""
        return np.asarray(pd.factorize(self.visits["child"])[0], dtype=np.int64)

    @cached_property
    def dated(self) -> int:
        """How many visits have an age; they come first."""
        return int(self.visits["age_days"].notna().sum())

    @cached_property
    def age_days(self) -> NDArray[np.float64]:
        """Age at each visit, NaN where not known."""
        return self.visits["age_days"].to_numpy(dtype=float)

    @cached_property
    def log_age(self) -> NDArray[np.float64]:
        """Age at each visit as ``log(age_months + 1)``."""
        return log_age_from_days(self.age_days)

    @cached_property
    def names(self) -> NDArray[np.str_]:
        """Names of the items."""
        return self.items["item"].to_numpy(dtype=str)

    @cached_property
    def age_bin(self) -> NDArray[np.int64]:
        """
        Number of the age bin of each dated visit.

        Bins hold about equally many visits; visits of the same age share a bin.
        """
        age = self.age_days[: self.dated]
        if not len(age):
            return np.zeros(0, dtype=np.int64)
        bins = int(np.clip(len(age) // 30, 1, _MOST_BINS))
        edges = np.quantile(age, np.linspace(0, 1, bins + 1)[1:-1], method="lower")
        number = np.searchsorted(np.unique(edges), age, side="left")
        return np.unique(number, return_inverse=True)[1].astype(np.int64)

    def by_bin(self, mark: NDArray[np.bool_]) -> NDArray[np.int64]:
        """
        Count marks per age bin and item.

        Parameters
        ----------
        mark : numpy.ndarray
            bool, dated visits x items.
        """
        starts = np.flatnonzero(np.diff(self.age_bin, prepend=-1))
        counts: NDArray[np.int64] = np.add.reduceat(mark, starts, axis=0, dtype=int)
        return counts

    @cached_property
    def bin_ages(self) -> NDArray[np.float64]:
        """Mean age of each bin in months."""
        months = np.expm1(self.log_age[: self.dated])
        total = np.bincount(self.age_bin, weights=months)
        mean: NDArray[np.float64] = total / np.bincount(self.age_bin)
        return mean

    @cached_property
    def extra(self) -> list[str]:
        """Names of the columns that Observations do not ask for."""
        return [c for c in self.visits.columns if c not in VISIT_COLUMNS]


def sets_of(observations: pd.DataFrame) -> Iterator[Answers]:
    """
    Take observations apart into sets.

    Parameters
    ----------
    observations : pandas.DataFrame
        Validated observations.

    Yields
    ------
    Answers
        One per study and population, in the order of their names.
    """
    # pandas copies attrs, notes and all, with every table that is made from another
    observations = observations.copy(deep=False)
    observations.attrs = {}
    keys = observations[["study", "population"]]
    number = keys.groupby(list(keys.columns), observed=True, sort=True).ngroup()
    for rows in _rows_by_group(np.asarray(number, dtype=np.int64)):
        yield _set_of(observations.iloc[rows])


def _rows_by_group(number: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Give the rows of each group, in their order."""
    order = np.argsort(number, kind="stable")
    cuts = np.flatnonzero(np.diff(number[order])) + 1
    return np.split(order, cuts)


def _set_of(rows: pd.DataFrame) -> Answers:
    """Make one set wide."""
    visit, first_of_visit = _number(rows, ["child", "occasion"])
    item, first_of_item = _number(rows, ["item"])
    extra = [str(c) for c in rows.columns if c not in COLUMNS]
    visits = rows[[*VISIT_COLUMNS, *extra]].iloc[first_of_visit]
    order = np.argsort(visits["age_days"].to_numpy(), kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    answer = rows["response"].map({"passed": 1, "not_yet": 0}).astype(float)
    code = answer.fillna(-1).to_numpy().astype(np.int8)
    values = np.full((len(order), len(first_of_item)), -1, dtype=np.int8)
    # Several coders may answer for one cell: the first one counts.
    values[place[visit][::-1], item[::-1]] = code[::-1]
    return Answers(
        study=str(rows["study"].iloc[0]),
        population=str(rows["population"].iloc[0]),
        visits=visits.iloc[order].reset_index(drop=True),
        items=rows[list(ITEM_COLUMNS)].iloc[first_of_item].reset_index(drop=True),
        values=values,
        responses={str(k): int(n) for k, n in rows["response"].value_counts().items()},
    )


def _number(
    rows: pd.DataFrame, columns: list[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give each combination of the columns a number, and its first row."""
    code = np.zeros(len(rows), dtype=np.int64)
    for column in columns:
        part, names = pd.factorize(rows[column])
        code = code * (len(names) + 1) + part
    number = pd.factorize(code)[0].astype(np.int64)
    # Numbers are given in order of appearance: a new one is above all before it.
    first = np.flatnonzero(np.diff(np.maximum.accumulate(number), prepend=-1))
    return number, first
