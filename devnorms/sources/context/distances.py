"""
Distances between countries: on the globe, between languages, between cultures.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from devnorms._base.errors import InvalidTableError
from devnorms._base.provenance import Record
from devnorms.schema.distances import check_distances
from devnorms.sources.pinned import describe, find_files, typed

if TYPE_CHECKING:
    import xarray as xr

ID = "context"
REGIONS = {"CN": "CHN", "IN": "IND", "US": "USA"}
"""Countries whose parts stand for them; spelled ``CN: Beijing`` at the source."""
SOCIETIES = {
    "Bulgaria": "BGR", "Cyprus": "CYP", "Estonia": "EST", "Finland": "FIN",
    "France": "FRA", "Germany": "DEU", "Great Britain": "GBR", "Hungary": "HUN",
    "Italy": "ITA", "Netherlands": "NLD", "Poland": "POL", "Romania": "ROU",
    "Slovenia": "SVN", "Spain": "ESP", "Sweden": "SWE",
}  # fmt: skip


def geographic_distance(path: str | Path | None = None) -> xr.DataArray:
    """
    Read distances on the globe.

    Parameters
    ----------
    path : path, optional
        The folder with ``geographic_distance.csv``, or that file; without it, the
        table that comes with the package.

    Returns
    -------
    xarray.DataArray
        ``country`` x ``other_country`` (ISO 3166-1 alpha-3), in kilometres between the
        countries' middles; zero on the diagonal.

    Raises
    ------
    UnreadableFileError, InvalidTableError

    References
    ----------
    Claessens S, Kyritsis T, Atkinson QD. Nat Commun 2023;14:5776.
    doi:10.1038/s41467-023-41486-1

    Examples
    --------
    >>> float(geographic_distance().sel(country="ARG", other_country="CHL"))
    1139.5
    """
    return _square("geographic_distance", "km", {"units": "km"}, path)


def linguistic_distance(path: str | Path | None = None) -> xr.DataArray:
    """
    Read distances between the languages spoken in two countries.

    Parameters
    ----------
    path : path, optional
        As in `geographic_distance`, for ``linguistic_distance.csv``.

    Returns
    -------
    xarray.DataArray
        ``country`` x ``other_country``, 0 (the same language) to 1 (unrelated). The
        diagonal is **not** zero: it is the distance between the languages of two
        people of one country, 0.87 at most. A kernel that takes the diagonal for zero
        is wrong. ``attrs["diagonal"]`` is ``"within"``.

    Raises
    ------
    UnreadableFileError, InvalidTableError

    References
    ----------
    Claessens S, Kyritsis T, Atkinson QD. Nat Commun 2023;14:5776.
    doi:10.1038/s41467-023-41486-1

    Examples
    --------
    >>> distance = linguistic_distance()
    >>> bool((distance.sel(country="CAN", other_country="CAN") > 0.5).item())
    True
    """
    attrs = {"units": "1", "diagonal": "within"}
    return _square("linguistic_distance", "distance", attrs, path)


def cultural_distance(path: str | Path | None = None) -> xr.DataArray:
    """
    Read cultural fixation indices between societies of the World Values Survey.

    Parameters
    ----------
    path : path, optional
        As in `geographic_distance`, for ``cultural_fst_59.csv``.

    Returns
    -------
    xarray.DataArray
        ``region`` x ``other_region``, as labelled at the source, spellings included:
        15 countries, 20 provinces of China, 14 states of India, 10 regions of the
        United States. The coordinate ``region_country`` gives the country (ISO 3166-1
        alpha-3). No region is a country's mean; of the countries of childdevdata only
        the Netherlands and parts of China are there.

    Raises
    ------
    UnreadableFileError, InvalidTableError

    References
    ----------
    Muthukrishna M, et al. Beyond Western, Educated, Industrial, Rich, and Democratic
    (WEIRD) psychology. Psychol Sci 2020;31(6):678-701. doi:10.1177/0956797620916782

    Examples
    --------
    >>> distance = cultural_distance()
    >>> distance.sizes["region"]
    59
    >>> int((distance["region_country"] == "CHN").sum())
    20
    """
    import xarray as xr

    files = find_files(ID, ["cultural_fst_59.csv"], path)
    file = files["cultural_fst_59.csv"]
    table = typed(file, ["region"], ()).set_index("region")
    regions = [str(region) for region in table.index]
    unknown = [region for region in regions if not _country(region)]
    if unknown or regions != [str(column) for column in table.columns]:
        raise InvalidTableError(
            f"{file}: rows and columns must name the same regions in the same order, "
            f"each of a known country. Of no known country: {unknown or 'none'}."
        )
    numbers = pd.DataFrame({c: _numbers(table[c], file) for c in table.columns})
    array = xr.DataArray(
        numbers.to_numpy(),
        dims=("region", "other_region"),
        coords={
            "region": regions,
            "other_region": regions,
            "region_country": ("region", [_country(region) for region in regions]),
        },
        name="cultural_distance",
        attrs={"units": "1", "record": _record(files)},
    )
    return check_distances(array)


def long(distances: xr.DataArray) -> pd.DataFrame:
    """
    Turn a matrix of distances into a table, one row per pair and direction.

    Parameters
    ----------
    distances : xarray.DataArray
        See `devnorms.schema.distances.check_distances`.

    Returns
    -------
    pandas.DataFrame
        The two places and the distance, with the matrix's ``attrs``.
    """
    name = str(distances.name)
    table = distances.to_series().rename(name).reset_index()
    table.attrs = {str(key): value for key, value in distances.attrs.items()}
    return table


def geographic_pairs(path: str | Path | None = None) -> pd.DataFrame:
    """
    Give `geographic_distance` as a table.

    Parameters
    ----------
    path : path, optional
        See there.
    """
    return long(geographic_distance(path))


def linguistic_pairs(path: str | Path | None = None) -> pd.DataFrame:
    """
    Give `linguistic_distance` as a table.

    Parameters
    ----------
    path : path, optional
        See there.
    """
    return long(linguistic_distance(path))


def cultural_pairs(path: str | Path | None = None) -> pd.DataFrame:
    """
    Give `cultural_distance` as a table, each region with its country.

    Parameters
    ----------
    path : path, optional
        See there.
    """
    distances = cultural_distance(path)
    table = long(distances)
    country = distances["region_country"].to_series()
    return table.assign(
        country=table["region"].map(country),
        other_country=table["other_region"].map(country),
    )


def _country(region: str) -> str:
    """Give the country of a region as labelled at the source; empty if not known."""
    country, _, part = region.partition(": ")
    return REGIONS.get(country, "") if part else SOCIETIES.get(region, "")


def _square(
    name: str, column: str, attrs: dict[str, str], path: str | Path | None
) -> xr.DataArray:
    """Turn a long table of pairs into a matrix; a pair that is not there is told."""
    import xarray as xr

    files = find_files(ID, [f"{name}.csv"], path)
    pairs = typed(files[f"{name}.csv"], ["iso3_a", "iso3_b", column], ())
    twice = pairs.index[pairs.duplicated(["iso3_a", "iso3_b"])].tolist()
    if twice:
        raise InvalidTableError(
            f"{files[f'{name}.csv']}: the same pair comes twice, lines {twice[:5]}."
        )
    pairs[column] = _numbers(pairs[column], files[f"{name}.csv"])
    table = pairs.pivot_table(index="iso3_a", columns="iso3_b", values=column)
    labels = sorted({*table.index.astype(str), *table.columns.astype(str)})
    array = xr.DataArray(
        table.reindex(index=labels, columns=labels).to_numpy(dtype=float),
        dims=("country", "other_country"),
        coords={"country": labels, "other_country": labels},
        name=name,
        attrs={**attrs, "record": _record(files)},
    )
    return check_distances(array)


def _numbers(column: pd.Series, file: Path) -> pd.Series:
    """Read distances as numbers, or say which cells are none."""
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    wrong = column[numbers.isna() & column.notna()]
    if len(wrong):
        raise InvalidTableError(
            f"{file}: column {column.name!r}: {len(wrong)} cell(s) are no number, for "
            f"example {wrong.iloc[0]!r} ({column.index.name} {wrong.index[0]})."
        )
    return numbers


def _record(files: dict[str, Path]) -> str:
    """Name the files that a matrix was read from."""
    return Record.now((describe(ID, files),)).to_json()
