"""
How good a prediction was: against the answers of children whom it had not seen.

A population's own age at a share is an estimate too. So a prediction is judged in two
ways, and each row says both: by the probability that it gave to the very answers
(counts) of the population, and by its age convolved with the error of the population's
own estimate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit, logsumexp, ndtr

from devnorms._base.ages import months_from_log_age
from devnorms.norms.transport_leaves import Leaves, log_likelihood, modes
from devnorms.norms.transport_mixture import Mixture
from devnorms.schema.nodes import Nodes

Floats = NDArray[np.float64]

SLOPE_NODES, SCORE_NODES, GRID = 5, 9, 600
LARGEST_SE = 0.1
"""Of a population's own log age: one known worse tells little of a prediction."""


class Normals(NamedTuple):
    """
    Log age at which a share passes: a mixture of normal distributions per leaf.

    Attributes
    ----------
    weight : numpy.ndarray
        Components.
    mean, variance : numpy.ndarray
        Components x leaves.
    """

    weight: Floats
    mean: Floats
    variance: Floats

    def probability_below(self, at: Floats, error: Floats) -> Floats:
        """
        Give the probability that an estimate with some error lies below a value.

        Parameters
        ----------
        at : numpy.ndarray
            Per leaf, or points x 1 x leaves.
        error : numpy.ndarray
            Standard error per leaf.
        """
        z = (at - self.mean) / np.sqrt(self.variance + error**2)
        found: Floats = np.tensordot(ndtr(z), self.weight, axes=([-2], [0]))
        return found

    def log_density(self, at: Floats, error: Floats) -> Floats:
        """
        Give the log density at an estimate with some error.

        Parameters
        ----------
        at, error : numpy.ndarray
            Per leaf.
        """
        v = self.variance + error**2
        each = -0.5 * ((at - self.mean) ** 2 / v + np.log(2 * np.pi * v))
        found: Floats = logsumexp(each + np.log(self.weight)[:, None], axis=0)
        return found

    def quantiles(self, shares: list[float]) -> Floats:
        """
        Give quantiles, shares x leaves.

        Parameters
        ----------
        shares : list of float
            Probabilities below.
        """
        sd = np.sqrt(self.variance)
        low, high = (self.mean - 6 * sd).min(axis=0), (self.mean + 6 * sd).max(axis=0)
        part = np.linspace(0, 1, GRID)[:, None]
        grid = low + part * (high - low)
        below = np.stack(
            [self.probability_below(row, np.zeros(len(row))) for row in grid]
        )
        return np.stack(
            [np.interp(shares, below[:, k], grid[:, k]) for k in range(grid.shape[1])],
            axis=1,
        )


def age_at(mixture: Mixture, share: float) -> Normals:
    """
    Turn location and log slope into the log age at which a share passes.

    Parameters
    ----------
    mixture : Mixture
        Per leaf.
    share : float
        Share passing.
    """
    at, weight = np.polynomial.hermite_e.hermegauss(SLOPE_NODES)
    weight = weight / weight.sum()
    slope = (
        mixture.log_slope[None]
        + np.sqrt(mixture.log_slope_var)[None] * at[:, None, None]
    )
    mean = mixture.location[None] + logit(share) * np.exp(-slope)
    number = len(mixture.weight)
    size = mean.shape[-1]
    return Normals(
        np.outer(weight, mixture.weight).ravel(),
        mean.reshape(-1, size),
        np.broadcast_to(mixture.location_var[None], (len(at), number, size)).reshape(
            -1, size
        ),
    )


def counts_log_score(mixture: Mixture, nodes: Nodes) -> Floats:
    """
    Give the log probability of a leaf's answers, by adaptive quadrature.

    Parameters
    ----------
    mixture : Mixture
        Predicted, per leaf.
    nodes : Nodes
        Answers, a row per leaf.

    Returns
    -------
    numpy.ndarray
        Per leaf, natural logarithms, without the binomial coefficients.

    References
    ----------
    Naylor JC, Smith AFM. Applications of a method for the efficient computation of
    posterior distributions. J R Stat Soc C 1982;31:214-225. doi:10.2307/2347995
    """
    centre, precision = modes(nodes, *mixture.moments())
    root = np.linalg.cholesky(np.linalg.inv(precision))
    z, weight = np.polynomial.hermite_e.hermegauss(SCORE_NODES)
    grid = np.stack(np.meshgrid(z, z, indexing="ij"), axis=-1).reshape(-1, 2)
    log_weight = np.log(np.outer(weight, weight).ravel() / weight.sum() ** 2)
    at = centre[None] + np.einsum("lij,pj->pli", root, grid)
    height = log_likelihood(nodes, at[..., 0], at[..., 1]) + _log_prior(mixture, at)
    size = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    normal = -0.5 * (grid**2).sum(axis=1)[:, None] - np.log(2 * np.pi) - size
    found: Floats = logsumexp(height - normal + log_weight[:, None], axis=0)
    return found


def score(
    mixture: Mixture, leaves: Leaves, shares: tuple[float, ...], level: float
) -> pd.DataFrame:
    """
    Hold a prediction against what a population's own children say.

    Parameters
    ----------
    mixture : Mixture
        Predicted, a column per leaf.
    leaves : Leaves
        The population's own; none of it was seen by the prediction.
    shares : tuple of float
        Shares passing.
    level : float
        Of the interval whose width is given.

    Returns
    -------
    pandas.DataFrame
        A row per leaf and share: ``population, item, milestone, domain, asked, share,
        measured_months, measured_se`` (of the log age), ``judged`` (whether the age
        lies within the ages asked and its standard error is at most `LARGEST_SE`),
        ``age_months`` (predicted median), its interval, ``width_months, error_months,
        rank`` (probability predicted below the measured age; uniform where predictions
        are honest), ``log_score_age`` (of the measured log age), ``log_score`` (of the
        leaf's counts).
    """
    columns = ["population", "item", "milestone", "domain", "asked"]
    answers = counts_log_score(mixture, leaves.nodes)
    tail = (1 - level) / 2
    parts = []
    for share in shares:
        normals = age_at(mixture, share)
        measured = leaves.location + logit(share) * np.exp(-leaves.log_slope)
        error = leaves.age_error(float(logit(share)))
        low, middle, high = months_from_log_age(
            normals.quantiles([tail, 0.5, 1 - tail])
        )
        own = months_from_log_age(measured)
        reached = own >= leaves.rows["support_low_months"].to_numpy()
        reached &= own <= leaves.rows["support_high_months"].to_numpy()
        parts.append(
            leaves.rows[columns].assign(
                share=share,
                measured_months=own,
                measured_se=error,
                judged=leaves.known & reached & (error <= LARGEST_SE),
                age_months=middle,
                age_months_low=low,
                age_months_high=high,
                width_months=high - low,
                error_months=middle - own,
                rank=normals.probability_below(measured, error),
                log_score_age=normals.log_density(measured, error),
                log_score=answers,
            )
        )
    return pd.concat(parts, ignore_index=True)


def _log_prior(mixture: Mixture, at: Floats) -> Floats:
    """Log density of the mixture at points x leaves."""
    terms = np.log(mixture.weight)[:, None, None]
    for k, (mean, variance) in enumerate(
        (
            (mixture.location, mixture.location_var),
            (mixture.log_slope, mixture.log_slope_var),
        )
    ):
        v = variance[:, None, :]
        off = at[None, ..., k] - mean[:, None, :]
        terms = terms - 0.5 * (off**2 / v + np.log(2 * np.pi * v))
    found: Floats = logsumexp(terms, axis=0)
    return found
