"""
What transport has to beat: simpler ways to say when a population passes a milestone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms.norms.transport_leaves import VAGUE_MEAN, Leaves, modes, some
from devnorms.norms.transport_mixture import Mixture
from devnorms.schema.nodes import Nodes

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

LOCAL_SD = (0.7, 0.5)
"""Before local children answer: early childhood, and any usual steepness."""

FEWEST_COMMON = 5
"""Milestones that one norm must share with the others to be judged."""


class Pooled(NamedTuple):
    """
    Populations' estimates of each milestone, averaged.

    Attributes
    ----------
    mean, error : pandas.DataFrame
        ``location, log_slope`` by milestone: mean over populations, and variance of
        that mean by the children's number alone.
    populations : pandas.Series
        How many, by milestone.
    spread : numpy.ndarray
        Variance between populations of location and log slope, one for all milestones.
    own_spread : pandas.DataFrame
        The same by milestone; where fewer than three populations were asked, the one
        for all.
    """

    mean: pd.DataFrame
    error: pd.DataFrame
    populations: pd.Series
    spread: Floats
    own_spread: pd.DataFrame


def pool(leaves: Leaves, rows: Ints) -> Pooled:
    """
    Average populations, each counting once per milestone.

    Parameters
    ----------
    leaves : Leaves
        Estimates.
    rows : numpy.ndarray
        Those to use.
    """
    both = ["location", "log_slope"]
    mine = leaves.rows.iloc[rows]
    squared = mine[["location_se", "log_slope_se"]].astype(float).to_numpy() ** 2
    table = mine.assign(location_v=squared[:, 0], log_slope_v=squared[:, 1])
    by = ["milestone", "population"]
    cells = table.groupby(by, observed=True)[both].mean()
    noise = table.groupby(by, observed=True)[["location_v", "log_slope_v"]]
    of_cell = (noise.sum() / noise.count() ** 2).set_axis(both, axis=1)
    groups = cells.groupby("milestone", observed=True)
    number = groups.size()
    squares = groups.var(ddof=1).mul(number - 1, axis=0).fillna(0.0)
    spread = (squares.sum() / (number - 1).sum()).to_numpy(dtype=float)
    own = groups.var(ddof=1).where(number >= 3)
    own = own.fillna(pd.Series(spread, both))
    error = of_cell.groupby("milestone", observed=True).sum().div(number**2, axis=0)
    return Pooled(groups.mean(), error, number, spread, own)


def pooled_rivals(pooled: Pooled, milestones: pd.Series) -> dict[str, Mixture]:
    """
    Predict by the mean of the other populations.

    Parameters
    ----------
    pooled : Pooled
        Of the others.
    milestones : pandas.Series
        To be predicted, one per leaf.

    Returns
    -------
    dict of str to Mixture
        ``pooled``: as if all populations were alike; ``pooled + SD``: with the SD
        between populations, one for all milestones; ``pooled + own SD``: each
        milestone's own where three populations or more were asked.
    """
    mean = pooled.mean.loc[milestones].to_numpy()
    number = pooled.populations.loc[milestones].to_numpy(dtype=float)[:, None]
    more = 1 + 1 / number
    variances = {
        "pooled": pooled.error.loc[milestones].to_numpy(),
        "pooled + SD": pooled.spread * more,
        "pooled + own SD": pooled.own_spread.loc[milestones].to_numpy() * more,
    }
    return {name: one_normal(mean, v) for name, v in variances.items()}


def one_normal(mean: Floats, variance: Floats) -> Mixture:
    """
    Make a mixture of one component.

    Parameters
    ----------
    mean, variance : numpy.ndarray
        Of location and log slope, leaves x 2.
    """
    v = np.maximum(variance, 1e-8)
    return Mixture(np.ones(1), mean[None, :, 0], v[None, :, 0], mean[None, :, 1],
                   v[None, :, 1])  # fmt: skip


def imported_rivals(
    leaves: Leaves, rows: Ints, wanted: Ints
) -> dict[str, tuple[Mixture, NDArray[np.bool_]]]:
    """
    Predict by one other population's norm, taken as it is.

    Parameters
    ----------
    leaves : Leaves
        Estimates.
    rows : numpy.ndarray
        Leaves of the others.
    wanted : numpy.ndarray
        Leaves to be predicted.

    Returns
    -------
    dict of str to (Mixture, numpy.ndarray)
        By population: its norm, and which leaves it has one for.
    """
    both = ["location", "log_slope"]
    mine = leaves.rows.iloc[rows]
    milestones = leaves.rows["milestone"].iloc[wanted].astype("str")
    found = {}
    for name, table in mine.groupby("population", observed=True):
        squared = table[["location_se", "log_slope_se"]].astype(float) ** 2
        named = squared.set_axis(["location_v", "log_slope_v"], axis=1)
        by = table.join(named).groupby("milestone", observed=True)
        mean = by[both].mean().reindex(milestones).to_numpy()
        noise = by[["location_v", "log_slope_v"]].sum()
        variance = noise.div(by.size() ** 2, axis=0).reindex(milestones).to_numpy()
        has = np.isfinite(mean).all(axis=1)
        norm = one_normal(np.where(has[:, None], mean, 2.0), np.nan_to_num(variance))
        found[str(name)] = (norm, has)
    return found


def best_imported(leaves: Leaves, rows: Ints) -> list[str]:
    """
    Order populations by how well their norm fits the other populations.

    Parameters
    ----------
    leaves : Leaves
        Estimates.
    rows : numpy.ndarray
        Leaves of the populations among which one is chosen.

    Returns
    -------
    list of str
        The smallest root mean squared difference in log age first; those with fewer
        than `FEWEST_COMMON` milestones in common last.
    """
    cells = (
        leaves.rows.iloc[rows]
        .groupby(["milestone", "population"], observed=True)["location"]
        .mean()
        .unstack()
    )
    error = {}
    for name in cells:
        off = cells.drop(columns=name).sub(cells[name], axis=0).stack()
        enough = len(off) >= FEWEST_COMMON
        error[str(name)] = float(np.sqrt(np.mean(off**2))) if enough else np.inf
    return sorted(error, key=lambda name: error[name])


def local_only(nodes: Nodes, prior: Mixture | None = None) -> Mixture:
    """
    Predict by local children only, each leaf on its own.

    Parameters
    ----------
    nodes : Nodes
        Their answers.
    prior : Mixture, optional
        What was thought before; almost nothing without it.
    """
    size = len(nodes.leaves)
    if prior is None:
        mean, sd = np.tile(VAGUE_MEAN, (size, 1)), np.tile(LOCAL_SD, (size, 1))
    else:
        mean, sd = prior.moments()
    at, precision = modes(some(nodes, np.arange(size)), mean, sd)
    variance = np.diagonal(np.linalg.inv(precision), axis1=1, axis2=2)
    return one_normal(at, variance)
