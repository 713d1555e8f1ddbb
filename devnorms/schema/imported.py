"""
Imported norms: what a norm does to children it was not made from.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate
from devnorms.schema.differences import VERDICTS

FLAGS = ("late", "early")
REACHES = ("within", "norm", "children", "both")
"""Whether the age judged at lies where somebody was asked; if not, whose data end."""
AGAINST_FLOOR = ("beyond", "within", "unclear", "no floor")
NOT_JUDGED = "not judged"
"""Verdict where the gate was not asked: printed norms, curves without effects."""
JOINED = ("same items", "linked items", "a printed age")

_SHARE = pa.Check.in_range(0, 1)
_OPEN = pa.Check.in_range(0, 1, include_min=False, include_max=False)
_NAME = pa.Check.str_length(min_value=1)


def _ordered(name: str) -> pa.Check:
    """Demand that a value lies in its own interval, unless the cell is empty."""
    low, high = f"{name}_low", f"{name}_high"

    def holds(table: pd.DataFrame) -> pd.Series[bool]:
        inside = (table[low] <= table[name]) & (table[name] <= table[high])
        return inside | table[name].isna()

    return pa.Check(holds, name=f"{low} <= {name} <= {high}")


SCHEMA = pa.DataFrameSchema(
    {
        "reference": pa.Column(str, _NAME),
        "reference_country": pa.Column(str, nullable=True),
        "population": pa.Column(str, _NAME),
        "country": pa.Column(str),
        "milestone": pa.Column(str),
        "domain": pa.Column(str),
        "share": pa.Column(float, _OPEN),
        "flag": pa.Column(str, pa.Check.isin(FLAGS)),
        "age_months": pa.Column(float),
        "age_months_low": pa.Column(float),
        "age_months_high": pa.Column(float),
        "flagged": pa.Column(float, _SHARE),
        "flagged_low": pa.Column(float, _SHARE),
        "flagged_high": pa.Column(float, _SHARE),
        "flagged_at_home": pa.Column(float, _OPEN),
        "more_per_1000": pa.Column(float),
        "more_per_1000_low": pa.Column(float),
        "more_per_1000_high": pa.Column(float),
        "flagged_same_items": pa.Column(float, _SHARE, nullable=True),
        "flagged_same_items_low": pa.Column(float, _SHARE, nullable=True),
        "flagged_same_items_high": pa.Column(float, _SHARE, nullable=True),
        "interval": pa.Column(str),
        "level": pa.Column(float, _OPEN),
        "shared_items": pa.Column("int64", pa.Check.ge(0)),
        "joined_by": pa.Column(str, pa.Check.isin(JOINED)),
        "reference_asked": pa.Column("Int64", pa.Check.ge(0), nullable=True),
        "asked": pa.Column("int64", pa.Check.ge(0)),
        "reference_sampling": pa.Column(str),
        "sampling": pa.Column(str),
        "same_country": pa.Column(bool),
        "reach": pa.Column(str, pa.Check.isin(REACHES)),
        "verdict": pa.Column(str, pa.Check.isin((*VERDICTS, NOT_JUDGED))),
        "reason": pa.Column(str, _NAME),
        "floor_low": pa.Column(float, _SHARE, nullable=True),
        "floor_high": pa.Column(float, _SHARE, nullable=True),
        "floor_comparisons": pa.Column("int64", pa.Check.ge(0)),
        "against_floor": pa.Column(str, pa.Check.isin(AGAINST_FLOOR)),
        "statement": pa.Column(str, _NAME),
    },
    checks=[
        _ordered("flagged"),
        _ordered("flagged_same_items"),
        _ordered("age_months"),
    ],
    name="Imported norms",
    unique=["reference", "population", "milestone", "share", "flag"],
    strict=False,
)

DEPENDENCES = ("independent", "one pace per child")

BATTERY = pa.DataFrameSchema(
    {
        "reference": pa.Column(str, _NAME),
        "population": pa.Column(str, _NAME),
        "country": pa.Column(str),
        "share": pa.Column(float, _OPEN),
        "flag": pa.Column(str, pa.Check.isin(FLAGS)),
        "at_least": pa.Column("int64", pa.Check.ge(1)),
        "of": pa.Column("int64", pa.Check.ge(1)),
        "milestones": pa.Column(str, _NAME),
        "dependence": pa.Column(str, pa.Check.isin(DEPENDENCES)),
        "pace_sd": pa.Column(float, pa.Check.ge(0)),
        "flagged": pa.Column(float, _SHARE),
        "flagged_low": pa.Column(float, _SHARE),
        "flagged_high": pa.Column(float, _SHARE),
        "bound_low": pa.Column(float, _SHARE),
        "bound_high": pa.Column(float, _SHARE),
        "flagged_at_home": pa.Column(float, _SHARE),
        "newly_per_1000": pa.Column(float, pa.Check.ge(0)),
        "no_longer_per_1000": pa.Column(float, pa.Check.ge(0)),
        "interval": pa.Column(str),
        "level": pa.Column(float, _OPEN),
        "asked": pa.Column("int64", pa.Check.ge(0)),
        "reference_sampling": pa.Column(str),
        "sampling": pa.Column(str),
        "same_country": pa.Column(bool),
        "outside_reach": pa.Column("int64", pa.Check.ge(0)),
        "statement": pa.Column(str, _NAME),
    },
    checks=[_ordered("flagged")],
    name="Imported norms, several milestones",
    unique=["reference", "population", "share", "flag", "dependence"],
    strict=False,
)


def check_imported(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate what imported norms do, per milestone; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per reference, population, milestone, share and flag: ``reference,
        reference_country`` (null for several), ``population, country, milestone,
        domain, share, flag`` (late, early), ``age_months`` (that the reference's norm
        judges at; ``_low, _high``), ``flagged`` (share of the population's children;
        ``_low, _high``), ``flagged_at_home`` (share that the reference's own norm
        flags at home, the same by definition that a population's own norm flags),
        ``more_per_1000`` (children flagged beyond that; negative: fewer; ``_low,
        _high``), ``flagged_same_items`` (by the items that both were asked; null where
        there is none; ``_low, _high``), ``interval, level, shared_items, joined_by``
        (same items, linked items, a printed age), ``reference_asked`` (null for
        printed ages), ``asked, reference_sampling, sampling, same_country, reach``
        (whether the age lies where anybody was asked: within; or whose data do not
        reach: norm, children, both), ``verdict, reason`` (of the gate: compare, compare
        with caution, do not compare, not judged), ``floor_low, floor_high`` (what
        studies of one country do to each other on the same items; null without such
        studies), ``floor_comparisons, against_floor`` (beyond, within, unclear, no
        floor),
        ``statement`` (in words; no number where the data do not reach or the gate
        refuses).

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(SCHEMA, table)


def check_imported_battery(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate what imported norms of several milestones do together.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per reference, population, flag and dependence: ``reference,
        population, country, share, flag, at_least, of`` (flagged: at least so many of
        so many milestones), ``milestones`` (ids, separated by commas), ``dependence``
        (independent; one pace per child), ``pace_sd, flagged`` (``_low, _high``),
        ``bound_low, bound_high`` (what no dependence whatever can leave, given the
        shares per milestone), ``flagged_at_home`` (by the population's own norms),
        ``newly_per_1000, no_longer_per_1000`` (children who change class against their
        own norms), ``interval, level, asked, reference_sampling, sampling,
        same_country, outside_reach`` (milestones judged at an age where nobody was
        asked), ``statement``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(BATTERY, table)
