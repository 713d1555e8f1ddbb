"""
A quick look at observations: text by text where they are right, row by row where not.

Millions of rows hold few different texts. Each text is checked once, and the key of a
row becomes one number, so that tens of millions of rows pass in seconds. Rows that
break a rule are handed to pandera, which says what is wrong with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Allowed = Callable[[str], bool]
_LARGEST = np.iinfo(np.int64).max


def as_category(column: pd.Series) -> pd.Series | None:
    """
    Turn a column into a category of texts, sorted, without those that no row has.

    Parameters
    ----------
    column : pandas.Series
        Text, numbers or a category of these.

    Returns
    -------
    pandas.Series or None
        None where the values are no texts, numbers or gaps.
    """
    if not isinstance(column.dtype, pd.CategoricalDtype):
        try:
            return column.astype("str").astype("category")
        except (TypeError, ValueError):
            return None
    codes, names = column.cat.codes.to_numpy(), column.cat.categories.astype("str")
    used = np.bincount(codes + 1, minlength=len(names) + 1)[1:] > 0
    if used.all() and names.is_monotonic_increasing and names.is_unique:
        if names.dtype == column.cat.categories.dtype and not column.cat.ordered:
            return column
        return pd.Series(pd.Categorical.from_codes(codes, names), column.index)
    kept = pd.Index(sorted(set(names[used])), dtype="str")
    place = np.full(len(names) + 1, -1, dtype=np.int64)
    place[:-1][used] = kept.get_indexer(names[used])
    return pd.Series(pd.Categorical.from_codes(place[codes], kept), column.index)


def wrong_texts(
    column: pd.Series, nullable: bool, allowed: Sequence[Allowed]
) -> NDArray[np.bool_]:
    """
    Mark the rows whose text is missing or not allowed.

    Parameters
    ----------
    column : pandas.Series
        A category, as `as_category` gives it.
    nullable : bool
        Whether a gap is allowed.
    allowed : sequence of callable
        Each says whether a text may stand here.

    Returns
    -------
    numpy.ndarray
        bool per row; of length 0 where no row is wrong.
    """
    codes = column.cat.codes.to_numpy()
    bad = [not all(rule(name) for rule in allowed) for name in column.cat.categories]
    gaps = not nullable and bool((codes < 0).any())
    if not gaps and not any(bad):
        return np.zeros(0, dtype=bool)
    marked: NDArray[np.bool_] = np.array([*bad, not nullable], dtype=bool)[codes]
    return marked


def wrong_numbers(
    column: pd.Series, lowest: float, highest: float
) -> NDArray[np.bool_]:
    """
    Mark the rows whose number is out of bounds.

    Parameters
    ----------
    column : pandas.Series
        Floats; NaN is allowed.
    lowest, highest : float
        Bounds, inclusive.

    Returns
    -------
    numpy.ndarray
        bool per row; of length 0 where no row is wrong.
    """
    values = column.to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        outside: NDArray[np.bool_] = (values < lowest) | (values > highest)
    return outside if outside.any() else np.zeros(0, dtype=bool)


def repeated(columns: Mapping[str, pd.Series]) -> NDArray[np.bool_] | None:
    """
    Mark the rows that share their key with another row.

    Parameters
    ----------
    columns : mapping of str to pandas.Series
        The columns of the key, as categories; a gap counts as a value.

    Returns
    -------
    numpy.ndarray or None
        bool per row, of length 0 where each key comes once; None where there are too
        many different keys to number them.
    """
    key: NDArray[np.int64] | None = None
    room = 1
    for column in columns.values():
        size = len(column.cat.categories) + 1
        room *= size
        if room > _LARGEST:
            return None
        codes = column.cat.codes.to_numpy().astype(np.int64) + 1
        key = codes if key is None else key * size + codes
    if key is None or _all_different(key):
        return np.zeros(0, dtype=bool)
    return pd.Series(key).duplicated(keep=False).to_numpy()


def _all_different(key: NDArray[np.int64]) -> bool:
    """Whether no number comes twice; quick where they are sorted already."""
    if bool((key[1:] > key[:-1]).all()):
        return True
    ordered = np.sort(key)
    return bool((ordered[1:] != ordered[:-1]).all())


def matches(pattern: str) -> Allowed:
    """
    Give the rule that a text matches a pattern.

    Parameters
    ----------
    pattern : str
        Regular expression, from the start of the text.
    """
    return lambda text: re.match(pattern, text) is not None


def is_one_of(names: Sequence[str]) -> Allowed:
    """
    Give the rule that a text is one of a few.

    Parameters
    ----------
    names : sequence of str
        Those allowed.
    """
    known = set(names)
    return lambda text: text in known


def is_said(text: str) -> bool:
    """
    Whether a text is not empty.

    Parameters
    ----------
    text : str
        Any text.
    """
    return len(text) > 0
