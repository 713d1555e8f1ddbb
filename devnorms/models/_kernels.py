"""
Log densities with their gradients, as compiled kernels.

Written out because a general graph spends most of its time elsewhere: blocks are small
(mostly below 12 leaves), so a plain Cholesky factor beats calls to LAPACK, and value
and gradient share their exponentials.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LOG_2PI = math.log(2 * math.pi)
_REORDER = {"reassoc", "contract"}
"""Sums may be reordered for speed; NaN and infinity keep their meaning."""


@numba.njit(error_model="numpy", fastmath=_REORDER)
def _covariance(scales: Floats, item: Ints, country: Ints) -> Floats:
    """Lower triangle of the covariance of one milestone's residual locations."""
    milestone, same_item, same_country, leaf = scales**2
    size = item.shape[0]
    cov = np.empty((size, size))
    for i in range(size):
        for j in range(i + 1):
            entry = milestone
            entry += same_item * (item[i] == item[j])
            entry += same_country * (country[i] == country[j])
            cov[i, j] = entry
        cov[i, i] += leaf
    return cov


@numba.njit(error_model="numpy", fastmath=_REORDER)
def _factorise(cov: Floats) -> float:
    """Replace a lower triangle by its Cholesky factor; give half its log det."""
    half_log_det = 0.0
    for i in range(cov.shape[0]):
        for j in range(i + 1):
            entry = cov[i, j]
            for k in range(j):
                entry -= cov[i, k] * cov[j, k]
            if i == j:
                cov[i, i] = math.sqrt(entry)
                half_log_det += math.log(cov[i, i])
            else:
                cov[i, j] = entry / cov[j, j]
    return half_log_det


@numba.njit(error_model="numpy", fastmath=_REORDER)
def _inverse_factor(factor: Floats) -> Floats:
    """Inverse of a lower triangular matrix, row by row."""
    size = factor.shape[0]
    inverse = np.zeros((size, size))
    for i in range(size):
        scale = 1.0 / factor[i, i]
        for k in range(i):
            weight = factor[i, k] * scale
            for j in range(k + 1):
                inverse[i, j] -= weight * inverse[k, j]
        inverse[i, i] = scale
    return inverse


@numba.njit(error_model="numpy", fastmath=_REORDER)
def _add_variance_gradient(
    total: Floats, weighted: Floats, half: Floats, item: Ints, country: Ints
) -> None:
    """Add one milestone's gradient in the four variances; ``half`` = inverse factor."""
    size = item.shape[0]
    inverse = np.zeros((size, size))
    for k in range(size):
        for i in range(k + 1):
            for j in range(i + 1):
                inverse[i, j] += half[k, i] * half[k, j]
    for i in range(size):
        for j in range(i):
            part = weighted[i] * weighted[j] - inverse[i, j]
            total[0] += part
            total[1] += part * (item[i] == item[j])
            total[2] += part * (country[i] == country[j])
        own = 0.5 * (weighted[i] * weighted[i] - inverse[i, i])
        total += own


@numba.njit(error_model="numpy", fastmath=_REORDER)
def location_density(
    residual: Floats, scales: Floats, starts: Ints, item: Ints, country: Ints
) -> tuple[float, Floats, Floats]:
    """
    Log density of the locations; item, country, leaf, milestone effects integrated out.

    Within a milestone the residual locations are jointly normal with covariance
    ``sd_milestone^2 J + sd_item^2 [same item] + sd_country_milestone^2 [same country]
    + sd_leaf^2 I``. Integrating the effects out removes the funnels that stop a
    sampler.

    Parameters
    ----------
    residual : array of shape (leaves,)
        Locations minus their mean, leaves of a milestone side by side.
    scales : array of shape (4,)
        ``sd_milestone, sd_item, sd_country_milestone, sd_leaf``.
    starts : array of shape (milestones + 1,)
        Where each milestone's leaves begin.
    item, country : arrays of shape (leaves,)
        Codes; equal codes share an effect.

    Returns
    -------
    float, array of shape (leaves,), array of shape (4,)
        The log density, its gradient in the residuals, and in the scales.
    """
    value = -0.5 * residual.shape[0] * _LOG_2PI
    in_residual = np.zeros_like(residual)
    in_variance = np.zeros(4)
    for block in range(starts.shape[0] - 1):
        first, last = starts[block], starts[block + 1]
        factor = _covariance(scales, item[first:last], country[first:last])
        value -= _factorise(factor)
        half = _inverse_factor(factor)
        for i in range(last - first):
            white = 0.0
            for j in range(i + 1):
                white += half[i, j] * residual[first + j]
            value -= 0.5 * white * white
            for j in range(i + 1):
                in_residual[first + j] -= half[i, j] * white
        _add_variance_gradient(
            in_variance,
            in_residual[first:last],
            half,
            item[first:last],
            country[first:last],
        )
    return value, in_residual, 2.0 * scales * in_variance


@numba.njit(error_model="numpy", fastmath=_REORDER)
def slope_density(
    residual: Floats, scales: Floats, starts: Ints
) -> tuple[float, Floats, Floats]:
    """
    Log density of the log slopes; milestone effects integrated out.

    A milestone's n residuals have the covariance ``sd_shared^2 J + sd_own^2 I``, whose
    determinant and inverse follow from Sherman and Morrison.

    Parameters
    ----------
    residual : array of shape (leaves,)
        Log slopes minus their mean, leaves of a milestone side by side.
    scales : array of shape (2,)
        ``sd_slope_milestone, sd_slope_leaf``.
    starts : array of shape (milestones + 1,)
        Where each milestone's leaves begin.

    Returns
    -------
    float, array of shape (leaves,), array of shape (2,)
        The log density, its gradient in the residuals, and in the scales.
    """
    shared, own = scales**2
    value = -0.5 * residual.shape[0] * _LOG_2PI
    in_residual = np.empty_like(residual)
    in_variance = np.zeros(2)
    for block in range(starts.shape[0] - 1):
        first, last = starts[block], starts[block + 1]
        size = last - first
        total = own + size * shared
        mean_pull = residual[first:last].sum() * shared / (own * total)
        squares = 0.0
        for i in range(first, last):
            weighted = residual[i] / own - mean_pull
            in_residual[i] = -weighted
            value -= 0.5 * weighted * residual[i]
            squares += weighted * weighted
        value -= 0.5 * ((size - 1.0) * math.log(own) + math.log(total))
        pull = in_residual[first:last].sum()
        in_variance[0] += 0.5 * (pull * pull - size / total)
        in_variance[1] += 0.5 * (squares - (size - 1.0) / own - 1.0 / total)
    return value, in_residual, 2.0 * scales * in_variance


@numba.njit(error_model="numpy", fastmath=_REORDER)
def response_density(
    location: Floats, log_slope: Floats, log_age: Floats, weight: Floats, sign: Floats
) -> tuple[float, Floats, Floats]:
    """
    Weighted Bernoulli log likelihood at the nodes; never above zero.

    Parameters
    ----------
    location, log_slope : arrays of shape (leaves,)
        Of each leaf's curve.
    log_age, weight, sign : arrays of shape (leaves, nodes)
        Nodes: where, how many responses, +1 for passes and -1 for not-yets.

    Returns
    -------
    float, array of shape (leaves,), array of shape (leaves,)
        The log likelihood and its gradients in location and log slope.
    """
    value = 0.0
    in_location = np.zeros_like(location)
    in_log_slope = np.zeros_like(location)
    for leaf in range(log_age.shape[0]):
        slope = math.exp(log_slope[leaf])
        for node in range(log_age.shape[1]):
            w = weight[leaf, node]
            if w == 0.0:
                continue
            eta = slope * (log_age[leaf, node] - location[leaf])
            against = -sign[leaf, node] * eta
            decay = math.exp(-abs(against))
            value -= w * (max(against, 0.0) + _log1p(decay))
            chance = (1.0 if against > 0 else decay) / (1.0 + decay)
            pull = w * sign[leaf, node] * chance
            in_location[leaf] -= pull * slope
            in_log_slope[leaf] += pull * eta
    return value, in_location, in_log_slope


@numba.njit(error_model="numpy", fastmath=_REORDER)
def _log1p(x: float) -> float:
    """
    log(1 + x) for 0 <= x <= 1 to 1e-14, without a call to the C library.

    ``2 atanh(z)`` with ``z = x / (2 + x) <= 1/3``, as its power series.
    """
    z = x / (2.0 + x)
    w = z * z
    w2 = w * w
    w4 = w2 * w2
    low = (1.0 + w * (1 / 3)) + w2 * (1 / 5 + w * (1 / 7))
    middle = (1 / 9 + w * (1 / 11)) + w2 * (1 / 13 + w * (1 / 15))
    high = (1 / 17 + w * (1 / 19)) + w2 * (1 / 21 + w * (1 / 23))
    return 2.0 * z * (low + w4 * (middle + w4 * (high + w4 * (1 / 25 + w * (1 / 27)))))


@numba.njit(error_model="numpy", fastmath=_REORDER)
def block_product(z: Floats, blocks: Floats, starts: Ints) -> Floats:
    """
    Multiply a vector by a block-diagonal matrix of lower triangles.

    Parameters
    ----------
    z : array of shape (entries,)
        The vector.
    blocks : array
        The triangles, packed row by row, one after the other.
    starts : array of shape (blocks + 1,)
        Where each block begins in the vector.

    Returns
    -------
    array of shape (entries,)
    """
    product = np.empty_like(z)
    at = 0
    for block in range(starts.shape[0] - 1):
        first = starts[block]
        for i in range(first, starts[block + 1]):
            total = 0.0
            for j in range(first, i + 1):
                total += blocks[at] * z[j]
                at += 1
            product[i] = total
    return product


@numba.njit(error_model="numpy", fastmath=_REORDER)
def block_product_transposed(z: Floats, blocks: Floats, starts: Ints) -> Floats:
    """
    Multiply a vector by the transpose of the matrix of `block_product`.

    Parameters
    ----------
    z, blocks, starts : arrays
        As in `block_product`.

    Returns
    -------
    array of shape (entries,)
    """
    product = np.zeros_like(z)
    at = 0
    for block in range(starts.shape[0] - 1):
        first = starts[block]
        for i in range(first, starts[block + 1]):
            for j in range(first, i + 1):
                product[j] += blocks[at] * z[i]
                at += 1
    return product
