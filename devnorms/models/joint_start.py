"""
Where every leaf's own evidence puts it, to start the sampler there.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import log_expit, log_ndtr

from devnorms.models.attainment_build import Nodes
from devnorms.models.attainment_fit import leaf_density, leaf_prior
from devnorms.models.attainment_spec import AttainmentSpec
from devnorms.models.attainment_start import leaf_modes
from devnorms.models.attainment_terms import Floats, Terms
from devnorms.models.joint_figures import Figures, expected


def leaf_modes_of(
    parts: tuple[Terms | None, Nodes | None, Figures | None],
    leaves: pd.DataFrame,
    spec: AttainmentSpec,
) -> tuple[Floats, Floats]:
    """
    Find each leaf's mode and curvature, all its evidence taken together.

    Parameters
    ----------
    parts : tuple
        Patterns, nodes and figures, each or None.
    leaves : pandas.DataFrame
        All leaves.
    spec : AttainmentSpec
        Family and priors.

    Returns
    -------
    array of shape (leaves, 2), array of shape (leaves, 2, 2)
        See `devnorms.models.attainment_start.leaf_modes`.
    """
    patterns, nodes, figures = parts
    size = len(leaves)
    normal = spec.family == "log-normal"

    def density(location: Floats, log_slope: Floats) -> Floats:
        total = leaf_prior(location, log_slope, spec)
        if patterns is not None:
            own = leaf_density(patterns, location, log_slope, spec)
            total = total + own - leaf_prior(location, log_slope, spec)
        if nodes is not None:
            slope = np.exp(log_slope)[nodes.leaf, None]
            at = nodes.sign * slope * (nodes.log_age - location[nodes.leaf, None])
            each = (nodes.weight * (log_ndtr(at) if normal else log_expit(at))).sum(1)
            total = total + np.bincount(nodes.leaf, each, minlength=size)
        if figures is not None:
            total = total + _figure_density(figures, location, log_slope, normal)
        return total

    middle = _first_locations(patterns, nodes, figures, spec, size)
    return leaf_modes(density, middle, np.full(size, spec.mean_log_slope))


def _figure_density(
    figures: Figures, location: Floats, log_slope: Floats, normal: bool
) -> Floats:
    """Log density of published figures by leaf, without any bias."""
    says = expected(
        figures, location[figures.leaf], log_slope[figures.leaf],
        normal=normal, library=np,
    )  # fmt: skip
    exact = figures.side == 0
    rest = figures.whitener @ (figures.value - says)[exact]
    each = -0.5 * figures.counted * rest**2
    total: Floats = np.bincount(figures.leaf[exact], each, minlength=len(location))
    far = figures.side * (figures.value - says) / figures.bound_se
    bound = np.where(exact, 0.0, log_ndtr(far))
    return total + np.bincount(figures.leaf, bound, minlength=len(location))


def _first_locations(
    patterns: Terms | None,
    nodes: Nodes | None,
    figures: Figures | None,
    spec: AttainmentSpec,
    size: int,
) -> Floats:
    """Give rough locations to begin with."""
    middle = np.full(size, spec.location.mean)
    if figures is not None:
        ages = figures.kind != "sd"
        middle[figures.leaf[ages]] = figures.value[ages]
    if patterns is not None:
        ends = np.stack([patterns.after[:, 0], patterns.by[:, 0]])
        known = np.abs(ends) < 100
        own = np.where(known, ends, 0).sum(0) / known.sum(0)
        weight = np.bincount(patterns.leaf, patterns.children, minlength=size)
        total = np.bincount(patterns.leaf, patterns.children * own, minlength=size)
        middle = np.where(weight > 0, total / np.maximum(weight, 1), middle)
    if nodes is not None:
        weight = nodes.weight.sum(1)
        middle[nodes.leaf] = (nodes.weight * nodes.log_age).sum(1) / weight
    return middle
