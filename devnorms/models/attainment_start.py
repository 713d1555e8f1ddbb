"""
Where the sampler starts and in which coordinates: each leaf's mode and curvature.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LogDensity = Callable[[Floats, Floats], Floats]

_STEP = 1e-4
_STEPS = 40


def leaf_modes(
    log_density: LogDensity, location: Floats, log_slope: Floats
) -> tuple[Floats, Floats]:
    """
    Find every leaf's own mode, and the Cholesky factor of its covariance there.

    Newton's method on all leaves at once, with numerical derivatives and halved steps.

    Parameters
    ----------
    log_density : callable
        From locations and log slopes, arrays of shape (leaves,), the log densities of
        the leaves, each depending on its own two numbers only.
    location, log_slope : array of shape (leaves,)
        Where to start.

    Returns
    -------
    array of shape (leaves, 2), array of shape (leaves, 2, 2)
        Mode (location, log slope) and lower Cholesky factor.
    """
    at = np.stack([location, log_slope], axis=1)
    value = log_density(*at.T)
    curvature = np.zeros((len(at), 2, 2))
    for _ in range(_STEPS):
        gradient, curvature = _derivatives(log_density, at, value)
        step = np.linalg.solve(_positive(-curvature), gradient[..., None])[..., 0]
        step = np.clip(step, -0.5, 0.5)
        at, value, moved = _halved(log_density, at, value, step)
        if moved < 1e-7:
            break
    _, curvature = _derivatives(log_density, at, value)
    return at, np.linalg.cholesky(np.linalg.inv(_positive(-curvature)))


def _halved(
    log_density: LogDensity, at: Floats, value: Floats, step: Floats
) -> tuple[Floats, Floats, float]:
    """Go as far along the step as the density rises, leaf by leaf."""
    size = np.ones(len(at))
    best, best_value = at, value
    for _ in range(8):
        tried = at + size[:, None] * step
        found = log_density(*tried.T)
        better = found > best_value
        best = np.where(better[:, None], tried, best)
        best_value = np.where(better, found, best_value)
        if better.all():
            break
        size = np.where(best_value > value, size, size / 2)
    return best, best_value, float(np.abs(best - at).max())


def _derivatives(
    log_density: LogDensity, at: Floats, value: Floats
) -> tuple[Floats, Floats]:
    """Give gradients and matrices of second derivatives, by central differences."""
    moves = {}
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            same = (i, j) == (0, 0)
            moves[i, j] = (
                value if same else log_density(*(at + _STEP * np.array([i, j])).T)
            )
    first = (moves[1, 0] - moves[-1, 0], moves[0, 1] - moves[0, -1])
    gradient = np.stack(first, axis=1) / (2 * _STEP)
    second = np.empty((len(at), 2, 2))
    second[:, 0, 0] = moves[1, 0] - 2 * value + moves[-1, 0]
    second[:, 1, 1] = moves[0, 1] - 2 * value + moves[0, -1]
    cross = moves[1, 1] - moves[1, -1] - moves[-1, 1] + moves[-1, -1]
    second[:, 0, 1] = second[:, 1, 0] = cross / 4
    return gradient, second / _STEP**2


def _positive(matrices: Floats) -> Floats:
    """Make symmetric matrices safely positive definite."""
    values, vectors = np.linalg.eigh(matrices)
    values = np.maximum(values, 1e-2)
    positive: Floats = np.einsum("nij,nj,nkj->nik", vectors, values, vectors)
    return positive
