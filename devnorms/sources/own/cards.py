"""
Who was sampled, and which item is said to ask which milestone, as tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from devnorms._base.errors import InvalidTableError
from devnorms.schema.items import check_links
from devnorms.schema.populations import check_populations
from devnorms.sources.own.mapping.settings import DataMap, Item


def population_cards(plan: DataMap, observations: pd.DataFrame) -> list[dict[str, Any]]:
    """
    Make the cards of the populations that have children.

    Parameters
    ----------
    plan : DataMap
        The mapping.
    observations : pandas.DataFrame
        What was read of them.

    Returns
    -------
    list of dict
        Plain values; `populations` makes a table of them.
    """
    groups = observations.groupby("population", observed=True)
    children = groups["child"].nunique()
    pairs = observations[["population", "child", "occasion"]].drop_duplicates()
    visits = pairs["population"].value_counts()
    ages = observations.drop_duplicates(["population", "child", "occasion"])["age_days"]
    rows = []
    for one in plan.populations:
        if one.id not in children.index:
            continue
        card = {**one.card}
        rows.append(
            {
                **{k: card.get(k) or None for k in card},
                "study": plan.study.id,
                "country_name": card["country_name"] or card["country"],
                "children": int(children[one.id]),
                "visits": int(visits[one.id]),
                "instruments": " ".join(
                    sorted(set(groups.get_group(one.id)["instrument"].astype(str)))
                ),
                "age_precision": _precision(plan, ages),
                "licence": plan.study.licence,
                "citation": plan.study.citation,
                "terms": plan.study.terms or None,
            }
        )
    return rows


def populations(observations: pd.DataFrame) -> pd.DataFrame:
    """
    Say whom observations of one's own data speak for.

    Parameters
    ----------
    observations : pandas.DataFrame
        From `devnorms.read`, or read back from the Parquet file it was written to.

    Returns
    -------
    pandas.DataFrame
        Populations (`devnorms.schema.populations`), one row each; what the mapping
        does not say is empty.

    Raises
    ------
    InvalidTableError
        If the observations have no cards with them.
    """
    cards = observations.attrs.get("populations")
    if not cards:
        raise InvalidTableError(
            "Observations: no cards of populations in attrs['populations']. A copy may "
            "have lost them: read the file again with devnorms.read."
        )
    return check_populations(pd.DataFrame(cards))


def links(items: Sequence[Item]) -> list[dict[str, Any]]:
    """
    Give the links of a mapping.

    Parameters
    ----------
    items : sequence of Item
        Its items.

    Returns
    -------
    list of dict
        As `devnorms.schema.items.check_links` describes.
    """
    rows = [
        {"item": one.item, "milestone": one.milestone, **one.link}
        for one in items
        if one.milestone
    ]
    if not rows:
        return []
    checked = check_links(pd.DataFrame(rows)).to_dict("records")
    return [{str(k): v for k, v in row.items()} for row in checked]


def _precision(plan: DataMap, ages: pd.Series) -> str:
    """Say how exact ages are."""
    if plan.age.birth_date:
        return "days, from dates of birth and visit"
    smallest = next(
        u for u in ("days", "weeks", "months", "years") if u in plan.age.parts
    )
    completed = ", completed (half a unit was added)" if plan.age.completed else ""
    return f"{smallest}{completed}; {ages.nunique()} different ages"
