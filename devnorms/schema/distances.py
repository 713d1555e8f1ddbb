"""
Distances between countries or regions: a square array whose sides have names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from devnorms._base.errors import InvalidTableError

if TYPE_CHECKING:
    import xarray as xr

_SHOWN = 5


def check_distances(distances: xr.DataArray) -> xr.DataArray:
    """
    Validate a matrix of distances; all faults at once.

    Parameters
    ----------
    distances : xarray.DataArray
        Two dimensions, ``<place>`` and ``other_<place>``, with the same labels in the
        same order, each once. Values finite, not negative, the same in both
        directions. The diagonal is zero unless ``attrs["diagonal"]`` is ``"within"``:
        then it is the distance between two people of the same place.
        ``attrs["units"]`` names the unit.

    Returns
    -------
    xarray.DataArray
        As given.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    name = f"Distances {str(distances.name)!r}"
    faults = _of_labels(distances)
    if not faults:
        faults = _of_values(distances)
    if "units" not in distances.attrs:
        faults.append("attrs['units'] does not name the unit")
    if faults:
        listed = "\n".join(f"  - {fault}" for fault in faults)
        raise InvalidTableError(f"{name}: {len(faults)} fault(s) found.\n{listed}")
    return distances


def _of_labels(distances: xr.DataArray) -> list[str]:
    """Look at the names of the sides."""
    first, second = (*map(str, distances.dims), "", "")[:2]
    if distances.ndim != 2 or second != f"other_{first}":
        return [f"dimensions are {distances.dims}, expected <place>, other_<place>"]
    labels = [distances[dim].to_numpy().astype(str).tolist() for dim in distances.dims]
    faults = []
    if labels[0] != labels[1]:
        faults.append("the two sides do not have the same labels in the same order")
    twice = sorted({label for label in labels[0] if labels[0].count(label) > 1})
    if twice:
        faults.append(f"labels come more than once: {', '.join(twice[:_SHOWN])}")
    return faults


def _of_values(distances: xr.DataArray) -> list[str]:
    """Look at the numbers."""
    values, labels = distances.to_numpy(), distances[distances.dims[0]].to_numpy()

    def pairs(wrong: np.ndarray) -> str:
        rows, columns = np.nonzero(wrong)
        named = [f"{labels[i]}-{labels[j]}" for i, j in zip(rows, columns, strict=True)]
        return f"{len(named)} pair(s), first {', '.join(named[:_SHOWN])}"

    faults = []
    apart = np.abs(values - values.T) > 1e-9
    for wrong, words in (
        (~np.isfinite(values), "no number"),
        (values < 0, "negative"),
        (np.triu(apart), "another number in the other direction"),
    ):
        if wrong.any():
            faults.append(f"{words}: {pairs(wrong)}")
    if distances.attrs.get("diagonal") != "within" and np.diagonal(values).any():
        faults.append("a place has a distance to itself that is not zero")
    return faults
