"""
How a population is predicted, and what is known of it besides its children's answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.errors import BadValueError

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Method:
    """
    How a population nobody measured is predicted from those that were.

    Attributes
    ----------
    name : str
        What it is called in tables.
    unevenness : float
        SD of the logarithm of how far populations and wordings lie apart, from
        milestone to milestone; 0 makes all milestones alike.
    tails : float
        Degrees of freedom of a t distribution of what populations have in common as a
        whole; 0 for a normal one.
    near : str
        Name of a distance in `Surroundings.distances`, or "" for exchangeable
        countries.
    reach : float
        Distance at which correlation falls to ``exp(-1)``, in the distance's unit.
    covariates : tuple of str
        Columns of `Surroundings.covariates`: numbers, or texts that are shared or not.

    Raises
    ------
    BadValueError
        If the unevenness is negative, or a distance has no reach.
    """

    name: str
    unevenness: float = 0.5
    tails: float = 0.0
    near: str = ""
    reach: float = 0.0
    covariates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.unevenness < 0:
            raise BadValueError.parameter("unevenness", "0 or more", self.unevenness)
        if self.near and not self.reach > 0:
            raise BadValueError.parameter(
                "reach", f"above zero, in the unit of {self.near!r}", self.reach
            )


@dataclass(frozen=True, eq=False)
class Surroundings:
    """
    What is known of populations besides their children's answers.

    Attributes
    ----------
    covariates : pandas.DataFrame, optional
        Indexed by population or by country (a population's own row goes first). A
        missing number stays missing: it then says nothing, and adds its whole variance.
    distances : mapping of str to xarray.DataArray
        Square, see `devnorms.schema.distances.check_distances`; sides are countries. A
        country that is not there is near to none but itself.
    """

    covariates: pd.DataFrame | None = None
    distances: Mapping[str, xr.DataArray] = field(default_factory=dict)


def nearness(distance: xr.DataArray, reach: float) -> pd.DataFrame:
    """
    Turn distances into correlations: ``exp(-distance / reach)``.

    Where the diagonal is the distance *within* a place, only what lies beyond the mean
    of both counts. Distances that no space could have (so that the matrix would not be
    one of correlations) are mended by leaving out negative eigenvalues.

    Parameters
    ----------
    distance : xarray.DataArray
        See `devnorms.schema.distances.check_distances`.
    reach : float
        In its unit.

    Returns
    -------
    pandas.DataFrame
        Square, with 1 on the diagonal.

    Examples
    --------
    >>> import xarray as xr
    >>> km = xr.DataArray(
    ...     [[0.0, 2000.0], [2000.0, 0.0]],
    ...     dims=("country", "other_country"),
    ...     coords={"country": ["COL", "ECU"], "other_country": ["COL", "ECU"]},
    ... )
    >>> nearness(km, 2000.0).loc["COL", "ECU"].round(3).item()
    0.368
    """
    within = np.diagonal(distance.to_numpy())
    beyond = distance.to_numpy() - (within[:, None] + within[None, :]) / 2
    kernel = np.exp(-np.maximum(beyond, 0.0) / reach)
    np.fill_diagonal(kernel, 1.0)
    values, vectors = np.linalg.eigh((kernel + kernel.T) / 2)
    if values[0] < 0:
        kernel = (vectors * np.maximum(values, 1e-9)) @ vectors.T
        size = np.sqrt(np.diagonal(kernel))
        kernel = kernel / size[:, None] / size[None, :]
    names = distance[distance.dims[0]].to_numpy().astype(str)
    return pd.DataFrame(kernel, names, names)


def near_countries(
    country: pd.Series, method: Method, surroundings: Surroundings
) -> tuple[Ints, Floats]:
    """Correlation of countries; a country that nobody placed stands alone."""
    if method.near not in surroundings.distances:
        raise BadValueError.parameter(
            "near",
            f"one of the distances given ({sorted(surroundings.distances) or 'none'})",
            method.near,
        )
    known = nearness(surroundings.distances[method.near], method.reach)
    code, names = pd.factorize(country)
    table = known.reindex(index=names, columns=names).to_numpy()
    return code.astype(np.intp), np.where(np.isnan(table), np.eye(len(names)), table)


def covariate_table(
    at: pd.DataFrame, name: str, surroundings: Surroundings
) -> tuple[Ints, Floats]:
    """Table of a linear effect, or of sharing a category; missing stays missing."""
    known = surroundings.covariates
    if known is None or name not in known.columns:
        raise BadValueError.parameter(
            "covariates",
            "columns of the covariates given "
            f"({[] if known is None else list(known.columns)})",
            name,
        )
    values = known[name]
    code, people = pd.factorize(at["population"])
    country = at.drop_duplicates("population").set_index("population")["country"]
    own = pd.Series(people, people).map(values)
    given = own.where(own.notna(), country.loc[people].map(values))
    missing = given.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(values):
        number = given.astype(float)
        spread = float(number.std()) if number.notna().sum() > 1 else 0.0
        x = ((number - number.mean()) / (spread or 1.0)).fillna(0.0).to_numpy()
        shared = np.outer(x, x)
    else:
        kind = pd.factorize(given.astype("str"))[0]
        shared = (kind[:, None] == kind[None, :]) * np.outer(~missing, ~missing)
    return code.astype(np.intp), shared.astype(float) + np.diag(missing.astype(float))
