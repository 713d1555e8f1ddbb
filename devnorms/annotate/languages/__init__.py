"""
Words of each language that rules need: conjunctions, cues of names, months of the year.

One small file per language, so that a speaker can correct it without reading code.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Language:
    """
    What the rules know of a language.

    Attributes
    ----------
    code, name : str
        ISO 639, and in English.
    spaced : bool
        Whether spaces stand between words.
    conjunctions : tuple of str
        Words that begin a new piece of a clause.
    neither : tuple of str
        Those of them that carry a "not" on from the piece before.
    called : tuple of str
        Words that a name follows: "called", "her name is".
    kin : tuple of str
        Words that a name may follow: "my daughter", "doctor".
    months : tuple of str
        The months of the year, as they stand in dates.
    answers : tuple of str
        Words that alone are an answer: "no", "not yet".
    """

    code: str
    name: str
    spaced: bool
    conjunctions: tuple[str, ...]
    neither: tuple[str, ...]
    called: tuple[str, ...]
    kin: tuple[str, ...]
    months: tuple[str, ...]
    answers: tuple[str, ...]


@cache
def language(code: str) -> Language | None:
    """
    Give what is known of a language, or nothing.

    Parameters
    ----------
    code : str
        ISO 639.

    Returns
    -------
    Language or None

    Examples
    --------
    >>> language("eu").name
    'Basque'
    """
    if code not in languages():
        return None
    file = resources.files(__name__) / f"{code}.toml"
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    lists = {key: tuple(value) for key, value in raw.items() if isinstance(value, list)}
    return Language(code=code, name=raw["name"], spaced=raw["spaced"], **lists)


@cache
def languages() -> tuple[str, ...]:
    """
    Give the languages that rules exist for.

    Returns
    -------
    tuple of str
        Codes, in order.
    """
    names = (file.name for file in resources.files(__name__).iterdir())
    return tuple(sorted(name[:-5] for name in names if name.endswith(".toml")))
