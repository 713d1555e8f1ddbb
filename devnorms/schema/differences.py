"""
Differences between populations: the tables of compare, ledger, gate and floor.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate

COMPARE = "compare"
CAUTION = "compare with caution"
REFUSE = "do not compare"
VERDICTS = (COMPARE, CAUTION, REFUSE)

ALL = "(all)"
"""In column ``milestone``: the mean over the milestones of a pair that may be told."""

LINKS = ("same items", "linked items", "none")

PARTS = (
    "country", "study", "instrument", "wording", "mode", "left over", "slope",
    "sampling noise", "total",
)  # fmt: skip

STANDINGS = (
    "informed",  # the data speak
    "prior-dominated",  # what is said of it comes from the prior
    "none",  # zero by design: the same country, study, instrument or items
    "not split",  # what would tell it apart was not given
    "sum",
)

CLAIMS = ("none", "samples differ", "more than same-country studies")

_TEXT = pa.Check.str_length(min_value=1)
_SHARE = pa.Check.in_range(0, 1, False, False)
_PROBABILITY = pa.Check.in_range(0, 1)


def _number(nullable: bool = True, check: pa.Check | None = None) -> pa.Column:
    """Give a column of numbers."""
    return pa.Column(float, check, nullable=nullable, coerce=True)


def _months(name: str) -> dict[str, pa.Column]:
    """Give a number in months with the ends of its interval."""
    return {
        f"{name}_months": _number(),
        f"{name}_months_low": _number(),
        f"{name}_months_high": _number(),
    }


_PAIR = {
    "population": pa.Column(str, _TEXT),
    "reference": pa.Column(str, _TEXT),
    "milestone": pa.Column(str, _TEXT),
    "share": pa.Column(float, _SHARE),
}
_INTERVAL = {
    "interval": pa.Column(str, _TEXT),
    "level": pa.Column(float, _SHARE),
}
_VERDICT = {
    "verdict": pa.Column(str, pa.Check.isin(VERDICTS)),
    "reason": pa.Column(str, pa.Check.str_matches(r"^[^.].*\.$")),
}


def _ordered(name: str) -> pa.Check:
    """Check that a number lies inside its interval."""

    def inside(table: pd.DataFrame) -> pd.Series[bool]:
        low, middle, high = (
            table[f"{name}_months{end}"] for end in ("_low", "", "_high")
        )
        return middle.isna() | ((low <= middle) & (middle <= high))

    words = f"{name}_months_low <= {name}_months <= {name}_months_high"
    return pa.Check(inside, name=words)


def _says_no_number(table: pd.DataFrame) -> pd.Series[bool]:
    """Whether what people read of a refused row is only that it is refused, and why."""
    refused = table["verdict"] == REFUSE
    # The reason may name ages asked; the difference itself must not be there.
    words = zip(table["statement"], table["reason"], strict=True)
    plain = [text == f"{REFUSE}: {reason}" for text, reason in words]
    return ~refused | pd.Series(plain, table.index)


GATE = pa.DataFrameSchema(
    {
        **_PAIR,
        **_VERDICT,
        "link": pa.Column(str, pa.Check.isin(LINKS)),
        "milestones": pa.Column("int64", pa.Check.ge(0), coerce=True),
        "shared_items": pa.Column("int64", pa.Check.ge(0), coerce=True),
        "items": pa.Column("int64", pa.Check.ge(0), coerce=True),
        "items_reference": pa.Column("int64", pa.Check.ge(0), coerce=True),
        "link_probability": _number(check=_PROBABILITY),
        "overlap_low_months": _number(),
        "overlap_high_months": _number(),
        "overlap": _number(check=_PROBABILITY),
        **_months("linking"),
        "prior_ratio": _number(check=pa.Check.ge(0)),
        "unlinked_weight": _number(check=_PROBABILITY),
        **_INTERVAL,
    },
    checks=[_ordered("linking")],
    name="Gate",
    unique=list(_PAIR),
    strict=False,
)

DIFFERENCES = pa.DataFrameSchema(
    {
        **_PAIR,
        **_VERDICT,
        **_months("difference"),
        **_months("uniform"),
        **_months("slope"),
        **_months("measured"),
        **_months("linking"),
        **_INTERVAL,
        "threshold_months": pa.Column(float, pa.Check.gt(0)),
        "probability_beyond_threshold": _number(check=_PROBABILITY),
        "floor_months": _number(check=pa.Check.ge(0)),
        "floor_upper_months": _number(check=pa.Check.ge(0)),
        "probability_beyond_floor": _number(check=_PROBABILITY),
        "claim": pa.Column(str, pa.Check.isin(CLAIMS)),
        "link": pa.Column(str, pa.Check.isin(LINKS)),
        "link_probability": _number(check=_PROBABILITY),
        "milestones": pa.Column("int64", pa.Check.ge(0), coerce=True),
        "asked": pa.Column("int64", pa.Check.ge(0), coerce=True),
        "asked_reference": pa.Column("int64", pa.Check.ge(0), coerce=True),
        "who": pa.Column(str, _TEXT),
        "who_reference": pa.Column(str, _TEXT),
        "cannot_separate": pa.Column(str),
        "statement": pa.Column(str, _TEXT),
    },
    checks=[
        _ordered("difference"),
        _ordered("measured"),
        pa.Check(
            _says_no_number, name="a refused row says that it is refused, and no number"
        ),
        pa.Check(
            lambda t: (t["verdict"] != REFUSE) | (t["claim"] == "none"),
            name="a refused row claims nothing",
        ),
    ],
    name="Differences",
    unique=list(_PAIR),
    strict=False,
)

LEDGER = pa.DataFrameSchema(
    {
        **_PAIR,
        "part": pa.Column(str, pa.Check.isin(PARTS)),
        "months": _number(),
        "months_low": _number(),
        "months_high": _number(),
        "log_age": _number(),
        **_INTERVAL,
        "prior_ratio": _number(check=pa.Check.ge(0)),
        "standing": pa.Column(str, pa.Check.isin(STANDINGS)),
        **_VERDICT,
    },
    name="Ledger",
    unique=[*_PAIR, "part"],
    strict=False,
)

FLOOR = pa.DataFrameSchema(
    {
        "country": pa.Column(str, _TEXT),
        "population": pa.Column(str, _TEXT),
        "reference": pa.Column(str, _TEXT),
        "share": pa.Column(float, _SHARE),
        "items": pa.Column("int64", pa.Check.ge(1), coerce=True),
        **_months("median"),
        **_months("upper"),
        "median_ratio": _number(False, pa.Check.ge(0)),
        "upper_ratio": _number(False, pa.Check.ge(0)),
        "outside": _number(check=_PROBABILITY),
        "outside_low": _number(check=_PROBABILITY),
        "outside_high": _number(check=_PROBABILITY),
        **_INTERVAL,
    },
    name="Floor",
    unique=["country", "population", "reference", "share"],
    strict=False,
)


def check_gate(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate verdicts on comparisons; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per population, reference, milestone (or ``(all)``) and share:
        ``verdict, reason, link`` (what joins the two), ``milestones`` (how many the row
        speaks of), ``shared_items, items, items_reference, link_probability,
        overlap_low_months, overlap_high_months, overlap`` (share of the shorter range
        of ages asked), ``linking_months`` with its ends (what instrument and wording
        put into the difference), ``prior_ratio`` (posterior over prior SD of what is
        left), ``unlinked_weight, interval, level``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(GATE, table)


def check_differences(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate differences between populations; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per population, reference, milestone (or ``(all)``) and share; see
        `devnorms.compare` for its columns.

    Raises
    ------
    InvalidTableError
        With all faults; also if the words of a refused row hold a number.
    """
    return validate(DIFFERENCES, table)


def check_ledger(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate a ledger; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per population, reference, milestone, share and part: ``months``
        (posterior mean, so that the parts add up), its interval, ``log_age``,
        ``prior_ratio`` (posterior over prior SD), ``standing, verdict, reason``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(LEDGER, table)


def check_floor(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate a floor; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per pair of studies of one country, and one over all pairs, per share.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(FLOOR, table)
