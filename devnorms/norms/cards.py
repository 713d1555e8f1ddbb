"""
Cards: whom norms speak for, what they are not, and what nobody can tell from the data.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import xarray as xr

from devnorms._base.provenance import Record
from devnorms.schema.populations import check_populations


def card(
    curves: xr.Dataset,
    table: pd.DataFrame,
    populations: pd.DataFrame,
    record: Record,
    *,
    converged: bool,
) -> dict[str, Any]:
    """First pass."""
    return {"title": "Ages at which shares of children pass milestones"}


def undescribed(curves: xr.Dataset, names: list[str]) -> pd.DataFrame:
    """
    Say of each population that nobody described who was sampled.

    Parameters
    ----------
    curves : xarray.Dataset
        Valid curves.
    names : list of str
        Populations with rows.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.schema.populations.check_populations`.
    """
    known = curves[["population_country", "population_study"]].to_dataframe()
    rows = [
        {
            "population": name,
            "study": str(known.loc[name, "population_study"]),
            "country": str(known.loc[name, "population_country"]),
            "country_name": str(known.loc[name, "population_country"]),
            "sampling": "unknown",
            "who": "Not described: no table of populations was given.",
            "licence": "not stated",
            "citation": "not stated",
        }
        for name in names
    ]
    table = pd.DataFrame(rows)
    for column in ("place", "languages", "years", "eligibility", "instruments",
                   "age_precision", "context_notes"):  # fmt: skip
        table[column] = pd.Series([None] * len(table), dtype="str")
    for column in ("children", "visits"):
        table[column] = pd.Series([None] * len(table), dtype="Int64")
    return check_populations(table)
