"""
Reports and codings: what caregivers wrote, and which milestones were read in it.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate

STATUSES = ("achieved", "not_yet", "unclear")
"""What a report can say of a milestone of this child."""

SUBJECTS = ("child", "sibling", "other", "general")
"""Whose milestone a text speaks of; only those of the child are codes."""

SETTINGS = ("proposed", "blind", "assisted")
"""A program's proposal; a person's code made without, or with, seeing proposals."""

OLDEST_MONTHS = 216.0
"""Eighteen years, as in observations."""

_NAME = pa.Check.str_length(min_value=1)
_MONTHS = pa.Check.in_range(0, OLDEST_MONTHS)

REPORTS = pa.DataFrameSchema(
    {
        "id": pa.Column(str, _NAME, unique=True),
        "lang": pa.Column(str, pa.Check.str_matches(r"^[a-z]{2,3}$")),
        "age_months": pa.Column(float, _MONTHS, nullable=True),
        "text": pa.Column(str, _NAME),
    },
    name="Reports",
    coerce=True,
)

CODINGS = pa.DataFrameSchema(
    {
        "id": pa.Column(str, _NAME),
        "concept": pa.Column(str, pa.Check.str_matches(r"^[a-z][a-z0-9_]*$")),
        "status": pa.Column(str, pa.Check.isin(STATUSES)),
        "age_months_low": pa.Column(float, _MONTHS, nullable=True),
        "age_months_high": pa.Column(float, _MONTHS, nullable=True),
        "evidence": pa.Column(str, _NAME),
        "start": pa.Column("int64", pa.Check.ge(0)),
        "end": pa.Column("int64", pa.Check.ge(1)),
        "subject": pa.Column(str, pa.Check.isin(SUBJECTS)),
        "probability": pa.Column(float, pa.Check.in_range(0, 1), nullable=True),
        "coder": pa.Column(str, _NAME),
        "lang": pa.Column(str, pa.Check.str_matches(r"^[a-z]{2,3}$")),
        "setting": pa.Column(str, pa.Check.isin(SETTINGS)),
        "accepted_by": pa.Column(str, nullable=True),
    },
    checks=[
        pa.Check(
            lambda t: t["end"] - t["start"] == t["evidence"].str.len(),
            name="evidence is as long as from start to end",
        ),
        pa.Check(
            lambda t: (
                (t["age_months_low"].isna() & t["age_months_high"].isna())
                | (t["age_months_low"] <= t["age_months_high"])
            ),
            name="age_months_low <= age_months_high, or neither",
        ),
        pa.Check(
            lambda t: t["age_months_low"].isna() | (t["status"] == "achieved"),
            name="an age only where achieved",
        ),
    ],
    name="Codings",
    unique=["id", "concept", "coder", "setting"],
    coerce=True,
)

COLUMNS = tuple(CODINGS.columns)


def check_reports(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate reports; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per report: ``id, lang`` (two or three letters), ``age_months`` (the
        child's age when it was written; nullable), ``text``.

    Returns
    -------
    pandas.DataFrame
        The validated table.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(REPORTS, table)


def check_codings(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate codings; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per code: ``id`` (of the report), ``concept`` (the milestone),
        ``status`` (achieved, not_yet, unclear), ``age_months_low, age_months_high``
        (the age of attainment as an interval; null where not said, and always where
        not achieved), ``evidence`` (a verbatim part of the report), ``start, end``
        (where it stands, in code points), ``subject, probability`` (null for people),
        ``coder, lang, setting`` (proposed, blind, assisted), ``accepted_by`` (null
        until a person has decided).

    Returns
    -------
    pandas.DataFrame
        The validated table.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(CODINGS, table)
