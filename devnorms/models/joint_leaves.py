"""
The leaves of everything that is fitted together: raw answers, patterns, figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from devnorms._base.ages import DAYS_PER_MONTH
from devnorms._base.errors import BadValueError, EmptySelectionError
from devnorms.models.attainment_build import Nodes
from devnorms.models.attainment_fit import pattern_leaves, with_groups
from devnorms.models.joint_covariance import Published
from devnorms.models.joint_errors import published_errors
from devnorms.schema.attainment import check_attainment
from devnorms.schema.nodes import nodes_from_counts


def leaves_of_counts(counts: pd.DataFrame | None) -> pd.DataFrame | None:
    """
    Find the leaves of raw answers.

    Parameters
    ----------
    counts : pandas.DataFrame or None
        Counts.

    Returns
    -------
    pandas.DataFrame or None
        ``population, item, milestone, children`` (responses), ``seen_low_months,
        seen_high_months, evidence, sources``.

    Raises
    ------
    EmptySelectionError
        If no item has a milestone.
    """
    if counts is None:
        return None
    linked = counts[counts["milestone"].notna()]
    if linked.empty:
        raise EmptySelectionError("joint: no item of the counts has a milestone.")
    days = linked.groupby(["population", "item"], observed=True)
    table = days.agg(
        milestone=("milestone", "first"),
        children=("asked", "sum"),
        seen_low_months=("age_days_mean", "min"),
        seen_high_months=("age_days_mean", "max"),
    ).reset_index()
    for name in ("seen_low_months", "seen_high_months"):
        table[name] = table[name] / DAYS_PER_MONTH
    return table.assign(evidence="raw", sources="")


def leaves_of_patterns(attained: pd.DataFrame | None) -> pd.DataFrame | None:
    """
    Find the leaves of patterns, as `leaves_of_counts` does.

    Parameters
    ----------
    attained : pandas.DataFrame or None
        Patterns of attainment.
    """
    if attained is None:
        return None
    leaves, _ = pattern_leaves(check_attainment(attained))
    return leaves.drop(columns=["group"]).assign(evidence="raw", sources="")


def leaves_of_figures(
    figures: pd.DataFrame | None, how: Published
) -> pd.DataFrame | None:
    """
    Find the leaves of published samples, as `leaves_of_counts` does.

    Parameters
    ----------
    figures : pandas.DataFrame or None
        Published figures.
    how : Published
        How the sources are to be read.

    Raises
    ------
    EmptySelectionError
        If no figure can be used.
    """
    if figures is None:
        return None
    errors = published_errors(figures, how)
    if errors.empty:
        raise EmptySelectionError(
            f"joint: no published figure can be used: {errors.attrs['left_out']}."
        )
    keys = ["population", "published_name"]
    table = errors.groupby(keys, sort=True).agg(
        milestone=("milestone", "first"),
        sources=("source_id", lambda ids: ", ".join(sorted(set(ids)))),
    )
    table = table.reset_index().rename(columns={"published_name": "item"})
    return table.assign(
        children=0, seen_low_months=np.nan, seen_high_months=np.nan,
        evidence="published",
    )  # fmt: skip


def leaves_of(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """
    Put leaves of all kinds together; none may come twice from raw data.

    Parameters
    ----------
    parts : list of pandas.DataFrame
        Leaves of each kind.

    Raises
    ------
    EmptySelectionError
        If there is none.
    BadValueError
        If children would count twice.
    """
    if not parts:
        raise EmptySelectionError(
            "joint: nothing is given. Give counts, attained or figures."
        )
    text = [
        p.assign(**{n: p[n].astype(str) for n in ("population", "item")}) for p in parts
    ]
    leaves = pd.concat(text, ignore_index=True)
    keys = ["population", "item"]
    raw = leaves[leaves["evidence"] == "raw"]
    twice = raw[raw.duplicated(keys)]
    if len(twice):
        raise BadValueError.parameter(
            "counts and attained",
            "about different items or populations, so that no child counts twice",
            [f"{p}: {i}" for p, i in twice[keys].to_numpy()[:3]],
        )
    both = leaves.duplicated(keys, keep=False)
    sources = leaves.groupby(keys)["sources"].transform("max")
    leaves = leaves.assign(
        sources=sources,
        evidence=leaves["evidence"].mask(both, "raw and published"),
    )
    leaves = leaves.drop_duplicates(keys).sort_values(keys, ignore_index=True)
    return with_groups(leaves)


def codes_of(leaves: pd.DataFrame, rows: pd.DataFrame, item: str) -> np.ndarray:
    """
    Say which leaf each row belongs to.

    Parameters
    ----------
    leaves : pandas.DataFrame
        All leaves.
    rows : pandas.DataFrame
        With ``population`` and the column that names the item.
    item : str
        That column.
    """
    index = pd.MultiIndex.from_frame(leaves[["population", "item"]])
    given = [rows["population"].astype(str), rows[item].astype(str)]
    return index.get_indexer(pd.MultiIndex.from_arrays(given))


def nodes_of(counts: pd.DataFrame, leaves: pd.DataFrame) -> Nodes:
    """
    Compress raw answers into nodes.

    Parameters
    ----------
    counts : pandas.DataFrame
        Counts.
    leaves : pandas.DataFrame
        All leaves.
    """
    linked = counts[counts["milestone"].notna()]
    compressed = nodes_from_counts(linked.reset_index(drop=True))
    weight = compressed.passed + compressed.not_yet
    sign = np.where(compressed.not_yet > 0, -1.0, 1.0)
    leaf = codes_of(leaves, compressed.leaves, "item")
    return Nodes(leaf, compressed.log_age, weight, sign)
