"""
The posterior of a child's D-score on a grid, for many visits at once.

With ``x = (D - tau) / slope``, an answer adds ``log(1 - p)``, and ``x`` more if it was
passed. The first part is one sparse product over all visits; the second is linear in
D, so that it needs only the number passed and their mean difficulty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Posterior:
    """
    Weights on the grid, one row per visit; NaN where there is no score.

    Attributes
    ----------
    grid : numpy.ndarray
        D-scores.
    weights : numpy.ndarray
        Visits x grid; a row sums to one.
    """

    grid: Floats
    weights: Floats

    def mean(self) -> Floats:
        """Give the posterior mean of each visit."""
        mean: Floats = self.weights @ self.grid
        return mean

    def sd(self) -> Floats:
        """Give the posterior standard deviation of each visit."""
        middle = self.grid.mean()
        centred = self.grid - middle
        variance = self.weights @ centred**2 - (self.weights @ centred) ** 2
        return np.sqrt(np.maximum(variance, 0.0))


def log_likelihood(
    asked: csr_array, passed: csr_array, difficulty: Floats, scale: tuple[Floats, float]
) -> Floats:
    """
    Give the log-likelihood of each visit's answers at every D-score of the grid.

    Parameters
    ----------
    asked, passed : scipy.sparse.csr_array
        Visits x items, one where an item was answered, and where it was passed.
    difficulty : numpy.ndarray
        Per item, D-score units; NaN for items that do not count.
    scale : (numpy.ndarray, float)
        The grid of D-scores, and D-score units per logit.

    Returns
    -------
    numpy.ndarray
        Visits x grid.
    """
    grid, slope = scale
    known = np.isfinite(difficulty)
    tau = np.where(known, difficulty, 0.0)
    logit = (grid[None, :] - tau[:, None]) / slope
    log_fails = np.where(known[:, None], -np.logaddexp(0.0, logit), 0.0)
    total: Floats = asked @ log_fails
    number = passed @ known.astype(float)
    total += (number / slope)[:, None] * grid[None, :]
    total -= (passed @ tau / slope)[:, None]
    return total


def log_prior(mean: Floats, sd: float, grid: Floats) -> Floats:
    """
    Give the log of a normal prior on the grid, up to a constant.

    Parameters
    ----------
    mean : numpy.ndarray
        Per visit.
    sd : float
        For all visits.
    grid : numpy.ndarray
        D-scores.
    """
    prior: Floats = grid[None, :] - mean[:, None]
    prior *= prior
    prior *= -0.5 / sd**2
    return prior


def normalise(log_weights: Floats) -> Floats:
    """
    Turn logs into weights that sum to one in each row; changes its argument.

    Parameters
    ----------
    log_weights : numpy.ndarray
        Visits x grid; a row with NaN stays NaN.
    """
    log_weights -= log_weights.max(axis=1, keepdims=True)
    np.exp(log_weights, out=log_weights)
    log_weights /= log_weights.sum(axis=1, keepdims=True)
    return log_weights
