"""
The one step that a dataframe engine does: count rows that agree in a few columns.

Everything after it works on this small table in pandas, so that every engine gives the
same counts to the last bit.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from devnorms._base.errors import InvalidTableError

NEEDED = ("study", "population", "country", "item", "instrument", "response")
TEXT = (*NEEDED, "milestone", "domain", "sex")


def read_cells(
    observations: Any,
    *,
    by_sex: bool,
    corrected_age: bool,
) -> pd.DataFrame:
    """
    Count the rows of each combination of leaf, sex, response, age and gestation.

    Parameters
    ----------
    observations : pandas, polars or pyarrow table, polars LazyFrame, DuckDB relation
        Observations, or as many of their columns as are needed.
    by_sex, corrected_age : bool
        Whether ``sex`` and ``gestation_days`` are needed.

    Returns
    -------
    pandas.DataFrame
        ``rows`` per combination of the text columns (category, categories sorted),
        ``age_days`` (float, NaN where missing), ``gestation_days`` where needed, and
        ``unweighted`` (bool). In no particular order.

    Raises
    ------
    InvalidTableError
        If it is not a table, or a column is missing or is text in place of a number.
    """
    frame = _as_lazy(observations)
    schema = frame.collect_schema()
    needed = [*NEEDED, "age_days", *(["sex"] if by_sex else [])]
    needed += ["gestation_days"] if corrected_age else []
    missing = [name for name in needed if name not in schema]
    if missing:
        raise InvalidTableError.missing_columns("Observations", missing, list(schema))
    numbers = ["age_days", *(["gestation_days"] if corrected_age else [])]
    numbers_given = [*numbers, *(["weight"] if "weight" in schema else [])]
    _check_numbers(schema, numbers_given)
    optional = [name for name in ("milestone", "domain") if name in schema]
    text = [name for name in needed if name not in numbers] + optional
    columns = [nw.col(name) for name in text]
    columns += [nw.col(name).cast(nw.Float64) for name in numbers]
    columns += [_is_one("weight")] if "weight" in schema else []
    keys = [*text, *numbers, *(["unweighted"] if "weight" in schema else [])]
    try:
        counted = frame.select(*columns).group_by(*keys).agg(rows=nw.len()).collect()
    except (TypeError, ValueError) as error:
        mixed = [name for name in numbers_given if schema[name] == nw.Object]
        if not mixed:
            raise
        raise InvalidTableError(
            f"Observations: column(s) {', '.join(map(repr, mixed))} hold more than "
            f"numbers ({error}). Convert them, and see which values do not convert."
        ) from None
    return _tidy(counted.to_pandas(), numbers)


def children_per_population(observations: Any) -> pd.Series | None:
    """
    Count the children of each population.

    Parameters
    ----------
    observations : table of any engine
        Observations.

    Returns
    -------
    pandas.Series or None
        Children, indexed by population; None if there is no column ``child``.
    """
    frame = _as_lazy(observations)
    keys = ["population", "child"]
    if not set(keys) <= set(frame.collect_schema()):
        return None
    pairs = frame.select(*keys).group_by(*keys).agg(rows=nw.len()).collect()
    found = pairs.to_pandas()["population"].astype(str).value_counts()
    return found.sort_index()


def _as_lazy(observations: Any) -> nw.LazyFrame[Any]:
    """Wrap any engine's table."""
    try:
        frame: nw.LazyFrame[Any] = nw.from_native(observations).lazy()
    except TypeError:
        raise InvalidTableError(
            f"Observations: {type(observations).__name__} is not a table. Expected a "
            "pandas or polars DataFrame, a polars LazyFrame, a DuckDB relation, or "
            "another table that narwhals reads."
        ) from None
    return frame


def _check_numbers(schema: nw.Schema, numbers: list[str]) -> None:
    """Refuse text in place of numbers; a column without any value has no type."""
    faults = [
        f"  - column {name!r}: expected a number, found {schema[name]}. Convert it "
        "first, and see which values do not convert."
        for name in numbers
        if not (schema[name].is_numeric() or schema[name] in (nw.Unknown, nw.Object))
    ]
    if faults:
        listed = "\n".join(faults)
        raise InvalidTableError(
            f"Observations: {len(faults)} fault(s) found.\n{listed}"
        )


def _is_one(name: str) -> nw.Expr:
    """Whether a weight is missing or 1."""
    weight = nw.col(name).cast(nw.Float64)
    return (weight.is_null() | weight.is_nan() | (weight == 1)).alias("unweighted")


def _tidy(cells: pd.DataFrame, numbers: list[str]) -> pd.DataFrame:
    """Bring the engines' types together: category, float, int64, bool."""
    tidy: dict[str, Any] = {}
    for name in TEXT:
        if name in cells:
            tidy[name] = _as_category(cells[name])
    for name in numbers:
        # Adding zero turns -0.0 into 0.0, which engines may group apart.
        tidy[name] = cells[name].to_numpy(dtype=float, na_value=np.nan) + 0.0
    one = cells["unweighted"] if "unweighted" in cells else np.ones(len(cells))
    tidy["unweighted"] = pd.Series(one).fillna(value=True).to_numpy(dtype=bool)
    tidy["rows"] = cells["rows"].to_numpy(dtype=np.int64)
    return pd.DataFrame(tidy)


def _as_category(values: pd.Series) -> pd.Categorical:
    """Text as category with sorted categories; missing stays missing."""
    codes, uniques = pd.factorize(values, use_na_sentinel=True)
    names = np.array([str(name) for name in uniques], dtype=object)
    order = np.argsort(names, kind="stable")
    rank = np.empty(len(names) + 1, dtype=np.int64)
    rank[order] = np.arange(len(names))
    rank[-1] = -1
    return pd.Categorical.from_codes(rank[codes], categories=pd.Index(names[order]))
