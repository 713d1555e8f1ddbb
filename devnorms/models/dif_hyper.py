"""
The posterior of the hyper-parameters of DIF: a normal start, reweighted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln

from devnorms._base.errors import NotConverged

Floats = NDArray[np.float64]

PROPOSALS = 200
LARGEST_K = 0.7
"""Pareto k above which importance weights are not to be trusted."""
_STEP = 0.05
_DF = 5.0


class Posterior(Protocol):
    """What is drawn from: a log density of few numbers, and about where it lies."""

    @property
    def names(self) -> tuple[str, ...]:
        """What the numbers are."""

    @property
    def centre(self) -> Floats:
        """Prior means."""

    @property
    def spread(self) -> Floats:
        """Prior standard deviations."""

    def log_posterior(self, z: Floats) -> float:
        """Log density at z, up to a constant."""


@dataclass(frozen=True, eq=False)
class Hyper:
    """
    Draws of hyper-parameters.

    Attributes
    ----------
    draws : numpy.ndarray
        Draws x hyper-parameters, equally weighted.
    mode : numpy.ndarray
        Where the posterior is highest.
    log_evidence : float
        Log of the marginal likelihood, up to a constant of the data.
    pareto_k : float
        Of the importance weights.
    """

    draws: Floats
    mode: Floats
    log_evidence: float
    pareto_k: float


def hyper_of(evidence: Posterior, number: int, rng: np.random.Generator) -> Hyper:
    """
    Draw hyper-parameters from their posterior.

    A multivariate t around the mode proposes, Pareto-smoothed importance weights
    correct it.

    Parameters
    ----------
    evidence : Posterior
        Of matched answers and a prior, for example.
    number : int
        Draws.
    rng : numpy.random.Generator
        Source of randomness.

    Raises
    ------
    NotConverged
        If the weights are not to be trusted (Pareto k above 0.7).

    References
    ----------
    Vehtari A, Simpson D, Gelman A, Yao Y, Gabry J. Pareto smoothed importance
    sampling. Journal of Machine Learning Research 2024;25(72):1-58.
    """
    from arviz_stats.base import array_stats

    mode, scale = _mode(evidence)
    found, log_proposal = _proposed(mode, scale, rng)
    target = np.array([evidence.log_posterior(z) for z in found])
    raw = target - log_proposal
    top = raw.max()
    log_evidence = float(top + np.log(np.mean(np.exp(raw - top))))
    log_evidence -= float(np.log(evidence.spread * np.sqrt(2 * np.pi)).sum())
    finite = np.where(np.isfinite(raw), raw, top - 700)
    smooth, k = array_stats.psislw(-finite, axis=-1)
    k = float(np.asarray(k))
    if k > LARGEST_K:
        error = NotConverged(
            f"DIF: the posterior of the hyper-parameters could not be drawn (Pareto k "
            f"{k:.2f}, at most {LARGEST_K} is allowed). Use more items, fewer groups, "
            "or the normal prior."
        )
        error.diagnostics = pd.DataFrame(
            {"parameter": evidence.names, "mode": mode, "sd": np.sqrt(np.diag(scale))}
        )
        raise error
    weight = np.exp(np.asarray(smooth) - np.max(smooth))
    kept = rng.choice(PROPOSALS, size=number, p=weight / weight.sum())
    return Hyper(found[kept], mode, log_evidence, k)


def _proposed(
    mode: Floats, scale: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw from a multivariate t, and give its log density at the draws."""
    size = len(mode)
    factor = np.linalg.cholesky(scale)
    z = rng.standard_normal((PROPOSALS, size))
    z /= np.sqrt(rng.chisquare(_DF, (PROPOSALS, 1)) / _DF)
    constant = gammaln((_DF + size) / 2) - gammaln(_DF / 2)
    constant -= 0.5 * size * np.log(_DF * np.pi) + np.log(np.diag(factor)).sum()
    log_density = constant - (_DF + size) / 2 * np.log1p((z**2).sum(axis=1) / _DF)
    return mode + z @ factor.T, np.asarray(log_density)


def _mode(evidence: Posterior) -> tuple[Floats, Floats]:
    """Find the mode, and minus the inverse curvature there."""
    from scipy.optimize import minimize

    def misfit(y: Floats) -> float:
        value = evidence.log_posterior(evidence.centre + evidence.spread * y)
        return -value if np.isfinite(value) else 1e12

    start = np.zeros(len(evidence.centre))
    best = minimize(
        misfit, start, method="BFGS", options={"eps": 1e-3, "gtol": 0.02, "maxiter": 60}
    ).x
    size = len(best)
    middle = misfit(best)
    bend = np.empty((size, size))
    moves = _STEP * np.eye(size)
    single = [(misfit(best + m), misfit(best - m)) for m in moves]
    for i in range(size):
        bend[i, i] = (single[i][0] + single[i][1] - 2 * middle) / _STEP**2
        for j in range(i):
            both = misfit(best + moves[i] + moves[j])
            bend[i, j] = bend[j, i] = (
                both - single[i][0] - single[j][0] + middle
            ) / _STEP**2
    value, vector = np.linalg.eigh(bend)
    covariance = (vector / np.clip(value, 0.25, None)) @ vector.T
    spread = evidence.spread
    return evidence.centre + spread * best, covariance * np.outer(spread, spread)
