"""
Curves scattered around a known truth: what a good fit would give, without a sampler.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit

from devnorms._base.provenance import Record
from devnorms.schema.curves import check_curves
from devnorms.simulate.responses import SOURCE
from devnorms.simulate.truth import Truth

CHAINS = 2


def simulate_curves(
    truth: Truth,
    *,
    rng: np.random.Generator,
    sd: float = 0.02,
    draws: int = 200,
    asked_per_leaf: int = 500,
) -> xr.Dataset:
    """
    Make valid curves whose draws scatter around the truth; nothing is fitted.

    Parameters
    ----------
    truth : Truth
        From `draw_truth`.
    rng : numpy.random.Generator
        Source of randomness.
    sd : float
        Standard deviation of the draws: of every location, and five times as much of
        every log slope, as in real fits. Zero gives the truth itself in every draw.
    draws : int
        Draws in each of two chains.
    asked_per_leaf : int
        Responses said to be behind each leaf.

    Returns
    -------
    xarray.Dataset
        As `devnorms.schema.curves.check_curves` wants them, with the effects that a
        real fit gives: the true ones in every draw. What scatters is put down to the
        leaves, so that the effects add up to the locations.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth
    >>> rng = np.random.default_rng(1)
    >>> curves = simulate_curves(draw_truth(rng=rng), rng=rng)
    >>> curves.sizes["population"], curves.sizes["milestone"]
    (6, 8)
    """
    leaves = truth.leaves
    populations = leaves["population"].unique()
    milestones = truth.centres["milestone"].to_numpy()
    size = (CHAINS, draws, len(leaves))
    location = leaves["location"].to_numpy() + rng.normal(0, sd, size)
    log_slope = leaves["log_slope"].to_numpy() + rng.normal(0, 5 * sd, size)
    pooled = (CHAINS, draws, len(milestones))
    passed = _passed(leaves, asked_per_leaf)
    dims = ("chain", "draw", "leaf")
    curves = xr.Dataset(
        {
            "location": (dims, location),
            "log_slope": (dims, log_slope),
            "pooled_location": (
                ("chain", "draw", "milestone"),
                truth.centres["location"].to_numpy() + rng.normal(0, 2 * sd, pooled),
            ),
            "pooled_log_slope": (
                ("chain", "draw", "milestone"),
                truth.centres["log_slope"].to_numpy() + rng.normal(0, 5 * sd, pooled),
            ),
            "leaf_asked": ("leaf", np.full(len(leaves), asked_per_leaf)),
            "leaf_passed": ("leaf", passed),
            "leaf_support_low_months": ("leaf", leaves["from_months"].to_numpy()),
            "leaf_support_high_months": ("leaf", leaves["until_months"].to_numpy()),
        },
        coords={
            "chain": range(CHAINS),
            "draw": range(draws),
            "leaf": leaves["leaf"].to_numpy(dtype=object),
            "population": populations.astype(object),
            "milestone": milestones.astype(object),
            **_labels(truth, populations),
        },
        attrs=_attrs(truth),
    )
    return check_curves(_with_effects(_with_cells(curves), truth))


def _labels(truth: Truth, populations: np.ndarray) -> dict[str, tuple[str, np.ndarray]]:
    """Name what each leaf, population and milestone is."""
    first = truth.leaves.drop_duplicates("population").set_index("population")
    by_leaf = {
        f"leaf_{name}": ("leaf", truth.leaves[name].to_numpy(dtype=object))
        for name in ("item", "population", "milestone", "instrument")
    }
    by_population = {
        f"population_{name}": (
            "population",
            first.loc[populations, name].to_numpy(dtype=object),
        )
        for name in ("country", "study")
    }
    domain = truth.centres["domain"].to_numpy(dtype=object)
    return {**by_leaf, **by_population, "milestone_domain": ("milestone", domain)}


def _passed(leaves: pd.DataFrame, asked: int) -> NDArray[np.int64]:
    """Expect so many passes when ages are spread evenly over the range."""
    part = np.linspace(0, 1, 50)[:, None]
    low, high = leaves["from_months"].to_numpy(), leaves["until_months"].to_numpy()
    log_age = np.log1p(low + part * (high - low))
    slope = np.exp(leaves["log_slope"].to_numpy())
    share = expit(slope * (log_age - leaves["location"].to_numpy()))
    passed: NDArray[np.int64] = np.rint(asked * share.mean(axis=0)).astype(np.int64)
    return passed


def _with_cells(curves: xr.Dataset) -> xr.Dataset:
    """Add what is known per population and milestone: means and sums over leaves."""
    populations, milestones = curves["population"].values, curves["milestone"].values
    member = (
        (curves["leaf_population"].values == populations[:, None, None])
        & (curves["leaf_milestone"].values == milestones[:, None])
    ).astype(float)
    items = member.sum(axis=-1)
    asks = items > 0
    weight = member / np.where(asks, items, np.nan)[..., None]
    cell = ("population", "milestone")

    def total(name: str) -> np.ndarray:
        return np.where(asks, member @ curves[name].values, np.nan)

    def edge(name: str, fill: float, reduce: np.ufunc) -> np.ndarray:
        values = np.where(member > 0, curves[name].values, fill)
        return np.where(asks, reduce.reduce(values, axis=-1), np.nan)

    low = edge("leaf_support_low_months", np.inf, np.minimum)
    high = edge("leaf_support_high_months", -np.inf, np.maximum)
    means = {
        f"milestone_{name}": (
            ("chain", "draw", *cell),
            np.einsum("cdl,pml->cdpm", curves[name].values, weight),
        )
        for name in ("location", "log_slope")
    }
    return curves.assign(means).assign(
        asked=(cell, total("leaf_asked")),
        passed=(cell, total("leaf_passed")),
        items=(cell, np.where(asks, items, np.nan)),
        support_low_months=(cell, low),
        support_high_months=(cell, high),
    )


def _with_effects(curves: xr.Dataset, truth: Truth) -> xr.Dataset:
    """Add the true effects and scales, under the names that a fit gives them."""
    leaves = truth.leaves
    text = leaves[["item", "study", "instrument", "domain"]].astype(str)
    groups = {
        "item": ("item_effect", text["item"]),
        "study": ("study_effect", text["study"]),
        "study_domain": ("study_domain_effect", _joined(text, "study")),
        "instrument_domain": ("instrument_domain_effect", _joined(text, "instrument")),
    }
    full = (curves.sizes["chain"], curves.sizes["draw"])
    country = leaves["milestone_country_effect"].to_numpy()
    known = country.copy()
    for dim, (effect, names) in groups.items():
        first = leaves[effect].groupby(names, sort=False).first()
        curves = curves.assign_coords({dim: first.index.to_numpy(dtype=object)})
        values = np.broadcast_to(first.to_numpy(), (*full, len(first)))
        curves[_FITTED.get(effect, effect)] = (("chain", "draw", dim), values)
        known += leaves[effect].to_numpy()
    at = curves.indexes["milestone"].get_indexer(pd.Index(leaves["milestone"]))
    left = curves["location"].values - curves["pooled_location"].values[..., at] - known
    dims = ("chain", "draw", "leaf")
    curves = curves.assign(
        country_milestone_effect=(dims, np.broadcast_to(country, left.shape)),
        leaf_effect=(dims, left),
    )
    return curves.assign(_drawn_with(truth, full))


def _joined(text: pd.DataFrame, name: str) -> pd.Series:
    """Name studies, or instruments, within a domain as a fit does."""
    return text[name] + "::" + text["domain"]


def _drawn_with(truth: Truth, full: tuple[int, int]) -> dict[str, tuple[Any, ...]]:
    """Give the scales, the same in every draw."""
    scales = truth.scales
    known = {
        "sd_milestone": float(np.std(truth.centres["location"])),
        "sd_item": scales.item,
        "sd_country_milestone": scales.milestone_country,
        "sd_leaf": scales.leaf,
        "sd_study": scales.study,
        "sd_study_domain": scales.study_domain,
        "sd_instrument": scales.instrument_domain,
    }
    return {n: (("chain", "draw"), np.full(full, sd)) for n, sd in known.items()}


_FITTED = {
    "study_effect": "study_shift",
    "study_domain_effect": "study_domain_shift",
    "instrument_domain_effect": "instrument_shift",
}


def _attrs(truth: Truth) -> dict[str, object]:
    """Say what these curves are, in the same words as a real fit."""
    settings = {"simulated": {"populations": len(truth.design.populations)}}
    return {
        "record": Record.now((SOURCE,), settings).to_json(),
        "diagnostics": json.dumps({"simulated": True}),
        "converged": "yes",
        "method": "simulated around a known truth; nothing was fitted",
    }
