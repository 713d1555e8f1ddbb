"""
Does the child's interval hold what it says? Children with known development are scored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit

from devnorms._base.checks import check_at_least, check_share
from devnorms._base.errors import BadValueError
from devnorms.scores.answers import Answers
from devnorms.scores.intervals import dscore_intervals
from devnorms.scores.keys import Key
from devnorms.scores.priors import age_in_years
from devnorms.scores.scoring import difficulties
from devnorms.scores.uncertainty import Uncertainty

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Truth:
    """Children whose development is known: D and z-score of each visit, and answers."""

    dscore: Floats
    daz: Floats
    answers: Answers


def simulate_children(
    design: Answers, key: Key, world: Uncertainty, rng: np.random.Generator
) -> Truth:
    """
    Draw the children of one population, who answer the items that a design asks.

    The population's items differ from the key's as ``world`` says, and so does its
    reference; all its children share these differences.

    Parameters
    ----------
    design : Answers
        Ages, and which items are asked; what was answered is not used.
    key : Key
        Prior, difficulties and reference.
    world : Uncertainty
        How far items and reference are from the key's: plain numbers or Series.
    rng : numpy.random.Generator
        Source of randomness.
    """
    if world.difficulty_errors is not None:
        raise BadValueError.parameter("difficulty_errors", "None in a simulation", "")
    age_years = age_in_years(design.visits["age_days"])
    mean = key.prior_mean(age_years)
    dscore = mean + key.prior_sd * rng.standard_normal(len(mean))
    names, instrument = np.unique(
        design.items.str[:3].to_numpy(str), return_inverse=True
    )
    shared = world.instrument_sd * rng.standard_normal(len(names))
    own = world.sd_of(design.items) * rng.standard_normal(len(design.items))
    tau = difficulties(design, key) + own + shared[instrument]
    rows, columns = design.asked.nonzero()
    pass_probability = expit((dscore[rows] - tau[columns]) / key.slope)
    passed = rng.random(len(rows)) < pass_probability
    marks = csr_array((passed.astype(float), (rows, columns)), shape=design.asked.shape)
    marks.eliminate_zeros()
    z = key.reference.daz(dscore, age_years)
    median_error, spread_error = rng.standard_normal(2) / np.sqrt(
        [world.norm_children, 2 * world.norm_children]
    )
    daz = (z + median_error) * np.exp(spread_error)
    return Truth(dscore, daz, replace(design, passed=marks))


def interval_coverage(
    design: Answers,
    key: Key,
    world: Uncertainty,
    *,
    populations: int = 50,
    level: float = 0.9,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """
    Count how often intervals hold the truth: with and without the errors of the world.

    Parameters
    ----------
    design : Answers
        Ages, and which items are asked.
    key : Key
        The key.
    world : Uncertainty
        How far items and reference of a population are from the key's.
    populations : int
        How many populations to draw; children of one share its differences.
    level : float
        Of the intervals.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    pandas.DataFrame
        One row per interval (``naive``: the plain posterior; ``with_uncertainty``)
        and quantity (``dscore``, ``daz``): ``interval, quantity, level, coverage,
        coverage_se`` (Monte Carlo, between populations), ``lowest`` (tenth percentile
        over populations), ``width`` (mean).

    References
    ----------
    Morris TP, White IR, Crowther MJ. Using simulation studies to evaluate statistical
    methods. Statistics in Medicine 2019;38:2074-2102. doi:10.1002/sim.8086
    """
    check_share("level", level)
    check_at_least("populations", populations, 2)
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _ in range(populations):
        truth = simulate_children(design, key, world, rng)
        for name, unknown in (("naive", None), ("with_uncertainty", world)):
            scores = dscore_intervals(truth.answers, key, unknown, level=level)
            for quantity, true in (("dscore", truth.dscore), ("daz", truth.daz)):
                low = scores[f"{quantity}_low"].to_numpy()
                high = scores[f"{quantity}_high"].to_numpy()
                there = np.isfinite(low) & np.isfinite(high) & np.isfinite(true)
                inside = ((low <= true) & (true <= high))[there].mean()
                width = (high - low)[there].mean()
                found.setdefault((name, quantity), []).append((inside, width))
    rows = []
    for (name, quantity), pairs in found.items():
        inside, width = np.array(pairs).T
        rows.append(
            {
                "interval": name,
                "quantity": quantity,
                "level": level,
                "coverage": inside.mean(),
                "coverage_se": inside.std(ddof=1) / np.sqrt(populations),
                "lowest": np.quantile(inside, 0.1),
                "width": width.mean(),
            }
        )
    return pd.DataFrame(rows)
