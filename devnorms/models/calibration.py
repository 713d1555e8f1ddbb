"""
Simulation-based calibration: is the posterior right for worlds drawn from the prior.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import binom, chi2

from devnorms._base.checks import check_at_least
from devnorms.models.assemble import curves_from_draws
from devnorms.models.design import Design
from devnorms.models.fitting import compile_model, sample_compiled
from devnorms.models.groups import zero_sum_basis
from devnorms.models.precondition import Coordinates, coordinates
from devnorms.models.spec import SCALES, Priors, Sampling
from devnorms.schema.nodes import Nodes

Floats = NDArray[np.float64]

TRACKED = (
    *SCALES, "domain_location", "domain_log_slope", "study_shift", "study_log_slope",
    "study_domain_shift", "instrument_shift", "location", "log_slope",
    "pooled_location", "pooled_log_slope", "item_effect", "leaf_effect",
    "country_milestone_effect",
)  # fmt: skip
RANKS = 100
"""Draws that a true value is ranked among, spread evenly over all chains."""


@dataclass(frozen=True)
class World:
    """
    True values drawn from the prior, under the names of the curves' variables.

    Attributes
    ----------
    values : dict of str to array
        One array per name in `TRACKED`.
    """

    values: dict[str, Floats]


def draw_world(design: Design, priors: Priors, rng: np.random.Generator) -> World:
    """
    Draw all parameters of the model from their priors.

    Parameters
    ----------
    design : Design
        The leaves and their groups; its responses are not used.
    priors : Priors
        The priors.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    World
    """
    sd = {
        name: getattr(priors, name).median
        * float(np.exp(getattr(priors, name).log_sd * rng.standard_normal()))
        for name in SCALES
    }

    def normal(size: int, scale: float, mean: float = 0.0) -> Floats:
        return mean + scale * rng.standard_normal(size)

    leaves = len(design.leaves)
    basis = zero_sum_basis(len(design.study.names))
    domains, prior, slope_prior = (
        len(design.domain.names),
        priors.domain_location,
        priors.domain_log_slope,
    )
    pairs, pair_code = np.unique(
        np.column_stack([design.milestone.codes, design.country.codes]),
        axis=0,
        return_inverse=True,
    )
    values = {
        "domain_location": normal(domains, prior.sd, prior.mean),
        "domain_log_slope": normal(domains, slope_prior.sd, slope_prior.mean),
        "study_shift": basis @ normal(basis.shape[1], sd["sd_study"]),
        "study_log_slope": basis @ normal(basis.shape[1], sd["sd_slope_study"]),
        "study_domain_shift": normal(
            len(design.study_domain.names), sd["sd_study_domain"]
        ),
        "instrument_shift": normal(
            len(design.instrument_domain.names), sd["sd_instrument"]
        ),
        "item_effect": normal(len(design.item.names), sd["sd_item"]),
        "country_milestone_effect": normal(len(pairs), sd["sd_country_milestone"])[
            pair_code.ravel()
        ],
        "leaf_effect": normal(leaves, sd["sd_leaf"]),
    }
    milestones = len(design.milestone.names)
    beta = normal(milestones, sd["sd_milestone"])
    alpha = normal(milestones, sd["sd_slope_milestone"])
    eta = normal(leaves, sd["sd_slope_leaf"])
    values |= _sums(design, values, beta, alpha, eta)
    return World({**values, **{name: np.array(value) for name, value in sd.items()}})


def _sums(
    design: Design, values: dict[str, Floats], beta: Floats, alpha: Floats, eta: Floats
) -> dict[str, Floats]:
    """Add effects up to leaf curves and pooled curves."""
    domain = np.array([design.domain.names.index(d) for d in design.milestone_domain])
    pooled = values["domain_location"][domain] + beta
    pooled_slope = values["domain_log_slope"][domain] + alpha
    return {
        "pooled_location": pooled,
        "pooled_log_slope": pooled_slope,
        "location": pooled[design.milestone.codes]
        + values["study_shift"][design.study.codes]
        + values["study_domain_shift"][design.study_domain.codes]
        + values["instrument_shift"][design.instrument_domain.codes]
        + values["item_effect"][design.item.codes]
        + values["country_milestone_effect"]
        + values["leaf_effect"],
        "log_slope": pooled_slope[design.milestone.codes]
        + values["study_log_slope"][design.study.codes]
        + eta,
    }


def respond(design: Design, world: World, rng: np.random.Generator) -> Design:
    """
    Replace a design's responses by draws from a world, at the same ages.

    Every node keeps its age and its (rounded) number of children; how many of them pass
    is drawn. The result has one node for the passes and one for the not-yets per age.

    Parameters
    ----------
    design : Design
        Ages and numbers of children.
    world : World
        The truth.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Design
    """
    asked = np.rint(design.weight).astype(int)
    slope = np.exp(world.values["log_slope"])[:, None]
    eta = slope * (design.log_age - world.values["location"][:, None])
    passed = rng.binomial(asked, expit(eta)).astype(float)
    return replace(
        design,
        log_age=np.hstack([design.log_age, design.log_age]),
        weight=np.hstack([passed, asked - passed]),
        sign=np.hstack([np.ones_like(passed), -np.ones_like(passed)]),
    )


def calibrate(
    nodes: Nodes,
    *,
    priors: Priors,
    simulations: int = 200,
    sampling: Sampling | None = None,
    seed: int = 1,
    progress: Any = iter,
) -> pd.DataFrame:
    """
    Rank the truth among posterior draws, for many worlds drawn from the prior.

    Parameters
    ----------
    nodes : Nodes
        Leaves, their ages and how many were asked; the responses are replaced.
    priors : Priors
        The priors.
    simulations : int
        How many worlds.
    sampling : Sampling, optional
        How each posterior is sampled.
    seed : int
        Seed.
    progress : callable
        Wraps the iteration, for a progress bar.

    Returns
    -------
    pandas.DataFrame
        One row per simulation and tracked variable: ``simulation, parameter, rank``
        (0 to 100, uniform if calibrated; one entry of a vector, another in each
        simulation), ``divergences``.

    References
    ----------
    Talts S, Betancourt M, Simpson D, Vehtari A, Gelman A. Validating Bayesian inference
    algorithms with simulation-based calibration. 2018. arXiv:1804.06788.
    """
    from devnorms.models.build import build
    from devnorms.models.design import design_from_nodes

    check_at_least("simulations", simulations, 1)
    base = design_from_nodes(nodes)
    sampling = sampling or Sampling(chains=2, draws=500, tune=500, target_accept=0.97)
    settled = sampling.settled(len(base.leaves))
    rng = np.random.default_rng(seed)
    compiled: Any = None
    rows = []
    for number in progress(range(simulations)):
        world = draw_world(base, priors, rng)
        design = respond(base, world, rng)
        at = coordinates(design, priors, negligible=0.0)
        if compiled is None:
            compiled, _ = compile_model(build(design, priors, at))
        given = compiled.with_data(**_data(design, at))
        one = replace(settled, seed=int(rng.integers(2**31)))
        draws, stats, _ = sample_compiled(given, one, progress=False)
        curves = curves_from_draws(design, draws, rng)
        divergences = int(stats["diverging"].sum())
        for name in TRACKED:
            rank = _rank(curves[name], world.values[name], rng)
            rows.append((number, name, rank, divergences))
    return pd.DataFrame(
        rows, columns=["simulation", "parameter", "rank", "divergences"]
    )


def _data(design: Design, at: Coordinates) -> dict[str, Floats]:
    """Give what differs between simulations, under the model's names."""
    return {
        "log_age": design.log_age,
        "weight": design.weight,
        "sign": design.sign,
        "group_centre": at.group_centre,
        "group_factor": at.group_factor,
        "leaf_centre": at.leaf_centre,
        "leaf_blocks": at.blocks,
        "following": at.following,
    }


def _rank(draws: xr.DataArray, truth: Floats, rng: np.random.Generator) -> int:
    """Rank one entry of the truth among evenly spread draws."""
    values = draws.transpose("chain", "draw", ...).values
    flat = values.reshape(values.shape[0] * values.shape[1], -1)
    entry = int(rng.integers(flat.shape[1]))
    chosen = np.linspace(0, len(flat) - 1, RANKS).astype(int)
    return int((flat[chosen, entry] < np.ravel(truth)[entry]).sum())


def calibration_summary(ranks: pd.DataFrame, *, bins: int = 10) -> pd.DataFrame:
    """
    Test each parameter's ranks for uniformity, and give interval coverage.

    Parameters
    ----------
    ranks : pandas.DataFrame
        See `calibrate`.
    bins : int
        Bins of the chi-square test.

    Returns
    -------
    pandas.DataFrame
        ``parameter, simulations, coverage_50, coverage_90`` (share of truths inside
        the central intervals), ``coverage_90_low, coverage_90_high`` (range that 99 %
        of calibrated posteriors would show), ``p_uniform`` (chi-square).
    """
    rows = []
    for name, group in ranks.groupby("parameter", sort=False):
        rank = group["rank"].to_numpy()
        n = len(rank)
        observed = np.histogram(rank, np.linspace(-0.5, RANKS + 0.5, bins + 1))[0]
        statistic = float(((observed - n / bins) ** 2 / (n / bins)).sum())
        low, high = binom(n, 0.9).ppf([0.005, 0.995]) / n
        inside = {
            level: float((np.abs(rank / RANKS - 0.5) <= level / 2).mean())
            for level in (0.5, 0.9)
        }
        rows.append(
            {
                "parameter": name,
                "simulations": n,
                "coverage_50": inside[0.5],
                "coverage_90": inside[0.9],
                "coverage_90_low": low,
                "coverage_90_high": high,
                "p_uniform": float(chi2(bins - 1).sf(statistic)),
            }
        )
    return pd.DataFrame(rows)
