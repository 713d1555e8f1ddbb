"""
Draw the effects that were integrated out, given the sampled locations and scales.

For each draw, the effects of a milestone's block are jointly normal with the residual
locations, so an exact conditional draw is a prior draw corrected by the part that the
residuals explain (Matheron's rule; Wilson et al. 2021, JMLR 22(105):1-47).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devnorms.models.design import Design

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LocationEffects:
    """
    Draws of the parts of the residual location; dims (draws, groups).

    Attributes
    ----------
    milestone : array of shape (draws, milestones)
        beta: a milestone against its domain.
    item : array of shape (draws, items)
        iota: a wording against its milestone.
    country : array of shape (draws, leaves)
        gamma, given at every leaf of its country and milestone.
    leaf : array of shape (draws, leaves)
        epsilon: what is left.
    """

    milestone: Floats
    item: Floats
    country: Floats
    leaf: Floats


def location_effects(
    design: Design, residual: Floats, scales: Floats, rng: np.random.Generator
) -> LocationEffects:
    """
    Draw beta, iota, gamma and epsilon given their sum.

    Parameters
    ----------
    design : Design
        The leaves.
    residual : array of shape (draws, leaves)
        Locations minus the means of domain, study and instrument.
    scales : array of shape (draws, 4)
        ``sd_milestone, sd_item, sd_country_milestone, sd_leaf``.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    LocationEffects
        Adds up to the residual, draw by draw.
    """
    draws, leaves = residual.shape
    effects = LocationEffects(
        milestone=np.empty((draws, len(design.milestone.names))),
        item=np.empty((draws, len(design.item.names))),
        country=np.empty((draws, leaves)),
        leaf=np.empty((draws, leaves)),
    )
    for block, (first, last) in enumerate(
        zip(design.starts[:-1], design.starts[1:], strict=True)
    ):
        at = slice(int(first), int(last))
        items, item_code = np.unique(design.item.codes[at], return_inverse=True)
        _, country_code = np.unique(design.country.codes[at], return_inverse=True)
        groups = [
            np.ones((last - first, 1)),
            np.eye(item_code.max() + 1)[item_code],
            np.eye(country_code.max() + 1)[country_code],
            np.eye(last - first),
        ]
        drawn = _conditional(residual[:, at], groups, scales, rng)
        effects.milestone[:, block] = drawn[0][:, 0]
        effects.item[:, items] = drawn[1]
        effects.country[:, at] = drawn[2] @ groups[2].T
        effects.leaf[:, at] = drawn[3]
    return effects


def slope_effects(
    design: Design, residual: Floats, scales: Floats, rng: np.random.Generator
) -> Floats:
    """
    Draw the milestones' part of the log slopes.

    Parameters
    ----------
    design : Design
        The leaves.
    residual : array of shape (draws, leaves)
        Log slopes minus the means of domain and study.
    scales : array of shape (draws, 2)
        ``sd_slope_milestone, sd_slope_leaf``.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    array of shape (draws, milestones)
    """
    drawn = np.empty((len(residual), len(design.milestone.names)))
    for block, (first, last) in enumerate(
        zip(design.starts[:-1], design.starts[1:], strict=True)
    ):
        groups = [np.ones((last - first, 1)), np.eye(last - first)]
        part = residual[:, int(first) : int(last)]
        drawn[:, block] = _conditional(part, groups, scales, rng)[0][:, 0]
    return drawn


def _conditional(
    total: Floats, groups: list[Floats], scales: Floats, rng: np.random.Generator
) -> list[Floats]:
    """Draw each group's effects given their total, one set per row of ``total``."""
    prior = [
        scales[:, [k]] * rng.standard_normal((len(total), group.shape[1]))
        for k, group in enumerate(groups)
    ]
    covariance = np.einsum(
        "dk,kij->dij", scales**2, np.stack([group @ group.T for group in groups])
    )
    gap = total - sum(p @ g.T for p, g in zip(prior, groups, strict=True))
    weights = np.linalg.solve(covariance, gap[..., None])[..., 0]
    return [
        p + scales[:, [k]] ** 2 * (weights @ group)
        for k, (p, group) in enumerate(zip(prior, groups, strict=True))
    ]
