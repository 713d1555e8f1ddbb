"""
Covariates of countries, and how they join populations.
"""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

import pandas as pd

from devnorms._base.errors import InvalidTableError
from devnorms._base.provenance import Record
from devnorms.schema.countries import COVARIATES, check_countries
from devnorms.sources.pinned import describe, find_files, typed

ID = "context"
FILE = "countries.csv"
FIGURES_YEAR = 2019
"""The year that most of the figures are of."""

_RENAMED = {
    "iso3": "country",
    "name": "country_name",
    "un_region": "un_region",
    "un_subregion": "un_subregion",
    "wb_region": "world_bank_region",
    "wb_income_group_2022": "income_group",
    "hdi_2019": "hdi",
    "gdp_per_capita_usd_2019": "gdp_per_head_usd",
    "gini_latest": "gini",
    "gini_year": "gini_year",
    "lat": "latitude",
    "lon": "longitude",
    "languages": "languages",
    "main_language_iso639_3": "main_language",
    "language_family_glottocode": "language_family",
}
_YEARS = {
    "income_group_year": ("income_group", 2022),
    "hdi_year": ("hdi", 2019),
    "gdp_year": ("gdp_per_head_usd", 2019),
}
_ON_BOTH_SIDES = {"languages": "country_languages"}
"""Populations have languages of their own: those of the children."""


def countries(path: str | Path | None = None) -> pd.DataFrame:
    """
    Read covariates of countries, each figure with its year.

    Parameters
    ----------
    path : path, optional
        The folder with ``countries.csv``, or that file; without it, the table that
        comes with the package.

    Returns
    -------
    pandas.DataFrame
        One row per country, see `devnorms.schema.countries.check_countries`: income
        group (World Bank, 2022), HDI (UNDP, 2019), gross domestic product per head
        (World Bank, current US dollars, 2019), Gini (World Bank, latest, with its
        year), coordinates, languages. Null where a source has no figure.

    Raises
    ------
    UnreadableFileError, InvalidTableError

    Examples
    --------
    >>> table = countries().set_index("country")
    >>> print(table.loc["JAM", "gini"], table.loc["JAM", "gini_year"])
    45.5 2004
    >>> bool(table.loc["TWN", ["hdi", "gdp_per_head_usd", "gini"]].isna().all())
    True
    """
    files = find_files(ID, [FILE], path)
    table = typed(files[FILE], _RENAMED).rename(columns=_RENAMED)
    for year, (of, value) in _YEARS.items():
        known = table[of].notna()
        table[year] = pd.Series(value, table.index, dtype="Int64").where(known)
    ordered = ["country", "country_name", *COVARIATES]
    checked = check_countries(table[ordered].reset_index(drop=True))
    checked.attrs["record"] = Record.now((describe(ID, files),)).to_json()
    return checked


def join_context(
    populations: pd.DataFrame, path: str | Path | None = None
) -> pd.DataFrame:
    """
    Give each population the covariates of its country; what is missing is named.

    A covariate belongs to a country and a year, not to the children seen: three of the
    ten populations of childdevdata were sampled for poverty, and several were seen in
    the 1990s.

    Parameters
    ----------
    populations : pandas.DataFrame
        With ``country`` (ISO 3166-1 alpha-3), for example `devnorms.populations`;
        ``years`` (text) is used if there.
    path : path, optional
        See `countries`.

    Returns
    -------
    pandas.DataFrame
        The populations as given, no row more or less, then the covariates
        (``country_languages`` are those of the country); ``context_missing``: which
        are missing, by commas, ``"the country"`` where the table does not have it, null
        where nothing is; ``context_years_after``: years from the last year named in
        ``years`` to 2019, null where none is named. ``attrs["record"]`` names the
        sources of both; ``attrs["context_missing"]`` counts populations by covariate.

    Raises
    ------
    InvalidTableError
        If there is no column ``country``, or the populations have such columns already.

    Examples
    --------
    >>> from devnorms.sources import populations
    >>> joined = join_context(populations()).set_index("population")
    >>> joined.loc["NLD-SMOCC", "hdi"], joined.loc["NLD-SMOCC", "context_years_after"]
    (np.float64(0.944), np.int64(30))
    """
    known = countries(path)
    added = known.drop(columns="country_name").rename(columns=_ON_BOTH_SIDES)
    _check(populations, added)
    joined = populations.merge(added, how="left", on="country")
    joined.index = populations.index
    covariates = [name for name in added.columns if name != "country"]
    missing = joined[covariates].isna()
    absent = ~joined["country"].isin(known["country"])
    joined["context_missing"] = _names(missing, absent)
    joined["context_years_after"] = _years_after(joined)
    joined.attrs.update(_attrs(populations, known, missing))
    return joined


def _check(populations: pd.DataFrame, added: pd.DataFrame) -> None:
    """Refuse what cannot be joined."""
    name = "Populations to join with their context"
    if "country" not in populations.columns:
        found = [str(column) for column in populations.columns]
        raise InvalidTableError.missing_columns(name, ["country"], found)
    again = [c for c in added.columns if c != "country" and c in populations.columns]
    if again:
        raise InvalidTableError(
            f"{name}: column(s) {', '.join(again)} are there already. Drop them, or "
            "join once."
        )


def _names(missing: pd.DataFrame, absent: pd.Series) -> pd.Series:
    """Name what is missing, population by population."""
    text = [
        "the country" if gone else ", ".join(missing.columns[row]) or None
        for row, gone in zip(missing.to_numpy(), absent, strict=True)
    ]
    return pd.Series(text, missing.index, dtype="str")


def _years_after(joined: pd.DataFrame) -> pd.Series:
    """Count the years from the last year in which children were seen to the figures."""
    if "years" not in joined.columns:
        return pd.Series(pd.NA, joined.index, dtype="Int64")
    years = joined["years"].astype("str").str.findall(r"\b(?:19|20)\d\d\b")
    last = [max(map(int, found)) if found else None for found in years.fillna("")]
    return FIGURES_YEAR - pd.Series(last, joined.index, dtype="Int64")


def _attrs(
    populations: pd.DataFrame, known: pd.DataFrame, missing: pd.DataFrame
) -> dict[Hashable | None, object]:
    """Keep what the populations say of themselves, and name the context's sources."""
    records = [Record.from_json(str(known.attrs["record"]))]
    earlier = populations.attrs.get("record")
    if earlier:
        records.insert(0, Record.from_json(str(earlier)))
    counted = {str(name): int(n) for name, n in missing.sum().items() if n}
    return {
        **populations.attrs,
        "record": Record.joined(records).to_json(),
        "context_missing": counted,
    }
