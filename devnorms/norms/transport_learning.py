"""
How quickly a few local children improve on what was foretold without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.checks import check_known
from devnorms.norms.transport_choice import Fold, foretell_one
from devnorms.norms.transport_leaves import NODES, Leaves, leaves_at, leaves_of
from devnorms.norms.transport_local import with_local
from devnorms.norms.transport_near import Method, Surroundings
from devnorms.norms.transport_predict import world_of
from devnorms.norms.transport_rivals import local_only, pool, pooled_rivals
from devnorms.norms.transport_scores import score
from devnorms.schema.nodes import Nodes, nodes_from_counts

Ints = NDArray[np.intp]

POOLED_SD, LOCAL = "pooled + SD", "local children only"
_COMPONENTS = 6


class Sample(NamedTuple):
    """
    Some children of a population, and the others, by whom predictions are judged.

    Attributes
    ----------
    children : int
        How many are among the first.
    local, others : pandas.DataFrame
        Counts, see `devnorms.schema.counts`; no child is in both.
    """

    children: int
    local: pd.DataFrame
    others: pd.DataFrame


def learning_curve(
    leaves: Leaves,
    groups: Sequence[str],
    population: str,
    samples: Iterable[Sample],
    method: Method,
    surroundings: Surroundings | None = None,
) -> pd.DataFrame:
    """
    Foretell a population from other groups and from some of its own children.

    Parameters
    ----------
    leaves : Leaves
        Of all populations; those of the population's group are not used.
    groups : sequence of str
        The group of each leaf, such as its country.
    population : str
        Which.
    samples : iterable of Sample
        Children drawn; each also gives the prediction for none (``children`` 0),
        judged by the same others.
    method : Method
        How to foretell.
    surroundings : Surroundings, optional
        What the method needs.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.norms.transport_scores.score`; with ``group, method, children,
        sample``. Methods: the one given, `POOLED_SD` as a prior for each milestone
        on its own, `LOCAL`.

    Raises
    ------
    UnknownNameError
        If there is no such population.
    """
    group = np.asarray(groups, dtype=str)
    people = leaves.rows["population"].to_numpy(dtype=str)
    check_known("population", [population], people.tolist())
    fold = _fold(leaves, group, people == population)
    items = leaves.rows["item"].iloc[fold.wanted].astype("str").tolist()
    milestones = leaves.rows["milestone"].iloc[fold.wanted].astype("str")
    world = world_of(leaves, method, surroundings or Surroundings())
    predicted = foretell_one(world, fold, group)[0].thinned(_COMPONENTS)
    pooled = pooled_rivals(pool(leaves, fold.given), milestones)[POOLED_SD]
    parts = []
    for number, sample in enumerate(samples):
        judges = leaves_of(sample.others)
        at = _places(judges, items)
        target = leaves_at(judges, at[at >= 0])
        local = aligned(nodes_from_counts(sample.local, nodes=NODES), items)
        found = {
            (method.name, 0): predicted.mixture(),
            (POOLED_SD, 0): pooled,
            (method.name, sample.children): with_local(
                predicted, local, sample.children
            ).mixture(),
            (POOLED_SD, sample.children): local_only(local, pooled),
            (LOCAL, sample.children): local_only(local),
        }
        for (name, children), mixture in found.items():
            table = score(mixture.take(at >= 0), target, (0.5, 0.9), 0.8)
            parts.append(table.assign(method=name, children=children, sample=number))
    return pd.concat(parts, ignore_index=True).assign(group=fold.group, level=0.8)


def aligned(nodes: Nodes, items: Sequence[str]) -> Nodes:
    """
    Bring nodes into the order of items; an item that was not asked has no weight.

    Parameters
    ----------
    nodes : Nodes
        Of one population.
    items : sequence of str
        The order wanted.
    """
    place = {str(item): k for k, item in enumerate(nodes.leaves["item"])}
    at = np.array([place.get(item, -1) for item in items], dtype=np.intp)
    there = (at >= 0)[:, None]
    rows = nodes.leaves.iloc[np.maximum(at, 0)].reset_index(drop=True)
    return Nodes(
        rows,
        nodes.log_age[at],
        np.where(there, nodes.passed[at], 0.0),
        np.where(there, nodes.not_yet[at], 0.0),
    )


def _fold(leaves: Leaves, group: NDArray[np.str_], mine: NDArray[np.bool_]) -> Fold:
    """Leave the population's whole group out, want the population only."""
    name = str(group[mine][0])
    given = np.flatnonzero(leaves.known & (group != name))
    milestone = leaves.rows["milestone"].to_numpy(dtype=str)
    carried = np.isin(milestone, np.unique(milestone[given]))
    return Fold(
        name, given, np.flatnonzero(mine & carried), int((mine & ~carried).sum())
    )


def _places(leaves: Leaves, items: Sequence[str]) -> Ints:
    """Where the items are among the leaves; -1 where they are not."""
    place = {str(item): k for k, item in enumerate(leaves.rows["item"])}
    return np.array([place.get(item, -1) for item in items], dtype=np.intp)
