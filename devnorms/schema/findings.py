"""
Findings: what is wrong with a set, or must be known before it is used.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate

GRADES = ("stop", "look", "note")
"""Do not use before it is mended; look at this before use; know this."""

OK = "ok"
"""The grade of a set in which nothing was found."""

SCHEMA = pa.DataFrameSchema(
    {
        "study": pa.Column(str, pa.Check.str_length(min_value=1)),
        "population": pa.Column(str, pa.Check.str_length(min_value=1)),
        "check": pa.Column(str, pa.Check.str_matches(r"^[a-z][a-z_]*$")),
        "what": pa.Column(str, pa.Check.str_length(min_value=1)),
        "grade": pa.Column(str, pa.Check.isin(GRADES)),
        "n": pa.Column("Int64", pa.Check.ge(0)),
        "of": pa.Column("Int64", pa.Check.ge(0), nullable=True),
        "unit": pa.Column(str, pa.Check.str_length(min_value=1)),
        "where": pa.Column(str),
        "chance": pa.Column(float, pa.Check.ge(0), nullable=True),
        "explanation": pa.Column(str, pa.Check.str_length(min_value=1)),
        "advice": pa.Column(str, pa.Check.str_length(min_value=1)),
    },
    name="Findings",
    coerce=True,
)

COLUMNS = tuple(SCHEMA.columns)


def check_findings(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate findings; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per finding: ``study, population, check`` (which check raised it),
        ``what`` (in a few fixed words), ``grade`` (stop, look, note), ``n, of``
        (nullable), ``unit`` (of both), ``where`` (items, ages, levels; never a child;
        may be empty), ``chance`` (how often a set without this fault would raise it;
        empty where no chance is involved), ``explanation, advice``.

    Returns
    -------
    pandas.DataFrame
        The validated table; no row means that nothing was found.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(SCHEMA, table)


def worst(grades: pd.Series) -> str:
    """
    Give the worst of some grades, ``"ok"`` where there is none.

    Parameters
    ----------
    grades : pandas.Series
        Of ``stop, look, note``.

    Returns
    -------
    str

    Examples
    --------
    >>> worst(pd.Series(["note", "look"]))
    'look'
    """
    there = set(grades)
    return next((grade for grade in GRADES if grade in there), OK)
