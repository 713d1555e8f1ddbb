"""
Gauss quadrature of discrete measures: few weighted nodes instead of many points.

The Q nodes of a measure with positive weights reproduce its moments up to order
2Q - 1, lie inside its range and have positive weights, so that a sum of terms that are
never positive stays never positive.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_BREAKDOWN = 1e-9
_OUTSIDE = 3.0


def gauss_nodes(
    points: Floats, weights: Floats, starts: Ints, nodes: int
) -> tuple[Floats, Floats]:
    """
    Give the Gauss nodes of many discrete measures at once.

    The Jacobi matrix of each measure comes from the Lanczos process with full
    reorthogonalisation, nodes and weights from its eigenvalues and eigenvectors. A
    measure with at most `nodes` points keeps its points exactly.

    Parameters
    ----------
    points : array of shape (n,)
        Points of all measures, one measure after the other; within a measure in
        ascending order and none twice.
    weights : array of shape (n,)
        Their weights, all above zero.
    starts : array of shape (measures,)
        Where each measure begins in `points`; no measure is empty.
    nodes : int
        Nodes per measure, Q.

    Returns
    -------
    array of shape (measures, Q), array of shape (measures, Q)
        Nodes and weights. Nodes that are not needed have weight 0 and stand at the
        mean of the measure.

    References
    ----------
    Golub GH, Welsch JH. Calculation of Gauss quadrature rules. Mathematics of
    Computation 1969;23:221-230. doi:10.1090/S0025-5718-69-99647-1

    Examples
    --------
    Two nodes stand for five equal points, and keep mean and variance.

    >>> import numpy as np
    >>> at, weight = gauss_nodes(np.arange(5.0), np.ones(5), np.array([0]), 2)
    >>> at.round(3).tolist(), weight.round(3).tolist()
    ([[0.586, 3.414]], [[2.5, 2.5]])
    """
    sizes = np.diff(np.append(starts, len(points)))
    total = np.add.reduceat(weights, starts)
    mean = np.add.reduceat(weights * points, starts) / total
    half_range = (points[starts + sizes - 1] - points[starts]) / 2
    scale = np.where(half_range > 0, half_range, 1.0)
    standard = (points - np.repeat(mean, sizes)) / np.repeat(scale, sizes)
    jacobi = _jacobi_matrices(standard, weights, starts, nodes)
    eigenvalues, eigenvectors = np.linalg.eigh(jacobi)
    used = np.abs(eigenvalues) < _OUTSIDE
    at = mean[:, None] + scale[:, None] * np.where(used, eigenvalues, 0.0)
    low, high = points[starts][:, None], points[starts + sizes - 1][:, None]
    at = np.clip(at, low, high)
    weight = np.where(used, eigenvectors[:, 0, :] ** 2, 0.0)
    weight *= (total / weight.sum(axis=1))[:, None]
    _keep_small_measures(at, weight, (points, weights, starts, sizes))
    return at, weight


def _jacobi_matrices(
    points: Floats, weights: Floats, starts: Ints, nodes: int
) -> Floats:
    """
    Run Lanczos for all measures side by side.

    Once a measure has no further direction its matrix is filled up with entries
    outside its range, whose eigenvectors have no weight.
    """
    sizes = np.diff(np.append(starts, len(points)))
    jacobi = np.zeros((len(starts), nodes, nodes))

    def inner(a: Floats, b: Floats) -> Floats:
        products: Floats = np.add.reduceat(a * b, starts)
        return products

    total = np.add.reduceat(weights, starts)
    basis = [np.sqrt(weights / np.repeat(total, sizes))]
    alive = np.ones(len(starts), dtype=bool)
    for step in range(nodes):
        vector = points * basis[-1]
        diagonal = inner(basis[-1], vector)
        jacobi[:, step, step] = np.where(alive, diagonal, 2 * _OUTSIDE)
        if step == nodes - 1:
            break
        for _ in range(2):
            for direction in basis:
                vector -= np.repeat(inner(direction, vector), sizes) * direction
        length = np.sqrt(inner(vector, vector))
        alive &= length > _BREAKDOWN
        jacobi[:, step, step + 1] = np.where(alive, length, 0.0)
        jacobi[:, step + 1, step] = jacobi[:, step, step + 1]
        inverse = np.divide(1.0, length, out=np.zeros_like(length), where=alive)
        basis.append(vector * np.repeat(inverse, sizes))
    return jacobi


def _keep_small_measures(
    at: Floats, weight: Floats, measures: tuple[Floats, Floats, Ints, Ints]
) -> None:
    """Put measures with no more points than nodes back in place of their rules."""
    points, weights, starts, sizes = measures
    nodes = at.shape[1]
    small = np.flatnonzero(sizes <= nodes)
    slot = np.arange(nodes)[None, :]
    filled = slot < sizes[small][:, None]
    source = np.where(filled, starts[small][:, None] + slot, 0)
    mean = (at[small] * weight[small]).sum(axis=1) / weight[small].sum(axis=1)
    at[small] = np.where(filled, points[source], mean[:, None])
    weight[small] = np.where(filled, weights[source], 0.0)
