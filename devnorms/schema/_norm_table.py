"""
The table of a norm set: one row per population, milestone and share.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate

POOLED = "(pooled)"
"""The row of the centre of all populations; nobody lives there."""

SUPPORTS = ("within", "before", "after", "not_observed")

SCHEMA = pa.DataFrameSchema(
    {
        "population": pa.Column(str),
        "country": pa.Column(str, nullable=True),
        "milestone": pa.Column(str),
        "domain": pa.Column(str),
        "share": pa.Column(float, pa.Check.in_range(0, 1, False, False)),
        "age_months": pa.Column(float),
        "age_months_low": pa.Column(float),
        "age_months_high": pa.Column(float),
        "interval": pa.Column(str),
        "level": pa.Column(float, pa.Check.in_range(0, 1, False, False)),
        "asked": pa.Column("int64", pa.Check.ge(0)),
        "passed": pa.Column("int64", pa.Check.ge(0)),
        "items": pa.Column("int64", pa.Check.ge(0)),
        "support": pa.Column(str, pa.Check.isin(SUPPORTS)),
        "support_low_months": pa.Column(float, nullable=True),
        "support_high_months": pa.Column(float, nullable=True),
        "statement": pa.Column(str, pa.Check.str_length(min_value=1)),
    },
    checks=[
        pa.Check(lambda t: t["passed"] <= t["asked"], name="passed <= asked"),
        pa.Check(
            lambda t: ~_flagged(t) | _opens_with_flag(t),
            name="a flagged row's statement opens with its flag",
        ),
        pa.Check(
            lambda t: (
                (t["age_months_low"] <= t["age_months"])
                & (t["age_months"] <= t["age_months_high"])
            ),
            name="age_months_low <= age_months <= age_months_high",
        ),
    ],
    name="NormSet",
    unique=["population", "milestone", "share"],
    strict=False,
)


_HINTS = {
    "(whole table)": "One row per population, milestone and share; a row with support "
    "'before' or 'after' says so in its statement and quotes no age outside the data",
    "support": f"Allowed: {', '.join(SUPPORTS)}",
    "share": "A share lies between 0 and 1: 0.9, not 90",
    "level": "A level lies between 0 and 1: 0.9, not 90",
}


def _flagged(table: pd.DataFrame) -> pd.Series[bool]:
    """Rows whose age lies where nobody was asked."""
    return table["support"].isin(["before", "after"])


def _opens_with_flag(table: pd.DataFrame) -> pd.Series[bool]:
    """Whether the words begin with the flag: what people read must not hide it."""
    words = zip(table["statement"].astype(str), table["support"], strict=True)
    return pd.Series([text.startswith(flag) for text, flag in words], table.index)


def check_norms(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate the table of a norm set; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per population, milestone and share: ``population, country, milestone,
        domain, share`` (share passing), ``age_months`` (posterior median),
        ``age_months_low, age_months_high, interval`` (its kind), ``level, asked,
        passed, items, support`` (within, before, after: where the median lies against
        the ages at which children were asked; not_observed: pooled),
        ``support_low_months, support_high_months, statement`` (in words).

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(SCHEMA, table, _HINTS)
