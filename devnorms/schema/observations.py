"""
Observations: one row is one child, one item, one occasion.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
from numpy.typing import NDArray

from devnorms._base.errors import EmptySelectionError
from devnorms.schema._faults import validate
from devnorms.schema._observed import (
    Allowed,
    as_category,
    is_one_of,
    is_said,
    matches,
    repeated,
    wrong_numbers,
    wrong_texts,
)
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

_NUMBERS = {
    "age_days": (0.0, float(OLDEST_DAYS)),
    "gestation_days": (140.0, 320.0),
    "weight": (0.0, float("inf")),
}
_TEXTS: dict[str, list[Allowed]] = {
    "study": [is_said],
    "population": [is_said],
    "country": [matches(r"^[A-Z]{3}$")],
    "language": [],
    "child": [is_said],
    "occasion": [],
    "sex": [is_one_of(SEXES)],
    "item": [is_said],
    "milestone": [],
    "instrument": [],
    "mode": [is_one_of(MODES)],
    "response": [is_one_of(RESPONSES)],
    "coder": [],
}
"""The same rules once more, for the quick look; a test holds them against `SCHEMA`."""


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
    typed, wrong = _look(table)
    if typed is not None and not len(wrong):
        typed.attrs = dict(table.attrs)
        return typed
    if typed is not None:
        validate(SCHEMA, table[wrong], _HINTS)  # raises: these rows break a rule
    valid = validate(SCHEMA, table, _HINTS)
    typed = valid.astype(dict.fromkeys(_TEXTS, "category"))
    typed.attrs = dict(table.attrs)
    return typed


def _look(table: object) -> tuple[pd.DataFrame | None, NDArray[np.bool_]]:
    """
    Give the table with its types and which rows break a rule; no table if in doubt.

    In doubt are missing columns, numbers that are text, and the like: pandera says it.
    """
    nobody = np.zeros(0, dtype=bool)
    if not isinstance(table, pd.DataFrame) or not set(COLUMNS) <= set(table.columns):
        return None, nobody
    if not table.columns.is_unique:
        return None, nobody
    checked: dict[str, pd.Series] = {}
    marks: list[NDArray[np.bool_] | None] = []
    for name in COLUMNS:
        column = _typed(table[name], name)
        if column is None:
            return None, nobody
        checked[name] = column
        if name in _NUMBERS:
            marks.append(wrong_numbers(column, *_NUMBERS[name]))
        else:
            nullable = bool(SCHEMA.columns[name].nullable)
            marks.append(wrong_texts(column, nullable, _TEXTS[name]))
    marks.append(repeated({name: checked[name] for name in KEY}))
    if any(mark is None for mark in marks):
        return None, nobody
    found = [mark for mark in marks if mark is not None and len(mark)]
    if found:
        return table, np.logical_or.reduce(found)
    columns = {name: checked.get(name, table[name]) for name in table.columns}
    return pd.DataFrame(columns, index=table.index, copy=False), nobody


def _typed(column: pd.Series, name: str) -> pd.Series | None:
    """Give a column its type, or nothing where that is not plain."""
    if name not in _NUMBERS:
        return as_category(column)
    plain = pd.api.types.is_numeric_dtype(column.dtype) or column.isna().all()
    return column.astype(float) if plain else None
