"""
Curves: draws of the share passing by age, labelled, free of any sampler's classes.

For leaf l (an item in a population) and draw d, the share passing at an age is
``expit(exp(log_slope) * (log(age_months + 1) - location))``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from devnorms._base.errors import InvalidTableError

LEAF = ("chain", "draw", "leaf")
CELL = ("chain", "draw", "population", "milestone")
POOLED = ("chain", "draw", "milestone")


@dataclass(frozen=True)
class Variable:
    """
    What a variable of the curves must be.

    Attributes
    ----------
    name : str
        Its name.
    dims : tuple of str
        Its dims, in order.
    meaning : str
        What it means, with its unit.
    may_be_nan : bool
        Whether NaN may stand for "not asked there".
    """

    name: str
    dims: tuple[str, ...]
    meaning: str
    may_be_nan: bool = False


VARIABLES = (
    Variable("location", LEAF, "log(age in months + 1) at which half pass"),
    Variable("log_slope", LEAF, "log of the slope in log(age in months + 1)"),
    Variable("milestone_location", CELL, "mean over the population's items", True),
    Variable("milestone_log_slope", CELL, "mean over the population's items", True),
    Variable("pooled_location", POOLED, "all population effects at zero"),
    Variable("pooled_log_slope", POOLED, "all population effects at zero"),
    Variable("asked", ("population", "milestone"), "responses", True),
    Variable("passed", ("population", "milestone"), "responses passed", True),
    Variable("items", ("population", "milestone"), "items that ask it", True),
    Variable("support_low_months", ("population", "milestone"), "months", True),
    Variable("support_high_months", ("population", "milestone"), "months", True),
    Variable("leaf_asked", ("leaf",), "responses"),
    Variable("leaf_passed", ("leaf",), "responses passed"),
    Variable("leaf_support_low_months", ("leaf",), "months"),
    Variable("leaf_support_high_months", ("leaf",), "months"),
)
COORDS = (
    "chain", "draw", "leaf", "population", "milestone",
    "leaf_item", "leaf_population", "leaf_milestone", "leaf_instrument",
    "population_country", "population_study", "milestone_domain",
)  # fmt: skip
ATTRS = ("record", "diagnostics", "converged")


def check_curves(curves: xr.Dataset) -> xr.Dataset:
    """
    Validate curves; all faults at once.

    Parameters
    ----------
    curves : xarray.Dataset
        Dims ``chain, draw, leaf, population, milestone``; variables as in
        `VARIABLES`; further variables (scales, effects) are kept. ``attrs["record"]``
        is the JSON of a `Record`, ``attrs["diagnostics"]`` the JSON of the sampler's
        checks, ``attrs["converged"]`` whether they were met.

    Returns
    -------
    xarray.Dataset
        The same object.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    if not isinstance(curves, xr.Dataset):
        raise InvalidTableError(
            f"Curves: expected an xarray.Dataset, got {type(curves).__name__}."
        )
    faults = [f"coordinate {c!r} is missing" for c in COORDS if c not in curves.coords]
    faults += [f"attribute {a!r} is missing" for a in ATTRS if a not in curves.attrs]
    for variable in VARIABLES:
        faults += _variable_faults(curves, variable)
    if faults:
        listed = "\n".join(f"  - {fault}" for fault in faults)
        raise InvalidTableError(f"Curves: {len(faults)} fault(s) found.\n{listed}")
    return curves


def _variable_faults(curves: xr.Dataset, variable: Variable) -> list[str]:
    """Say what is wrong with one variable."""
    if variable.name not in curves:
        return [f"variable {variable.name!r} ({variable.meaning}) is missing"]
    array = curves[variable.name]
    if array.dims != variable.dims:
        return [f"{variable.name!r} has dims {array.dims}, expected {variable.dims}"]
    if not variable.may_be_nan and not bool(np.isfinite(array).all()):
        return [f"{variable.name!r} has values that are not finite"]
    return []
