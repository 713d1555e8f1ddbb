"""
Where each population's posterior lies, and how wide: its mode and curvature.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devnorms._base.errors import NotConverged
from devnorms.models.vocabulary_design import VocabularyDesign
from devnorms.models.vocabulary_spec import VocabularySpec

Floats = NDArray[np.float64]

_STEP = 1e-4
_FLATTEST = 1e-8


@dataclass(frozen=True)
class Modes:
    """
    A normal approximation per population, and one of the means over populations.

    Attributes
    ----------
    mode : array of shape (populations, coefficients)
        Where the posterior density is highest, with each population on its own.
    factor : array of shape (populations, coefficients, coefficients)
        A square root of its covariance.
    mean, mean_sd : arrays of shape (coefficients,)
        Of the means over populations.
    """

    mode: Floats
    factor: Floats
    mean: Floats
    mean_sd: Floats


def find_modes(design: VocabularyDesign, spec: VocabularySpec) -> Modes:
    """
    Approximate the posterior of every population on its own, at reference spreads.

    Parameters
    ----------
    design : VocabularyDesign
        The design.
    spec : VocabularySpec
        With the priors.

    Raises
    ------
    NotConverged
        If no mode is found for a population.
    """
    terms = [term for _, _, term in spec.coefficients()]
    mean = np.array([term.mean for term in terms])
    mean_sd = np.array([term.sd for term in terms])
    spread = np.array([term.spread for term in terms])
    count = len(design.populations)
    modes = np.empty((count, len(terms)))
    factors = np.empty((count, len(terms), len(terms)))
    for code in range(count):
        prior = (mean, np.hypot(mean_sd, spread))
        modes[code], factors[code] = _mode(design, code, prior)
    precision = 1 / mean_sd**2 + count / spread**2
    centre = (mean / mean_sd**2 + modes.sum(axis=0) / spread**2) / precision
    return Modes(modes, factors, centre, 1 / np.sqrt(precision))


def _mode(
    design: VocabularyDesign, code: int, prior: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Mode of one population and a square root of its covariance."""
    from scipy.optimize import minimize

    from devnorms.models.vocabulary_kernel import vocabulary_density

    basis, starts, low, high, weight = design.of_population(code)
    belongs = np.eye(4)[design.parameter].T
    mean, sd = prior

    def negative(z: Floats) -> tuple[float, Floats]:
        parameters = (belongs * (mean + sd * z)) @ basis.T
        with np.errstate(all="ignore"):
            value, gradient = vocabulary_density(parameters, starts, low, high, weight)
        down = sd * (belongs * (gradient @ basis)).sum(axis=0)
        if not (np.isfinite(value) and np.isfinite(down).all()):
            return 1e12, np.zeros_like(z)
        return 0.5 * float(z @ z) - value, z - down

    found = minimize(
        negative, np.zeros_like(mean), jac=True, method="BFGS",
        options={"gtol": 1e-3, "maxiter": 500},
    )  # fmt: skip
    at = found.x
    if not np.isfinite(found.fun) or np.abs(negative(at)[1]).max() > 1.0:
        name = design.populations["population"].iloc[code]
        raise NotConverged(
            f"No curve could be found for {name!r}. Look at its numbers of words by "
            "age: a form filled in as full or empty at many ages, or mixed ceilings."
        )
    return mean + sd * at, sd[:, None] * _root(negative, at)


def _root(negative: Callable[[Floats], tuple[float, Floats]], at: Floats) -> Floats:
    """Square root of the inverse of the curvature, by differences of gradients."""
    steps = _STEP * np.eye(len(at))
    rows = [(negative(at + s)[1] - negative(at - s)[1]) / (2 * _STEP) for s in steps]
    curvature = np.array(rows)
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    return np.asarray(vectors / np.sqrt(np.maximum(values, _FLATTEST)))
