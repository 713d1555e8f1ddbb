"""
One published key: a scale, the difficulties of its items, a prior and a reference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from devnorms._base.checks import check_known
from devnorms._base.errors import InvalidTableError
from devnorms.schema.scores import KeyTables
from devnorms.scores.priors import PRIOR_SD, prior_mean
from devnorms.scores.reference import Reference

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Key:
    """
    All that scoring needs.

    Attributes
    ----------
    name : str
        For example ``"gsed2406"``.
    base_population : str
        Whose growth curve is the mean of the prior.
    slope : float
        D-score units per logit.
    grid : numpy.ndarray
        D-scores at which the posterior is computed.
    difficulty : pandas.Series
        Difficulties on the D-score scale, by item in lower case.
    reference : Reference
        For the z-score.
    prior_sd : float
        Of the prior, in D-score units.
    """

    name: str
    base_population: str
    slope: float
    grid: Floats
    difficulty: pd.Series
    reference: Reference
    prior_sd: float = PRIOR_SD

    @classmethod
    def of(cls, tables: KeyTables, key: str, reference: str | None = None) -> Key:
        """
        Choose a key and a reference population from the published tables.

        Parameters
        ----------
        tables : KeyTables
            The published keys.
        key : str
            Its name.
        reference : str, optional
            Reference population for the z-score; the key's base population if not
            said.

        Raises
        ------
        UnknownNameError
            For an unknown key, or a reference that the key does not have.
        InvalidTableError
            If an item comes twice in the key.
        """
        rows = tables.keys[tables.keys["key"] == key]
        check_known("key", [key], tables.keys["key"].astype(str))
        row = rows.iloc[0]
        base = str(row["base_population"])
        of_key = tables.references[tables.references["key"] == key]
        population = base if reference is None else reference
        kind = f"reference population of key {key!r}"
        check_known(kind, [population], of_key["population"].astype(str).unique())
        return cls(
            name=key,
            base_population=base,
            slope=float(row["slope"]),
            grid=_grid(float(row["from"]), float(row["to"]), float(row["by"])),
            difficulty=_difficulty(tables.items[tables.items["key"] == key], key),
            reference=Reference.of(of_key[of_key["population"] == population]),
        )

    def difficulties_of(self, items: pd.Index) -> Floats:
        """
        Look up difficulties; NaN for an item that the key does not have.

        Parameters
        ----------
        items : pandas.Index
            Items, in lower case.
        """
        return self.difficulty.reindex(items).to_numpy(dtype=float)

    def prior_mean(self, age_years: ArrayLike) -> Floats:
        """
        Give the mean of the prior at ages; NaN where there is none.

        Parameters
        ----------
        age_years : array-like
            Ages in years.
        """
        return prior_mean(self.base_population, age_years)


def _grid(first: float, last: float, step: float) -> Floats:
    """Give the D-scores from first to last, both included."""
    points = int(np.floor((last - first) / step + 1e-9)) + 1
    return first + step * np.arange(points, dtype=float)


def _difficulty(items: pd.DataFrame, key: str) -> pd.Series:
    """Give the difficulties by item in lower case; items without one are no items."""
    known = items[items["tau"].notna()]
    names = pd.Index(known["item"].astype(str).str.lower(), name="item")
    twice = names[names.duplicated()]
    if len(twice):
        raise InvalidTableError(
            f"Items of key {key!r}: {len(twice)} item(s) come twice (case does not "
            f"count), for example {twice[0]!r}. Keep one row per item."
        )
    return pd.Series(known["tau"].to_numpy(dtype=float), index=names, name="tau")
