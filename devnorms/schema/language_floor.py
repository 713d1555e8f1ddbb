"""
How far samples, forms, dialects and languages differ on the same words.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate

KINDS = (
    "same form, another sample",
    "same dialect, another form",
    "same language, another dialect",
    "another language",
)

_SHARE = pa.Check.in_range(0, 1, False, False)


def _months(name: str) -> dict[str, pa.Column]:
    """Give a number in months with the ends of its interval."""
    return {
        f"{name}_months{end}": pa.Column(float, pa.Check.ge(0), coerce=True)
        for end in ("", "_low", "_high")
    }


SCHEMA = pa.DataFrameSchema(
    {
        "between": pa.Column(str, pa.Check.isin(KINDS), unique=True),
        "share": pa.Column(float, _SHARE),
        "pairs": pa.Column("int64", pa.Check.ge(1), coerce=True),
        "languages": pa.Column("int64", pa.Check.ge(1), coerce=True),
        "differences": pa.Column("int64", pa.Check.ge(1), coerce=True),
        **_months("median"),
        **_months("upper"),
        "median_ratio": pa.Column(float, pa.Check.ge(0), coerce=True),
        "interval": pa.Column(str),
        "level": pa.Column(float, _SHARE),
    },
    name="Language floor",
    strict=False,
)


def check_language_floor(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate a table of differences between samples, forms, dialects, languages.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per kind of pair: ``between`` (same form, another sample; same dialect,
        another form; same language, another dialect; another language), ``share,
        pairs`` (of populations), ``languages`` (that they speak), ``differences``
        (pairs x milestones), ``median_months, upper_months`` (of the differences, sign
        dropped: half exceed the first, one in ten the second) with ends of their
        intervals, ``median_ratio`` (as a part of age), ``interval, level``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(SCHEMA, table)
