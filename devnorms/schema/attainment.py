"""
Attainment: between which ages children reached a milestone, as far as it was seen.

A child that was seen twice, "not yet" at 9 months and "passed" at 12, reached the
milestone somewhere between. Many such children are counted per pattern: how many were
last seen without it at one age and first seen with it at another.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms._base.errors import EmptySelectionError
from devnorms.schema._faults import validate

SEEN, RECALLED = "seen", "recalled"
KINDS = (SEEN, RECALLED)
"""How the ages are known: from occasions, or as an age that somebody remembered."""

EVIDENCE = ("raw", "published", "raw and published")

_NAME = pa.Check.str_length(min_value=1)
_OPEN = pa.Check.in_range(0, 1, include_min=False, include_max=False)
_AGE = pa.Check.in_range(0, 216)
_HINTS = {
    "(whole table)": "after_months < by_months (with their width), and an edge on at "
    "least one side",
}


def _age() -> pa.Column:
    """Give a column of ages in months that may be unknown."""
    return pa.Column(float, _AGE, nullable=True, coerce=True)


def _in_order(table: pd.DataFrame) -> pd.Series[bool]:
    """Whether a pattern ends after it begins."""
    ends = table["by_months"] + table["width_months"]
    return ~(table["after_months"] >= ends)


PATTERNS = pa.DataFrameSchema(
    {
        "population": pa.Column(str, _NAME, coerce=True),
        "item": pa.Column(str, _NAME, coerce=True),
        "milestone": pa.Column(str, nullable=True, coerce=True),
        "kind": pa.Column(str, pa.Check.isin(KINDS)),
        "after_months": _age(),
        "by_months": _age(),
        "width_months": pa.Column(float, pa.Check.in_range(0, 12), coerce=True),
        "heap_after_months": _age(),
        "heap_by_months": _age(),
        "children": pa.Column("int64", pa.Check.ge(1), coerce=True),
    },
    checks=[
        pa.Check(_in_order, name="after_months < by_months"),
        pa.Check(
            lambda t: t["after_months"].notna() | t["by_months"].notna(),
            name="an edge on at least one side",
        ),
    ],
    name="Attainment",
    strict=False,
)

ATTAINED_AGES = pa.DataFrameSchema(
    {
        "population": pa.Column(str, _NAME),
        "item": pa.Column(str, _NAME),
        "milestone": pa.Column(str, nullable=True),
        "share": pa.Column(float, _OPEN),
        "age_months": pa.Column(float),
        "age_months_low": pa.Column(float),
        "age_months_high": pa.Column(float),
        "interval": pa.Column(str, _NAME),
        "level": pa.Column(float, _OPEN),
        "children": pa.Column("int64", pa.Check.ge(0)),
        "evidence": pa.Column(str, pa.Check.isin(EVIDENCE)),
        "sources": pa.Column(str),
        "support": pa.Column(str, _NAME),
        "statement": pa.Column(str, _NAME),
    },
    checks=[
        pa.Check(
            lambda t: (
                (t["age_months_low"] <= t["age_months"])
                & (t["age_months"] <= t["age_months_high"])
            ),
            name="age_months_low <= age_months <= age_months_high",
        ),
    ],
    name="Ages attained",
    unique=["population", "item", "share"],
    strict=False,
)


def check_attainment(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate patterns of attainment; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per population, item and pattern: ``milestone`` (nullable), ``kind``
        (seen, recalled), ``after_months`` (oldest age without the milestone; null if
        never seen without), ``by_months`` (youngest age with it; null if not reached
        when last seen), ``width_months`` (0, or how wide an age was noted: both ages
        then lie anywhere between what is given and so much more),
        ``heap_after_months, heap_by_months`` (for a remembered age that people round
        to, between which ages one may round to it; otherwise null), ``children``.
        Further columns (``study, country, instrument, domain``) are kept.
        ``attrs["left_out"]`` counts the children that say nothing, by reason.

    Returns
    -------
    pandas.DataFrame
        The validated table.

    Raises
    ------
    InvalidTableError
        With all faults.
    EmptySelectionError
        If there is no row.

    Examples
    --------
    >>> import pandas as pd
    >>> check_attainment(pd.DataFrame({"item": ["walks"]}))
    Traceback (most recent call last):
    devnorms._base.errors.InvalidTableError: Attainment: missing column(s)...
    """
    if "children" in getattr(table, "columns", ()) and table.empty:
        raise EmptySelectionError(
            "Attainment: no row is left. Check the filters (population, item)."
        )
    return validate(PATTERNS, table, _HINTS)


def check_attained_ages(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate ages attained; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per population, item and share: ``age_months`` (posterior median) with
        its interval, ``interval, level, children`` (behind the raw data), ``evidence``
        (raw, published, or both), ``sources`` (of published figures), ``support``
        (whether the share was reached within the ages seen), ``statement``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(ATTAINED_AGES, table)
