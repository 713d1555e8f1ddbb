"""
What can be wrong with observations that are to be counted, and with the counts.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import narwhals as nw
import pandas as pd

from devnorms._base.errors import (
    InvalidTableError,
    NoOverlapWarning,
    SparseDataWarning,
)
from devnorms.schema.observations import OLDEST_DAYS
from devnorms.schema.responses import RESPONSES, SEXES
from devnorms.tabulate.cells import EMPTY, LEAF, UNKNOWN, example_of

FEW_CHILDREN = 10
_SHOWN = 5
_LEVEL = 3


def check_kinds(kinds: pd.DataFrame, frame: nw.LazyFrame[Any]) -> None:
    """
    Refuse values that no observation may have; all faults at once.

    Parameters
    ----------
    kinds : pandas.DataFrame
        Kinds of rows, as `devnorms.tabulate.cells.read_kinds` gives them.
    frame : narwhals.LazyFrame
        Where examples are looked up, once something is wrong.

    Raises
    ------
    InvalidTableError
        With ``faults``; rows are named by population and item.
    """
    faults = []

    def find(column: str, rule: str, broken: pd.Series, hint: str = "") -> None:
        if broken.any():
            faults.append(_fault(kinds[broken], column, rule, hint))

    empty = "empty cells are not allowed here"
    for column in LEAF:
        find(column, empty, kinds[column].isna())
    for column, allowed in (("response", RESPONSES), ("sex", SEXES)):
        if column in kinds:
            find(column, empty, kinds[column] == EMPTY)
            rule = f"expected one of {', '.join(allowed)}"
            find(column, rule, kinds[column] == UNKNOWN)
    find(
        "age_days",
        f"expected 0 to {OLDEST_DAYS} days",
        kinds["age"] == "impossible",
        "Ages are in days; 1 month = 30.4375 days",
    )
    if "weight" in kinds:
        find(
            "weight",
            "expected 1 or empty",
            kinds["weight"] == "other",
            "Counts are of children, a weighted count is not one: drop the column to "
            "count every child once",
        )
    if faults:
        for fault in faults:
            if fault["rule"] != empty:
                fault["example"] = example_of(frame, fault["column"])
        raise InvalidTableError.from_faults("Observations", pd.DataFrame(faults))


def check_all_there(cells: pd.DataFrame, counted: pd.DataFrame) -> None:
    """
    Refuse counts that do not add up to the rows found at first.

    Parameters
    ----------
    cells, counted : pandas.DataFrame
        What was asked at each age, and the kinds of rows that should be in it.

    Raises
    ------
    InvalidTableError
        If somebody wrote to the table in the meantime, or it is a random sample that
        is drawn anew.
    """
    asked, expected = int(cells["asked"].sum()), int(counted["rows"].sum())
    if asked != expected:
        raise InvalidTableError(
            f"Observations: {expected} answers with an age were found at first, and "
            f"{asked} when they were counted. Count a table that nobody writes to and "
            "that is the same each time it is read."
        )


def check_leaves(leaves: pd.DataFrame) -> None:
    """
    Refuse an item of a population that has two studies, milestones, instruments ...

    Parameters
    ----------
    leaves : pandas.DataFrame
        One row per population, item and whatever else was found with them.

    Raises
    ------
    InvalidTableError
        If an item of a population comes twice.
    """
    twice = leaves[leaves.duplicated(["population", "item"], keep=False)]
    if twice.empty:
        return
    first = twice.iloc[0]
    same = twice[
        (twice["population"] == first["population"]) & (twice["item"] == first["item"])
    ]
    rest = [c for c in leaves.columns if c not in {"population", "item"}]
    differ = [c for c in rest if same[c].nunique(dropna=False) > 1]
    found = "; ".join(f"{c}: {same[c].unique().tolist()}" for c in differ)
    pairs = len(twice[["population", "item"]].drop_duplicates())
    raise InvalidTableError(
        f"Observations: {pairs} item(s) of a population have more than one value of "
        "study, country, instrument, milestone or domain, for example item "
        f"{first['item']!r} of {first['population']!r} ({found}). Give each population "
        "one study and country, and each item one instrument and milestone."
    )


def warn_if_sparse(leaves: pd.DataFrame, children: pd.Series | None) -> None:
    """
    Warn of populations with few children, and of items that all or none pass.

    Parameters
    ----------
    leaves : pandas.DataFrame
        Per item of a population, as `devnorms.tabulate.bins.summarise_leaves` gives
        it, with its ``milestone``.
    children : pandas.Series or None
        Children per population, where known.

    Warns
    -----
    SparseDataWarning
    """
    if children is not None and (children < FEW_CHILDREN).any():
        few = children[children < FEW_CHILDREN]
        warnings.warn(
            f"{len(few)} population(s) with fewer than {FEW_CHILDREN} children: "
            f"{_listed(f'{name} ({n})' for name, n in few.items())}. Their curves will "
            "rest on the other populations; leave them out, or say so.",
            SparseDataWarning,
            stacklevel=_LEVEL,
        )
    same = leaves[(leaves["passed"] == 0) | (leaves["passed"] == leaves["asked"])]
    if len(same):
        named = (
            f"{row.item} in {row.population} ({row.passed} of {row.asked})"
            for row in same.itertuples()
        )
        warnings.warn(
            f"{len(same)} of {len(leaves)} items of a population were passed by all or "
            f"by none who were asked: {_listed(named)}. They bound an age from one "
            "side only; the prior and the other populations must say the rest.",
            SparseDataWarning,
            stacklevel=_LEVEL,
        )


def warn_if_ages_apart(leaves: pd.DataFrame) -> None:
    """
    Warn of items whose ages overlap with those of no other population.

    Populations are compared on the milestone, where an item has one, else on the item.

    Parameters
    ----------
    leaves : pandas.DataFrame
        Per item of a population, as `devnorms.tabulate.bins.summarise_leaves` gives
        it, with its ``milestone``.

    Warns
    -----
    NoOverlapWarning
    """
    concept = leaves["milestone"].where(leaves["milestone"].notna(), leaves["item"])
    ranges = (
        leaves.assign(concept=concept.astype(str))
        .groupby(["concept", "population"])
        .agg(low=("low", "min"), high=("high", "max"))
        .reset_index()
    )
    pairs = ranges.merge(ranges, on="concept", suffixes=("", "_other"))
    pairs = pairs[pairs["population"] != pairs["population_other"]]
    meets = (pairs["low"] <= pairs["high_other"]) & (
        pairs["low_other"] <= pairs["high"]
    )
    alone = ~pairs.assign(meets=meets).groupby(["concept", "population"])["meets"].any()
    apart = alone[alone].index
    if len(apart):
        named = (f"{concept} in {population}" for concept, population in apart)
        warnings.warn(
            f"{len(apart)} time(s) a population was asked at ages that overlap with "
            f"those of no other population: {_listed(named)}. Differences between "
            "populations rest on the curve's shape there, not on data.",
            NoOverlapWarning,
            stacklevel=_LEVEL,
        )


def _fault(broken: pd.DataFrame, column: str, rule: str, hint: str) -> dict[str, Any]:
    """Describe one broken rule, as `InvalidTableError.from_faults` wants it."""
    leaves = broken["population"].astype(str) + ":" + broken["item"].astype(str)
    return {
        "column": column,
        "rule": rule,
        "rows": int(broken["rows"].sum()),
        "first_rows": sorted(leaves.unique())[:_SHOWN],
        "example": None,
        "hint": hint,
    }


def _listed(names: Iterable[str]) -> str:
    """Name the first few, and say how many more there are."""
    every = list(names)
    rest = len(every) - _SHOWN
    shown = ", ".join(every[:_SHOWN])
    return f"{shown} and {rest} more" if rest > 0 else shown
