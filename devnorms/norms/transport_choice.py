"""
Which method, and how wide: chosen by leaving measured groups out one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logsumexp

from devnorms.norms.transport_fit import Scales
from devnorms.norms.transport_mixture import Predicted
from devnorms.norms.transport_predict import World, learn, predict
from devnorms.norms.transport_scores import LARGEST_SE

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

WIDTHS = tuple(np.round(np.arange(0.7, 1.31, 0.05), 2).tolist())


@dataclass(frozen=True, eq=False)
class Fold:
    """
    One group left out.

    Attributes
    ----------
    group : str
        Which.
    given, wanted : numpy.ndarray
        Leaves of the others to learn from, leaves of the group to be foretold.
    refused : int
        Leaves of the group whose milestone nobody else was asked.
    """

    group: str
    given: Ints
    wanted: Ints
    refused: int


def foretell(
    worlds: dict[str, World], fold: Fold, groups: NDArray[np.str_]
) -> tuple[dict[str, Predicted], dict[str, float]]:
    """
    Foretell the group left out by each method, and score methods among the others.

    Parameters
    ----------
    worlds : dict of str to World
        By method.
    fold : Fold
        What is given, what is wanted.
    groups : numpy.ndarray of str
        The group of each leaf.

    Returns
    -------
    predicted : dict of str to Predicted
        By method.
    inner : dict of str to float
        By method, `inner_score`.
    """
    found, inner = {}, {}
    for name, world in worlds.items():
        found[name], inner[name] = foretell_one(world, fold, groups)
    return found, inner


def foretell_one(
    world: World, fold: Fold, groups: NDArray[np.str_]
) -> tuple[Predicted, float]:
    """
    Foretell the group left out, as wide as the others foretell each other.

    Parameters
    ----------
    world : World
        All leaves, by one method.
    fold : Fold
        What is given, what is wanted.
    groups : numpy.ndarray of str
        The group of each leaf.

    Returns
    -------
    predicted : Predicted
    inner : float
        Log score among the others.
    """
    scales = learn(world, fold.given)
    inner, width = inner_score(world, scales[0], fold.given, groups)
    found = predict(world, scales, fold.given, fold.wanted)
    return replace(found, location_cov=found.location_cov * width**2), inner


def inner_score(
    world: World, scales: Scales, rows: Ints, groups: NDArray[np.str_]
) -> tuple[float, float]:
    """
    Log score of locations when each group in turn is left out of the conditioning.

    Leaves known well count, those of one group by the root of their number, so that
    neither a group with few leaves nor one with very many decides alone.

    Parameters
    ----------
    world : World
        All leaves.
    scales : Scales
        Of the location, from these rows.
    rows : numpy.ndarray
        Leaves.
    groups : numpy.ndarray of str
        The group of each leaf of the world.

    Returns
    -------
    score : float
        Mean per leaf at the best width.
    width : float
        By what predictive SDs are to be multiplied: the best of `WIDTHS`.
    """
    error, variance = world.location.left_out(scales, rows, groups[rows])
    noise = world.location.variance[rows]
    pairs = pd.DataFrame(
        {"milestone": world.location.milestone[rows], "group": groups[rows]}
    )
    carried = pairs.groupby("milestone")["group"].transform("nunique").to_numpy() > 1
    used = carried & (noise <= LARGEST_SE**2)
    weight = pairs[used].groupby("group")["group"].transform("size").to_numpy() ** -0.5
    scores = {}
    for width in WIDTHS:
        v = (width**2 * variance + noise)[:, used]
        each = -0.5 * (error[:, used] ** 2 / v + np.log(2 * np.pi * v))
        density = logsumexp(each, axis=0) - np.log(len(each))
        scores[width] = float(np.average(density, weights=weight))
    best = max(scores, key=lambda width: scores[width])
    return scores[best], best
