"""
Numbers and kinds in words: one way to say an age, an interval, a share.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

_KINDS = {
    "eti": "equal-tailed credible",
    "equal-tailed": "equal-tailed credible",
    "hdi": "highest-density credible",
    "highest-density": "highest-density credible",
    "posterior predictive, equal-tailed": "equal-tailed posterior predictive",
}
SAMPLING = {
    "representative": "representative: drawn to stand for the children of the place",
    "birth cohort": "birth cohort: children born at one place and time",
    "community": "community: children who live there, not drawn to represent",
    "poor": "poor: chosen because the families were poor",
    "clinical": "clinical: chosen for a condition of health or growth",
    "trial": "trial: children who took part in a trial",
    "unknown": "not known",
}
DOMAINS = {
    "gross_motor": "Moving the body",
    "fine_motor": "Using the hands",
    "language": "Language",
    "social": "Being with others",
    "cognitive": "Thinking",
    "self_help": "Looking after oneself",
}


def number(value: float) -> str:
    """
    Write a whole number with a thin thousands mark.

    Parameters
    ----------
    value : float
        A count.

    Examples
    --------
    >>> number(918707)
    '918,707'
    """
    return f"{int(value):,}"


def age(months: float) -> str:
    """
    Write an age in months, one decimal.

    Parameters
    ----------
    months : float
        Age in months.

    Examples
    --------
    >>> age(12.04), age(-0.01)
    ('12.0', '0.0')
    """
    return f"{months:.1f}".replace("-0.0", "0.0")


def percent(share: float) -> str:
    """
    Write a share as a percentage with no more digits than it needs.

    Parameters
    ----------
    share : float
        Between 0 and 1.

    Examples
    --------
    >>> percent(0.9), percent(0.025)
    ('90 %', '2.5 %')
    """
    return f"{round(share * 100, 6):g} %"


def interval(kinds: Iterable[str], levels: Iterable[float]) -> str:
    """
    Name the kind and level of intervals; every kind and level that occurs.

    Parameters
    ----------
    kinds : iterable of str
        For example ``eti``.
    levels : iterable of float
        For example ``0.9``.

    Examples
    --------
    >>> interval(["eti"], [0.9])
    '90 % equal-tailed credible interval'
    """
    pairs = sorted(set(zip(levels, kinds, strict=True)))
    named = [f"{percent(level)} {_KINDS.get(kind, kind)}" for level, kind in pairs]
    return f"{' or '.join(named)} interval"


def interval_of(table: pd.DataFrame) -> str:
    """
    Name the kind and level of a table's intervals.

    Parameters
    ----------
    table : pandas.DataFrame
        With ``interval, level``.
    """
    return interval(table["interval"].astype(str), table["level"].astype(float))


def listed(words: Iterable[str]) -> str:
    """
    Join words as a sentence does.

    Parameters
    ----------
    words : iterable of str
        In order.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    every = list(words)
    if len(every) < 2:
        return "".join(every)
    return f"{', '.join(every[:-1])} and {every[-1]}"


def plural(count: int, one: str, many: str = "") -> str:
    """
    Write a count with its noun.

    Parameters
    ----------
    count : int
        How many.
    one, many : str
        The noun; ``many`` only where it isn't ``one`` with an s.

    Examples
    --------
    >>> plural(1, "child", "children"), plural(2, "population")
    ('1 child', '2 populations')
    """
    return f"{number(count)} {one if count == 1 else many or one + 's'}"
