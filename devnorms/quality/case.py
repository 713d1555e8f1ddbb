"""
What a check is given, and what it gives back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from devnorms.quality.answers import Answers
from devnorms.quality.expected import Expected, expect

ALPHA = 0.005
"""
How often a check that goes by chance may raise something in a set without the fault.

Every test inside a check shares this: with 600 items, each is tested at ALPHA / 600.
About ten checks go by chance, so that one clean set in twenty raises anything at all.
"""

_NAMES_SHOWN = 8


@dataclass(frozen=True)
class Finding:
    """
    One thing found in one set; the columns of `devnorms.schema.findings`.

    Attributes
    ----------
    what : str
        In a few fixed words.
    grade : str
        stop, look or note.
    n : int
        How many.
    unit : str
        Of what: responses, visits, children, items, pairs.
    explanation, advice : str
        What it means, and what to do, in plain words.
    of : int or None
        How many there are in all.
    where : str
        Items, ages, levels; never a child.
    chance : float or None
        How often a set without this fault would raise it.
    """

    what: str
    grade: str
    n: int
    unit: str
    explanation: str
    advice: str
    of: int | None = None
    where: str = ""
    chance: float | None = None


@dataclass(frozen=True)
class Case:
    """
    One set with all that a check may need.

    Attributes
    ----------
    answers : Answers
        The set.
    attrs : mapping
        ``attrs`` of the observations: what the loader left out and noted.
    studies : int
        How many studies the observations hold.
    study_rows : int
        How many rows this study has; 0 where the set is looked at by itself.
    """

    answers: Answers
    attrs: Mapping[str, Any] = field(default_factory=dict)
    studies: int = 1
    study_rows: int = 0

    @cached_property
    def expected(self) -> Expected:
        """The yardstick of the set; only for sets with a dated visit."""
        return expect(self.answers)


def listed(names: Iterable[object], shown: int = _NAMES_SHOWN) -> str:
    """
    Write names with commas, but not hundreds of them.

    Parameters
    ----------
    names : iterable
        What to write.
    shown : int
        At most so many.

    Examples
    --------
    >>> listed(["a", "b", "c"], shown=2)
    'a, b and 1 more'
    """
    words = [str(name) for name in names]
    rest = len(words) - shown
    return ", ".join(words[:shown]) + (f" and {rest} more" if rest > 0 else "")


def months(age_days: float) -> str:
    """
    Write an age in months.

    Parameters
    ----------
    age_days : float
        In days.

    Examples
    --------
    >>> months(365.25)
    '12 months'
    """
    from devnorms._base.ages import months_from_days

    return f"{float(months_from_days(age_days)):.3g} months"
