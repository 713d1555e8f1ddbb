"""
Cells as text: one writing for each value, whatever kind of file it came in.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

_WHOLE = re.compile(r"([+-]?\d+)\.0+")


@dataclass(frozen=True)
class Sheet:
    """
    One table of a file, every cell as text.

    Attributes
    ----------
    cells : pandas.DataFrame
        Text; an empty cell is ``""``. The index, named ``row`` (as a spreadsheet shows
        it, the header counted) or ``case`` (where a file has no header line), says
        where a person finds the row.
    name : str
        The file, and the sheet where there are several.
    typed : bool
        Whether the file itself tells numbers and dates from text.
    labels : dict
        Per column, the label of each code.
    titles : dict
        Per column, its label.
    missing : dict
        Per column, the codes that the file declares as missing.
    """

    cells: pd.DataFrame
    name: str
    typed: bool = False
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)


def canonical(value: object) -> str:
    """
    Write a value of a typed file, or of a mapping, as its cell would be read.

    Parameters
    ----------
    value : object
        Text, number, truth value, date, or nothing.

    Examples
    --------
    >>> [canonical(v) for v in (1.0, 2.5, True, None, " yes ")]
    ['1', '2.5', 'true', '', 'yes']
    """
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return _float(float(value))
    if isinstance(value, dt.datetime):
        plain = value.time() == dt.time(0)
        return value.date().isoformat() if plain else value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value).strip()


def _float(value: float) -> str:
    """Write a whole number without its point; missing as nothing."""
    if np.isnan(value):
        return ""
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value!r}"


def as_text(column: pd.Series) -> pd.Series:
    """
    Write a column of a typed file as text.

    Parameters
    ----------
    column : pandas.Series
        Any type.

    Returns
    -------
    pandas.Series
        str, ``""`` where empty.
    """
    # Few different values stand in most columns: each is written once.
    values: Any = column.astype("object").where(column.notna(), None)
    try:
        codes, uniques = pd.factorize(values, use_na_sentinel=True)
    except TypeError:  # lists and the like: a column that nobody should map
        codes = None
    # True and 1 are equal to factorize: one type must not hide in the other.
    if codes is None or values.map(type).nunique() > 2:
        each = [canonical(value) for value in values]
        return pd.Series(each, index=column.index, dtype="str")
    words = np.array([*map(canonical, uniques), ""], dtype=object)
    return pd.Series(words[codes], index=column.index, dtype="str")


def folded(column: pd.Series) -> pd.Series:
    """
    Write codes so that equal ones compare equal: blanks, case and ``1.0`` for ``1``.

    Parameters
    ----------
    column : pandas.Series
        Text.

    Returns
    -------
    pandas.Series
        str.
    """
    codes, uniques = pd.factorize(column)
    words = np.array([*(fold(str(word)) for word in uniques), ""], dtype=object)
    return pd.Series(words[codes], index=column.index, dtype="str")


def fold(text: str) -> str:
    """
    Write one code so that equal ones compare equal.

    Parameters
    ----------
    text : str
        A code.

    Examples
    --------
    >>> fold(" Yes "), fold("1.0"), fold("01")
    ('yes', '1', '01')
    """
    bare = " ".join(text.split()).casefold()
    whole = _WHOLE.fullmatch(bare)
    return whole[1] if whole else bare


def without(column: pd.Series, missing: Iterable[str]) -> pd.Series:
    """
    Empty the cells that hold a code for "missing".

    Parameters
    ----------
    column : pandas.Series
        Text.
    missing : iterable of str
        Codes.
    """
    codes = {fold(code) for code in missing}
    if not codes:
        return column
    return column.mask(folded(column).isin(codes), "")


def holds(cells: pd.DataFrame, column: str, codes: tuple[str, ...]) -> pd.Series:
    """
    Say in which rows a column holds one of some codes.

    Parameters
    ----------
    cells : pandas.DataFrame
        Text.
    column : str
        Which.
    codes : tuple of str
        The codes.
    """
    return folded(cells[column]).isin({fold(code) for code in codes})
