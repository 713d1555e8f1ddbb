"""
Where a span stands, in code points or in UTF-16 units.

Python counts code points; programs written in JavaScript often count UTF-16 units, of
which an emoji has two or more. What is written here always says which it counts.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

from devnorms._base.checks import check_known
from devnorms._base.errors import BadValueError

CODE_POINTS = "code_points"
UTF16 = "utf16"
UNITS = (CODE_POINTS, UTF16)


class Offsets:
    """
    Turns positions in one text from one unit into the other.

    Parameters
    ----------
    text : str
        In any script.

    Examples
    --------
    >>> offsets = Offsets("👶 walks")
    >>> offsets.to(2, "utf16"), offsets.back(3, "utf16")
    (3, 2)
    """

    def __init__(self, text: str) -> None:
        widths = (2 if sign > "\uffff" else 1 for sign in text)
        self._utf16 = [0, *accumulate(widths)]

    def to(self, position: int, units: str) -> int:
        """
        Give a position in other units.

        Parameters
        ----------
        position : int
            In code points.
        units : str
            One of `UNITS`.

        Returns
        -------
        int

        Raises
        ------
        BadValueError
            If it lies outside the text.
        """
        check_known("unit", [units], UNITS)
        if not 0 <= position < len(self._utf16):
            raise BadValueError.parameter(
                "position", f"between 0 and {len(self._utf16) - 1}", position
            )
        return position if units == CODE_POINTS else self._utf16[position]

    def back(self, position: int, units: str) -> int | None:
        """
        Give a position in code points.

        Parameters
        ----------
        position : int
            In other units.
        units : str
            One of `UNITS`.

        Returns
        -------
        int or None
            Nothing, if it lies outside the text or within a character.
        """
        check_known("unit", [units], UNITS)
        if units == CODE_POINTS:
            return position if 0 <= position < len(self._utf16) else None
        place = bisect_left(self._utf16, position)
        there = place < len(self._utf16) and self._utf16[place] == position
        return place if there else None


def span_back(
    text: str, start: int, end: int, units: str, words: str | None = None
) -> tuple[int, int] | None:
    """
    Find the span that another program means.

    Parameters
    ----------
    text : str
        What it stands in.
    start, end : int
        In ``units``.
    units : str
        What the program is thought to count.
    words : str, optional
        What the program says stands there: where this is not so in ``units`` and is in
        the other unit, the other is taken.

    Returns
    -------
    tuple of int or None
        Start and end in code points; nothing, if no span fits.

    Examples
    --------
    >>> span_back("👶 walks", 3, 8, "code_points", "walks")
    (2, 7)
    """
    offsets = Offsets(text)
    others = () if words is None else tuple(other for other in UNITS if other != units)
    for unit in (units, *others):
        low, high = offsets.back(start, unit), offsets.back(end, unit)
        if low is None or high is None or low >= high:
            continue
        if words is None or text[low:high] == words:
            return low, high
    return None
