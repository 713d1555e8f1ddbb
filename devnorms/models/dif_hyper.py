"""
The posterior of the hyper-parameters of DIF: a normal start, reweighted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from devnorms._base.errors import NotConverged

Floats = NDArray[np.float64]

PROPOSALS = 90
LEAST_ROUNDS, MOST_ROUNDS = 3, 9
"""Rounds of proposals, and how many each has."""
WANTED_K = 0.6
LARGEST_K = 0.7
"""Pareto k above which importance weights are not to be trusted."""
_STEP = 0.05
_DF = 5.0
_WIDER = 1.3
_FEW = 10
_CENTRES = 40
_NARROWER = 0.4


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

    Multivariate t distributions propose in rounds, the first around the mode, the
    others around many places where weight was found before, so that they follow a
    bent posterior; all draws are weighted by the mean of the proposals, and the
    weights are Pareto-smoothed.

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
    Cornuet JM, Marin JM, Mira A, Robert CP. Adaptive multiple importance sampling.
    Scandinavian Journal of Statistics 2012;39:798-812.
    doi:10.1111/j.1467-9469.2011.00756.x
    """
    mode, scale = _mode(evidence)
    around = [(mode[None, :], _WIDER * scale)]
    found = np.empty((0, len(mode)))
    target = np.empty(0)
    while True:
        new = _proposed(*around[-1], rng)
        found = np.concatenate([found, new])
        target = np.append(target, [evidence.log_posterior(z) for z in new])
        each = np.stack([_log_density(found, *one) for one in around])
        raw = target - logsumexp(each, axis=0) + np.log(len(around))
        weight, k = _smoothed(raw)
        enough = len(around) >= LEAST_ROUNDS and k < WANTED_K
        if enough or len(around) == MOST_ROUNDS:
            break
        around.append(_around(found, weight, scale, rng))
    if k > LARGEST_K:
        raise _not_drawn(evidence, mode, scale, k)
    log_evidence = float(logsumexp(raw) - np.log(len(raw)))
    log_evidence -= float(np.log(evidence.spread * np.sqrt(2 * np.pi)).sum())
    kept = rng.choice(len(found), size=number, p=weight)
    return Hyper(found[kept], mode, log_evidence, k)


def _smoothed(raw: Floats) -> tuple[Floats, float]:
    """Pareto-smoothed weights, and the k that says whether to trust them."""
    from arviz_stats.base import array_stats

    finite = np.where(np.isfinite(raw), raw, raw.max() - 700)
    smooth, k = array_stats.psislw(-finite, axis=-1)
    weight = np.exp(np.asarray(smooth) - np.max(smooth))
    return weight / weight.sum(), float(np.asarray(k))


def _around(
    found: Floats, weight: Floats, scale: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Places and spread for the next round: where weight was found, half as wide."""
    if 1 / weight.max() < _FEW:  # a few draws say too little of the spread
        weight = np.sqrt(weight) / np.sqrt(weight).sum()
    away = found - weight @ found
    spread = (weight[:, None] * away).T @ away
    centres = found[rng.choice(len(found), size=_CENTRES, p=weight)]
    return centres, _NARROWER * (0.8 * spread + 0.2 * scale)


def _not_drawn(
    evidence: Posterior, mode: Floats, scale: Floats, k: float
) -> NotConverged:
    """Say that the weights are not to be trusted."""
    error = NotConverged(
        f"DIF: the posterior of the hyper-parameters could not be drawn (Pareto k "
        f"{k:.2f}, at most {LARGEST_K} is allowed). Use more items, fewer groups, "
        "or the normal prior."
    )
    error.diagnostics = pd.DataFrame(
        {"parameter": evidence.names, "mode": mode, "sd": np.sqrt(np.diag(scale))}
    )
    return error


def _proposed(centres: Floats, scale: Floats, rng: np.random.Generator) -> Floats:
    """Draw from multivariate t distributions around the centres."""
    z = rng.standard_normal((PROPOSALS, centres.shape[1]))
    z /= np.sqrt(rng.chisquare(_DF, (PROPOSALS, 1)) / _DF)
    middle = centres[rng.integers(len(centres), size=PROPOSALS)]
    return np.asarray(middle + z @ np.linalg.cholesky(scale).T)


def _log_density(at: Floats, centres: Floats, scale: Floats) -> Floats:
    """Log density of equally weighted multivariate t distributions."""
    size = centres.shape[1]
    factor = np.linalg.cholesky(scale)
    away = at[:, None, :] - centres[None, :, :]
    z = np.linalg.solve(factor, away.reshape(-1, size).T)
    square = (z**2).sum(axis=0).reshape(len(at), len(centres))
    constant = gammaln((_DF + size) / 2) - gammaln(_DF / 2)
    constant -= 0.5 * size * np.log(_DF * np.pi) + np.log(np.diag(factor)).sum()
    tail = (_DF + size) / 2 * np.log1p(square / _DF)
    return np.asarray(constant - np.log(len(centres)) + logsumexp(-tail, axis=1))


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
    covariance = (vector / np.clip(value, 0.5, None)) @ vector.T
    spread = evidence.spread
    return evidence.centre + spread * best, covariance * np.outer(spread, spread)
