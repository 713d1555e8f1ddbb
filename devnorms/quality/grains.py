"""
Grains: what ages were recorded in before they were turned into days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devnorms._base.ages import DAYS_PER_MONTH

LEAST_VISITS = 30
FINE = "tenths of a month"
COARSE = ("whole years", "half years", "quarters of a year")
_ON_GRID = 0.995
_LEAST_DIFFERENT = 3


@dataclass(frozen=True)
class Grain:
    """
    What ages were recorded in before they were turned into days.

    Attributes
    ----------
    name : str
        In words.
    days : float
        Its length.
    start : float
        Where the first one lies, in days: half a length if the middle was written.
    """

    name: str
    days: float
    start: float = 0.0


GRAINS = (
    Grain("whole years", 12 * DAYS_PER_MONTH),
    Grain("half years", 6 * DAYS_PER_MONTH),
    Grain("quarters of a year", 3 * DAYS_PER_MONTH),
    Grain("whole months", DAYS_PER_MONTH),
    Grain("whole months, as their middle", DAYS_PER_MONTH, DAYS_PER_MONTH / 2),
    Grain("whole months of 30 days", 30.0),
    Grain("whole months of 30.5 days", 30.5),
    Grain("half months", DAYS_PER_MONTH / 2),
    Grain("whole weeks", 7.0),
    Grain("tenths of a month", DAYS_PER_MONTH / 10),
)


def age_grain(age_days: NDArray[np.float64]) -> Grain | None:
    """
    Say in what ages were recorded before they were turned into days.

    An age recorded in months and then turned into days falls on a multiple of 30.4375
    every time, rounded or not; of ages recorded in days one in thirty does by chance.

    Parameters
    ----------
    age_days : numpy.ndarray
        Ages in days, none missing.

    Returns
    -------
    Grain or None
        The coarsest on which at least 99.5 % of the ages lie; None where there is none,
        or fewer than 30 ages, or fewer than three different ones in whole days.

    Examples
    --------
    >>> age_grain(np.round(np.arange(1.0, 41.0) * 30.4375)).name
    'whole months'
    """
    few = len(np.unique(age_days)) < _LEAST_DIFFERENT
    whole_days = bool((age_days % 1 == 0).all())
    # A few different whole days may be days; half days can only have been made.
    if len(age_days) < LEAST_VISITS or (few and whole_days):
        return None
    for grain in GRAINS:
        since = age_days - grain.start
        away = np.abs(since - np.round(since / grain.days) * grain.days)
        # Half a day: ages turned into days were rounded, by one rule or another.
        if (away <= 0.51).mean() >= _ON_GRID:
            return grain
    return None
