"""
A payload in plain words: natural frequencies, who was sampled, what it does not say.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from devnorms.review.languages import milestone_names

DOTS = 20
PLAIN_AGES = (3, 6, 9, 12, 15, 18, 24, 30, 36, 48, 60)


def told(payload: dict[str, Any]) -> dict[str, Any]:
    """
    Say a result in words, in the reader's language.

    Parameters
    ----------
    payload : dict
        See `devnorms.review.publishing`.

    Returns
    -------
    dict
        ``name`` (of the milestone), ``sentence``, ``frequencies`` (at plain ages, of 20
        children), ``sure``, ``who``, ``not``.
    """
    name = milestone_name(payload["milestone"])
    if "suppressed" in payload:
        words = _("Too few children to say.")
        return {
            "name": name,
            "sentence": words,
            "frequencies": [],
            "sure": "",
            "not": limits(),
        }
    rows = [
        _frequency(row) for row in payload["shares"] if row["age_months"] in PLAIN_AGES
    ]
    middle = min(rows, key=lambda row: abs(row["of_20"] - 15), default=None)
    return {
        "name": name,
        "sentence": middle["words"]
        if middle
        else _("No age here can be told in whole months."),
        "frequencies": rows,
        "sure": ngettext(
            "%(n)s answer about these children.",
            "%(n)s answers about these children.",
            payload["asked"],
        )
        % {"n": payload["asked"]},
        "not": limits(),
    }


def _frequency(row: dict[str, Any]) -> dict[str, Any]:
    """Of 20 children, how many at an age, between how many and how many."""
    of_20, low, high = (round(DOTS * row[name]) for name in ("share", "low", "high"))
    words = _said(of_20, low == high) % {
        "n": of_20,
        "age": row["age_months"],
        "low": low,
        "high": high,
    }
    return {**row, "of_20": of_20, "low_20": low, "high_20": high, "words": words,
            "dots": [at < of_20 for at in range(DOTS)]}  # fmt: skip


def _said(of_20: int, narrow: bool) -> str:
    """Choose the sentence: nobody says "about 0 of 20 children"."""
    if of_20 == 0:
        return _("Of 20 children, almost none does this by %(age)s months.")
    if of_20 == DOTS:
        return _("Of 20 children, almost all do this by %(age)s months.")
    if narrow:
        return _("Of 20 children, about %(n)s do this by %(age)s months.")
    return _(
        "Of 20 children, about %(n)s (between %(low)s and %(high)s) do this "
        "by %(age)s months."
    )


def domain_name(domain: str) -> str:
    """Give a domain in everyday words."""
    names = {
        "gross_motor": _("Moving"),
        "fine_motor": _("Hands and fingers"),
        "language": _("Speaking and understanding"),
        "cognitive": _("Thinking and playing"),
        "social": _("Being with others"),
        "self_help": _("Eating, dressing, washing"),
    }
    return names.get(domain, domain.replace("_", " "))


def limits() -> list[str]:
    """Say what no result says."""
    return [
        _("It does not say whether a child is well or not."),
        _("It does not say that one place is better than another."),
        _("It speaks of the children who were asked, not of a whole country."),
    ]


def milestone_name(milestone: str) -> str:
    """Give the milestone's name in the reader's language; its code if it has none."""
    names = milestone_names(get_language() or "en")
    return names.get(milestone, milestone.replace("_", " ").capitalize())
