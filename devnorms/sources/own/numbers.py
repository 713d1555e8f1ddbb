"""
Numbers in cells: one decimal sign, as the mapping says.
"""

from __future__ import annotations

import pandas as pd

from devnorms.sources.own.cells import Sheet
from devnorms.sources.own.faults import Faults

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
    ours = text.str.fullmatch(_PLAIN.format(decimal))
    point = text.str.fullmatch(_PLAIN.format("."))
    good = ours | point if sheet.typed else ours
    other = "," if decimal == "." else "."
    theirs = text.str.fullmatch(_PLAIN.format(other)) & ~good
    mixed = "; the others have it as said" if good.any() else ""
    faults.add(
        column,
        f"a number with {other!r} as decimal sign, the mapping says {decimal!r}{mixed}",
        text[theirs],
        "Correct these cells" if mixed else f"Say decimal = {other!r} in [file]",
    )
    spoilt = text.str.fullmatch(_SPREADSHEET) & ~good
    faults.add(
        column,
        "a number that a spreadsheet has shortened",
        text[spoilt],
        "Its digits are lost: take it from the original data",
    )
    wrong = (text != "") & ~good & ~theirs & ~spoilt
    faults.add(
        column,
        f"expected a number of {unit}, found text",
        text[wrong],
        "Write numbers only; leave the cell empty where it is not known, or list its "
        "code under missing in [file]",
    )
    plain = text.where(good, "")
    if decimal == ",":
        plain = plain.str.replace(",", ".", regex=False)
    return pd.to_numeric(plain.where(plain != ""), errors="coerce").astype(float)
