"""
Fold a text sign by sign, and remember where each sign came from.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_ONE_FOR_ONE = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": "",
    "ı": "i", "’": "'", "´": "'", "`": "'", "–": "-", "—": "-", "～": "-", "~": "-",
    "個": "个", "歲": "岁", "週": "周", "兩": "两", "滿": "满", "後": "后", "點": "点",
    "½": ",5", "，": ",", "٫": ",",
}  # fmt: skip


@dataclass(frozen=True)
class FoldedText:
    """
    A folded text.

    Attributes
    ----------
    text : str
        Lower case, without accents, with European digits.
    origin : tuple of int
        For each sign, its place in the original; and the original's length at the end.
    """

    text: str
    origin: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """
        Give a span in the original.

        Parameters
        ----------
        start, end : int
            In the folded text; not empty.

        Returns
        -------
        tuple of int
        """
        return self.origin[start], self.origin[end - 1] + 1


def fold_with_origin(text: str) -> FoldedText:
    """
    Fold a text.

    Parameters
    ----------
    text : str
        In any script.

    Returns
    -------
    FoldedText

    Examples
    --------
    >>> fold_with_origin("Als ٩ MESOS").text
    'als 9 mesos'
    """
    signs: list[str] = []
    origin: list[int] = []
    for place, sign in enumerate(text):
        new = folded_sign(sign)
        signs.append(new)
        origin += [place] * len(new)
    return FoldedText("".join(signs), (*origin, len(text)))


def folded_sign(sign: str) -> str:
    """
    Fold one sign; a combining mark becomes nothing.

    Parameters
    ----------
    sign : str
        One code point.

    Returns
    -------
    str
    """
    if "a" <= sign <= "z" or sign == " ":
        return sign
    if sign in _ONE_FOR_ONE:
        return _ONE_FOR_ONE[sign]
    digit = unicodedata.digit(sign, None) if sign.isdecimal() else None
    if digit is not None:
        return str(digit)
    parts = unicodedata.normalize("NFKD", sign.lower())
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return _ONE_FOR_ONE.get(bare, bare)
