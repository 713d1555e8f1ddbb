"""
Transported norms: what was predicted, from whom; and how predictions fared.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate
from devnorms.schema._norm_table import SCHEMA as NORMS

_NAME = pa.Check.str_length(min_value=1)
_OPEN = pa.Check.in_range(0, 1, include_min=False, include_max=False)
_PROBABILITY = pa.Check.in_range(0, 1)

TRANSPORTED = NORMS.add_columns(
    {
        "predicted": pa.Column(bool),
        "populations": pa.Column("int64", pa.Check.ge(2)),
        "countries": pa.Column("int64", pa.Check.ge(1)),
        "from_populations": pa.Column(str, _NAME),
        "method": pa.Column(str, _NAME),
        "mark": pa.Column(str),
    }
)
TRANSPORTED.name = "Transported norm"

SCORES = pa.DataFrameSchema(
    {
        "group": pa.Column(str, _NAME),
        "population": pa.Column(str, _NAME),
        "item": pa.Column(str, _NAME),
        "milestone": pa.Column(str, _NAME),
        "method": pa.Column(str, _NAME),
        "children": pa.Column("int64", pa.Check.ge(0)),
        "share": pa.Column(float, _OPEN),
        "measured_months": pa.Column(float),
        "measured_se": pa.Column(float, pa.Check.ge(0)),
        "judged": pa.Column(bool),
        "age_months": pa.Column(float),
        "age_months_low": pa.Column(float),
        "age_months_high": pa.Column(float),
        "width_months": pa.Column(float, pa.Check.ge(0)),
        "error_months": pa.Column(float),
        "rank": pa.Column(float, _PROBABILITY),
        "log_score_age": pa.Column(float),
        "log_score": pa.Column(float, pa.Check.le(0)),
        "level": pa.Column(float, _OPEN),
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
    name="Scores of predictions",
    strict=False,
)


def check_transported(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate the table of a transported norm; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        As of every norm set (`devnorms.schema.norms.check_norms`), and: ``predicted``
        (whether nobody there was asked), ``populations, countries`` (others asked),
        ``from_populations`` (by commas), ``method``, ``mark`` (what to mind).

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(TRANSPORTED, table)


def check_scores(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate scores of predictions; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per group left out, population, item, share, method and number of local
        children: what was predicted, what was measured, and how the two agree; see
        `devnorms.norms.transport_scores.score`.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(SCORES, table)
