"""
First stage of transport: each item of each population on its own, by its own children.

Nothing is borrowed between populations here, so that what is said of one population
cannot leak into what is predicted for it. Per leaf the likelihood of location and log
slope (`devnorms.schema.curves`) is held by its nodes; where a normal approximation is
wanted, it is taken around the mode under a weak prior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from devnorms._base.errors import EmptySelectionError
from devnorms.schema.counts import check_counts
from devnorms.schema.nodes import Nodes, nodes_from_counts

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

VAGUE_MEAN, VAGUE_SD = (2.7, 2.0), (100.0, 0.6)
"""Of location and log slope: no word on the age, and that children differ somewhat."""

WIDEST_SE = 0.5
"""Of the location, in log age; a leaf known worse says nothing of how people differ."""

NODES = 10
"""
For the passes and for the not-yets of a leaf.

Estimated alone, a steep curve asked over four years is off by 0.4 of a standard error
(rms) with five nodes, by 0.01 with ten; fits of all leaves together need fewer.
"""

_LONGEST_STEP = 0.7


@dataclass(frozen=True, eq=False)
class Leaves:
    """
    Leaves with their likelihood, and estimates of each on its own.

    Attributes
    ----------
    rows : pandas.DataFrame
        One row per leaf, as in `devnorms.schema.nodes.Nodes`, with ``location,
        location_se, log_slope, log_slope_se`` and ``known``: whether some but not all
        passed and the location's standard error is at most `WIDEST_SE`.
    nodes : Nodes
        Their likelihood.
    covariance : numpy.ndarray
        Of location and log slope, leaves x 2 x 2.
    """

    rows: pd.DataFrame
    nodes: Nodes
    covariance: Floats

    @property
    def known(self) -> Bools:
        """Which leaves say where they lie."""
        return self.rows["known"].to_numpy(dtype=bool)

    @property
    def location(self) -> Floats:
        """Log age at which half pass."""
        return self.rows["location"].to_numpy(dtype=float)

    @property
    def log_slope(self) -> Floats:
        """Log of the slope in log age."""
        return self.rows["log_slope"].to_numpy(dtype=float)

    def age_error(self, logit_share: float) -> Floats:
        """
        Give the standard error of a log age, by the delta method.

        Parameters
        ----------
        logit_share : float
            Logit of the share.
        """
        gradient = -logit_share * np.exp(-self.log_slope)
        v = self.covariance
        variance = v[:, 0, 0] + 2 * gradient * v[:, 0, 1] + gradient**2 * v[:, 1, 1]
        found: Floats = np.sqrt(np.maximum(variance, 0.0))
        return found


def leaves_of(counts: pd.DataFrame) -> Leaves:
    """
    Estimate every linked item of every population on its own.

    Parameters
    ----------
    counts : pandas.DataFrame
        Counts, see `devnorms.schema.counts.check_counts`; items without a milestone or
        a domain are left aside.

    Returns
    -------
    Leaves

    Raises
    ------
    InvalidTableError
        If the counts are not valid.
    EmptySelectionError
        If no item is linked to a milestone.
    """
    valid = check_counts(counts)
    linked = valid[valid["milestone"].notna() & valid["domain"].notna()]
    if linked.empty:
        raise EmptySelectionError(
            f"Transport: none of {valid['item'].nunique()} items is linked to a "
            "milestone. Link items first; a norm is carried over by milestones."
        )
    nodes = nodes_from_counts(linked, nodes=NODES)
    size = len(nodes.leaves)
    at, precision = modes(
        nodes, np.tile(VAGUE_MEAN, (size, 1)), np.tile(VAGUE_SD, (size, 1))
    )
    covariance = np.linalg.inv(precision)
    se = np.sqrt(np.stack([covariance[:, k, k] for k in (0, 1)], axis=1))
    rows = nodes.leaves.assign(
        location=at[:, 0],
        location_se=se[:, 0],
        log_slope=at[:, 1],
        log_slope_se=se[:, 1],
    )
    turns = (rows["passed"] > 0) & (rows["passed"] < rows["asked"])
    rows["known"] = turns & (rows["location_se"] <= WIDEST_SE)
    return Leaves(rows, nodes, covariance)


def modes(nodes: Nodes, mean: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """
    Find the most probable location and log slope of each leaf, and the precision there.

    Fisher scoring, each step halved until nothing gets worse.

    Parameters
    ----------
    nodes : Nodes
        The likelihood.
    mean, sd : numpy.ndarray
        Independent normal priors, leaves x 2.

    Returns
    -------
    at : numpy.ndarray
        Leaves x 2.
    precision : numpy.ndarray
        Expected information plus that of the prior, leaves x 2 x 2.
    """
    at = np.array(mean, dtype=float)
    best = _height(nodes, at, mean, sd)
    for _ in range(80):
        slope, precision = gradient(nodes, at)
        slope -= (at - mean) / sd**2
        precision[:, [0, 1], [0, 1]] += sd**-2
        step = np.linalg.solve(precision, slope[..., None])[..., 0]
        longest = np.maximum(np.abs(step).max(axis=1, keepdims=True), 1e-300)
        step *= np.minimum(1.0, _LONGEST_STEP / longest)
        at, best = _uphill(nodes, (at, best), step, (mean, sd))
        if np.abs(step).max() < 1e-8:
            break
    _, precision = gradient(nodes, at)
    precision[:, [0, 1], [0, 1]] += sd**-2
    return at, precision


def gradient(nodes: Nodes, at: Floats) -> tuple[Floats, Floats]:
    """
    Give slope and expected information of the log-likelihood of each leaf.

    Parameters
    ----------
    nodes : Nodes
        The likelihood.
    at : numpy.ndarray
        Location and log slope, leaves x 2.

    Returns
    -------
    slope : numpy.ndarray
        Leaves x 2.
    information : numpy.ndarray
        Leaves x 2 x 2, never negative.
    """
    steep = np.exp(at[:, 1])
    z = steep[:, None] * (nodes.log_age - at[:, [0]])
    p = expit(z)
    off = nodes.passed * (1 - p) - nodes.not_yet * p
    weight = (nodes.passed + nodes.not_yet) * p * (1 - p)
    slope = np.column_stack([-steep * off.sum(axis=1), (off * z).sum(axis=1)])
    information = np.empty((len(at), 2, 2))
    information[:, 0, 0] = steep**2 * weight.sum(axis=1)
    information[:, 0, 1] = -steep * (weight * z).sum(axis=1)
    information[:, 1, 0] = information[:, 0, 1]
    information[:, 1, 1] = (weight * z**2).sum(axis=1)
    return slope, information


def log_likelihood(nodes: Nodes, location: Floats, log_slope: Floats) -> Floats:
    """
    Give the log-likelihood of each leaf.

    Parameters
    ----------
    nodes : Nodes
        The likelihood.
    location, log_slope : numpy.ndarray
        (Points x) leaves.

    Returns
    -------
    numpy.ndarray
        (Points x) leaves; at most 0.
    """
    z = np.exp(log_slope)[..., None] * (nodes.log_age - location[..., None])
    total = nodes.passed * np.logaddexp(0, -z) + nodes.not_yet * np.logaddexp(0, z)
    found: Floats = -total.sum(axis=-1)
    return found


def some(nodes: Nodes, which: Bools | Ints) -> Nodes:
    """
    Give some of the leaves.

    Parameters
    ----------
    nodes : Nodes
        The likelihood.
    which : numpy.ndarray
        Positions, or whether.
    """
    return Nodes(
        nodes.leaves[which].reset_index(drop=True)
        if which.dtype == bool
        else nodes.leaves.iloc[which].reset_index(drop=True),
        nodes.log_age[which],
        nodes.passed[which],
        nodes.not_yet[which],
    )


def leaves_at(leaves: Leaves, which: Ints) -> Leaves:
    """
    Give some of the leaves.

    Parameters
    ----------
    leaves : Leaves
        All.
    which : numpy.ndarray
        Positions.
    """
    return Leaves(
        leaves.rows.iloc[which].reset_index(drop=True),
        some(leaves.nodes, which),
        leaves.covariance[which],
    )


def _height(nodes: Nodes, at: Floats, mean: Floats, sd: Floats) -> Floats:
    """Log posterior of each leaf, up to a constant."""
    prior = 0.5 * (((at - mean) / sd) ** 2).sum(axis=1)
    found: Floats = log_likelihood(nodes, at[:, 0], at[:, 1]) - prior
    return found


def _uphill(
    nodes: Nodes,
    before: tuple[Floats, Floats],
    step: Floats,
    prior: tuple[Floats, Floats],
) -> tuple[Floats, Floats]:
    """Go as much of each leaf's step as does not lead down."""
    at, best = before
    part = np.ones(len(at))
    for _ in range(25):
        new = at + part[:, None] * step
        height = _height(nodes, new, *prior)
        worse = height < best - 1e-12
        if not worse.any():
            break
        part[worse] /= 2
    keep = height >= best - 1e-12
    return np.where(keep[:, None], new, at), np.maximum(best, height)
