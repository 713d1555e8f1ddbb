"""
The design of a fit: which leaf belongs to which milestone, study, country, instrument.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.errors import EmptySelectionError
from devnorms.schema.counts import check_counts
from devnorms.schema.nodes import Nodes, nodes_from_counts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Factor:
    """
    A grouping of leaves.

    Attributes
    ----------
    names : tuple of str
        The groups.
    codes : array of shape (leaves,)
        Which group each leaf is in.
    """

    names: tuple[str, ...]
    codes: Ints

    @classmethod
    def of(cls, values: pd.Series) -> Factor:
        """
        Make a factor with its groups in order of first appearance.

        Parameters
        ----------
        values : pandas.Series
            One value per leaf.
        """
        codes, names = pd.factorize(values)
        return cls(tuple(map(str, names)), codes.astype(np.int64))

    def matrix(self) -> Floats:
        """Give the indicator matrix, of shape (leaves, groups)."""
        return np.eye(len(self.names))[self.codes]


@dataclass(frozen=True)
class Design:
    """
    Leaves in order of their milestone, their groupings, and their nodes.

    Attributes
    ----------
    leaves : pandas.DataFrame
        One row per leaf, as in `devnorms.schema.nodes.Nodes`, sorted by milestone.
    log_age, weight, sign : arrays of shape (leaves, nodes)
        Nodes of the passes (sign +1) and of the not-yets (sign -1).
    milestone, item, country, domain, study, study_domain, instrument_domain : Factor
        Groupings of the leaves.
    starts : array of shape (milestones + 1,)
        Where each milestone's leaves begin.
    """

    leaves: pd.DataFrame
    log_age: Floats
    weight: Floats
    sign: Floats
    milestone: Factor
    item: Factor
    country: Factor
    domain: Factor
    study: Factor
    study_domain: Factor
    instrument_domain: Factor
    starts: Ints

    @property
    def milestone_domain(self) -> list[str]:
        """The domain of each milestone, in their order."""
        first = self.leaves.drop_duplicates("milestone").set_index("milestone")
        return [str(d) for d in first.loc[list(self.milestone.names), "domain"]]


def select_counts(counts: pd.DataFrame, min_populations: int) -> pd.DataFrame:
    """
    Keep what can be fitted: linked items, several ages, enough populations.

    Where a population was asked an item at one (nominal) age only, a share at that age
    is all there is: location and slope cannot be told apart.

    Parameters
    ----------
    counts : pandas.DataFrame
        Counts, see `devnorms.schema.counts`.
    min_populations : int
        A milestone stays where at least so many populations were asked it.

    Returns
    -------
    pandas.DataFrame
        The counts that stay; ``attrs["not_fitted"]`` says how many responses were of
        items without a milestone, of items asked at a single age, or of milestones
        asked in too few populations.

    Raises
    ------
    EmptySelectionError
        If nothing stays.
    """
    valid = check_counts(counts)
    linked = valid[valid["milestone"].notna() & valid["domain"].notna()]
    ages = linked.groupby(["population", "item"], observed=True)["age_days_mean"]
    several = linked[ages.transform("max") > ages.transform("min")]
    spread = several.groupby("milestone", observed=True)["population"].nunique()
    kept = several[several["milestone"].isin(spread.index[spread >= min_populations])]
    if kept.empty:
        raise EmptySelectionError(
            f"No milestone was asked in {min_populations} or more populations: "
            f"{len(valid)} cells of {valid['item'].nunique()} items given, of which "
            f"{linked['item'].nunique()} are linked to a milestone. Link more items, "
            "or set min_populations lower in the specification."
        )
    kept = kept.reset_index(drop=True)
    kept.attrs = dict(counts.attrs)
    kept.attrs["not_fitted"] = {
        "item without a milestone": int(valid["asked"].sum() - linked["asked"].sum()),
        "item asked at a single age, from which no curve can be drawn": int(
            linked["asked"].sum() - several["asked"].sum()
        ),
        f"milestone asked in fewer than {min_populations} populations": int(
            several["asked"].sum() - kept["asked"].sum()
        ),
    }
    return kept


def design(counts: pd.DataFrame, nodes: int) -> Design:
    """
    Compress counts into nodes and label every leaf's groups.

    Parameters
    ----------
    counts : pandas.DataFrame
        Counts that can be fitted, see `select_counts`.
    nodes : int
        Quadrature nodes for the passes and for the not-yets, each.

    Returns
    -------
    Design
    """
    compressed = nodes_from_counts(counts, nodes=nodes)
    return design_from_nodes(compressed)


def design_from_nodes(compressed: Nodes) -> Design:
    """
    Label every leaf's groups.

    Parameters
    ----------
    compressed : Nodes
        Leaves with their nodes.

    Returns
    -------
    Design
    """
    order = compressed.leaves.sort_values(
        ["domain", "milestone", "population", "item"]
    ).index.to_numpy()
    leaves = compressed.leaves.loc[order].reset_index(drop=True)
    passed, not_yet = compressed.passed[order], compressed.not_yet[order]
    text = leaves.astype(str)
    milestone = Factor.of(text["milestone"])
    starts = np.r_[0, np.cumsum(np.bincount(milestone.codes))].astype(np.int64)
    return Design(
        leaves=leaves,
        log_age=compressed.log_age[order],
        weight=passed + not_yet,
        sign=np.where(not_yet > 0, -1.0, 1.0),
        milestone=milestone,
        item=Factor.of(text["item"]),
        country=Factor.of(text["country"]),
        domain=Factor.of(text["domain"]),
        study=Factor.of(text["study"]),
        study_domain=Factor.of(text["study"] + "::" + text["domain"]),
        instrument_domain=Factor.of(text["instrument"] + "::" + text["domain"]),
        starts=starts,
    )
