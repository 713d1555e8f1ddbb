"""
The reference-choice card in plain words and as a page.
"""

from __future__ import annotations

from html import escape

import pandas as pd

from devnorms.norms.child import Child
from devnorms.schema.placement import NO_DIAGNOSIS

SURE = 0.8
"""Below this a verdict is too close to tell, and does not count."""

_STYLE = "border:1px solid #d9d9de;border-radius:6px;padding:0.6em 1em;max-width:46em"


def summary(
    table: pd.DataFrame, child: Child, rule: tuple[float, int]
) -> tuple[str, bool]:
    """
    Say whether defensible norms agree on a child.

    Parameters
    ----------
    table : pandas.DataFrame
        See `devnorms.schema.placement.check_choice`.
    child : Child
        Of whom it speaks.
    rule : (float, int)
        Share of the norms, and on how many milestones a child must be late.

    Returns
    -------
    str, bool
        The words, and whether the verdict changes.
    """
    share, at_least = rule
    able = table[table["defensible"] & (table["verdict"] != "cannot say")]
    judging = able[able["certain"] >= SURE]
    late = judging.loc[judging["verdict"] == "late", "reference"].tolist()
    rest = judging.loc[judging["verdict"] == "not late", "reference"].tolist()
    aside = len(table) - len(able)
    close = able.loc[able["certain"] < SURE, "reference"].tolist()
    how = (
        f"Age {child.age_in_words()}; late means not passing {at_least} or more "
        f"milestone(s) that {100 * share:g} % of a norm's children pass by then. "
        f"{aside} of {len(table)} norms are set aside, for the reasons given."
    )
    if close:
        how = f"Too close to tell by {_listed(close)}. {how}"
    if judging.empty:
        return f"No defensible norm can judge this child. {how}", False
    if late and rest:
        return (
            f"The verdict depends on the norm: late by {_listed(late)}, not late by "
            f"{_listed(rest)}. The same child, the same answers. {how}",
            True,
        )
    agreed = "late" if late else "not late"
    number = len(judging)
    words = (
        f"The one defensible norm, {_listed(late or rest)}, says {agreed}; nothing "
        "shows whether another would."
        if number == 1
        else f"All {number} defensible norms agree: {agreed}{_but(judging)}."
    )
    return f"{words} {how}", False


def _but(judging: pd.DataFrame) -> str:
    """Say so where norms agree on the verdict and not on the milestones."""
    named = [set(text.split(", ")) for text in judging["late_milestones"] if text]
    if len(named) < 2 or all(one == named[0] for one in named):
        return ""
    return ", but not on the same milestones"


def page(table: pd.DataFrame, statement: str) -> str:
    """
    Show the card as HTML; everything that came from data is escaped.

    Parameters
    ----------
    table : pandas.DataFrame
        See `devnorms.schema.placement.check_choice`.
    statement : str
        The summary.
    """
    shown = pd.DataFrame(
        {
            "norm": table["reference"],
            "sample": table["sampling"],
            "verdict": table["verdict"],
            "late on": [
                f"{late} of {judged}"
                for late, judged in zip(table["late_on"], table["judged"], strict=True)
            ],
            "which": table["late_milestones"],
            "certain": [
                "" if pd.isna(sure) else f"{100 * sure:.0f} %"
                for sure in table["certain"]
            ],
            "set aside because": table["why_not"],
        }
    ).sort_values("set aside because", kind="stable")
    first, _, rest = statement.removesuffix(NO_DIAGNOSIS).partition(". ")
    return (
        f'<div style="{_STYLE}"><p><b>{escape(first)}.</b> {escape(rest)}</p>'
        f"{shown.to_html(index=False, escape=True)}"
        f"<p><b>{escape(NO_DIAGNOSIS)}</b></p></div>"
    )


def _listed(names: list[str]) -> str:
    """Join names as a sentence does."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
