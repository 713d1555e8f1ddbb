"""
What is predicted of leaves: normal distributions, one for each draw of the scales.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devnorms.norms.judged import CurveDraws

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_JITTER = 1e-8


@dataclass(frozen=True, eq=False)
class Mixture:
    """
    Normal distributions of location and log slope, leaf by leaf, some with more weight.

    Attributes
    ----------
    weight : numpy.ndarray
        Of each component; sums to 1.
    location, location_var, log_slope, log_slope_var : numpy.ndarray
        Components x leaves.
    """

    weight: Floats
    location: Floats
    location_var: Floats
    log_slope: Floats
    log_slope_var: Floats

    def take(self, leaves: Ints | NDArray[np.bool_]) -> Mixture:
        """
        Give some of the leaves.

        Parameters
        ----------
        leaves : numpy.ndarray
            Positions, or whether.
        """
        parts = (
            self.location,
            self.location_var,
            self.log_slope,
            self.log_slope_var,
        )
        return Mixture(self.weight, *(part[:, leaves] for part in parts))

    def moments(self) -> tuple[Floats, Floats]:
        """Mean and SD of location and log slope, leaves x 2 each."""
        means, sds = [], []
        for at, var in (
            (self.location, self.location_var),
            (self.log_slope, self.log_slope_var),
        ):
            mean = self.weight @ at
            means.append(mean)
            sds.append(np.sqrt(self.weight @ (var + (at - mean) ** 2)))
        return np.stack(means, axis=1), np.stack(sds, axis=1)


@dataclass(frozen=True, eq=False)
class Predicted:
    """
    Leaves of one population, jointly.

    Attributes
    ----------
    weight : numpy.ndarray
        Of each draw of the scales; sums to 1.
    location, log_slope : numpy.ndarray
        Means, draws of the scales x leaves.
    location_cov, log_slope_cov : numpy.ndarray
        Draws of the scales x leaves x leaves.
    """

    weight: Floats
    location: Floats
    location_cov: Floats
    log_slope: Floats
    log_slope_cov: Floats

    def mixture(self) -> Mixture:
        """Give each leaf on its own."""
        return Mixture(
            self.weight,
            self.location,
            np.diagonal(self.location_cov, axis1=1, axis2=2),
            self.log_slope,
            np.diagonal(self.log_slope_cov, axis1=1, axis2=2),
        )

    def thinned(self, number: int) -> Predicted:
        """
        Keep the first draws of the scales only.

        Parameters
        ----------
        number : int
            How many.
        """
        weight = self.weight[:number] / self.weight[:number].sum()
        parts = (self.location, self.location_cov, self.log_slope, self.log_slope_cov)
        return Predicted(weight, *(part[:number] for part in parts))

    def draws(self, number: int, rng: np.random.Generator) -> CurveDraws:
        """
        Draw the curves of all leaves together.

        Parameters
        ----------
        number : int
            How many.
        rng : numpy.random.Generator
            Source of randomness.
        """
        chosen = np.sort(rng.choice(len(self.weight), size=number, p=self.weight))
        leaves = self.location.shape[1]
        location, log_slope = np.empty((2, number, leaves))
        for component in np.unique(chosen):
            at = chosen == component
            for into, mean, cov in (
                (location, self.location, self.location_cov),
                (log_slope, self.log_slope, self.log_slope_cov),
            ):
                z = rng.standard_normal((int(at.sum()), leaves))
                root = np.linalg.cholesky(firm(cov[component]))
                into[at] = mean[component] + z @ root.T
        return CurveDraws(location, log_slope)


def firm(covariance: Floats) -> Floats:
    """
    Keep a covariance positive in spite of rounding.

    Parameters
    ----------
    covariance : numpy.ndarray
        Square.
    """
    found = covariance.copy()
    found[np.diag_indices_from(found)] += _JITTER
    return found
