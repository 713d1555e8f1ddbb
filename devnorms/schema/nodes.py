"""
Nodes: the ages of counts, compressed without visible loss for smooth item curves.

The likelihood of an item curve is a sum over passes and a sum over not-yets. Each sum
is replaced by its own Gauss quadrature in log age. A common rule for both would make
the likelihood unbounded as a slope grows; separate rules keep every term at or below
zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.ages import log_age_from_days, months_from_days
from devnorms._base.checks import check_at_least
from devnorms._base.errors import EmptySelectionError, InvalidTableError
from devnorms._base.quadrature import gauss_nodes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAF = ("population", "item")
LEAF_TEXT = ("study", "country", "milestone", "domain", "instrument")
LEAF_COLUMNS = (
    "leaf", "population", "study", "country", "item", "milestone", "domain",
    "instrument", "asked", "passed", "support_low_months", "support_high_months",
)  # fmt: skip
SUPPORT_RANK = 5
"""Support runs from the age of the 5th youngest to that of the 5th oldest asked."""


@dataclass(frozen=True)
class Nodes:
    """
    Weighted ages per leaf (item x population): Q for the passes, Q for the not-yets.

    Attributes
    ----------
    leaves : pandas.DataFrame
        One row per leaf, sorted by population and item: ``leaf`` ("population:item"),
        ``population, study, country, item, milestone`` (nullable), ``domain``
        (nullable), ``instrument, asked, passed`` (responses), ``support_low_months,
        support_high_months`` (ages of the 5th youngest and 5th oldest asked; nearer
        to the middle where fewer than ten were asked).
    log_age : array of shape (leaves, 2Q)
        ``log(age_months + 1)``; the first Q columns are nodes of the passes. Slots
        that are not needed hold an age within the leaf's range, with weights 0.
    passed, not_yet : array of shape (leaves, 2Q)
        How many passes and how many not-yets each node stands for; each row sums to
        the leaf's responses.
    """

    leaves: pd.DataFrame
    log_age: Floats
    passed: Floats
    not_yet: Floats

    def __post_init__(self) -> None:
        shape = self.log_age.shape
        same = shape == self.passed.shape == self.not_yet.shape
        if not same or shape[0] != len(self.leaves):
            raise InvalidTableError(
                f"Nodes: {len(self.leaves)} leaves, log_age {shape}, passed "
                f"{self.passed.shape}, not_yet {self.not_yet.shape}; expected the "
                "same shape (leaves, 2 x nodes) for all three arrays."
            )


def nodes_from_counts(counts: pd.DataFrame, *, nodes: int = 5) -> Nodes:
    """
    Compress the ages of counts to a few weighted nodes per leaf.

    Sexes are pooled. Each cell stands at its mean age; with bins of one day nothing
    is lost before the compression.

    Parameters
    ----------
    counts : pandas.DataFrame
        Counts, validated by `devnorms.schema.counts.check_counts`.
    nodes : int
        Nodes for the passes and again for the not-yets of each leaf.

    Returns
    -------
    Nodes

    Raises
    ------
    BadValueError
        If `nodes` is not a whole number above zero.
    EmptySelectionError
        If there is no row.
    """
    check_at_least("nodes", nodes, 1)
    if counts.empty:
        raise EmptySelectionError("Nodes: the counts have no row.")
    codes, leaves = _leaf_codes(counts)
    age = counts["age_days_mean"].to_numpy(dtype=float)
    asked = counts["asked"].to_numpy(dtype=np.int64)
    passed = counts["passed"].to_numpy(dtype=np.int64)
    size = len(leaves)
    leaves["asked"] = np.bincount(codes, asked, size).astype(np.int64)
    leaves["passed"] = np.bincount(codes, passed, size).astype(np.int64)
    low, high = _support(codes, age, asked)
    leaves["support_low_months"] = months_from_days(low)
    leaves["support_high_months"] = months_from_days(high)
    middle = log_age_from_days(np.bincount(codes, age * asked, size) / leaves["asked"])
    sides = [
        _side(codes, age, weight, middle, nodes) for weight in (passed, asked - passed)
    ]
    empty = np.zeros((size, nodes))
    return Nodes(
        leaves=leaves[list(LEAF_COLUMNS)],
        log_age=np.hstack([sides[0][0], sides[1][0]]),
        passed=np.hstack([sides[0][1], empty]),
        not_yet=np.hstack([empty, sides[1][1]]),
    )


def _leaf_codes(counts: pd.DataFrame) -> tuple[Ints, pd.DataFrame]:
    """Give each row its leaf, in order of population and item, and the leaves."""
    text = counts[list(LEAF)].astype(str)
    groups = text.groupby(list(LEAF), sort=True, observed=True)
    codes: Ints = np.asarray(groups.ngroup(), dtype=np.int64)
    _, first = np.unique(codes, return_index=True)
    leaves = text.iloc[first].reset_index(drop=True)
    for column in LEAF_TEXT:
        leaves[column] = counts[column].iloc[first].to_numpy()
    leaves["leaf"] = leaves["population"] + ":" + leaves["item"]
    return codes, leaves


def _side(
    codes: Ints, age: Floats, weight: Ints, middle: Floats, nodes: int
) -> tuple[Floats, Floats]:
    """Nodes and weights of the passes (or of the not-yets) of every leaf."""
    at = np.repeat(middle[:, None], nodes, axis=1)
    weights = np.zeros_like(at)
    some = weight > 0
    if not some.any():
        return at, weights
    code, days, responses = _add_up(codes[some], age[some], weight[some])
    present, starts = np.unique(code, return_index=True)
    at[present], weights[present] = gauss_nodes(
        log_age_from_days(days), responses, starts.astype(np.int64), nodes
    )
    return at, weights


def _add_up(codes: Ints, age: Floats, weight: Ints) -> tuple[Ints, Floats, Floats]:
    """Sort by leaf and age, and add up what stands at the same age."""
    order = np.lexsort((age, codes))
    code, days = codes[order], age[order]
    new = np.append(True, (np.diff(code) > 0) | (np.diff(days) > 0))
    starts = np.flatnonzero(new)
    responses = np.add.reduceat(weight[order], starts).astype(float)
    return code[starts], days[starts], responses


def _support(codes: Ints, age: Floats, asked: Ints) -> tuple[Floats, Floats]:
    """Ages of the 5th youngest and the 5th oldest asked of every leaf, in days."""
    code, days, responses = _add_up(codes, age, asked)
    _, starts = np.unique(code, return_index=True)
    ends = np.append(starts[1:], len(code))
    cumulated = np.cumsum(responses)
    before = cumulated[starts] - responses[starts]
    total = cumulated[ends - 1] - before
    rank = np.minimum(SUPPORT_RANK, np.ceil(total / 2))
    low = np.searchsorted(cumulated, before + rank)
    high = np.searchsorted(cumulated, before + total - rank + 1)
    return days[low], days[high]
