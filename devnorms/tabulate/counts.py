"""
Count who was asked and who passed, per population, item, sex and age bin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pandas as pd

from devnorms._base.checks import check_at_least, check_known
from devnorms._base.errors import BadValueError, EmptySelectionError
from devnorms._base.provenance import Record
from devnorms.schema.counts import COLUMNS, check_counts
from devnorms.schema.responses import RESPONSES
from devnorms.tabulate.bins import (
    bin_ages,
    exact_ages,
    mean_age_days,
    merge_bins,
    number_of,
    summarise_leaves,
)
from devnorms.tabulate.cells import (
    EMPTY,
    children_per_population,
    prepare,
    read_cells,
    read_kinds,
)
from devnorms.tabulate.engines import opened
from devnorms.tabulate.faults import (
    check_all_there,
    check_kinds,
    check_leaves,
    warn_if_ages_apart,
    warn_if_sparse,
)

_OF_A_LEAF = ["study", "country", "milestone", "domain", "instrument"]
_UNCOUNTED = tuple(r for r in RESPONSES if r not in {"passed", "not_yet"})
SmallCells = Literal["keep", "leave_out"]


@dataclass(frozen=True)
class _Choices:
    """What the user chose; goes into the record."""

    bin_days: int
    corrected_age: bool
    by_sex: bool
    min_asked: int
    small_cells: SmallCells


def count(
    observations: Any,
    *,
    bin_days: int = 1,
    corrected_age: bool = False,
    by_sex: bool = True,
    min_asked: int = 1,
    small_cells: SmallCells = "keep",
    domains: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """
    Count who was asked and who passed, per population, item, sex and age bin.

    The counts are all that item curves need to know of the children, so that the cost
    of a fit no longer grows with their number. Every dataframe engine gives the same
    table to the last bit, whatever the order of the rows.

    Parameters
    ----------
    observations : table of any engine, or path
        Observations: a pandas, polars, pyarrow or Dask table, a polars LazyFrame, a
        DuckDB relation, any other that narwhals reads; or Parquet files (a file, a
        folder, a pattern), which are read by DuckDB in bounded memory. What is held
        grows with the different ages, not with the rows. Needed columns: ``study,
        population, country, item, instrument, response, age_days``; ``sex`` with
        `by_sex`, ``gestation_days`` with `corrected_age`. Used if there:
        ``milestone``, ``domain``, ``child`` (to warn of few children), ``weight``
        (must be empty or 1). Where several coders judged the same answer, keep one
        coder before counting: every row counts.
    bin_days : int
        Width of the age bins in days. Bins begin at 0.
    corrected_age : bool
        Count preterm children at their corrected age, see
        `devnorms._base.ages.corrected_age_days`.
    by_sex : bool
        Count girls and boys apart; otherwise ``sex`` is ``"unknown"`` throughout.
    min_asked : int
        Merge neighbouring bins of a population, item and sex until each holds at
        least so many. Bins are merged so that ages within a cell differ as little as
        possible.
    small_cells : {"keep", "leave_out"}
        What to do where a population, item and sex has fewer than `min_asked` in all:
        keep them as one cell, or leave them out and count them as left out.
    domains : mapping of str to str, optional
        Domain of each milestone. Without it, a column ``domain`` is used if there.

    Returns
    -------
    pandas.DataFrame
        Counts, see `devnorms.schema.counts.check_counts`; sorted by population, item,
        sex and age. ``age_days_mean`` is the mean of the cell's children.
        ``attrs["left_out"]`` says how many observations were not counted, by reason,
        after those that the loader left out; with ``asked`` they add up to all
        responses of the source. ``attrs["small_cells"]`` says
        how many cells, and children asked in them, stayed below `min_asked`.
        ``attrs["record"]`` holds the choices, after those of the observations.

    Raises
    ------
    InvalidTableError
        Missing columns, ages that are text or impossible, responses or sexes other
        than the known ones, weights other than 1, an item of a population with two
        studies, countries, instruments or milestones. All faults at once. Or if the
        rows change while they are counted.
    UnreadableFileError
        If there is no Parquet file, or one is not whole.
    EmptySelectionError
        If no observation is left to count.
    BadValueError
        If a choice is not possible.
    UnknownNameError
        If a milestone has no domain in `domains`.

    Warns
    -----
    SparseDataWarning
        Of populations with fewer than ten children, and of items that all or none
        passed.
    NoOverlapWarning
        Of items asked at ages where no other population was asked them.

    Examples
    --------
    >>> import pandas as pd
    >>> observations = pd.DataFrame(
    ...     {
    ...         "study": "A",
    ...         "population": "A",
    ...         "country": "NLD",
    ...         "item": "walks",
    ...         "instrument": "own",
    ...         "sex": "female",
    ...         "age_days": [360.0, 361.0, 390.0, 390.0, None],
    ...         "response": ["not_yet", "passed", "passed", "not_asked", "passed"],
    ...     }
    ... )
    >>> counts = count(observations, bin_days=7)
    >>> counts[["age_days_low", "age_days_mean", "asked", "passed"]]
       age_days_low  age_days_mean  asked  passed
    0         357.0          360.5      2       1
    1         385.0          390.0      1       1
    >>> counts.attrs["left_out"]
    {'no age': 1, 'not asked': 1}
    """
    chosen = _check(_Choices(bin_days, corrected_age, by_sex, min_asked, small_cells))
    with opened(observations) as (frame, noted):
        used = prepare(frame, by_sex=by_sex, corrected_age=corrected_age)
        kinds = read_kinds(used)
        _check_not_empty(kinds, {})
        check_kinds(kinds, used)
        counted, left_out = _split(kinds)
        _check_not_empty(counted, left_out)
        leaves = _leaves(counted, domains)
        cells = read_cells(used)
        children = children_per_population(frame)
    check_all_there(cells, counted)
    bins = merge_bins(bin_ages(exact_ages(cells), bin_days), min_asked)
    below = bins["asked"] < min_asked
    small = {"cells": int(below.sum()), "asked": int(bins.loc[below, "asked"].sum())}
    if small_cells == "leave_out" and small["cells"]:
        left_out["fewer than min_asked"] = small["asked"]
        bins, small = bins[~below], {"cells": 0, "asked": 0}
        _check_not_empty(bins, left_out)
    counts = _finish(bins, leaves)
    counts.attrs = {
        "record": _record(noted, chosen, left_out).to_json(),
        "left_out": _with_loaders(noted, left_out),
        "small_cells": small,
    }
    summary = summarise_leaves(bins).join(leaves, on=["population", "item"])
    warn_if_sparse(summary, children)
    warn_if_ages_apart(summary)
    return counts


def _check(chosen: _Choices) -> _Choices:
    """Refuse impossible choices."""
    check_at_least("bin_days", chosen.bin_days, 1)
    check_at_least("min_asked", chosen.min_asked, 1)
    if chosen.small_cells not in {"keep", "leave_out"}:
        raise BadValueError.parameter(
            "small_cells", "'keep' or 'leave_out'", chosen.small_cells
        )
    return chosen


def _check_not_empty(table: pd.DataFrame, left_out: Mapping[str, int]) -> None:
    """Refuse to go on with nothing, and say where it all went."""
    if len(table):
        return
    reasons = ", ".join(f"{reason}: {rows}" for reason, rows in left_out.items())
    raise EmptySelectionError(
        "count: no observation is left to count"
        + (f". Left out: {reasons}" if reasons else "; the table has no row")
        + ". Check the filters, and the columns response and age_days."
    )


def _split(kinds: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Part what is counted from what is left out, by reason."""
    answered = kinds["response"].isin(("passed", "not_yet"))
    no_age = answered & (kinds["age"] == EMPTY)
    reasons = {"no age": no_age}
    for response in _UNCOUNTED:
        reasons[response.replace("_", " ")] = kinds["response"] == response
    rows = {name: int(kinds.loc[out, "rows"].sum()) for name, out in reasons.items()}
    left_out = {name: n for name, n in rows.items() if n}
    return kinds[answered & ~no_age], left_out


def _leaves(counted: pd.DataFrame, domains: Mapping[str, str] | None) -> pd.DataFrame:
    """Take what all children of an item in a population share."""
    given = [c for c in _OF_A_LEAF if c in counted]
    leaves = counted[["population", "item", *given]].drop_duplicates()
    leaves = leaves.astype(object).where(leaves.notna(), None)
    check_leaves(leaves)
    for column in ("milestone", "domain"):
        if column not in leaves:
            leaves[column] = None
    if domains is not None:
        named = leaves["milestone"].dropna()
        check_known("milestone", sorted(named.unique()), domains)
        leaves["domain"] = [domains.get(m) if m else None for m in leaves["milestone"]]
    return leaves.set_index(["population", "item"])


def _finish(bins: pd.DataFrame, leaves: pd.DataFrame) -> pd.DataFrame:
    """Bring cells into the form of Counts."""
    number = number_of(bins, ("population", "item"))
    names = bins["population"].cat.categories, bins["item"].cat.categories
    every = pd.MultiIndex.from_product(names)
    of_a_leaf = leaves.reindex(every).take(number).set_axis(bins.index)
    table = bins.assign(
        age_days_low=bins["low"],
        age_days_high=bins["high"],
        age_days_mean=mean_age_days(bins),
    ).join(of_a_leaf)
    return check_counts(table[list(COLUMNS)].reset_index(drop=True))


def _with_loaders(
    noted: Mapping[str, Any], left_out: Mapping[str, int]
) -> dict[str, int]:
    """Add what was left out here to what the loader left out."""
    earlier = noted.get("left_out", {})
    total = {str(k): int(n) for k, n in earlier.get("left_out", earlier).items()}
    for reason, rows in left_out.items():
        total[reason] = total.get(reason, 0) + rows
    return total


def _record(
    noted: Mapping[str, Any], chosen: _Choices, left_out: Mapping[str, int]
) -> Record:
    """Add what was chosen and left out here to what is recorded of the observations."""
    earlier = noted.get("record")
    record = Record.from_json(earlier) if earlier else Record.now()
    return record.with_settings(count={**asdict(chosen), "left_out": dict(left_out)})
