"""
From the sampler's draws to curves: recovered effects, milestones, labels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from devnorms.models.design import Design
from devnorms.models.effects import location_effects, slope_effects
from devnorms.models.spec import SCALES

Floats = NDArray[np.float64]
SD_LOCATION = SCALES[:4]
SD_SLOPE = ("sd_slope_milestone", "sd_slope_leaf")


def curves_from_draws(
    design: Design, draws: xr.Dataset, rng: np.random.Generator
) -> xr.Dataset:
    """
    Label the draws and add what follows from them.

    Parameters
    ----------
    design : Design
        The leaves.
    draws : xarray.Dataset
        ``location, log_slope`` (leaf), group means and scales, dims ``chain, draw``
        first.
    rng : numpy.random.Generator
        For the effects that were integrated out.

    Returns
    -------
    xarray.Dataset
        All variables of `devnorms.schema.curves`, and the effects; no attrs yet.
    """
    shape = (draws.sizes["chain"], draws.sizes["draw"])
    flat = {name: _flat(draws[name]) for name in _NEEDED}
    effects, slope_effect = _integrated_out(design, flat, rng)
    domain = np.array(
        [design.domain.names.index(d) for d in design.milestone_domain], dtype=int
    )
    pooled = flat["domain_location"][:, domain] + effects.milestone
    pooled_slope = flat["domain_log_slope"][:, domain] + slope_effect
    leaf_names = [str(x) for x in design.leaves["leaf"]]
    new: dict[str, tuple[tuple[str, ...], Any]] = {
        "pooled_location": (("milestone",), pooled),
        "pooled_log_slope": (("milestone",), pooled_slope),
        "item_effect": (("item",), effects.item),
        "country_milestone_effect": (("leaf",), effects.country),
        "leaf_effect": (("leaf",), effects.leaf),
    }
    curves = draws[[*_NEEDED]].reset_coords(drop=True)
    curves = curves.assign_coords(
        leaf=leaf_names,
        milestone=list(design.milestone.names),
        item=list(design.item.names),
    )
    for name, (dims, values) in new.items():
        labelled = ("chain", "draw", *dims)
        curves[name] = (labelled, values.reshape(*shape, *values.shape[1:]))
    return _with_cells(_with_labels(curves, design), design)


_NEEDED = (
    "location",
    "log_slope",
    "domain_location",
    "domain_log_slope",
    "study_shift",
    "study_log_slope",
    "study_domain_shift",
    "instrument_shift",
    *SCALES,
)


def _flat(array: xr.DataArray) -> Floats:
    """All chains' draws in one row axis."""
    values = np.asarray(array.transpose("chain", "draw", ...).values, dtype=float)
    return values.reshape(values.shape[0] * values.shape[1], *values.shape[2:])


def _integrated_out(
    design: Design, flat: dict[str, Floats], rng: np.random.Generator
) -> tuple[Any, Floats]:
    """Draw the effects that were integrated out."""
    mean = (
        flat["domain_location"][:, design.domain.codes]
        + flat["study_shift"][:, design.study.codes]
        + flat["study_domain_shift"][:, design.study_domain.codes]
        + flat["instrument_shift"][:, design.instrument_domain.codes]
    )
    slope_mean = (
        flat["domain_log_slope"][:, design.domain.codes]
        + flat["study_log_slope"][:, design.study.codes]
    )
    scales = np.column_stack([flat[name] for name in SD_LOCATION])
    slope_scales = np.column_stack([flat[name] for name in SD_SLOPE])
    effects = location_effects(design, flat["location"] - mean, scales, rng)
    slopes = slope_effects(design, flat["log_slope"] - slope_mean, slope_scales, rng)
    return effects, slopes


def _with_labels(curves: xr.Dataset, design: Design) -> xr.Dataset:
    """Say of each leaf, population and milestone what it belongs to."""
    leaves = design.leaves.astype(
        dict.fromkeys(("item", "population", "milestone", "instrument"), str)
    )
    curves = curves.assign_coords(
        {
            f"leaf_{name}": ("leaf", leaves[name].to_numpy(dtype=str))
            for name in ("item", "population", "milestone", "instrument")
        }
    )
    for name in ("asked", "passed", "support_low_months", "support_high_months"):
        curves[f"leaf_{name}"] = ("leaf", leaves[name].to_numpy())
    first = leaves.drop_duplicates("population").set_index("population").sort_index()
    return curves.assign_coords(
        population=first.index.to_numpy(dtype=str),
        population_country=("population", first["country"].to_numpy(dtype=str)),
        population_study=("population", first["study"].to_numpy(dtype=str)),
        milestone_domain=("milestone", np.array(design.milestone_domain, dtype=str)),
    )


def _with_cells(curves: xr.Dataset, design: Design) -> xr.Dataset:
    """
    Add milestone curves per population: the mean over the population's items.

    The location is on the log-age scale, so its mean is a geometric mean of ages.
    """
    leaves = design.leaves
    populations = [str(p) for p in curves["population"].values]
    shape = (len(populations), len(design.milestone.names))
    row = np.array([populations.index(str(p)) for p in leaves["population"]])
    cell = row * shape[1] + design.milestone.codes
    size = shape[0] * shape[1]
    items = np.bincount(cell, minlength=size).astype(float)
    items[items == 0] = np.nan
    average = np.zeros((len(leaves), size))
    average[np.arange(len(leaves)), cell] = 1.0
    average /= np.where(np.isnan(items), 1.0, items)
    empty = np.where(np.isnan(items), np.nan, 0.0)
    for name in ("location", "log_slope"):
        mean = curves[name].values @ average + empty
        dims = ("chain", "draw", "population", "milestone")
        curves[f"milestone_{name}"] = (dims, mean.reshape(*mean.shape[:2], *shape))
    sums = {
        "asked": np.bincount(cell, leaves["asked"], size),
        "passed": np.bincount(cell, leaves["passed"], size),
        "items": np.ones(size) * items,
        "support_low_months": _extreme(
            np.fmin, cell, leaves["support_low_months"].to_numpy(), size
        ),
        "support_high_months": _extreme(
            np.fmax, cell, leaves["support_high_months"].to_numpy(), size
        ),
    }
    for name, values in sums.items():
        curves[name] = (("population", "milestone"), (values + empty).reshape(shape))
    return curves


def _extreme(pick: np.ufunc, cell: NDArray[Any], values: Floats, size: int) -> Floats:
    """Smallest or largest value per cell; NaN where there is none."""
    result = np.full(size, np.nan)
    pick.at(result, cell, values)
    return result
