"""
Placements: where a child stands by a named norm; and what other norms would say.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate

NO_DIAGNOSIS = (
    "This is not a diagnosis, and no screening result: it says where answers lie among "
    "those of other children, not whether anything is wrong."
)
"""Stands in every statement about a child."""

UNCERTAINTIES = (
    "measurement",
    "measurement and norm",
    "measurement, norm and transport",
)
VERDICTS = ("late", "not late", "cannot say")

_NAME = pa.Check.str_length(min_value=1)
_PERCENT = pa.Check.in_range(0, 100)
_OPEN = pa.Check.in_range(0, 1, include_min=False, include_max=False)
_UNSIGNED = pa.Check(
    lambda text: text.str.endswith(NO_DIAGNOSIS),
    name="ends by saying that it is no diagnosis",
)

PLACEMENT = pa.DataFrameSchema(
    {
        "norm": pa.Column(str, _NAME),
        "norm_population": pa.Column(str, _NAME),
        "among": pa.Column(str, _NAME),
        "age_months": pa.Column(float, pa.Check.ge(0)),
        "age_corrected": pa.Column(bool),
        "used": pa.Column("int64", pa.Check.ge(0)),
        "left_out": pa.Column("int64", pa.Check.ge(0)),
        "uncertainty": pa.Column(str, pa.Check.isin(UNCERTAINTIES)),
        "percentile": pa.Column(float, _PERCENT, nullable=True),
        "percentile_low": pa.Column(float, _PERCENT, nullable=True),
        "percentile_high": pa.Column(float, _PERCENT, nullable=True),
        "interval": pa.Column(str),
        "level": pa.Column(float, _OPEN),
        "known": pa.Column(float, pa.Check.in_range(0, 1)),
        "enough": pa.Column(bool),
        "statement": pa.Column(str, [_NAME, _UNSIGNED]),
    },
    checks=[
        pa.Check(
            lambda t: (
                ~t["enough"]
                | (
                    (t["percentile_low"] <= t["percentile"])
                    & (t["percentile"] <= t["percentile_high"])
                )
            ),
            name="percentile_low <= percentile <= percentile_high",
        ),
        pa.Check(
            lambda t: t["percentile"].isna() == ~t["enough"],
            name="no percentile where there is not enough",
        ),
    ],
    name="Placement",
    unique=["norm", "uncertainty"],
    strict=False,
)

CHOICE = pa.DataFrameSchema(
    {
        "reference": pa.Column(str, _NAME),
        "country": pa.Column(str, nullable=True),
        "sampling": pa.Column(str),
        "defensible": pa.Column(bool),
        "why_not": pa.Column(str),
        "judged": pa.Column("int64", pa.Check.ge(0)),
        "late_on": pa.Column("int64", pa.Check.ge(0)),
        "late_milestones": pa.Column(str),
        "verdict": pa.Column(str, pa.Check.isin(VERDICTS)),
        "certain": pa.Column(float, pa.Check.in_range(0, 1), nullable=True),
        "statement": pa.Column(str, [_NAME, _UNSIGNED]),
    },
    checks=[
        pa.Check(
            lambda t: t["certain"].isna() == (t["verdict"] == "cannot say"),
            name="certain wherever there is a verdict",
        ),
        pa.Check(lambda t: t["late_on"] <= t["judged"], name="late_on <= judged"),
        pa.Check(
            lambda t: t["defensible"] == (t["why_not"] == ""),
            name="a reason wherever a norm is not defensible",
        ),
    ],
    name="Reference choice",
    unique=["reference"],
    strict=False,
)


def check_placement(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate where one child stands; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per kind of uncertainty: ``norm`` (population and id),
        ``norm_population, among`` (whose percentile it is), ``age_months`` (judged at),
        ``age_corrected, used, left_out`` (answers), ``uncertainty`` (what the interval
        holds), ``percentile, percentile_low, percentile_high`` (0 to 100; null where
        there is not enough), ``interval, level, known`` (part of the variance between
        children that the answers tell), ``enough, statement``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(PLACEMENT, table)


def check_choice(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate what every norm says of one child; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per norm: ``reference, country`` (nullable), ``sampling, defensible,
        why_not`` (empty if it is), ``judged`` (milestones that the norm can judge),
        ``late_on`` (how many of these are late), ``late_milestones`` (ids, separated
        by commas), ``verdict`` (late, not late, cannot say), ``certain`` (probability
        of that verdict, given what the norm's curves leave open; null without one),
        ``statement``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(CHOICE, table)
