"""
Plans: how many children of which ages make a norm of a given width.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate

ALL = "(all)"
"""The row of one sample that is asked every milestone."""

INTERVAL = "large-sample"

_NAME = pa.Check.str_length(min_value=1)
_OPEN = pa.Check.in_range(0, 1, include_min=False, include_max=False)
_AT_LEAST_ONE = pa.Check.ge(1)
_ABOVE = pa.Check.gt(0)

_COMMON = {
    "milestone": pa.Column(str, _NAME),
    "share": pa.Column(float, _OPEN),
    "assumed": pa.Column(str, _NAME),
    "from_months": pa.Column(float, pa.Check.ge(0)),
    "until_months": pa.Column(float, pa.Check.ge(0)),
    "interval": pa.Column(str),
    "level": pa.Column(float, _OPEN),
    "assurance": pa.Column(float, _OPEN),
    "design_effect": pa.Column(float, pa.Check.ge(1)),
}

PLAN = pa.DataFrameSchema(
    {
        **_COMMON,
        "age_months": pa.Column(float, nullable=True),
        "age_months_low": pa.Column(float, nullable=True),
        "age_months_high": pa.Column(float, nullable=True),
        "half_width_months": pa.Column(float, _ABOVE),
        "children": pa.Column("int64", _AT_LEAST_ONE),
        "children_with_prior": pa.Column("int64", _AT_LEAST_ONE),
        "statement": pa.Column(str, _NAME),
    },
    checks=[
        pa.Check(lambda t: t["from_months"] < t["until_months"], name="from < until"),
    ],
    name="Plan",
    unique=["milestone"],
    strict=False,
)

WIDTHS = pa.DataFrameSchema(
    {
        **_COMMON,
        "children": pa.Column("int64", _AT_LEAST_ONE),
        "half_width_months": pa.Column(float, _ABOVE),
        "half_width_months_low": pa.Column(float, _ABOVE),
        "half_width_months_high": pa.Column(float, _ABOVE),
        "half_width_with_prior_months": pa.Column(float, _ABOVE),
    },
    name="Expected widths",
    unique=["milestone", "children"],
    strict=False,
)


def check_plan(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate a plan; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per milestone, with the ages best for it, and ``(all)`` for one sample
        that is asked every milestone: ``milestone, share, assumed`` (whose curves are
        expected), ``age_months`` (expected at that share; ``_low, _high``; null for
        all), ``from_months, until_months`` (children spread evenly between them),
        ``half_width_months`` (aimed at), ``interval, level, assurance`` (probability
        that so many children are enough, given what is not known of the curves),
        ``design_effect, children`` (if they are analysed alone),
        ``children_with_prior`` (if with the other populations), ``statement``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(PLAN, table)


def check_widths(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate expected widths; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per milestone and number of children: as `check_plan`, with
        ``children``, ``half_width_months`` (median over what is not known of the
        curves; ``_low, _high``: from 1 - assurance to assurance),
        ``half_width_with_prior_months``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(WIDTHS, table)
