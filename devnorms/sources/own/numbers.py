"""
Numbers in cells: one decimal sign, as the mapping says.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from devnorms.sources.own.cells import Sheet
from devnorms.sources.own.faults import Faults

_EMPTY, _GOOD, _OTHER_SIGN, _SHORTENED, _TEXT = range(5)
_PLAIN = r"[+-]?(?:\d+(?:\{0}\d*)?|\{0}\d+)"
_SPREADSHEET = r"[+-]?\d(?:[.,]\d+)?[eE][+-]?\d+"


def numbers(
    sheet: Sheet, column: str, decimal: str, unit: str, faults: Faults
) -> pd.Series:
    """
    Turn the cells of a column into numbers.

    Parameters
    ----------
    sheet : Sheet
        The rows.
    column : str
        Which column.
    decimal : {".", ","}
        The decimal sign; in files that tell numbers from text, only for text.
    unit : str
        For messages.
    faults : Faults
        To be added to: text, the other decimal sign, numbers that a spreadsheet spoilt.

    Returns
    -------
    pandas.Series
        NaN where the cell is empty.
    """
    text = sheet.cells[column]
    codes, uniques = pd.factorize(text)
    # Numbers come again and again: each is looked at once.
    kinds = _sorted_out(pd.Series(uniques, dtype="str"), decimal, sheet.typed)
    kind = kinds["kind"].to_numpy()[codes]
    mixed = "; the others have it as said" if (kind == _GOOD).any() else ""
    other = "," if decimal == "." else "."
    faults.add(
        column,
        f"a number with {other!r} as decimal sign, the mapping says {decimal!r}{mixed}",
        text[kind == _OTHER_SIGN],
        "Correct these cells" if mixed else f"Say decimal = {other!r} in [file]",
    )
    faults.add(
        column,
        "a number that a spreadsheet has shortened",
        text[kind == _SHORTENED],
        "Its digits are lost: take it from the original data",
    )
    faults.add(
        column,
        f"expected a number of {unit}, found text",
        text[kind == _TEXT],
        "Write numbers only; leave the cell empty where it is not known, or list its "
        "code under missing in [file]",
    )
    return pd.Series(kinds["number"].to_numpy()[codes], index=text.index, dtype=float)


def _sorted_out(text: pd.Series, decimal: str, typed: bool) -> pd.DataFrame:
    """Say of each cell which kind it is, and the number it holds."""
    other = "," if decimal == "." else "."
    good = text.str.fullmatch(_PLAIN.format(decimal))
    if typed:
        good |= text.str.fullmatch(_PLAIN.format("."))
    kind = np.select(
        [
            text == "",
            good,
            text.str.fullmatch(_PLAIN.format(other)),
            text.str.fullmatch(_SPREADSHEET),
        ],
        [_EMPTY, _GOOD, _OTHER_SIGN, _SHORTENED],
        _TEXT,
    )
    plain = text.where(good)
    if decimal == ",":
        plain = plain.str.replace(",", ".", regex=False)
    number = pd.to_numeric(plain, errors="coerce").astype(float)
    return pd.DataFrame({"kind": kind, "number": number})
