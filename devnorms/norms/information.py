"""
What children of given ages tell of a curve: Fisher information, in closed form.

With ``eta = a (x - b)`` and ``w = p (1 - p)``, one answer at log age x tells of
``(b, log a)`` the matrix ``w v v'`` with ``v = (-a, eta)``. The log age at which a
share passes is ``L = b + logit(share) / a``, with gradient ``(1, -logit(share) / a)``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm as standard_normal

from devnorms.norms.judged import CurveDraws

Floats = NDArray[np.float64]

SLOPE_ERROR = 0.25
"""
Largest standard error of a log slope in a plan. Where the slope is hardly known, large
-sample widths promise too much: ages bunched around the age at 50 % would look best.
"""

_AGES = 25


class Told(NamedTuple):
    """
    Information about each draw's curve, one column per milestone.

    Attributes
    ----------
    matrix : numpy.ndarray
        Per child, draws x milestones x 2 x 2.
    gradient : numpy.ndarray
        Of the log age at the share, draws x milestones x 2.
    months : numpy.ndarray
        Months per unit of log age at that age, draws x milestones.
    """

    matrix: Floats
    gradient: Floats
    months: Floats

    def errors(
        self, children: Floats | float, prior: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """
        Give the standard errors that children will leave.

        Parameters
        ----------
        children : numpy.ndarray or float
            How many, per draw and milestone or for all.
        prior : numpy.ndarray, optional
            Precision of what is known beforehand, milestones x 2 x 2.

        Returns
        -------
        numpy.ndarray, numpy.ndarray
            Of the age at the share, in months, and of the log slope.
        """
        number = np.broadcast_to(children, self.months.shape)[..., None, None]
        precision = number * self.matrix
        if prior is not None:
            precision = precision + prior
        # A trace of information keeps ages that tell nothing from having no inverse.
        covariance = np.linalg.inv(precision + 1e-9 * np.eye(2))
        variance = np.einsum(
            "dmi,dmij,dmj->dm", self.gradient, covariance, self.gradient
        )
        age = np.sqrt(np.maximum(variance, 0.0)) * self.months
        return age, np.sqrt(np.maximum(covariance[..., 1, 1], 0.0))

    def half_width(
        self, children: Floats | float, level: float, prior: Floats | None = None
    ) -> Floats:
        """
        Give the half width, in months, of the interval that children will leave.

        Parameters
        ----------
        children : numpy.ndarray or float
            How many, per draw and milestone or for all.
        level : float
            Probability in the interval.
        prior : numpy.ndarray, optional
            Precision of what is known beforehand, milestones x 2 x 2.
        """
        quantile = float(standard_normal.ppf(0.5 + level / 2))
        found: Floats = quantile * self.errors(children, prior)[0]
        return found


def told(curves: CurveDraws, ages_months: tuple[float, float], share: float) -> Told:
    """
    Give what one child tells whose age is spread evenly between two ages.

    Parameters
    ----------
    curves : CurveDraws
        Draws x milestones.
    ages_months : (float, float)
        Youngest and oldest age, months.
    share : float
        Share passing at the age that is wanted.

    Returns
    -------
    Told
    """
    low, high = ages_months
    # The middles of equal parts: the mean over them is the mean over the range.
    part = (np.arange(_AGES) + 0.5) / _AGES
    log_age = np.log1p(low + part * (high - low))
    slope = np.exp(curves.log_slope)[..., None]
    eta = slope * (log_age - curves.location[..., None])
    weight = expit(eta) * expit(-eta)
    # The mean of w v v' in its three numbers: many times faster than the product.
    a = np.exp(curves.log_slope)
    by_location = a**2 * weight.mean(axis=-1)
    by_both = -a * (weight * eta).mean(axis=-1)
    by_slope = (weight * eta**2).mean(axis=-1)
    matrix = np.stack(
        [np.stack([by_location, by_both], -1), np.stack([by_both, by_slope], -1)], -2
    )
    reach = logit(share) / np.exp(curves.log_slope)
    gradient = np.stack([np.ones_like(reach), -reach], axis=-1)
    return Told(matrix, gradient, np.exp(curves.location + reach))


def children_needed(
    found: Told, half_width_months: float, level: float, prior: Floats | None = None
) -> Floats:
    """
    Give how many children each draw's curve needs, for its width and for its slope.

    Parameters
    ----------
    found : Told
        From `told`.
    half_width_months : float
        Aimed at.
    level : float
        Probability in the interval.
    prior : numpy.ndarray, optional
        Precision of what is known beforehand, milestones x 2 x 2.

    Returns
    -------
    numpy.ndarray
        Draws x milestones; at least 1, at most 10 million.
    """
    age, slope = found.errors(1.0)
    quantile = float(standard_normal.ppf(0.5 + level / 2))
    worst = np.maximum(quantile * age / half_width_months, slope / SLOPE_ERROR)
    alone = np.clip(worst**2, 1.0, 1e7)
    if prior is None:
        return np.asarray(alone)
    # With a prior errors are no power of n; halve the range until it is narrow.
    low, high = np.zeros_like(alone), np.log(alone)
    for _ in range(30):
        middle = (low + high) / 2
        age, slope = found.errors(np.exp(middle), prior)
        wide = (quantile * age > half_width_months) | (slope > SLOPE_ERROR)
        low, high = np.where(wide, middle, low), np.where(wide, high, middle)
    return np.asarray(np.exp(high))
