"""
A transported norm in words: predicted, and nobody there was measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from devnorms._base.provenance import Record
from devnorms.norms.cards import NOT_FOR, STATUS, UNRECORDED
from devnorms.schema.populations import check_populations

if TYPE_CHECKING:
    from devnorms.norms.transport_target import Target

UNMEASURED = "predicted; nobody there was measured"


def statements(table: pd.DataFrame) -> list[str]:
    """
    Put each row into words.

    Parameters
    ----------
    table : pandas.DataFrame
        ``support, age_months, age_months_low, age_months_high, support_low_months,
        support_high_months, asked, mark``.
    """
    columns = [
        "support", "age_months", "age_months_low", "age_months_high",
        "support_low_months", "support_high_months", "asked", "mark",
    ]  # fmt: skip
    return [_statement(*row) for row in table[columns].itertuples(index=False)]


def described(target: Target, children: int) -> pd.DataFrame:
    """
    Say who was sampled there: nobody, or a few.

    Parameters
    ----------
    target : Target
        The population.
    children : int
        Local children.
    """
    who = "Nobody there was measured: predicted from other populations."
    if children:
        who = f"Predicted from other populations and from {children} local children."
    row = {
        "population": target.population,
        "study": "predicted",
        "country": target.country,
        "country_name": target.country,
        "sampling": "unknown",
        "who": who,
        "children": children,
        "visits": None,
        "licence": "that of the sources",
        "citation": "that of the sources",
    }
    nothing = dict.fromkeys(
        ("place", "languages", "years", "eligibility", "instruments", "age_precision",
         "context_notes")
    )  # fmt: skip
    return check_populations(pd.DataFrame([{**row, **nothing}]))


def card_of(table: pd.DataFrame, target: Target, record: Record) -> dict[str, Any]:
    """
    Write the card.

    Parameters
    ----------
    table : pandas.DataFrame
        Of the norm set.
    target : Target
        The population.
    record : Record
        How it was made.
    """
    made = record.settings["transport"]
    children = made["children"]
    kind = f"predicted, with {children} local children" if children else UNMEASURED
    others = sorted({n for row in table["from_populations"] for n in row.split(", ")})
    first = table.iloc[0]
    one_country = table.loc[table["mark"] != "", "milestone"].nunique()
    return {
        "title": f"TRANSPORTED NORM for {target.population}: {kind}",
        "purpose": "Ages in months at which given shares of a population are expected "
        "to pass milestones, judged by how populations that were measured differ.",
        "speaks_for": f"{target.population} ({target.country}), as one more population "
        f"of the kind of {', '.join(others)}. If it is of another kind, it may lie "
        "farther off than the intervals say.",
        "not_for": [
            "Measuring: it does not replace asking local children; a few dozen improve "
            "on it (devnorms.transport with local=...).",
            *NOT_FOR,
        ],
        "interval": f"Predictive median and {100 * first['level']:g} % "
        f"{first['interval']} interval, in months of 30.4375 days: they hold what "
        "differs between populations, countries, instruments and wordings, and what is "
        "not known of these differences.",
        "cannot_separate": "Whether measured populations differ by culture, health, "
        "sampling, instruments or examiners: a new one may differ by any of these.",
        "left_out": [f"{n} milestones: {why}." for why, n in target.left_out.items()],
        "marked": f"{one_country} milestones rest on one country only (column 'mark').",
        "how_fitted": f"Method: {first['method']}; milestones of other populations "
        "estimated one by one, then normal conditioning "
        "(devnorms.norms.transport_fit).",
        "sources": [
            f"{s.id} {s.version} (licence: {s.terms}). {s.citation} {s.url}".strip()
            for s in record.sources
        ]
        or [UNRECORDED],
        "status": STATUS,
    }


def _statement(  # noqa: PLR0913  (the columns of a row)
    support: str,
    age: float,
    low: float,
    high: float,
    youngest: float,
    oldest: float,
    asked: int,
    mark: str,
) -> str:
    """One row in words."""
    there = f"{asked} local answers" if asked else "nobody there was asked"
    after = f"; {mark}" if mark else ""
    if support == "before":
        start = "before birth" if youngest <= 0 else f"before {youngest:.1f} months"
        return f"{start} (predicted; {there}{after})"
    if support == "after":
        return f"after {oldest:.1f} months (predicted; {there}{after})"
    first = f"{max(low, 0.0):.1f}"
    return f"predicted {age:.1f} months ({first}-{high:.1f}; {there}{after})"
