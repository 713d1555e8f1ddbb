"""
Differential item functioning (DIF): matched answers, and what groups differ by.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms._base.errors import EmptySelectionError
from devnorms.schema._faults import validate

ABILITY, DSCORE, AGE = "ability", "dscore", "age"
MATCHED_ON = (ABILITY, DSCORE, AGE)

CENTRE = "(mean of groups)"
"""In column ``reference``: a group is laid beside the mean over all groups asked."""

CLAIMS = ("none", "earlier", "later")
SUPPORTS = ("inside", "before", "after", "no answer varies")
TESTS = ("mantel-haenszel", "logistic", "gee")
ETS_CLASSES = ("A", "B", "C")

_TEXT = pa.Check.str_length(min_value=1)
_SHARE = pa.Check.in_range(0, 1, False, False)
_PROBABILITY = pa.Check.in_range(0, 1)


def _number(nullable: bool = True, check: pa.Check | None = None) -> pa.Column:
    """Give a column of numbers."""
    return pa.Column(float, check, nullable=nullable, coerce=True)


def _count() -> pa.Column:
    """Give a column of counts."""
    return pa.Column("int64", pa.Check.ge(0), coerce=True)


MATCHED = pa.DataFrameSchema(
    {
        "child": pa.Column(str, _TEXT, coerce=True),
        "group": pa.Column(str, _TEXT, coerce=True),
        "item": pa.Column(str, _TEXT, coerce=True),
        "age_months": _number(False, pa.Check.ge(-1)),
        "passed": pa.Column("int64", pa.Check.isin([0, 1]), coerce=True),
        "match": _number(False),
        "match_sd": _number(False, pa.Check.ge(0)),
        "score": _number(False),
    },
    name="Matched answers",
    strict=False,
)

DIF = pa.DataFrameSchema(
    {
        "item": pa.Column(str, _TEXT),
        "group": pa.Column(str, _TEXT),
        "reference": pa.Column(str, _TEXT),
        "share": pa.Column(float, _SHARE),
        "difference_months": _number(),
        "difference_months_low": _number(),
        "difference_months_high": _number(),
        "threshold_months": pa.Column(float, pa.Check.gt(0)),
        "probability_beyond_threshold": _number(check=_PROBABILITY),
        "claim": pa.Column(str, pa.Check.isin(CLAIMS)),
        "logits": _number(),
        "logits_low": _number(),
        "logits_high": _number(),
        "slope_ratio": _number(check=pa.Check.gt(0)),
        "slope_ratio_low": _number(check=pa.Check.gt(0)),
        "slope_ratio_high": _number(check=pa.Check.gt(0)),
        "support": pa.Column(str, pa.Check.isin(SUPPORTS)),
        "asked": _count(),
        "passed": _count(),
        "asked_reference": _count(),
        "passed_reference": _count(),
        "interval": pa.Column(str, _TEXT),
        "level": pa.Column(float, _SHARE),
    },
    checks=[
        pa.Check(
            lambda t: (
                t["difference_months"].isna()
                | (
                    (t["difference_months_low"] <= t["difference_months"])
                    & (t["difference_months"] <= t["difference_months_high"])
                )
            ),
            name="the difference lies inside its interval",
        ),
        pa.Check(
            lambda t: (
                (t["claim"] == CLAIMS[0])
                | (t["probability_beyond_threshold"] >= t["level"])
            ),
            name="a claim needs a probability of at least `level`",
        ),
    ],
    name="DIF",
    unique=["item", "group", "reference", "share"],
    strict=False,
)

CLASSICAL = pa.DataFrameSchema(
    {
        "item": pa.Column(str, _TEXT),
        "group": pa.Column(str, _TEXT),
        "reference": pa.Column(str, _TEXT),
        "test": pa.Column(str, pa.Check.isin(TESTS)),
        "logits": _number(),
        "logits_low": _number(),
        "logits_high": _number(),
        "statistic": _number(check=pa.Check.ge(0)),
        "p_value": _number(check=_PROBABILITY),
        "p_value_slope": _number(check=_PROBABILITY),
        "q_value": _number(check=_PROBABILITY),
        "q_value_slope": _number(check=_PROBABILITY),
        "ets_delta": _number(),
        "ets_class": pa.Column(str, pa.Check.isin(ETS_CLASSES), nullable=True),
        "delta_r2": _number(),
        "answers": _count(),
        "interval": pa.Column(str, _TEXT),
        "level": pa.Column(float, _SHARE),
        "reason": pa.Column(str),
    },
    name="Classical DIF",
    unique=["item", "group", "reference", "test"],
    strict=False,
)


def check_matched(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate matched answers; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per answer: ``child, group, item, age_months, passed`` (0 or 1),
        ``match`` (what children are matched on without this item: ability in logits,
        or log(age in months + 1)), ``match_sd`` (its standard error; 0 for ages),
        ``score`` (the same with this item among the answers). ``attrs["match"]`` says
        what it is, ``attrs["growth"]`` how it grows with age, ``attrs["left_out"]``
        what could not be matched.

    Raises
    ------
    InvalidTableError
        With all faults.
    EmptySelectionError
        If there is no row.
    """
    if "passed" in getattr(table, "columns", ()) and table.empty:
        raise EmptySelectionError(
            "Matched answers: no row is left. Check the group, the ages and the items."
        )
    return validate(MATCHED, table)


def check_dif(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate differential item functioning; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per item, group, reference and share; see `devnorms.dif`.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(DIF, table)


def check_classical_dif(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate classical tests; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per item, group, reference and test; see `devnorms.classical_dif`.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(CLASSICAL, table)
