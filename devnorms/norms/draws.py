"""
From draws to a number and its interval: first transformed, then summarised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.ages import months_from_log_age

INTERVAL = "equal-tailed"
"""The only kind of interval here: as much probability below it as above it."""

Transform = Callable[[NDArray[np.float64]], NDArray[np.float64]]

_AT_ONCE = 4_000_000


def summarise(
    draws: NDArray[np.float64], level: float, rising: Transform = np.asarray
) -> NDArray[np.float64]:
    """
    Give the median and the equal-tailed interval of transformed draws.

    A rising function keeps the order of the draws, so it is enough to transform the
    few that stand at the quantiles: the answer is the same as if all were transformed.

    Parameters
    ----------
    draws : numpy.ndarray
        Draws in the last axis.
    level : float
        Probability in the interval, between 0 and 1.
    rising : callable
        What to do to the draws before they are summarised; must never fall.

    Returns
    -------
    numpy.ndarray
        Median, lower end, upper end in the first axis. Between two draws quantiles are
        interpolated linearly.

    Examples
    --------
    >>> import numpy as np
    >>> summarise(np.arange(101.0), 0.9).round(6).tolist()
    [50.0, 5.0, 95.0]
    """
    tail = (1 - level) / 2
    at = np.array([0.5, tail, 1 - tail]) * (draws.shape[-1] - 1)
    below = np.floor(at).astype(int)
    # A full sort is several times faster here than numpy's partition.
    ordered = np.sort(draws, axis=-1)
    low = rising(ordered[..., below])
    high = rising(ordered[..., np.ceil(at).astype(int)])
    return np.moveaxis(low + (at - below) * (high - low), -1, 0)


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
        spread = _rows(np.exp(-log_slope[:, low:high]))
        log_age = _rows(location[:, low:high]) + wanted[:, None] * spread
        parts.append(summarise(log_age, level, months_from_log_age))
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
        slope = _rows(np.exp(log_slope[:, low:high]))
        logit = slope * (log_age[:, None] - _rows(location[:, low:high]))
        parts.append(summarise(logit, level, expit))
    found = np.concatenate(parts, axis=1)
    return _long(found, "age_months", ages_months, "share_passing")


def _pieces(location: NDArray[np.float64], points: int) -> Iterator[tuple[int, int]]:
    """Cut the curves so that no more than some 30 MB of draws are in memory."""
    draws, curves = location.shape
    step = max(1, _AT_ONCE // max(1, draws * points))
    for low in range(0, curves, step):
        yield low, min(low + step, curves)


def _rows(draws: NDArray[np.float64]) -> NDArray[np.float64]:
    """Curves first, draws last and next to each other in memory: sorts far faster."""
    return np.ascontiguousarray(draws.T)[:, None, :]


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
