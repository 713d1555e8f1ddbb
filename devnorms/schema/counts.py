"""
Counts: how many were asked and how many passed, per population, item, sex and age bin.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms._base.errors import EmptySelectionError
from devnorms.schema._faults import validate
from devnorms.schema.observations import OLDEST_DAYS
from devnorms.schema.responses import SEXES

KEY = ["population", "item", "sex", "age_days_low"]

_HINTS = {
    "age_days_mean": "The mean age of a cell, in days, lies inside its bin",
    "passed": "At most as many can pass as were asked",
    "(whole table)": "passed <= asked, age_days_low <= age_days_mean <= age_days_high, "
    "and one row per population, item, sex and bin",
}

SCHEMA = pa.DataFrameSchema(
    {
        "population": pa.Column(str, coerce=True),
        "study": pa.Column(str, coerce=True),
        "country": pa.Column(str, pa.Check.str_matches(r"^[A-Z]{3}$"), coerce=True),
        "item": pa.Column(str, coerce=True),
        "milestone": pa.Column(str, nullable=True, coerce=True),
        "domain": pa.Column(str, nullable=True, coerce=True),
        "instrument": pa.Column(str, coerce=True),
        "sex": pa.Column(str, pa.Check.isin(SEXES), coerce=True),
        "age_days_low": pa.Column(float, pa.Check.ge(0), coerce=True),
        "age_days_high": pa.Column(float, pa.Check.le(OLDEST_DAYS + 366), coerce=True),
        "age_days_mean": pa.Column(float, pa.Check.ge(0), coerce=True),
        "asked": pa.Column("int64", pa.Check.ge(1), coerce=True),
        "passed": pa.Column("int64", pa.Check.ge(0), coerce=True),
    },
    checks=[
        pa.Check(
            lambda t: t["passed"] <= t["asked"], name="passed <= asked", ignore_na=True
        ),
        pa.Check(
            lambda t: (
                (t["age_days_low"] <= t["age_days_mean"])
                & (t["age_days_mean"] <= t["age_days_high"])
            ),
            name="age_days_low <= age_days_mean <= age_days_high",
        ),
    ],
    name="Counts",
    unique=KEY,
    strict=False,
)

COLUMNS = tuple(SCHEMA.columns)


def check_counts(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate counts; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per population, item, sex and age bin. Columns: ``population, study,
        country, item, milestone`` (concept id, nullable), ``domain`` (of the
        milestone, nullable), ``instrument, sex, age_days_low, age_days_high``
        (inclusive, days), ``age_days_mean`` (of the children in the cell, days),
        ``asked, passed``. ``attrs["record"]`` is the JSON of a `Record`,
        ``attrs["left_out"]`` counts what was not counted.

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
    """
    if "asked" in getattr(table, "columns", ()) and table.empty:
        raise EmptySelectionError(
            "Counts: no row is left. Check the filters (population, milestone, item)."
        )
    return validate(SCHEMA, table, _HINTS)
