"""
Vocabulary: how many words each child says or understands, form by form.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms._base.errors import EmptySelectionError
from devnorms.schema._faults import validate
from devnorms.schema.observations import OLDEST_DAYS
from devnorms.schema.responses import SEXES

MEASURES = ("produces", "understands")
KEY = ["study", "child", "occasion", "measure"]

_HINTS = {
    "age_days": "Ages are in days, from 0 to 18 years",
    "measure": f"Allowed: {', '.join(MEASURES)}",
    "(whole table)": "words <= answered <= ceiling, and one row per study, child, "
    "occasion and measure",
}

SCHEMA = pa.DataFrameSchema(
    {
        "study": pa.Column(str, pa.Check.str_length(min_value=1)),
        "population": pa.Column(str, pa.Check.str_length(min_value=1)),
        "country": pa.Column(str, pa.Check.str_matches(r"^[A-Z]{3}$")),
        "language": pa.Column(str, nullable=True),
        "child": pa.Column(str, pa.Check.str_length(min_value=1)),
        "occasion": pa.Column(str),
        "age_days": pa.Column(float, pa.Check.in_range(0, OLDEST_DAYS), nullable=True),
        "age_months": pa.Column("Int64", pa.Check.in_range(0, 216), nullable=True),
        "sex": pa.Column(str, pa.Check.isin(SEXES)),
        "instrument": pa.Column(str, pa.Check.str_length(min_value=1)),
        "measure": pa.Column(str, pa.Check.isin(MEASURES)),
        "words": pa.Column("int64", pa.Check.ge(0)),
        "answered": pa.Column("int64", pa.Check.ge(1)),
        "ceiling": pa.Column("int64", pa.Check.ge(1)),
        "exposure_percent": pa.Column(float, pa.Check.in_range(0, 100), nullable=True),
    },
    checks=[
        pa.Check(lambda t: t["words"] <= t["answered"], name="words <= answered"),
        pa.Check(lambda t: t["answered"] <= t["ceiling"], name="answered <= ceiling"),
    ],
    name="Vocabulary",
    unique=KEY,
    strict=False,
    coerce=True,
)

COLUMNS = tuple(SCHEMA.columns)


def check_vocabulary(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate a table of vocabulary sizes; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per child, form and measure. Columns: ``study, population, country``
        (ISO 3166-1 alpha-3), ``language`` (BCP 47, nullable), ``child, occasion,
        age_days`` (nullable), ``age_months`` (completed, nullable), ``sex, instrument``
        (the form), ``measure`` (produces, understands), ``words`` (that the child says
        or understands; 0 is a number like any other), ``answered`` (words with an
        answer), ``ceiling`` (words on the form), ``exposure_percent`` (of the form's
        language in what the child hears, nullable).

    Returns
    -------
    pandas.DataFrame
        The validated table, with its ``attrs``.

    Raises
    ------
    InvalidTableError
        With all faults.
    EmptySelectionError
        If there is no row.

    Examples
    --------
    >>> check_vocabulary(pd.DataFrame({"word": [3]}))
    Traceback (most recent call last):
    devnorms._base.errors.InvalidTableError: Vocabulary: missing column...
    """
    if "words" in getattr(table, "columns", ()) and table.empty:
        raise EmptySelectionError(
            "Vocabulary: no row is left. Check the filters (study, country, language, "
            "form), or the file."
        )
    return validate(SCHEMA, table, _HINTS)
