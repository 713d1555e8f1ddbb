"""
The child's interval, with what the standard error leaves out: items, DIF, the norm.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.special import ndtr

from devnorms._base.checks import check_share
from devnorms.scores.answers import Answers, answers_from_observations
from devnorms.scores.keys import Key
from devnorms.scores.posterior import Posterior, log_prior, normalise
from devnorms.scores.priors import age_in_years
from devnorms.scores.scoring import dscore
from devnorms.scores.uncertainty import Uncertainty, averaged_log_likelihood

Floats = NDArray[np.float64]

INTERVAL = "equal-tailed posterior"
_FINER = 4
_ROWS_AT_ONCE = 5000
_SLICES = 40
_HALVINGS = 30


def dscore_intervals(
    data: Answers | pd.DataFrame,
    key: Key,
    uncertainty: Uncertainty | None = None,
    *,
    level: float = 0.9,
) -> pd.DataFrame:
    """
    Score every visit, with an interval that holds more than the standard error.

    Parameters
    ----------
    data : Answers or pandas.DataFrame
        As for `devnorms.scores.dscore`.
    key : Key
        See `Key.of`.
    uncertainty : Uncertainty, optional
        What is not known; without it, score and interval are those of the plain
        posterior.
    level : float
        Of the intervals.

    Returns
    -------
    pandas.DataFrame
        As `devnorms.scores.dscore`, with ``dscore_low, dscore_high, daz_low,
        daz_high``: equal-tailed posterior intervals. Where norm error is given, only
        the interval of ``daz`` holds it. ``attrs`` also hold ``interval, level``.

    References
    ----------
    Bock RD, Mislevy RJ. Adaptive EAP estimation of ability in a microcomputer
    environment. Applied Psychological Measurement 1982;6:431-444.
    doi:10.1177/014662168200600405
    """
    check_share("level", level)
    unknown = uncertainty or Uncertainty()
    answers = data if isinstance(data, Answers) else answers_from_observations(data)
    table = dscore(answers, key)
    age_years = age_in_years(answers.visits["age_days"])
    log_weights = averaged_log_likelihood(answers, key, unknown)
    log_weights += log_prior(key.prior_mean(age_years), key.prior_sd, key.grid)
    fine = _refine(log_weights, key.grid)
    posterior = Posterior(key.grid, normalise(log_weights))
    scored = table["dscore"].notna().to_numpy()
    d = np.where(scored, posterior.mean(), np.nan)
    tails = (0.5 - level / 2, 0.5 + level / 2)
    low, high = np.where(scored, posterior_quantiles(fine, tails), np.nan)
    daz_low, daz_high = _daz_interval(fine, key, age_years, unknown, tails)
    wider = table.assign(
        dscore=d,
        sem=np.where(scored, posterior.sd(), np.nan),
        daz=key.reference.daz(d, age_years),
        dscore_low=low,
        dscore_high=high,
        daz_low=np.where(scored, daz_low, np.nan),
        daz_high=np.where(scored, daz_high, np.nan),
    )
    wider.attrs = {**table.attrs, "interval": INTERVAL, "level": level}
    return wider


def _refine(log_weights: Floats, grid: Floats) -> Posterior:
    """
    Give the posterior on a finer grid, by a cubic spline of its logarithm.

    A grid point's weight spread over a cell of the key's grid would widen intervals.
    """
    finer = np.linspace(grid[0], grid[-1], (len(grid) - 1) * _FINER + 1)
    weights = np.full((len(log_weights), len(finer)), np.nan)
    known = np.flatnonzero(np.isfinite(log_weights).all(axis=1))
    for start in range(0, len(known), _ROWS_AT_ONCE):
        rows = known[start : start + _ROWS_AT_ONCE]
        weights[rows] = normalise(CubicSpline(grid, log_weights[rows], axis=1)(finer))
    return Posterior(finer, weights)


def posterior_quantiles(posterior: Posterior, shares: tuple[float, ...]) -> Floats:
    """
    Give quantiles of every visit's posterior.

    The weight of a grid point is spread evenly over its cell.

    Parameters
    ----------
    posterior : Posterior
        Visits x grid.
    shares : tuple of float
        Which quantiles.

    Returns
    -------
    numpy.ndarray
        Shares x visits.
    """
    grid, weights = posterior.grid, posterior.weights
    step = grid[1] - grid[0]
    upper = np.cumsum(weights, axis=1)
    found = np.empty((len(shares), len(weights)))
    rows = np.arange(len(weights))
    for at, share in enumerate(shares):
        cell = np.minimum((upper < share).sum(axis=1), len(grid) - 1)
        inside = weights[rows, cell]
        below = upper[rows, cell] - inside
        part = np.divide(
            share - below, inside, out=np.full(len(rows), 0.5), where=inside > 0
        )
        found[at] = grid[cell] - step / 2 + step * part
    return found


def _daz_interval(
    posterior: Posterior,
    key: Key,
    age_years: Floats,
    uncertainty: Uncertainty,
    tails: tuple[float, float],
) -> tuple[Floats, Floats]:
    """
    Give the interval of the z-score.

    An estimated median and spread of n children have standard errors of 1 / sqrt(n)
    and 1 / sqrt(2 n) of the spread: a z-score then errs by sqrt((1 + z^2 / 2) / n).
    """
    if np.isinf(uncertainty.norm_children):
        low, high = posterior_quantiles(posterior, tails)
        return key.reference.daz(low, age_years), key.reference.daz(high, age_years)
    shares = tuple((np.arange(_SLICES) + 0.5) / _SLICES)
    slices = posterior_quantiles(posterior, shares)
    z = np.array([key.reference.daz(d, age_years) for d in slices])
    # a slice is a band, not a point: its own spread is that of a uniform
    band = np.gradient(z, axis=0) / np.sqrt(12)
    error = np.sqrt((1 + z**2 / 2) / uncertainty.norm_children + band**2)
    return _mixture_quantile(z, error, tails[0]), _mixture_quantile(z, error, tails[1])


def _mixture_quantile(mean: Floats, sd: Floats, share: float) -> Floats:
    """Find a quantile of equal parts of normals, visit by visit, by halving."""
    low = (mean - 6 * sd).min(axis=0)
    high = (mean + 6 * sd).max(axis=0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = ndtr((middle - mean) / sd).mean(axis=0) < share
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.where(np.isnan(mean).any(axis=0), np.nan, (low + high) / 2)
