"""
From a specification and a design to a `pymc.Model` with named dims.
"""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from devnorms.models._density import (
    location_density,
    response_density,
    slope_density,
)
from devnorms.models.design import Design
from devnorms.models.precondition import Coordinates, zero_sum_basis
from devnorms.models.spec import SCALES, LogNormal, Normal, Priors


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
        Free variables: the scales, ``leaf_z`` (leaf x pair), ``location_group_z`` and
        ``slope_group_z``; named deterministics: ``location, log_slope`` (leaf),
        ``domain_location, domain_log_slope`` (domain), ``study_shift,
        study_log_slope`` (study), ``study_domain_shift`` (study_domain),
        ``instrument_shift`` (instrument_domain).
    """
    with pm.Model(coords=_coords(design)) as model:
        scales = {name: _scale(name, getattr(priors, name)) for name in SCALES}
        nodes = [
            pm.Data(name, value, dims=("leaf", "node"))
            for name, value in (
                ("log_age", design.log_age),
                ("weight", design.weight),
                ("sign", design.sign),
            )
        ]
        location, log_slope = _leaves(coordinates)
        mean = _location_means(design, priors, coordinates, scales)
        slope_mean = _slope_means(design, priors, coordinates, scales)
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
        "pair": ["location", "log_slope"],
        "domain": list(design.domain.names),
        "study": list(design.study.names),
        "study_domain": list(design.study_domain.names),
        "instrument_domain": list(design.instrument_domain.names),
    }


def _scale(name: str, prior: LogNormal) -> pt.TensorVariable:
    """Give a standard deviation with its log-normal prior."""
    return pm.LogNormal(name, mu=np.log(prior.median), sigma=prior.log_sd)


def _leaves(at: Coordinates) -> tuple[pt.TensorVariable, pt.TensorVariable]:
    """Locations and log slopes of the leaves, sampled around their Laplace modes."""
    z = pm.Flat("leaf_z", dims=("leaf", "pair"))
    centre = pm.Data("leaf_centre", at.leaf_centre, dims=("leaf", "pair"))
    factor = pm.Data("leaf_factor", at.leaf_factor)
    location = centre[:, 0] + factor[:, 0, 0] * z[:, 0]
    log_slope = centre[:, 1] + factor[:, 1, 0] * z[:, 0] + factor[:, 1, 1] * z[:, 1]
    return (
        pm.Deterministic("location", location, dims="leaf"),
        pm.Deterministic("log_slope", log_slope, dims="leaf"),
    )


def _location_means(
    design: Design,
    priors: Priors,
    at: Coordinates,
    scales: dict[str, pt.TensorVariable],
) -> pt.TensorVariable:
    """Mean location of each leaf: domain, study, study x domain, instrument."""
    z = pm.Flat("location_group_z", shape=len(at.location_centre))
    centre = pm.Data("location_centre", at.location_centre)
    factor = pm.Data("location_factor", at.location_factor)
    sizes = [
        len(design.domain.names),
        len(design.study.names) - 1,
        len(design.study_domain.names),
        len(design.instrument_domain.names),
    ]
    domain, study, within, instrument = _split(centre + factor @ z, sizes)
    pm.Potential("domain_location_prior", _normal(domain, priors.domain_location))
    pm.Potential("study_shift_prior", _centred(study, scales["sd_study"]))
    pm.Potential(
        "standard_shifts_prior", _centred(within, 1.0) + _centred(instrument, 1.0)
    )
    basis = zero_sum_basis(sizes[1] + 1)
    shift = pm.Deterministic("study_shift", pt.dot(basis, study), dims="study")
    domain = pm.Deterministic("domain_location", domain, dims="domain")
    within = pm.Deterministic(
        "study_domain_shift", scales["sd_study_domain"] * within, dims="study_domain"
    )
    instrument = pm.Deterministic(
        "instrument_shift",
        scales["sd_instrument"] * instrument,
        dims="instrument_domain",
    )
    return (
        domain[design.domain.codes]
        + shift[design.study.codes]
        + within[design.study_domain.codes]
        + instrument[design.instrument_domain.codes]
    )


def _slope_means(
    design: Design,
    priors: Priors,
    at: Coordinates,
    scales: dict[str, pt.TensorVariable],
) -> pt.TensorVariable:
    """Mean log slope of each leaf: domain and study."""
    z = pm.Flat("slope_group_z", shape=len(at.slope_centre))
    centre = pm.Data("slope_centre", at.slope_centre)
    factor = pm.Data("slope_factor", at.slope_factor)
    sizes = [len(design.domain.names), len(design.study.names) - 1]
    domain, study = _split(centre + factor @ z, sizes)
    pm.Potential("domain_log_slope_prior", _normal(domain, priors.domain_log_slope))
    pm.Potential("study_log_slope_prior", _centred(study, scales["sd_slope_study"]))
    basis = zero_sum_basis(sizes[1] + 1)
    shift = pm.Deterministic("study_log_slope", pt.dot(basis, study), dims="study")
    domain = pm.Deterministic("domain_log_slope", domain, dims="domain")
    return domain[design.domain.codes] + shift[design.study.codes]


def _split(vector: pt.TensorVariable, sizes: list[int]) -> list[pt.TensorVariable]:
    """Cut a vector into consecutive parts."""
    ends = np.cumsum(sizes)
    return [vector[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def _normal(value: pt.TensorVariable, prior: Normal) -> pt.TensorVariable:
    """Log density of a normal prior, summed."""
    return pm.logp(pm.Normal.dist(prior.mean, prior.sd), value).sum()


def _centred(
    value: pt.TensorVariable, sd: pt.TensorVariable | float
) -> pt.TensorVariable:
    """Log density of a normal around zero, summed."""
    return pm.logp(pm.Normal.dist(0.0, sd), value).sum()
