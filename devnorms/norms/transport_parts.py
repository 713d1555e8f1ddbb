"""
Second stage of transport: which parts a leaf's location and log slope are made of.

Every part is a kernel: how far two leaves share it, times a squared scale. Leaves of a
population that nobody measured are rows like all others, only without children, so that
one matrix serves for learning and for predicting.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms.norms.transport_near import (
    Method,
    Surroundings,
    covariate_table,
    near_countries,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class Scale(NamedTuple):
    """
    Prior of a scale: log-normal.

    Attributes
    ----------
    median : float
        In log age, or in log slope.
    log_sd : float
        0 where the scale is held.
    """

    median: float
    log_sd: float


LOCATION = {
    "domain": Scale(0.7, 0.0),
    "milestone": Scale(0.7, 0.5),
    "wording": Scale(0.15, 0.5),
    "country_milestone": Scale(0.10, 0.5),
    "leaf": Scale(0.07, 0.5),
    "study": Scale(0.10, 0.5),
    "study_domain": Scale(0.05, 0.5),
    "instrument": Scale(0.06, 0.5),
}
"""The scales of the item-curve model (`devnorms.models.spec`), the same priors."""

LOG_SLOPE = {
    "domain": Scale(0.5, 0.0),
    "slope_milestone": Scale(0.25, 0.5),
    "slope_wording": Scale(0.15, 0.5),
    "slope_leaf": Scale(0.20, 0.5),
    "slope_study": Scale(0.25, 0.5),
}

NEAR = Scale(0.07, 0.5)
"""Of what near countries have in common: as a whole, and at one milestone."""

CONTEXT = Scale(0.05, 0.7)
"""Log age per standard deviation of a covariate."""

STUDIES = ("study", "slope_study")
"""The parts that may have heavy tails: what a population has in common."""

UNEVEN = ("wording", "country_milestone", "leaf", "near_milestone")
"""Parts that are larger at some milestones than at others."""


class Part(NamedTuple):
    """
    One part of what leaves are made of.

    Two leaves share it as far as the table says of their groups; parts *within* a
    milestone are shared by leaves of the same milestone only.

    Attributes
    ----------
    name : str
        What.
    scale : Scale
        Prior of its scale.
    code : numpy.ndarray
        Group of each leaf.
    table : numpy.ndarray or None
        Groups x groups, never negative in any direction; None where only leaves of the
        same group share it.
    within : bool
        Whether it is shared within a milestone only.
    """

    name: str
    scale: Scale
    code: Ints
    table: Floats | None
    within: bool

    def kernel(self, rows: Ints, columns: Ints) -> Floats:
        """
        Give how far leaves share it, as if it were not within milestones.

        Parameters
        ----------
        rows, columns : numpy.ndarray
            Which leaves; of the same length or broadcast against each other.
        """
        first, second = self.code[rows], self.code[columns]
        if self.table is None:
            return np.asarray(first == second, dtype=float)
        found: Floats = self.table[first, second]
        return found

    def columns(self, rows: Ints) -> Floats:
        """
        Give columns whose products are the kernel: leaves x groups.

        Parameters
        ----------
        rows : numpy.ndarray
            Which leaves.
        """
        if self.table is None:
            # One column per group that is there, in their order.
            seen = np.unique(self.code[rows])
            return np.asarray(self.code[rows][..., None] == seen, dtype=float)
        table = self.table
        values, vectors = np.linalg.eigh(table)
        kept = values > 1e-10 * max(values[-1], 1e-300)
        root: Floats = (vectors[:, kept] * np.sqrt(values[kept]))[self.code[rows]]
        return root[:, np.abs(root).sum(axis=0) > 0]


def location_parts(
    rows: pd.DataFrame, method: Method, surroundings: Surroundings
) -> list[Part]:
    """
    Give the parts of the location.

    Parameters
    ----------
    rows : pandas.DataFrame
        Leaves: ``population, country, item, milestone, domain, instrument``.
    method : Method
        Which parts.
    surroundings : Surroundings
        Covariates and distances.

    Raises
    ------
    BadValueError
        If a distance or covariate is not there.
    """
    at = rows.astype("str")
    groups = {
        "domain": (["domain"], False),
        "milestone": (["milestone"], True),
        "wording": (["item"], True),
        "country_milestone": (["country"], True),
        "leaf": (["population", "item", "milestone"], True),
        "study": (["population"], False),
        "study_domain": (["population", "domain"], False),
        "instrument": (["instrument", "domain"], False),
    }
    parts = [
        Part(name, LOCATION[name], _code(at[by]), None, within)
        for name, (by, within) in groups.items()
    ]
    if method.near:
        code, table = near_countries(at["country"], method, surroundings)
        parts += [
            Part("near", NEAR, code, table, within=False),
            Part("near_milestone", NEAR, code, table, within=True),
        ]
    for name in method.covariates:
        code, table = covariate_table(at, name, surroundings)
        parts.append(Part(name, CONTEXT, code, table, within=False))
    return parts


def slope_parts(rows: pd.DataFrame) -> list[Part]:
    """
    Give the parts of the log slope.

    Parameters
    ----------
    rows : pandas.DataFrame
        As in `location_parts`.
    """
    at = rows.astype("str")
    groups = {
        "domain": (["domain"], False),
        "slope_milestone": (["milestone"], True),
        "slope_wording": (["item"], True),
        "slope_leaf": (["population", "item", "milestone"], True),
        "slope_study": (["population"], False),
    }
    return [
        Part(name, LOG_SLOPE[name], _code(at[by]), None, within)
        for name, (by, within) in groups.items()
    ]


def _code(columns: pd.DataFrame) -> Ints:
    """Give each leaf the number of its group."""
    code = columns.groupby(list(columns), sort=False).ngroup()
    return code.to_numpy().astype(np.intp)
