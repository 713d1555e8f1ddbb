"""
Which curves there are: one row per population and milestone, pooled centre, or leaf.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from devnorms._base.checks import check_known
from devnorms._base.errors import EmptySelectionError, InvalidTableError
from devnorms.schema.norms import POOLED


class Asked(NamedTuple):
    """
    Curves with what is known of each.

    Attributes
    ----------
    rows : pandas.DataFrame
        One row per curve: who, what, ``asked, passed`` and the ages asked.
    location, log_slope : numpy.ndarray
        Draws x curves.
    """

    rows: pd.DataFrame
    location: NDArray[np.float64]
    log_slope: NDArray[np.float64]


def cells(curves: xr.Dataset, milestones: Sequence[str] | None) -> Asked:
    """
    Every population and milestone asked there; others have no row.

    Parameters
    ----------
    curves : xarray.Dataset
        Valid curves.
    milestones : sequence of str or None
        Which milestones; all without it.

    Returns
    -------
    Asked
        Rows by milestone in the order of the curves, then by population.

    Raises
    ------
    EmptySelectionError
        If nothing is left.
    InvalidTableError
        If draws are missing where children were asked.
    """
    chosen = curves.isel(milestone=_positions(curves, milestones))
    # Transposed, because rows run over milestones first.
    asks = np.nan_to_num(chosen["asked"].transpose("milestone", "population").values)
    milestone, population = np.nonzero(asks > 0)
    if not len(milestone):
        raise EmptySelectionError(
            "Curves: no population was asked any of the milestones chosen."
        )
    at = {
        "milestone": xr.DataArray(milestone, dims="row"),
        "population": xr.DataArray(population, dims="row"),
    }
    picked = chosen.isel(at)
    rows = pd.DataFrame(
        {
            "population": picked["population"].values.astype(str),
            "country": picked["population_country"].values.astype(str),
            "milestone": picked["milestone"].values.astype(str),
            "domain": picked["milestone_domain"].values.astype(str),
            "asked": picked["asked"].values.astype("int64"),
            "passed": picked["passed"].values.astype("int64"),
            "items": picked["items"].values.astype("int64"),
            "support_low_months": picked["support_low_months"].values.astype(float),
            "support_high_months": picked["support_high_months"].values.astype(float),
        }
    )
    location, log_slope = _draws(picked, "milestone_location", "milestone_log_slope")
    _check_finite(rows, location, log_slope)
    return Asked(rows, location, log_slope)


def centres(curves: xr.Dataset, populations: Asked) -> Asked:
    """
    Give the centre of the populations, per milestone that has any.

    Parameters
    ----------
    curves : xarray.Dataset
        Valid curves.
    populations : Asked
        From `cells`; sums and age ranges come from it.

    Returns
    -------
    Asked
    """
    rows = (
        populations.rows.groupby(["milestone", "domain"], sort=False)
        .agg(
            asked=("asked", "sum"),
            passed=("passed", "sum"),
            items=("items", "sum"),
            support_low_months=("support_low_months", "min"),
            support_high_months=("support_high_months", "max"),
        )
        .reset_index()
    )
    rows.insert(0, "population", POOLED)
    rows.insert(1, "country", pd.Series([None] * len(rows), dtype="str"))
    picked = curves.isel(milestone=_positions(curves, list(rows["milestone"])))
    location, log_slope = _draws(picked, "pooled_location", "pooled_log_slope")
    _check_finite(rows, location, log_slope)
    return Asked(rows, location, log_slope)


def leaves(curves: xr.Dataset, milestones: Sequence[str] | None) -> Asked:
    """
    Every item in every population.

    Parameters
    ----------
    curves : xarray.Dataset
        Valid curves.
    milestones : sequence of str or None
        Which milestones; all without it.

    Returns
    -------
    Asked

    Raises
    ------
    EmptySelectionError
        If nothing is left.
    """
    names = curves["milestone"].values.astype(str)[_positions(curves, milestones)]
    chosen = np.isin(curves["leaf_milestone"].values.astype(str), names)
    picked = curves.isel(leaf=np.flatnonzero(chosen))
    if not picked.sizes["leaf"]:
        raise EmptySelectionError("Curves: no item asks any of the milestones chosen.")
    rows = pd.DataFrame(
        {
            "leaf": picked["leaf"].values.astype(str),
            "item": picked["leaf_item"].values.astype(str),
            "population": picked["leaf_population"].values.astype(str),
            "milestone": picked["leaf_milestone"].values.astype(str),
            "instrument": picked["leaf_instrument"].values.astype(str),
            "asked": picked["leaf_asked"].values.astype("int64"),
            "passed": picked["leaf_passed"].values.astype("int64"),
            "support_low_months": picked["leaf_support_low_months"].values,
            "support_high_months": picked["leaf_support_high_months"].values,
        }
    )
    return Asked(rows, *_draws(picked, "location", "log_slope"))


def _positions(curves: xr.Dataset, milestones: Sequence[str] | None) -> list[int]:
    """Where the milestones asked for are; every name must be known."""
    known = curves["milestone"].values.astype(str).tolist()
    if milestones is None:
        return list(range(len(known)))
    names = [milestones] if isinstance(milestones, str) else list(milestones)
    return [known.index(name) for name in check_known("milestone", names, known)]


def _draws(
    picked: xr.Dataset, *names: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Chains end to end, curves in the second axis."""
    number = picked.sizes["chain"] * picked.sizes["draw"]
    first, second = (picked[name].values.reshape(number, -1) for name in names)
    return first, second


def _check_finite(
    rows: pd.DataFrame, location: NDArray[np.float64], log_slope: NDArray[np.float64]
) -> None:
    """Refuse to summarise a curve that is not there."""
    bad = ~(np.isfinite(location).all(axis=0) & np.isfinite(log_slope).all(axis=0))
    if bad.any():
        first = rows.loc[bad, ["population", "milestone"]].head(5).to_numpy().tolist()
        raise InvalidTableError(
            f"Curves: {int(bad.sum())} curve(s) of populations that were asked have "
            f"draws that are not finite, first {first}. Fit again, or leave the "
            "milestones out."
        )
