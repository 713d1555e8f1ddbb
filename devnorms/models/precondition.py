"""
Coordinates in which the posterior is nearly round, found before sampling.

Each leaf's location and log slope are written as its own Laplace mode plus its
Cholesky factor times a standardised pair; the group means likewise, by generalised
least squares at reference scales. The prior and the posterior stay as they are: only
the sampler's coordinates change (93 leapfrog steps a draw became 7 to 15).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, helmert
from scipy.special import expit

from devnorms.models.design import Design
from devnorms.models.spec import Priors

Floats = NDArray[np.float64]

_ITERATIONS = 60


@dataclass(frozen=True)
class Coordinates:
    """
    Where the sampler's zero lies, and its units.

    Attributes
    ----------
    leaf_centre : array of shape (leaves, 2)
        Mode of location and log slope.
    leaf_factor : array of shape (leaves, 2, 2)
        Lower Cholesky factor of their Laplace covariance.
    location_centre, location_factor : arrays of shape (groups,), (groups, groups)
        For the group means of the location, see `location_groups`.
    slope_centre, slope_factor : arrays of shape (groups,), (groups, groups)
        For the group means of the log slope, see `slope_groups`.
    """

    leaf_centre: Floats
    leaf_factor: Floats
    location_centre: Floats
    location_factor: Floats
    slope_centre: Floats
    slope_factor: Floats


def zero_sum_basis(size: int) -> Floats:
    """
    Orthonormal columns that span all vectors of a length that sum to zero.

    Parameters
    ----------
    size : int
        Length of the vectors.

    Returns
    -------
    array of shape (size, size - 1)

    Examples
    --------
    >>> bool(abs(zero_sum_basis(4).sum(axis=0)).max() < 1e-12)
    True
    """
    if size == 1:
        return np.zeros((1, 0))
    return np.asarray(helmert(size).T, dtype=float)


def location_groups(design: Design, priors: Priors) -> tuple[Floats, Floats, Floats]:
    """
    Group means of the location: domain, study (zero-sum), study x domain, instrument.

    Parameters
    ----------
    design : Design
        The leaves.
    priors : Priors
        Reference values of the scales are their medians.

    Returns
    -------
    arrays of shape (leaves, groups), (groups,), (groups,)
        Design matrix, prior means and prior standard deviations. The last two blocks
        are standardised: their columns are multiplied by the reference scale.
    """
    studies = design.study.matrix() @ zero_sum_basis(len(design.study.names))
    within = design.study_domain.matrix() * priors.sd_study_domain.median
    instruments = design.instrument_domain.matrix() * priors.sd_instrument.median
    domains = design.domain.matrix()
    matrix = np.hstack([domains, studies, within, instruments])
    means = np.zeros(matrix.shape[1])
    means[: domains.shape[1]] = priors.domain_location.mean
    sds = np.concatenate(
        [
            np.full(domains.shape[1], priors.domain_location.sd),
            np.full(studies.shape[1], priors.sd_study.median),
            np.ones(within.shape[1] + instruments.shape[1]),
        ]
    )
    return matrix, means, sds


def slope_groups(design: Design, priors: Priors) -> tuple[Floats, Floats, Floats]:
    """
    Group means of the log slope: domains and studies (zero-sum).

    Parameters
    ----------
    design : Design
        The leaves.
    priors : Priors
        Reference values of the scales are their medians.

    Returns
    -------
    arrays of shape (leaves, groups), (groups,), (groups,)
        Design matrix, prior means and prior standard deviations.
    """
    studies = design.study.matrix() @ zero_sum_basis(len(design.study.names))
    domains = design.domain.matrix()
    matrix = np.hstack([domains, studies])
    means = np.zeros(matrix.shape[1])
    means[: domains.shape[1]] = priors.domain_log_slope.mean
    sds = np.concatenate(
        [
            np.full(domains.shape[1], priors.domain_log_slope.sd),
            np.full(studies.shape[1], priors.sd_slope_study.median),
        ]
    )
    return matrix, means, sds


def coordinates(design: Design, priors: Priors) -> Coordinates:
    """
    Find the sampler's coordinates.

    Parameters
    ----------
    design : Design
        Leaves and nodes.
    priors : Priors
        The priors; their medians are the reference scales.

    Returns
    -------
    Coordinates
    """
    leaves = len(design.leaves)
    weak_mean = np.tile(
        [priors.domain_location.mean, priors.domain_log_slope.mean], (leaves, 1)
    )
    weak_sd = np.tile([1.0, 0.6], (leaves, 1))
    alone, spread = leaf_laplace(design, weak_mean, weak_sd)
    location = _group_means(design, priors, alone[:, 0], spread[:, 0, 0])
    slope = _slope_means(design, priors, alone[:, 1], spread[:, 1, 1])
    mean = np.column_stack([location.fitted, slope.fitted])
    within = np.hypot(
        np.hypot(priors.sd_item.median, priors.sd_country_milestone.median),
        priors.sd_leaf.median,
    )
    sd = np.tile([within, priors.sd_slope_leaf.median], (leaves, 1))
    centre, covariance = leaf_laplace(design, mean, sd)
    return Coordinates(
        leaf_centre=centre,
        leaf_factor=np.linalg.cholesky(covariance),
        location_centre=location.centre,
        location_factor=location.factor,
        slope_centre=slope.centre,
        slope_factor=slope.factor,
    )


def leaf_laplace(design: Design, mean: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """
    Mode and Laplace covariance of every leaf's location and log slope, on its own.

    Parameters
    ----------
    design : Design
        Leaves and nodes.
    mean, sd : arrays of shape (leaves, 2)
        A normal prior of location and log slope.

    Returns
    -------
    arrays of shape (leaves, 2), (leaves, 2, 2)
        Mode and covariance (inverse expected information).
    """
    theta = mean.copy()
    precision = 1.0 / sd**2
    score, information = _score(design, theta, mean, precision)
    height = _log_posterior(design, theta, mean, precision)
    for _ in range(_ITERATIONS):
        step = np.linalg.solve(information, score[..., None])[..., 0]
        step = np.clip(step, -0.5, 0.5)
        for _ in range(6):
            higher = _log_posterior(design, theta + step, mean, precision)
            step[higher < height] *= 0.3
        higher = _log_posterior(design, theta + step, mean, precision)
        better = higher >= height
        theta[better] += step[better]
        height = np.where(better, higher, height)
        score, information = _score(design, theta, mean, precision)
        if np.abs(step[better]).max(initial=0.0) < 1e-8:
            break
    return theta, np.linalg.inv(information)


def _log_posterior(
    design: Design, theta: Floats, mean: Floats, precision: Floats
) -> Floats:
    """Log posterior of each leaf, up to a constant."""
    eta = np.exp(theta[:, 1:]) * (design.log_age - theta[:, :1])
    fit = -(design.weight * np.logaddexp(0.0, -design.sign * eta)).sum(axis=1)
    return np.asarray(fit - 0.5 * (precision * (theta - mean) ** 2).sum(axis=1))


def _score(
    design: Design, theta: Floats, mean: Floats, precision: Floats
) -> tuple[Floats, Floats]:
    """Score and expected information of each leaf's pair."""
    slope = np.exp(theta[:, 1:])
    eta = slope * (design.log_age - theta[:, :1])
    pull = design.weight * design.sign * expit(-design.sign * eta)
    curvature = design.weight * expit(eta) * expit(-eta)
    jacobian = np.stack([np.broadcast_to(-slope, eta.shape), eta], axis=-1)
    score = np.einsum("ln,lnk->lk", pull, jacobian) - precision * (theta - mean)
    information = np.einsum("ln,lnk,lnj->lkj", curvature, jacobian, jacobian)
    information[:, [0, 1], [0, 1]] += precision
    return score, information


@dataclass(frozen=True)
class _Means:
    """Group means found by generalised least squares, and what they predict."""

    centre: Floats
    factor: Floats
    fitted: Floats


def _group_means(
    design: Design, priors: Priors, estimate: Floats, variance: Floats
) -> _Means:
    """Group means of the location at the reference scales."""
    same = [
        f.codes[:, None] == f.codes
        for f in (design.milestone, design.item, design.country)
    ]
    shared = priors.sd_milestone.median**2 * same[0]
    covariance = shared + same[0] * (
        priors.sd_item.median**2 * same[1]
        + priors.sd_country_milestone.median**2 * same[2]
    )
    covariance[np.diag_indices_from(covariance)] += priors.sd_leaf.median**2
    matrix, means, sds = location_groups(design, priors)
    return _least_squares(matrix, means, sds, covariance, shared, estimate, variance)


def _slope_means(
    design: Design, priors: Priors, estimate: Floats, variance: Floats
) -> _Means:
    """Group means of the log slope at the reference scales."""
    same = design.milestone.codes[:, None] == design.milestone.codes
    shared = priors.sd_slope_milestone.median**2 * same
    covariance = shared + priors.sd_slope_leaf.median**2 * np.eye(len(estimate))
    matrix, means, sds = slope_groups(design, priors)
    return _least_squares(matrix, means, sds, covariance, shared, estimate, variance)


def _least_squares(
    matrix: Floats,
    means: Floats,
    sds: Floats,
    covariance: Floats,
    shared: Floats,
    estimate: Floats,
    variance: Floats,
) -> _Means:
    """Posterior of group means given noisy leaf estimates, and predicted leaves."""
    total = cho_factor(covariance + np.diag(variance), lower=True)
    precision = matrix.T @ cho_solve(total, matrix) + np.diag(1.0 / sds**2)
    target = matrix.T @ cho_solve(total, estimate) + means / sds**2
    posterior = np.linalg.inv(precision)
    centre = posterior @ target
    residual = estimate - matrix @ centre
    fitted = matrix @ centre + shared @ cho_solve(total, residual)
    return _Means(centre, np.linalg.cholesky(posterior), fitted)
