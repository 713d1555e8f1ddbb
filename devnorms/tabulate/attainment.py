"""
Between which ages children reached a milestone, counted per pattern.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from devnorms._base.ages import DAYS_PER_MONTH, corrected_age_days
from devnorms._base.checks import check_at_least
from devnorms._base.errors import (
    BadValueError,
    EmptySelectionError,
    InvalidTableError,
)
from devnorms._base.provenance import Record
from devnorms.schema.attainment import SEEN, check_attainment
from devnorms.tabulate.engines import collect, opened

Contradiction = Literal["widest", "first_pass", "last_not_yet"]
NotedAs = Literal["exact", "completed_months", "nearest_month"]

LEAF = ("population", "item", "milestone", "domain", "study", "country", "instrument")
_NEEDED = ("population", "item", "child", "age_days", "response")
_WIDTH = {"exact": 0.0, "completed_months": 1.0, "nearest_month": 1.0}
_EDGES = ["after_months", "by_months"]


@dataclass(frozen=True)
class _Choices:
    """What the user chose; goes into the record."""

    contradiction: Contradiction
    noted_as: NotedAs
    bin_days: int
    corrected_age: bool

    def __post_init__(self) -> None:
        check_at_least("bin_days", self.bin_days, 1)
        for name, value, known in (
            (
                "contradiction",
                self.contradiction,
                ("widest", "first_pass", "last_not_yet"),
            ),
            ("noted_as", self.noted_as, tuple(_WIDTH)),
        ):
            if value not in known:
                raise BadValueError.parameter(name, f"one of {known}", value)


def attainment(
    observations: Any,
    *,
    contradiction: Contradiction = "widest",
    noted_as: NotedAs = "exact",
    bin_days: int = 7,
    corrected_age: bool = False,
) -> pd.DataFrame:
    """
    Count between which ages children reached each milestone.

    A child last seen without a milestone at 9 months and first seen with it at 12
    reached it between; a child that passed at its first occasion reached it before; one
    that never passed reaches it later, if at all. Which children were asked again may
    depend on their earlier answers (as where only those who had not passed are asked
    again): these patterns do not care, shares of those asked at an age do.

    Parameters
    ----------
    observations : table of any engine, or path
        Observations, see `devnorms.schema.observations`; as for `devnorms.count`.
        Needed: ``population, item, child, age_days, response``; ``gestation_days``
        with `corrected_age`.
    contradiction : {"widest", "first_pass", "last_not_yet"}
        What is believed of a child that passed and later did not. ``widest``: it
        reached the milestone after the last "not yet" before its first pass, and by the
        first pass after its last "not yet"; ``first_pass``: its first pass counts;
        ``last_not_yet``: only what came after its last "not yet" counts.
    noted_as : {"exact", "completed_months", "nearest_month"}
        How ages were noted. Ages in whole months stand for all ages within the month.
    bin_days : int
        Ages at which children were seen are put together in bins so wide, at their
        mean; for exact ages only.
    corrected_age : bool
        Count preterm children at their corrected age.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.schema.attainment.check_attainment`. In ``attrs``: ``left_out``
        (children and items that say nothing, by reason; with the sum of ``children``
        they make up all children times items), ``contradictions`` (children and items
        with a pass before a "not yet": how many, of how many seen again after a pass),
        ``record``.

    Raises
    ------
    InvalidTableError
        If a column is missing, or an item of a population has two milestones.
    EmptySelectionError
        If no answer with an age is left.
    BadValueError
        If a choice is not possible.

    References
    ----------
    Sun J. The Statistical Analysis of Interval-censored Failure Time Data. Springer,
    New York, 2006. doi:10.1007/0-387-37119-2

    Examples
    --------
    >>> import pandas as pd
    >>> seen = pd.DataFrame(
    ...     {
    ...         "population": "A",
    ...         "item": "walks",
    ...         "child": ["1", "1", "2", "3"],
    ...         "age_days": [274.0, 365.0, 365.0, 365.0],
    ...         "response": ["not_yet", "passed", "passed", "not_yet"],
    ...     }
    ... )
    >>> table = attainment(seen)
    >>> table[["after_months", "by_months", "children"]].round(1)
       after_months  by_months  children
    0           9.0       12.0         1
    1          12.0        NaN         1
    2           NaN       12.0         1
    """
    chosen = _Choices(contradiction, noted_as, bin_days, corrected_age)
    with opened(observations) as (frame, noted):
        rows = _read(frame, corrected_age=corrected_age)
    if rows.empty:
        raise EmptySelectionError(
            "attainment: no answer (passed, not_yet) with an age is left. Check the "
            "filters, and the columns response and age_days."
        )
    rows["months"] = _months(rows["age_days"], chosen)
    children = _per_child(rows)
    found = _edges(children, contradiction)
    table = _counted(found, _leaves(rows), chosen)
    table.attrs.update(_attrs(noted, chosen, found))
    return check_attainment(table)


def _read(frame: nw.LazyFrame[Any], *, corrected_age: bool) -> pd.DataFrame:
    """Take the answered rows out of any engine, with the columns that are used."""
    there = frame.collect_schema().names()
    needed = [*_NEEDED, *(["gestation_days"] if corrected_age else [])]
    missing = [name for name in needed if name not in there]
    if missing:
        raise InvalidTableError.missing_columns("Observations", missing, there)
    kept = [name for name in dict.fromkeys([*needed, *LEAF]) if name in there]
    answered = nw.col("response").is_in(["passed", "not_yet"])
    rows = collect(frame.filter(answered, ~nw.col("age_days").is_null()).select(kept))
    age = rows["age_days"].to_numpy(dtype=float, na_value=np.nan)
    if corrected_age:
        born = rows["gestation_days"].to_numpy(dtype=float, na_value=np.nan)
        age = corrected_age_days(age, born)
    rows = rows.assign(age_days=age, passed=(rows["response"] == "passed").to_numpy())
    return rows[~np.isnan(age)].reset_index(drop=True)


def _months(age_days: pd.Series, chosen: _Choices) -> pd.Series:
    """Ages in months: bins at their mean, or the lower edge of the noted month."""
    months = age_days / DAYS_PER_MONTH
    if chosen.noted_as == "completed_months":
        return (months + 1e-9).floordiv(1.0)
    if chosen.noted_as == "nearest_month":
        return ((months + 0.5).floordiv(1.0) - 0.5).clip(lower=0.0)
    return months.groupby(age_days.floordiv(chosen.bin_days)).transform("mean")


def _per_child(rows: pd.DataFrame) -> pd.DataFrame:
    """Per child and item: first and last ages of passes and not-yets."""
    keys = ["population", "item", "child"]
    plain = pd.DataFrame(
        {**{name: rows[name].astype(str) for name in keys}, "months": rows["months"]}
    )
    passed = plain["months"].where(rows["passed"])
    failed = plain["months"].where(~rows["passed"])
    grouped = plain.assign(passed=passed, failed=failed).groupby(keys, sort=True)
    table = grouped.agg(
        first_passed=("passed", "min"),
        last_passed=("passed", "max"),
        last_failed=("failed", "max"),
    )
    at = pd.MultiIndex.from_frame(plain[keys])
    first = table["first_passed"].reindex(at).to_numpy()
    last = table["last_failed"].reindex(at).to_numpy()
    before = failed.where(failed < first)
    after = passed.where(passed > last)
    again = plain["months"].where(plain["months"] > first)
    extra = plain.assign(before=before, after=after, again=again).groupby(keys)
    return table.assign(
        failed_before=extra["before"].max(),
        passed_after=extra["after"].min(),
        seen_again=extra["again"].count() > 0,
    ).reset_index()


def _edges(children: pd.DataFrame, contradiction: Contradiction) -> pd.DataFrame:
    """Give every child's interval by the rule, and say who contradicts."""
    first, last = children["first_passed"], children["last_failed"]
    contradicts = (last > first).fillna(False)
    after, by = last.copy(), first.copy()
    if contradiction == "first_pass":
        after = after.mask(contradicts, children["failed_before"])
    else:
        by = by.mask(contradicts, children["passed_after"])
    if contradiction == "widest":
        after = after.mask(contradicts, children["failed_before"])
    return children.assign(
        after_months=after, by_months=by, contradicts=contradicts
    ).drop(columns=["first_passed", "last_passed", "failed_before", "passed_after"])


def _leaves(rows: pd.DataFrame) -> pd.DataFrame:
    """Take what all rows of an item in a population share."""
    names = [name for name in LEAF if name in rows]
    leaves = rows[names].drop_duplicates()
    leaves = leaves.astype(object).where(leaves.notna(), None)
    twice = leaves.duplicated(["population", "item"], keep=False)
    if twice.any():
        several = leaves.loc[twice, "item"].unique().tolist()
        raise InvalidTableError(
            f"attainment: {len(several)} item(s) have two milestones, studies, "
            f"countries or instruments in one population: {several[:5]}. Give them "
            "names of their own."
        )
    return leaves if "milestone" in leaves else leaves.assign(milestone=None)


def _counted(
    found: pd.DataFrame, leaves: pd.DataFrame, chosen: _Choices
) -> pd.DataFrame:
    """Count the children of every pattern."""
    told = found[found["after_months"].notna() | found["by_months"].notna()]
    keys = ["population", "item", *_EDGES]
    counted = told.groupby(keys, dropna=False, sort=True).size()
    table = counted.rename("children").reset_index()
    table = table.merge(leaves, on=["population", "item"], how="left")
    table["kind"] = SEEN
    width = _WIDTH[chosen.noted_as]
    table["width_months"] = width
    # Both ages within one bin or noted month: in it, and nothing more is known.
    same = table["after_months"] == table["by_months"]
    wide = width or chosen.bin_days / DAYS_PER_MONTH
    table["by_months"] = table["by_months"].mask(same, table["after_months"] + wide)
    table["width_months"] = table["width_months"].mask(same, 0.0)
    return table.assign(heap_after_months=np.nan, heap_by_months=np.nan)


def _attrs(
    noted: Mapping[str, Any], chosen: _Choices, found: pd.DataFrame
) -> dict[str, Any]:
    """Say what was left out, what was contradicted, and how it was made."""
    silent = found["after_months"].isna() & found["by_months"].isna()
    left_out = {"contradicts itself and says nothing": int(silent.sum())}
    earlier = noted.get("record")
    record = Record.from_json(earlier) if earlier else Record.now()
    return {
        "left_out": {reason: n for reason, n in left_out.items() if n},
        "contradictions": {
            "children": int(found["contradicts"].sum()),
            "seen again after a pass": int(found["seen_again"].sum()),
        },
        "record": record.with_settings(attainment=asdict(chosen)).to_json(),
    }
