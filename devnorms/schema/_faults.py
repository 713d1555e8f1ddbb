"""
Validate a table and turn all of pandera's faults into one readable error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pandera.pandas as pa

from devnorms._base.errors import InvalidTableError

_ROWS_SHOWN = 5
WHOLE_TABLE = "(whole table)"


def validate(
    schema: pa.DataFrameSchema,
    table: pd.DataFrame,
    hints: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """
    Check a table against its schema: all faults at once, with the rows they are in.

    Parameters
    ----------
    schema : pandera.pandas.DataFrameSchema
        Its ``name`` names the table in messages.
    table : pandas.DataFrame
        What was given; it is not changed. Rows are named by the index, so keep the
        index of the file a person can open.
    hints : mapping of str to str, optional
        Per column, what to do about a fault.

    Returns
    -------
    pandas.DataFrame
        The validated table, with its ``attrs``.

    Raises
    ------
    InvalidTableError
        With ``faults``, one row per column and rule broken.
    """
    name = str(schema.name)
    if not isinstance(table, pd.DataFrame):
        raise InvalidTableError(
            f"{name}: expected a pandas DataFrame, got {type(table).__name__}."
        )
    needed = [column for column, rule in schema.columns.items() if rule.required]
    missing = [column for column in needed if column not in table.columns]
    if missing:
        found = [str(column) for column in table.columns]
        raise InvalidTableError.missing_columns(name, missing, found)
    try:
        valid = schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        faults = _summarise(errors.failure_cases, hints or {})
        raise InvalidTableError.from_faults(name, faults) from None
    valid.attrs = dict(table.attrs)
    return valid


def _summarise(cases: pd.DataFrame, hints: Mapping[str, str]) -> pd.DataFrame:
    """One row per column and rule, with how many rows break it and the first few."""
    whole = cases["schema_context"].astype(str) == "DataFrameSchema"
    named = cases.assign(
        column=cases["column"].where(cases["column"].notna() & ~whole, WHOLE_TABLE),
        rule=cases["check"].astype(str).map(_in_words),
    )
    rows: list[dict[str, Any]] = []
    for (column, rule), group in named.groupby(["column", "rule"], sort=False):
        index = group["index"].dropna().drop_duplicates()
        follows_from_another = index.empty and bool(rows)
        if not follows_from_another:
            rows.append(
                {
                    "column": str(column),
                    "rule": str(rule),
                    "rows": len(index),
                    "first_rows": index.head(_ROWS_SHOWN).tolist(),
                    "example": group["failure_case"].iloc[0],
                    "hint": hints.get(str(column), ""),
                }
            )
    return pd.DataFrame(rows)


def _in_words(check: str) -> str:
    """Say pandera's rule as a person would."""
    if check == "not_nullable":
        return "empty cells are not allowed here"
    if check.startswith(("coerce_dtype", "dtype")):
        kind = check.partition("(")[2].rstrip(")").strip("'\"")
        words = {
            "float64": "a number",
            "Int64": "a whole number",
            "int64": "a whole number",
        }
        return f"expected {words.get(kind, kind)}, found something else"
    if check in {"multiple_fields_uniqueness", "field_uniqueness"}:
        return "the same key comes more than once"
    return f"breaks the rule {check}"
