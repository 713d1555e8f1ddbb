"""
Observations: one row is one child, one item, one occasion.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms._base.errors import EmptySelectionError
from devnorms.schema._faults import validate
from devnorms.schema.responses import MODES, RESPONSES, SEXES

OLDEST_DAYS = 18 * 366
KEY = ["study", "child", "occasion", "item", "coder"]

_HINTS = {
    "age_days": "Ages are in days, from 0 to 18 years; ages in months or years must "
    "be converted first (1 month = 30.4375 days)",
    "response": f"Allowed: {', '.join(RESPONSES)}",
    "sex": f"Allowed: {', '.join(SEXES)}",
    "mode": f"Allowed: {', '.join(MODES)}",
    "country": "ISO 3166-1 alpha-3, for example 'NLD'",
    "(whole table)": "A child answers an item once per occasion and coder: give "
    "repeats their own occasion, or remove the duplicates",
}

SCHEMA = pa.DataFrameSchema(
    {
        "study": pa.Column(str, pa.Check.str_length(min_value=1), coerce=True),
        "population": pa.Column(str, pa.Check.str_length(min_value=1), coerce=True),
        "country": pa.Column(str, pa.Check.str_matches(r"^[A-Z]{3}$"), coerce=True),
        "language": pa.Column(str, nullable=True, coerce=True),
        "child": pa.Column(str, pa.Check.str_length(min_value=1), coerce=True),
        "occasion": pa.Column(str, coerce=True),
        "age_days": pa.Column(
            float, pa.Check.in_range(0, OLDEST_DAYS), nullable=True, coerce=True
        ),
        "gestation_days": pa.Column(
            float, pa.Check.in_range(140, 320), nullable=True, coerce=True
        ),
        "sex": pa.Column(str, pa.Check.isin(SEXES), coerce=True),
        "item": pa.Column(str, pa.Check.str_length(min_value=1), coerce=True),
        "milestone": pa.Column(str, nullable=True, coerce=True),
        "instrument": pa.Column(str, coerce=True),
        "mode": pa.Column(str, pa.Check.isin(MODES), coerce=True),
        "response": pa.Column(str, pa.Check.isin(RESPONSES), coerce=True),
        "weight": pa.Column(
            float, pa.Check.greater_than_or_equal_to(0), nullable=True, coerce=True
        ),
        "coder": pa.Column(str, nullable=True, coerce=True),
    },
    name="Observations",
    unique=KEY,
    strict=False,
)
"""Columns beyond these are kept. Text may come as ``category``; it leaves as such."""

COLUMNS = tuple(SCHEMA.columns)


def check_observations(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate observations; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per child, item and occasion. Columns: ``study, population, country``
        (ISO 3166-1 alpha-3), ``language`` (BCP 47, nullable), ``child, occasion,
        age_days`` (chronological, days, nullable), ``gestation_days`` (days,
        nullable), ``sex`` (female, male, unknown), ``item, milestone`` (concept id,
        nullable), ``instrument, mode`` (direct, caregiver, record, unknown),
        ``response`` (passed, not_yet, not_asked, does_not_apply, unsure), ``weight``
        (nullable), ``coder`` (nullable). What a loader left out is counted in
        ``attrs["left_out"]``.

    Returns
    -------
    pandas.DataFrame
        The validated table; text columns as ``category`` (a tenth of the memory).

    Raises
    ------
    InvalidTableError
        Wrong or missing columns, impossible ages, unknown responses, duplicates.
    EmptySelectionError
        If there is no row.

    Examples
    --------
    >>> import pandas as pd
    >>> check_observations(pd.DataFrame({"age": [3]}))
    Traceback (most recent call last):
    devnorms._base.errors.InvalidTableError: Observations: missing column...
    """
    if "study" in getattr(table, "columns", ()) and table.empty:
        raise EmptySelectionError(
            "Observations: no row is left. Check the filters (study, country, "
            "instrument, domain, milestone) or the file."
        )
    valid = validate(SCHEMA, table, _HINTS)
    text = [c for c in COLUMNS if c not in {"age_days", "gestation_days", "weight"}]
    typed = valid.astype(dict.fromkeys(text, "category"))
    typed.attrs = dict(table.attrs)
    return typed
