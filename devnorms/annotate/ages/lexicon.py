"""
The number and age words of a language, from its data file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from devnorms.annotate.ages.folded import fold_with_origin

UNITS = ("year", "month", "week", "day")


@dataclass(frozen=True)
class Lexicon:
    """
    What the age reader knows of a language; all words folded.

    Attributes
    ----------
    numbers : dict of str to int
        Words of whole numbers, compounds written out.
    units : dict of str to str
        Per unit, a pattern that matches its forms.
    unit_first : bool
        Whether the unit stands before the number.
    spaced : bool
        Whether spaces stand between words.
    half, before, about_before, about_after, either, and_ : str
        Patterns: "and a half", "before", "about", "or so", "or", "and".
    fixed : dict of str to float
        Phrases with the months that they mean, such as "first birthday".
    not_before, not_after : str
        Patterns of words that make it no age: "for two months", "two months later".
    at : str
        Pattern of words after which a bare number is an age in months; may be empty.
    over, before_after, about_inner, since : str
        Patterns: "and a bit"; "before" where it follows; "about" between number and
        unit; a word that may mean "for" or "from".
    prefix : str
        Letters that may be joined to the first word, as in Arabic.
    pairs, suffixes : bool
        Whether "five six" is five or six; whether fixed phrases take endings.
    """

    numbers: dict[str, int]
    units: dict[str, str]
    unit_first: bool
    spaced: bool
    half: str
    before: str
    about_before: str
    about_after: str
    either: str
    and_: str
    fixed: dict[str, float]
    not_before: str
    not_after: str
    at: str
    over: str
    before_after: str
    about_inner: str
    since: str
    prefix: str
    pairs: bool
    suffixes: bool


@cache
def lexicon(lang: str) -> Lexicon | None:
    """
    Give the lexicon of a language, or nothing.

    Parameters
    ----------
    lang : str
        ISO 639.

    Returns
    -------
    Lexicon or None
    """
    file = resources.files(__name__.rpartition(".")[0]) / "lexica" / f"{lang}.toml"
    if not lang.isalpha() or not file.is_file():
        return None
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return Lexicon(
        numbers=_numbers(raw),
        units={u: _any(raw["units"].get(u, ()), patterns=True) for u in UNITS},
        unit_first=raw.get("unit_first", False),
        spaced=raw.get("spaced", True),
        half=_any(raw["half"], patterns=True),
        before=_any(raw["before"]),
        about_before=_any(raw["about_before"]),
        about_after=_any(raw["about_after"]),
        either=_any(raw["either"]),
        and_=_any(raw["and"]),
        fixed={_fold(k): float(v) for k, v in raw["fixed"].items()},
        not_before=_any(raw["not_before"]),
        not_after=_any(raw["not_after"]),
        at=_any(raw["at"]),
        over=_any(raw["over"]),
        before_after=_any(raw.get("before_after", ())),
        about_inner=_any(raw.get("about_inner", ())),
        since=_any(raw.get("since", ())),
        prefix=raw.get("prefix", ""),
        pairs=raw.get("pairs", False),
        suffixes=raw.get("suffixes", False),
    )


def _fold(words: str) -> str:
    return fold_with_origin(words).text


def _any(words: Sequence[str], *, patterns: bool = False) -> str:
    """Any of the words, the longest first; nothing if there are none."""
    listed = sorted({_fold(w) for w in words}, key=len, reverse=True)
    quoted = [w if patterns else re.escape(w) for w in listed]
    return "(?:" + "|".join(quoted) + ")" if quoted else "(?!)"


def _numbers(raw: dict[str, dict[str, int]]) -> dict[str, int]:
    """Give number words and the compounds of tens and ones."""
    found = {_fold(word): value for word, value in raw["numbers"].items()}
    ones = {w: n for w, n in found.items() if 1 <= n <= 9}
    for ten, value in raw.get("tens", {}).items():
        found[_fold(ten)] = value
        for joiner in raw.get("joiners", [" "]):
            for one, n in ones.items():
                words = (
                    (one, _fold(ten)) if raw.get("ones_first") else (_fold(ten), one)
                )
                found.setdefault(_fold(joiner).join(words), value + n)
    return found
