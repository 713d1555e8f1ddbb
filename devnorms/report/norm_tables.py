"""
The norm set as the page's tables: every number as it stands in the norm set, rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from devnorms.report.page import Cell, Table
from devnorms.report.theme import named
from devnorms.report.words import DOMAINS, age, interval_of, number, percent
from devnorms.schema.norms import POOLED, NormSet

POOLED_NOTE = "centre of all; nobody lives there"
FLAGGED = ("before", "after")


def in_order(norms: NormSet) -> dict[str, list[str]]:
    """
    Group milestones by domain, each from the earliest to the latest.

    Parameters
    ----------
    norms : NormSet
        A norm set.

    Returns
    -------
    dict of str to list of str
        Milestones by domain; by their age at the middle share, in the pooled row if
        there is one.
    """
    table = norms.table
    middle = min(table["share"].unique(), key=lambda share: abs(share - 0.5))
    at_middle = table[table["share"] == middle]
    ages = at_middle.groupby(["domain", "milestone"])["age_months"].median()
    pooled = at_middle[at_middle["population"] == POOLED]
    known = pooled.set_index(["domain", "milestone"])["age_months"]
    ages.update(known)
    ages = ages.sort_values()
    usual = [*DOMAINS, *sorted(set(table["domain"]) - set(DOMAINS))]
    return {
        domain: ages.loc[domain].index.tolist()
        for domain in usual
        if domain in set(table["domain"])
    }


def milestone_table(
    norms: NormSet, milestone: str, names: Mapping[str, str] | None = None
) -> Table:
    """
    Give the ages of one milestone: a row per population, a column per share.

    Parameters
    ----------
    norms : NormSet
        A norm set.
    milestone : str
        One of its milestones.
    names : mapping of str to str, optional
        What to call milestones.

    Returns
    -------
    Table
        Medians with intervals; in words where the data do not reach.
    """
    here = norms.table[norms.table["milestone"] == milestone]
    shares = sorted(here["share"].unique())
    populations = sorted(here["population"].unique(), key=lambda p: (p == POOLED, p))
    rows = []
    for population in populations:
        mine = here[here["population"] == population].set_index("share")
        first = mine.iloc[0].to_dict()
        pooled = population == POOLED
        rows.append(
            (
                Cell(population, "head", POOLED_NOTE if pooled else ""),
                Cell("-", "none")
                if pooled
                else Cell(number(first["asked"]), "number", _items(first["items"])),
                *(
                    age_cell(mine.loc[share].to_dict())
                    if share in mine.index
                    else Cell("-", "none")
                    for share in shares
                ),
            )
        )
    columns = ("population", "responses", *(f"{percent(s)} pass" for s in shares))
    asked = here.drop_duplicates("population")
    total = number(asked.loc[asked["population"] != POOLED, "asked"].sum())
    caption = (
        f"{named(names, milestone)}: ages in months, posterior median and "
        f"{interval_of(here)}; n = {total} responses."
    )
    return Table(caption, columns, tuple(rows))


def _items(items: float) -> str:
    """Say how many items ask the milestone in a population."""
    return "1 item" if items == 1 else f"{number(items)} items"


def age_cell(row: Mapping[Any, Any]) -> Cell:
    """
    Write an age with its interval; in words what lies where the data do not reach.

    Parameters
    ----------
    row : mapping
        A row of a norm set's table.

    Examples
    --------
    >>> cell = age_cell(
    ...     {
    ...         "support": "within",
    ...         "age_months": 12.14,
    ...         "age_months_low": 11.8,
    ...         "age_months_high": 12.4,
    ...     }
    ... )
    >>> cell.text, cell.note
    ('12.1', '11.8 to 12.4')
    """
    if row["support"] in FLAGGED:
        return Cell(str(row["statement"]), "flag")
    youngest, oldest = row.get("support_low_months"), row.get("support_high_months")
    low, high = age(row["age_months_low"]), age(row["age_months_high"])
    if youngest is not None and row["age_months_low"] < youngest:
        low = f"before {age(youngest)}"
    if oldest is not None and row["age_months_high"] > oldest:
        high = f"after {age(oldest)}"
    return Cell(age(row["age_months"]), "number", f"{low} to {high}")


def plain_table(
    caption: str, table: pd.DataFrame, columns: Mapping[str, str], head: str = ""
) -> Table:
    """
    Show columns of a finished table as they are.

    Parameters
    ----------
    caption : str
        Of the table.
    table : pandas.DataFrame
        Any.
    columns : mapping of str to str
        Which columns, and what to call them.
    head : str
        The column that names the row.

    Returns
    -------
    Table
    """
    shown = table[list(columns)].astype(object)
    rows = tuple(
        tuple(
            _plain(value, "head" if column == head else "")
            for column, value in zip(columns, row, strict=True)
        )
        for row in shown.itertuples(index=False, name=None)
    )
    return Table(caption, tuple(columns.values()), rows)


def _plain(value: Any, kind: str) -> Cell:
    """Numbers readable, nothing for missing."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return Cell("-", kind or "none")
    if isinstance(value, bool):
        return Cell("yes" if value else "no", kind)
    if isinstance(value, int):
        return Cell(number(value), kind or "number")
    if isinstance(value, float):
        return Cell(f"{value:.4g}", kind or "number")
    return Cell(str(value), kind)
