"""
What leaves of a population are, seen from other populations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms.norms.transport_fit import Field, Scales
from devnorms.norms.transport_leaves import VAGUE_MEAN, VAGUE_SD, Leaves
from devnorms.norms.transport_mixture import Predicted
from devnorms.norms.transport_near import Method, Surroundings
from devnorms.norms.transport_parts import location_parts, slope_parts

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class World:
    """
    All leaves, those to be predicted among them, with what they are made of.

    Attributes
    ----------
    rows : pandas.DataFrame
        Leaves.
    location, log_slope : Field
        Their parts and estimates.
    known : numpy.ndarray of bool
        Which may be learnt from.
    """

    rows: pd.DataFrame
    location: Field
    log_slope: Field
    known: NDArray[np.bool_]


def world_of(leaves: Leaves, method: Method, surroundings: Surroundings) -> World:
    """
    Set up the second stage.

    Parameters
    ----------
    leaves : Leaves
        Estimates; leaves without children may be among them, as not ``known``.
    method : Method
        Which parts.
    surroundings : Surroundings
        Covariates and distances.
    """
    rows = leaves.rows
    milestone = pd.factorize(rows["milestone"].astype("str"))[0].astype(np.intp)
    location = Field(
        location_parts(rows, method, surroundings),
        leaves.location,
        rows["location_se"].to_numpy(dtype=float) ** 2,
        VAGUE_MEAN[0],
        milestone,
        method.unevenness,
        method.tails,
    )
    slope, variance = _without_prior(leaves)
    log_slope = Field(
        slope_parts(rows),
        slope,
        variance,
        VAGUE_MEAN[1],
        milestone,
        0.0,
        method.tails,
    )
    return World(rows, location, log_slope, leaves.known)


def learn(
    world: World, rows: Ints, start: tuple[Scales, Scales] | None = None
) -> tuple[Scales, Scales]:
    """
    Find the scales of location and log slope from some leaves only.

    Parameters
    ----------
    world : World
        All leaves.
    rows : numpy.ndarray
        Those to learn from.
    start : tuple of Scales, optional
        Where to begin.
    """
    first, second = (None, None) if start is None else start
    return world.location.fit(rows, first), world.log_slope.fit(rows, second)


def predict(
    world: World, scales: tuple[Scales, Scales], rows: Ints, wanted: Ints
) -> Predicted:
    """
    Predict leaves from others, with all that is not known of the scales.

    Parameters
    ----------
    world : World
        All leaves.
    scales : tuple of Scales
        From `learn`, of the same rows.
    rows, wanted : numpy.ndarray
        Leaves given, leaves to be predicted.
    """
    found: list[Floats] = []
    for field, at in zip((world.location, world.log_slope), scales, strict=True):
        found += field.predict(at, rows, wanted)
    draws = len(scales[0].log)
    return Predicted(np.full(draws, 1 / draws), *found)


def _without_prior(leaves: Leaves) -> tuple[Floats, Floats]:
    """Take the weak prior out of log slopes again; what is left may be nothing."""
    variance = leaves.rows["log_slope_se"].to_numpy(dtype=float) ** 2
    precision = 1 / variance - VAGUE_SD[1] ** -2
    own = np.maximum(precision, 1e-4)
    slope = leaves.log_slope / variance - VAGUE_MEAN[1] / VAGUE_SD[1] ** 2
    return np.where(precision > 1e-4, slope / own, VAGUE_MEAN[1]), 1 / own
