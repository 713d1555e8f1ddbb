"""
From patterns, counts and published figures to one `pymc.Model`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pymc.distributions.dist_math import normal_lcdf

from devnorms.models.attainment_spec import AttainmentSpec
from devnorms.models.attainment_terms import Terms
from devnorms.models.joint_figures import Figures, expected
from devnorms.models.spec import LogNormal

type _Tensor = Any
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Nodes:
    """
    Raw responses of the leaves that have them.

    Attributes
    ----------
    leaf : array of shape (rows,)
        Which leaf.
    log_age, weight, sign : array of shape (rows, nodes)
        Ages, how many responses, +1 for passes and -1 for not-yets.
    """

    leaf: Ints
    log_age: Floats
    weight: Floats
    sign: Floats


@dataclass(frozen=True)
class Evidence:
    """
    Everything that speaks of the leaves.

    Attributes
    ----------
    leaves : pandas.DataFrame
        One row per leaf: ``population, item, milestone, group`` (milestone, or the
        item itself where it is linked to none).
    patterns : Terms or None
        Patterns of attainment.
    nodes : Nodes or None
        Raw responses.
    figures : Figures or None
        Published figures.
    mode, factor : array of shape (leaves, 2), (leaves, 2, 2)
        The sampler's coordinates, see `devnorms.models.attainment_start`.
    """

    leaves: pd.DataFrame
    patterns: Terms | None
    nodes: Nodes | None
    figures: Figures | None
    mode: Floats
    factor: Floats


def build(evidence: Evidence, spec: AttainmentSpec) -> pm.Model:
    """
    Build the model.

    Parameters
    ----------
    evidence : Evidence
        What was seen, remembered, answered and published.
    spec : AttainmentSpec
        Family and priors.

    Returns
    -------
    pymc.Model
        Free variables: ``leaf_z`` (standardised coordinates), ``mean_log_slope,
        sd_log_slope``; where they are needed ``sd_population, group_z, heaping,
        sd_bias, bias``. Named deterministics: ``location, log_slope`` (leaf),
        ``group_location`` (group).
    """
    figures = evidence.figures
    with pm.Model(coords=_coords(evidence)) as model:
        bias = None if figures is None else _bias(figures, spec)
        measured, log_slope = _leaves(evidence)
        location = measured
        if figures is not None:
            # What a source measured is what children are like plus its bias.
            member = pt.as_tensor_variable(figures.leaf_source)
            location = measured - pt.dot(member, bias)
        location = pm.Deterministic("location", location, dims="leaf")
        _priors(evidence, spec, location, log_slope)
        curve = (location, log_slope, spec.family == "log-normal")
        if evidence.patterns is not None:
            _seen(evidence.patterns, curve, spec)
        if evidence.nodes is not None:
            _answered(evidence.nodes, curve)
        if figures is not None:
            _published(figures, curve, bias)
    return model


def _coords(evidence: Evidence) -> dict[str, Sequence[str]]:
    """Names along every dim."""
    leaves = evidence.leaves
    names = (leaves["population"] + ":" + leaves["item"]).tolist()
    coords: dict[str, Sequence[str]] = {
        "leaf": names,
        "coordinate": [str(n) for n in range(2 * len(leaves))],
        "group": several(leaves),
    }
    if evidence.patterns is not None and evidence.patterns.recalling:
        coords["recalling"] = evidence.patterns.recalling
    if evidence.figures is not None:
        coords["source"] = evidence.figures.sources
    return coords


def several(leaves: pd.DataFrame) -> list[str]:
    """
    Find the groups (milestones) with more than one leaf.

    Parameters
    ----------
    leaves : pandas.DataFrame
        With ``group``.
    """
    sizes = leaves["group"].value_counts()
    return sorted(sizes.index[sizes > 1].astype(str))


def log_cdf(value: _Tensor, *, normal: bool) -> _Tensor:
    """
    Log of the logistic, or of the normal, distribution function.

    Parameters
    ----------
    value : tensor
        Where.
    normal : bool
        Which.
    """
    return normal_lcdf(0.0, 1.0, value) if normal else -pt.softplus(-value)


def _leaves(evidence: Evidence) -> tuple[_Tensor, _Tensor]:
    """Give locations (as measured) and log slopes, in the sampler's coordinates."""
    z = pm.Flat("leaf_z", dims="coordinate").reshape((len(evidence.leaves), 2))
    factor = evidence.factor
    first = evidence.mode[:, 0] + factor[:, 0, 0] * z[:, 0]
    second = evidence.mode[:, 1] + factor[:, 1, 0] * z[:, 0] + factor[:, 1, 1] * z[:, 1]
    return first, pm.Deterministic("log_slope", second, dims="leaf")


def _priors(
    evidence: Evidence, spec: AttainmentSpec, location: _Tensor, log_slope: _Tensor
) -> None:
    """Leaves of one milestone resemble each other, and all slopes do."""
    mean = pm.Normal("mean_log_slope", spec.mean_log_slope, spec.log_slope.sd)
    sd = _scale("sd_log_slope", spec.sd_log_slope)
    pm.Potential("log_slope_prior", _normal(log_slope, mean, sd))
    group = evidence.leaves["group"].astype(str).to_numpy()
    shared = several(evidence.leaves)
    alone = np.flatnonzero(~np.isin(group, shared))
    prior = spec.location
    if len(alone):
        wide = float(np.hypot(prior.sd, spec.sd_population.median))
        pm.Potential("alone_prior", _normal(location[alone], prior.mean, wide))
    if shared:
        between = _scale("sd_population", spec.sd_population)
        at = {name: n for n, name in enumerate(shared)}
        rows = np.flatnonzero(np.isin(group, shared))
        codes = np.array([at[name] for name in group[rows]])
        middle, size = _middles(evidence.mode[rows, 0], codes, spec)
        z = pm.Flat("group_z", dims="group")
        centre = pm.Deterministic("group_location", middle + size * z, dims="group")
        pm.Potential("group_prior", _normal(centre, prior.mean, prior.sd))
        pm.Potential("shared_prior", _normal(location[rows], centre[codes], between))


def _middles(mode: Floats, codes: Ints, spec: AttainmentSpec) -> tuple[Floats, Floats]:
    """Where each group's mean will be, and how well it will be known."""
    sizes = np.bincount(codes)
    middle: Floats = np.bincount(codes, mode) / sizes
    return middle, spec.sd_population.median / np.sqrt(sizes)


def _bias(figures: Figures, spec: AttainmentSpec) -> _Tensor:
    """Give every source's bias; of a source that is known to have none, zero."""
    sd = _scale("sd_bias", spec.sd_bias)
    z = pm.Normal("bias_z", 0.0, 1.0, dims="source")
    free = pt.as_tensor_variable(figures.bias_factor)
    return pm.Deterministic("bias", sd * free * z, dims="source")


def _seen(
    parts: Terms, curve: tuple[_Tensor, _Tensor, bool], spec: AttainmentSpec
) -> None:
    """Log probability of every pattern, times its children."""
    location, log_slope, normal = curve
    slope = pt.exp(log_slope)[parts.leaf, None]
    middle = location[parts.leaf, None]
    after, by = slope * (parts.after - middle), slope * (parts.by - middle)
    flip = after + by > 0
    high = log_cdf(pt.switch(flip, -after, by), normal=normal)
    low = log_cdf(pt.switch(flip, -by, after), normal=normal)
    interval = high + pt.log1mexp(pt.minimum(low - high, -1e-15))
    if parts.recalling:
        heaping = pm.Beta("heaping", *spec.heaping, dims="recalling")
        rounds = pt.log(heaping)[parts.recall, None]
        exact = pt.log1p(-heaping)[parts.recall, None]
        choice = pt.switch(parts.heaped < 0, exact, 0.0)
        interval = interval + pt.switch(parts.heaped > 0, rounds, choice)
    if parts.after.shape[1] == 1:
        total = interval[:, 0]
    else:
        total = pt.logsumexp(interval + np.maximum(parts.log_weight, -1e9), axis=1)
    pm.Potential("seen", pt.sum(parts.children * total))


def _answered(nodes: Nodes, curve: tuple[_Tensor, _Tensor, bool]) -> None:
    """Log probability of passes and not-yets."""
    location, log_slope, normal = curve
    slope = pt.exp(log_slope)[nodes.leaf, None]
    logit = slope * (nodes.log_age - location[nodes.leaf, None])
    log_p = log_cdf(nodes.sign * logit, normal=normal)
    pm.Potential("answered", pt.sum(nodes.weight * log_p))


def _published(
    figures: Figures, curve: tuple[_Tensor, _Tensor, bool], bias: _Tensor
) -> None:
    """Put published figures around what the leaf's curve and the source's bias give."""
    location, log_slope, normal = curve
    total = location[figures.leaf] + bias[figures.source]
    says = expected(figures, total, log_slope[figures.leaf], normal=normal, library=pt)
    exact = np.flatnonzero(figures.side == 0)
    if len(exact):
        rest = pt.dot(figures.whitener, figures.value[exact] - says[exact])
        pm.Potential("published", -0.5 * pt.sum(figures.counted * rest**2))
    bound = np.flatnonzero(figures.side != 0)
    if len(bound):
        distance = figures.side[bound] * (figures.value[bound] - says[bound])
        pm.Potential(
            "bounds",
            pt.sum(log_cdf(distance / figures.bound_se[bound], normal=True)),
        )
    if figures.tally is not None:
        tally = figures.tally
        at = tally.log_age - location[tally.leaf] - bias[tally.source]
        logit = pt.exp(log_slope)[tally.leaf] * at
        log_p = log_cdf(logit, normal=normal)
        log_q = log_cdf(-logit, normal=normal)
        pm.Potential(
            "tallies",
            pt.sum(tally.passed * log_p + (tally.asked - tally.passed) * log_q),
        )


def _scale(name: str, prior: LogNormal) -> _Tensor:
    """Give a standard deviation with its log-normal prior."""
    return pm.LogNormal(name, mu=np.log(prior.median), sigma=prior.log_sd)


def _normal(value: _Tensor, mean: _Tensor | float, sd: _Tensor | float) -> _Tensor:
    """Log density of a normal, summed."""
    return pm.logp(pm.Normal.dist(mean, sd), value).sum()
