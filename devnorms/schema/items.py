"""
Items, milestones, and the links between them.

A link is a claim that an item asks a milestone; who judged it and how sure they were
travels with it, because a model may question it.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate

DOMAINS = (
    "gross_motor",
    "fine_motor",
    "language",
    "social",
    "cognitive",
    "self_help",
)
CONFIDENCES = ("high", "medium", "low")

MILESTONES = pa.DataFrameSchema(
    {
        "milestone": pa.Column(
            str, pa.Check.str_matches(r"^[a-z][a-z0-9_]*$"), unique=True
        ),
        "domain": pa.Column(str, pa.Check.isin(DOMAINS)),
        "name": pa.Column(str, pa.Check.str_length(min_value=1)),
        "counts_as": pa.Column(str, pa.Check.str_length(min_value=1)),
        "does_not_count": pa.Column(str, nullable=True),
        "origin": pa.Column(str, pa.Check.isin(("core", "added"))),
        "question": pa.Column(str, pa.Check.str_length(min_value=1)),
    },
    name="Milestones",
)

LINKS = pa.DataFrameSchema(
    {
        "item": pa.Column(str, unique=True),
        "milestone": pa.Column(str),
        "confidence": pa.Column(str, pa.Check.isin(CONFIDENCES)),
        "probability": pa.Column(float, pa.Check.in_range(0, 1), coerce=True),
        "reason": pa.Column(str, pa.Check.str_length(min_value=1)),
        "judged_by": pa.Column(str, pa.Check.str_length(min_value=1)),
    },
    name="Links",
)


def check_milestones(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate a table of milestone concepts.

    Parameters
    ----------
    table : pandas.DataFrame
        ``milestone, domain, name, counts_as, does_not_count, origin, question``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(MILESTONES, table)


def check_links(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate links from items to milestones.

    Parameters
    ----------
    table : pandas.DataFrame
        ``item, milestone, confidence, probability, reason, judged_by``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(LINKS, table)
