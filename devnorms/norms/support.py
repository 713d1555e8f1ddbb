"""
Where the data do not reach: flags, and what to say instead of a number.

A curve can be solved for any share, also far outside the ages at which anybody was
asked. Such a number is kept in the table, but flagged, and what people read (the
statement) says only what the data can carry: "before 6.0 months".
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd

from devnorms._base.errors import OutsideSupportWarning


class Support(NamedTuple):
    """
    How far the data reach, for one row or, as arrays, for many.

    Attributes
    ----------
    asked, passed : numpy.ndarray
        Responses, and how many of them were passes.
    low_months, high_months : numpy.ndarray
        The ages between which children were asked.
    """

    asked: np.ndarray
    passed: np.ndarray
    low_months: np.ndarray
    high_months: np.ndarray


def flag(age_months: np.ndarray, support: Support) -> np.ndarray:
    """
    Say where the data do not carry an age.

    ``before``: the age lies below the youngest age asked, or everybody passed, so that
    any age below the youngest would do as well. ``after``: above the oldest age asked,
    or nobody passed. ``within``: else. An item that all or none passed says nothing of
    where its curve turns: the fitted number then comes from the other populations.

    Parameters
    ----------
    age_months : numpy.ndarray
        Ages at which a share passes (posterior medians), months.
    support : Support
        Same length.

    Returns
    -------
    numpy.ndarray of str
        ``within``, ``before`` or ``after``.

    Examples
    --------
    >>> import numpy as np
    >>> reach = Support(*(np.array([v, v]) for v in (90, 40, 6.0, 24.0)))
    >>> flag(np.array([5.0, 12.0]), reach).tolist()
    ['before', 'within']
    """
    before = (age_months < support.low_months) | (support.passed >= support.asked)
    after = (age_months > support.high_months) | (support.passed <= 0)
    return np.select([before, after], ["before", "after"], "within").astype(object)


def statements(table: pd.DataFrame) -> list[str]:
    """
    Put each row into words that claim no more than the data carry.

    Parameters
    ----------
    table : pandas.DataFrame
        ``support, age_months, age_months_low, age_months_high, support_low_months,
        support_high_months``.

    Returns
    -------
    list of str
        For example ``"12.1 months (11.8-12.4)"``, ``"before 6.0 months"`` or, where
        only the interval leaves the ages asked, ``"23.1 months (21.9 to after 24.0)"``.
    """
    columns = [
        "support",
        "age_months",
        "age_months_low",
        "age_months_high",
        "support_low_months",
        "support_high_months",
    ]
    return [_statement(*row) for row in table[columns].itertuples(index=False)]


def _statement(
    support: str,
    age: float,
    low: float,
    high: float,
    youngest: float,
    oldest: float,
) -> str:
    """One row in words; neither age nor interval goes beyond the ages asked."""
    before = "before birth" if youngest <= 0 else f"before {youngest:.1f} months"
    if support == "before":
        return before
    if support == "after":
        return f"after {oldest:.1f} months"
    if low >= youngest and high <= oldest:
        return f"{age:.1f} months ({low:.1f}-{high:.1f})"
    start = f"{low:.1f}" if low >= youngest else before.removesuffix(" months")
    end = f"{high:.1f}" if high <= oldest else f"after {oldest:.1f}"
    return f"{age:.1f} months ({start} to {end})"


def warn_outside(table: pd.DataFrame) -> None:
    """
    Warn once, with counts, when ages lie outside the ages asked.

    Parameters
    ----------
    table : pandas.DataFrame
        ``population, milestone, support``.
    """
    outside = table[table["support"].isin(["before", "after"])]
    if outside.empty:
        return
    counts = outside["support"].value_counts()
    where = outside["population"].value_counts()
    listed = ", ".join(f"{name} ({n})" for name, n in where.items())
    warnings.warn(
        f"{len(outside)} of {len(table)} ages lie outside the ages at which children "
        f"were asked ({counts.get('before', 0)} before, {counts.get('after', 0)} "
        f"after): {listed}. They are flagged in column 'support', and 'statement' says "
        "so in words; do not quote their numbers.",
        OutsideSupportWarning,
        stacklevel=3,
    )
