"""
Our ages beside published ones, as tables: the ages, the samples, how they differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from devnorms.report.norm_tables import plain_table
from devnorms.report.page import Cell, Table
from devnorms.report.words import age, interval_of, number, percent

_FIGURE = [
    "milestone", "share", "published_population", "published_operator",
    "published_age_months",
]  # fmt: skip


def published_tables(
    published: pd.DataFrame, names: Mapping[str, str]
) -> tuple[Table, ...]:
    """
    Show our ages beside published ones, who was sampled there, and how samples differ.

    Parameters
    ----------
    published : pandas.DataFrame
        See `devnorms.report.ReportInputs`.
    names : mapping of str to str
        What to call milestones.

    Returns
    -------
    tuple of Table
        One row per published age; per published sample; per pair of samples.
    """
    return (_ages(published, names), _samples(published), _differences(published))


def _ages(published: pd.DataFrame, names: Mapping[str, str]) -> Table:
    """One row per published age, with all of ours beside it."""
    rows = []
    for _, same in published.groupby(_FIGURE, sort=False):
        first = same.iloc[0].to_dict()
        theirs = f"{first['published_operator']} {age(first['published_age_months'])}"
        ours = "; ".join(
            f"{population} {statement.replace(' months', '')}"
            for population, statement in zip(
                same["population"], same["statement"].astype(str), strict=True
            )
        )
        milestone = str(first["milestone"])
        rows.append(
            (
                Cell(names.get(milestone, milestone), "head"),
                Cell(percent(first["share"]), "number"),
                Cell(theirs.removeprefix("= "), "number"),
                Cell(str(first["published_population"]), "", _n(first)),
                Cell(ours),
            )
        )
    caption = (
        f"{number(len(rows))} published ages in months, and ours (posterior median, "
        f"{interval_of(published)}; responses beneath ours: tables above)"
    )
    columns = ("milestone", "pass", "published", "published sample", "ours")
    return Table(caption, columns, tuple(rows))


def _n(row: Mapping[Any, Any]) -> str:
    """Children beneath a published age, if known."""
    n = row.get("published_asked")
    return "n not stated" if n is None or pd.isna(n) else f"n = {number(n)}"


def _samples(published: pd.DataFrame) -> Table:
    """Whom published ages speak for, and where they were read."""
    evidence = ["evidence"] if "evidence" in published.columns else []
    columns = ["published_population", *evidence, "source"]
    once = published[columns].drop_duplicates()
    words = {
        "published_population": "published sample",
        "evidence": "how it was read",
        "source": "cite",
    }
    return plain_table(
        "Published samples and where they were read",
        once,
        {column: words[column] for column in columns},
        head="published_population",
    )


def _differences(published: pd.DataFrame) -> Table:
    """How each published sample differs from each of ours."""
    columns = {
        "published_population": "published sample",
        "population": "our population",
        "sampling_difference": "how they differ",
    }
    once = published[list(columns)].drop_duplicates()
    return plain_table(
        "How the samples differ", once, columns, head="published_population"
    )
