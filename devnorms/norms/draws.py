"""
From draws to a number and its interval: first transformed, then summarised.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.ages import months_from_log_age

INTERVAL = "equal-tailed"
"""The only kind of interval here: as much probability below it as above it."""

_AT_ONCE = 4_000_000


def summarise(draws: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """
    Give the median and the equal-tailed interval of draws.

    Parameters
    ----------
    draws : numpy.ndarray
        Draws in the first axis.
    level : float
        Probability in the interval, between 0 and 1.

    Returns
    -------
    numpy.ndarray
        Median, lower end, upper end in the first axis.

    Examples
    --------
    >>> import numpy as np
    >>> summarise(np.arange(101.0), 0.9).round(6).tolist()
    [50.0, 5.0, 95.0]
    """
    tail = (1 - level) / 2
    found: NDArray[np.float64] = np.quantile(draws, [0.5, tail, 1 - tail], axis=0)
    return found


def age_table(
    location: NDArray[np.float64],
    log_slope: NDArray[np.float64],
    shares: tuple[float, ...],
    level: float,
) -> pd.DataFrame:
    """
    Ages at which shares pass, per curve.

    Per draw ``log(age_months + 1) = location + logit(share) / exp(log_slope)``, turned
    into months, and only then summarised.

    Parameters
    ----------
    location, log_slope : numpy.ndarray
        Draws x curves.
    shares : tuple of float
        Shares passing.
    level : float
        Probability in the interval.

    Returns
    -------
    pandas.DataFrame
        ``curve`` (position), ``share, age_months, age_months_low, age_months_high``.
    """
    wanted = np.log(np.divide(shares, np.subtract(1, shares)))
    parts = []
    for low, high in _pieces(location, len(shares)):
        spread = np.exp(-log_slope[:, low:high, None])
        ages = months_from_log_age(location[:, low:high, None] + wanted * spread)
        parts.append(summarise(ages, level))
    return _long(np.concatenate(parts, axis=1), "share", shares, "age_months")


def share_table(
    location: NDArray[np.float64],
    log_slope: NDArray[np.float64],
    ages_months: tuple[float, ...],
    level: float,
) -> pd.DataFrame:
    """
    Shares passing at ages, per curve.

    Parameters
    ----------
    location, log_slope : numpy.ndarray
        Draws x curves.
    ages_months : tuple of float
        Ages in months.
    level : float
        Probability in the interval.

    Returns
    -------
    pandas.DataFrame
        ``curve`` (position), ``age_months, share_passing, share_passing_low,
        share_passing_high``.
    """
    from scipy.special import expit

    log_age = np.log1p(np.asarray(ages_months, dtype=float))
    parts = []
    for low, high in _pieces(location, len(ages_months)):
        slope = np.exp(log_slope[:, low:high, None])
        passing = expit(slope * (log_age - location[:, low:high, None]))
        parts.append(summarise(passing, level))
    found = np.concatenate(parts, axis=1)
    return _long(found, "age_months", ages_months, "share_passing")


def _pieces(location: NDArray[np.float64], points: int) -> Iterator[tuple[int, int]]:
    """Cut the curves so that no more than some 30 MB of draws are in memory."""
    draws, curves = location.shape
    step = max(1, _AT_ONCE // max(1, draws * points))
    for low in range(0, curves, step):
        yield low, min(low + step, curves)


def _long(
    found: NDArray[np.float64], at: str, points: tuple[float, ...], value: str
) -> pd.DataFrame:
    """One row per curve and point from an array (median, low, high) x curve x point."""
    _, curves, number = found.shape
    return pd.DataFrame(
        {
            "curve": np.repeat(np.arange(curves), number),
            at: np.tile(np.asarray(points, dtype=float), curves),
            value: found[0].ravel(),
            f"{value}_low": found[1].ravel(),
            f"{value}_high": found[2].ravel(),
        }
    )
