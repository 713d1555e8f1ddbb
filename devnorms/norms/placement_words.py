"""
Where a child stands, in words and as a page; always with what it is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

_STYLE = "border:1px solid #d9d9de;border-radius:6px;padding:0.6em 1em;max-width:46em"


def percentile_words(row: Mapping[object, object]) -> str:
    """
    Say a percentile with its interval, whose it is, and by which norm.

    Parameters
    ----------
    row : mapping
        See `devnorms.schema.placement.check_placement`.
    """
    low, high = _percentile(row["percentile_low"]), _percentile(row["percentile_high"])
    return (
        f"By the norm of {row['norm']}, at {_number(row['age_months']):.1f} months: "
        f"{_ordinal(row['percentile'])} percentile among children of "
        f"{row['among']} ({100 * _number(row['level']):g} % {row['interval']} interval "
        f"{low} to {high}; holds {row['uncertainty']}; {row['used']} answers)."
    )


def too_little(row: Mapping[object, object], fewest: int, enough: float) -> str:
    """
    Say that there is no percentile, and why.

    Parameters
    ----------
    row : mapping
        See `devnorms.schema.placement.check_placement`.
    fewest : int
        Fewest answers.
    enough : float
        Least part of the variance that must be told.
    """
    if int(_number(row["used"])) < fewest:
        why = (
            f"{row['used']} answer(s) can be used at "
            f"{_number(row['age_months']):.1f} months, and fewer than {fewest} are too "
            "few"
        )
    else:
        why = (
            f"the {row['used']} answers tell {100 * _number(row['known']):.0f} % of "
            f"what makes children differ (with {row['uncertainty']} counted), and less "
            f"than {100 * enough:.0f} % is too little"
        )
    return f"Not enough to place this child by the norm of {row['norm']}: {why}."


def page(table: pd.DataFrame, statement: str, notes: Sequence[str]) -> str:
    """
    Show a placement as HTML; everything that came from data is escaped.

    Parameters
    ----------
    table : pandas.DataFrame
        See `devnorms.schema.placement.check_placement`.
    statement : str
        The answer.
    notes : sequence of str
        Notes.
    """
    shown = pd.DataFrame(
        {
            "the interval holds": table["uncertainty"],
            "among children of": table["among"],
            "percentile": [_cell(row) for row in table.to_dict("records")],
        }
    )
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return (
        f'<div style="{_STYLE}"><p><b>{escape(statement)}</b></p>'
        f"{shown.to_html(index=False, escape=True)}<ul>{listed}</ul></div>"
    )


def _cell(row: Mapping[object, object]) -> str:
    """Percentile and interval, or that there is none."""
    if not row["enough"]:
        return "not enough"
    low, high = _percentile(row["percentile_low"]), _percentile(row["percentile_high"])
    return f"{_percentile(row['percentile'])} ({low} to {high})"


def _number(value: object) -> float:
    """Give a cell as a number."""
    return float(str(value))


def _percentile(value: object) -> str:
    """Write a percentile without pretending to tenths; never 0 or 100."""
    rounded = round(_number(value))
    return "below 1" if rounded < 1 else "above 99" if rounded > 99 else str(rounded)


def _ordinal(value: object) -> str:
    """Write a percentile as an ordinal number."""
    words = _percentile(value)
    if not words.isdigit():
        return (
            f"{words.split()[0]} the {words.split()[1]}{_ending(int(words.split()[1]))}"
        )
    return f"{words}{_ending(int(words))}"


def _ending(number: int) -> str:
    """Give the ending of an ordinal number in English."""
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
