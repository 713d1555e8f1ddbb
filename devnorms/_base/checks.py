"""
Checks of parameters, used on the first lines of public functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from devnorms._base.errors import BadValueError, UnknownNameError


def check_share(name: str, value: float) -> float:
    """
    Check that a share lies strictly between 0 and 1.

    Parameters
    ----------
    name : str
        The parameter's name, for the message.
    value : float
        What was given.

    Raises
    ------
    BadValueError
        If it does not.

    Examples
    --------
    >>> check_share("level", 0.9)
    0.9
    >>> check_share("level", 90)
    Traceback (most recent call last):
    devnorms._base.errors.BadValueError: 'level' must be a share between 0 and 1
    (0.9, not 90). Got 90 instead.
    """
    if not isinstance(value, int | float) or not 0 < value < 1:
        raise BadValueError.parameter(
            name, "a share between 0 and 1 (0.9, not 90)", value
        )
    return float(value)


def check_shares(name: str, values: Sequence[float]) -> tuple[float, ...]:
    """
    Check a sequence of shares: at least one, none twice.

    Parameters
    ----------
    name : str
        The parameter's name, for the message.
    values : sequence of float
        What was given.

    Raises
    ------
    BadValueError
        If one is not a share, or one comes twice, or there is none.
    """
    shares = tuple(check_share(name, value) for value in values)
    if not shares or len(set(shares)) != len(shares):
        raise BadValueError.parameter(name, "one or more different shares", values)
    return shares


def check_at_least(name: str, value: int, least: int) -> int:
    """
    Check that a whole number is not too small.

    Parameters
    ----------
    name : str
        The parameter's name, for the message.
    value : int
        What was given.
    least : int
        The smallest allowed value.

    Raises
    ------
    BadValueError
        If it is too small or not a whole number.
    """
    if not isinstance(value, int) or value < least:
        raise BadValueError.parameter(name, f"a whole number, {least} or more", value)
    return value


def check_known(kind: str, given: Iterable[str], known: Iterable[str]) -> list[str]:
    """
    Check that every name given is known.

    Parameters
    ----------
    kind : str
        What is named, for example ``"milestone"``.
    given : iterable of str
        The names given, in order.
    known : iterable of str
        The names that exist.

    Raises
    ------
    UnknownNameError
        For the first unknown name, with the nearest known ones.
    """
    names = list(given)
    possible = set(known)
    for name in names:
        if name not in possible:
            raise UnknownNameError.among(kind, name, possible)
    return names
