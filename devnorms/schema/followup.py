"""
Vocabulary at follow-up: forms of several languages, some of unknown length.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate
from devnorms.schema.observations import OLDEST_DAYS
from devnorms.schema.responses import SEXES

COMPARABLE = ("share", "percentile")
"""What may be compared between forms; counts of words may not."""

_TOLERANCE = 1e-9
_NAME = pa.Check.str_length(min_value=1)


def _share_fits(table: pd.DataFrame) -> pd.Series:
    """Whether share is words by ceiling, and null where the ceiling is."""
    ratio = table["words"] / table["ceiling"].astype(float)
    alike = (ratio - table["share"]).abs() < _TOLERANCE
    return alike | (table["share"].isna() & table["ceiling"].isna())


SCHEMA = pa.DataFrameSchema(
    {
        "study": pa.Column(str, _NAME),
        "population": pa.Column(str, _NAME),
        "country": pa.Column(str, pa.Check.str_matches(r"^[A-Z]{3}$")),
        "language": pa.Column(str, _NAME),
        "child": pa.Column(str, _NAME),
        "occasion": pa.Column(str, _NAME),
        "age_days": pa.Column(float, pa.Check.in_range(0, OLDEST_DAYS), coerce=True),
        "sex": pa.Column(str, pa.Check.isin(SEXES)),
        "laboratory": pa.Column(str, _NAME),
        "instrument": pa.Column(str, _NAME),
        "words": pa.Column("int64", pa.Check.ge(0), coerce=True),
        "ceiling": pa.Column("Int64", pa.Check.ge(1), nullable=True, coerce=True),
        "share": pa.Column(float, pa.Check.in_range(0, 1), nullable=True, coerce=True),
        "percentile": pa.Column(
            float, pa.Check.in_range(0, 100), nullable=True, coerce=True
        ),
        "percentile_band": pa.Column(
            str, pa.Check.str_matches(r"^\d+-\d+$"), nullable=True
        ),
        "doubtful": pa.Column("boolean", nullable=True, coerce=True),
    },
    checks=[
        pa.Check(_share_fits, name="share is words by ceiling"),
        pa.Check(
            lambda t: ~(t["words"] > t["ceiling"]).fillna(value=False),
            name="no more words than the form has",
        ),
    ],
    name="Vocabulary at follow-up",
    unique=["study", "child", "occasion"],
)


def check_followup(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate vocabulary at follow-up.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per child and occasion: ``study, population, country`` (ISO 3166-1
        alpha-3), ``language`` (BCP 47), ``child, occasion, age_days, sex, laboratory,
        instrument`` (the form), ``words`` (that the child says), ``ceiling`` (words on
        the form, null where not stated), ``share`` (words by ceiling), ``percentile``
        (for age, by the form's own norms), ``percentile_band`` (where only a range is
        stated), ``doubtful`` (marked as an error at the source; null where not said).

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(SCHEMA, table)
