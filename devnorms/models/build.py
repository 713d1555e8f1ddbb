"""
From a specification and a design to a `pymc.Model` with named dims.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from devnorms.models._density import (
    block_product,
    location_density,
    response_density,
    slope_density,
)
from devnorms.models.design import Design
from devnorms.models.groups import group_means, zero_sum_basis
from devnorms.models.precondition import Coordinates
from devnorms.models.spec import SCALES, LogNormal, Normal, Priors

type _Tensor = Any


class _Means(NamedTuple):
    """The group means, and the standardised vector they are made from."""

    z: _Tensor
    domain: _Tensor
    study: _Tensor
    study_domain: _Tensor
    instrument: _Tensor
    slope_domain: _Tensor
    slope_study: _Tensor


def build(design: Design, priors: Priors, coordinates: Coordinates) -> pm.Model:
    """
    Build the item-curve model.

    Item, country-by-milestone, leaf and milestone effects are integrated out of the
    locations (see `devnorms.models._kernels`) and drawn again after sampling by
    `devnorms.models.effects`.

    Parameters
    ----------
    design : Design
        Leaves, groupings, nodes.
    priors : Priors
        Priors.
    coordinates : Coordinates
        The sampler's coordinates.

    Returns
    -------
    pymc.Model
        Free variables: the scales, ``leaf_z`` and ``group_z`` (standardised
        coordinates of leaves and group means); named deterministics:
        ``location, log_slope`` (leaf),
        ``domain_location, domain_log_slope`` (domain), ``study_shift,
        study_log_slope`` (study), ``study_domain_shift`` (study_domain),
        ``instrument_shift`` (instrument_domain).
    """
    coords = _coords(design)
    coords["group"] = [str(n) for n in range(len(coordinates.group_centre))]
    coords["leaf_coordinate"] = [str(n) for n in range(len(coordinates.leaf_centre))]
    with pm.Model(coords=coords) as model:
        scales = {name: _scale(name, getattr(priors, name)) for name in SCALES}
        nodes = [
            pm.Data(name, value, dims=("leaf", "node"))
            for name, value in (
                ("log_age", design.log_age),
                ("weight", design.weight),
                ("sign", design.sign),
            )
        ]
        means = _group_means(design, priors, coordinates)
        location, log_slope = _leaves(means.z, coordinates)
        mean = _location_mean(design, priors, means, scales)
        slope_mean = _slope_mean(design, priors, means, scales)
        by_name = [scales[name] for name in SCALES]
        at_location = pt.stack(by_name[:4])
        at_slope = pt.stack([scales["sd_slope_milestone"], scales["sd_slope_leaf"]])
        groups = (design.starts, design.item.codes, design.country.codes)
        pm.Potential(
            "location_prior",
            location_density(location - mean, at_location, *groups)[0],
        )
        pm.Potential(
            "log_slope_prior",
            slope_density(log_slope - slope_mean, at_slope, design.starts)[0],
        )
        pm.Potential("responses", response_density(location, log_slope, *nodes)[0])
    return model


def _coords(design: Design) -> dict[str, list[str]]:
    """Names along every dim."""
    return {
        "leaf": design.leaves["leaf"].astype(str).tolist(),
        "node": [str(n) for n in range(design.log_age.shape[1])],
        "domain": list(design.domain.names),
        "study": list(design.study.names),
        "study_domain": list(design.study_domain.names),
        "instrument_domain": list(design.instrument_domain.names),
    }


def _scale(name: str, prior: LogNormal) -> _Tensor:
    """Give a standard deviation with its log-normal prior."""
    return pm.LogNormal(name, mu=np.log(prior.median), sigma=prior.log_sd)


def _group_means(design: Design, priors: Priors, at: Coordinates) -> _Means:
    """Group means in the sampler's coordinates, with their priors' densities."""
    z = pm.Flat("group_z", dims="group")
    centre = pm.Data("group_centre", at.group_centre, dims="group")
    factor = pm.Data("group_factor", at.group_factor)
    sizes = group_means(design, priors).sizes
    parts = _split(centre + factor @ z, sizes)
    return _Means(z, *parts)


def _leaves(z: _Tensor, at: Coordinates) -> tuple[_Tensor, _Tensor]:
    """Locations and log slopes of the leaves, in the sampler's coordinates."""
    leaf_z = pm.Flat("leaf_z", dims="leaf_coordinate")
    centre = pm.Data("leaf_centre", at.leaf_centre, dims="leaf_coordinate")
    blocks = pm.Data("leaf_blocks", at.blocks)
    following = pm.Data("following", at.following)
    values = centre + block_product(leaf_z, blocks, at.starts)
    values = pt.inc_subtensor(values[at.followers], pt.dot(following, z))
    return (
        pm.Deterministic("location", values[at.location_at], dims="leaf"),
        pm.Deterministic("log_slope", values[at.log_slope_at], dims="leaf"),
    )


def _location_mean(
    design: Design, priors: Priors, means: _Means, scales: dict[str, _Tensor]
) -> _Tensor:
    """Mean location of each leaf: domain, study, study x domain, instrument."""
    within = _halfway(
        "study_domain_shift",
        means.study_domain,
        scales["sd_study_domain"],
        priors.sd_study_domain.median,
        "study_domain",
    )
    instrument = _halfway(
        "instrument_shift",
        means.instrument,
        scales["sd_instrument"],
        priors.sd_instrument.median,
        "instrument_domain",
    )
    pm.Potential("domain_location_prior", _normal(means.domain, priors.domain_location))
    pm.Potential("study_shift_prior", _centred(means.study, scales["sd_study"]))
    basis = zero_sum_basis(len(design.study.names))
    study = pm.Deterministic("study_shift", pt.dot(basis, means.study), dims="study")
    domain = pm.Deterministic("domain_location", means.domain, dims="domain")
    return (
        domain[design.domain.codes]
        + study[design.study.codes]
        + within[design.study_domain.codes]
        + instrument[design.instrument_domain.codes]
    )


def _slope_mean(
    design: Design, priors: Priors, means: _Means, scales: dict[str, _Tensor]
) -> _Tensor:
    """Mean log slope of each leaf: domain and study."""
    pm.Potential(
        "domain_log_slope_prior",
        _normal(means.slope_domain, priors.domain_log_slope),
    )
    pm.Potential(
        "study_log_slope_prior",
        _centred(means.slope_study, scales["sd_slope_study"]),
    )
    basis = zero_sum_basis(len(design.study.names))
    shift = pt.dot(basis, means.slope_study)
    study = pm.Deterministic("study_log_slope", shift, dims="study")
    domain = pm.Deterministic("domain_log_slope", means.slope_domain, dims="domain")
    return domain[design.domain.codes] + study[design.study.codes]


def _halfway(
    name: str, value: _Tensor, sd: _Tensor, reference: float, dim: str
) -> _Tensor:
    """
    Shifts whose scale the data know only roughly, halfway between two coordinates.

    Centred coordinates mix badly when the data say little, standardised ones when they
    say much; here they say something. At the reference scale nothing changes.
    """
    root = pt.sqrt(sd / reference)
    pm.Potential(f"{name}_prior", _centred(value, root))
    return pm.Deterministic(name, reference * root * value, dims=dim)


def _split(vector: _Tensor, sizes: tuple[int, ...]) -> list[_Tensor]:
    """Cut a vector into consecutive parts."""
    ends = np.cumsum(sizes)
    return [vector[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def _normal(value: _Tensor, prior: Normal) -> _Tensor:
    """Log density of a normal prior, summed."""
    return pm.logp(pm.Normal.dist(prior.mean, prior.sd), value).sum()


def _centred(value: _Tensor, sd: _Tensor | float) -> _Tensor:
    """Log density of a normal around zero, summed."""
    return pm.logp(pm.Normal.dist(0.0, sd), value).sum()
