"""
What can be seen of a column without reading free text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from devnorms.sources.own.cells import Sheet, fold, folded
from devnorms.sources.own.dates import FORMATS, read_dates
from devnorms.sources.own.suggesting.words import FEMALE, MALE, MEANINGS, plain

_FEW = 12
_SHORT = 24
_LOOKED_AT = 2000
_NUMBER = r"[+-]?\d+(?:[.,]\d+)?"
_CODE = r"-?\d{1,3}"
_WORD = r"[\w./:-]{1,40}"


@dataclass(frozen=True)
class Profile:
    """
    One column, as far as a draft may look.

    Attributes
    ----------
    name : str
        As the file calls it.
    words : str
        Its name (without its groups), plain.
    title : str
        Its label, plain; empty if it has none.
    filled : int
        Cells that hold anything.
    kinds : int
        Different values.
    codes : dict of str to int
        Values and how often they come, where they are few and each is a number or a
        known word for an answer; empty for anything else, free text above all.
    labels : dict of str to str
        Labels of codes, plain.
    numeric : float
        Share of cells that are numbers.
    comma : bool
        Whether some have a decimal comma.
    low, high : float
        Smallest and largest number; NaN without any.
    whole : bool
        Whether all numbers are whole.
    date_format : str
        The format that all cells have, or empty.
    codelike : bool
        Whether all values are short and without blanks.
    sexes : tuple of str
        Values, where each is a word for a sex or a labelled code; else empty.
    """

    name: str
    words: str
    title: str
    filled: int
    kinds: int
    codes: dict[str, int]
    labels: dict[str, str]
    numeric: float
    comma: bool
    low: float
    high: float
    whole: bool
    date_format: str
    codelike: bool
    sexes: tuple[str, ...]


def profile(sheet: Sheet, column: str) -> Profile:
    """
    Look at a column.

    Parameters
    ----------
    sheet : Sheet
        The file.
    column : str
        Which column.

    Returns
    -------
    Profile
    """
    text = sheet.cells[column]
    cells = text[text != ""]
    if len(cells) > _LOOKED_AT:
        cells = cells.sample(_LOOKED_AT, random_state=0)
    is_number = cells.str.fullmatch(_NUMBER)
    plain_numbers = cells[is_number].str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(plain_numbers, errors="coerce").astype(float)
    last = column.replace("___", " ").rpartition("/")[2]
    return Profile(
        name=column,
        words=plain(last),
        title=plain(sheet.titles.get(column, "")),
        filled=int((text != "").sum()),
        kinds=int(text[text != ""].nunique()),
        codes=_codes(text),
        labels={fold(c): plain(w) for c, w in sheet.labels.get(column, {}).items()},
        numeric=float(is_number.mean()) if len(cells) else 0.0,
        comma=bool(cells[is_number].str.contains(",").any()),
        low=float(numbers.min()) if len(numbers) else float("nan"),
        high=float(numbers.max()) if len(numbers) else float("nan"),
        whole=bool((numbers % 1 == 0).all()),
        date_format=_date_format(cells),
        codelike=bool(len(cells)) and bool(cells.str.fullmatch(_WORD).all()),
        sexes=_sexes(text, sheet.labels.get(column, {})),
    )


def _sexes(text: pd.Series, labels: Mapping[str, str]) -> tuple[str, ...]:
    """Give the values of a column whose values are all words or codes of a sex."""
    kinds = [str(kind) for kind in folded(text[text != ""]).unique()]
    known = FEMALE | MALE
    labelled = {fold(code) for code in labels}
    fitting = all(k in labelled or plain(k) in known or k.isdigit() for k in kinds)
    return tuple(kinds) if len(kinds) <= _FEW and fitting else ()


def _codes(text: pd.Series) -> dict[str, int]:
    """Count the values of a column of codes; nothing where there is any other text."""
    counts = folded(text[text != ""]).value_counts()
    if not 0 < len(counts) <= _FEW or counts.index.str.len().max() > _SHORT:
        return {}
    known = {word for words in MEANINGS.values() for word in words}
    numbers = counts.index.str.fullmatch(_CODE)
    words = pd.Series([plain(str(code)) in known for code in counts.index])
    if not (numbers | words.to_numpy()).all():
        return {}
    return {str(code): int(n) for code, n in counts.items()}


def _date_format(cells: pd.Series) -> str:
    """Find the one format in which all cells are dates of this or the last century."""
    some = cells.head(200)
    if some.empty or not some.str.contains(r"\d").all():
        return ""
    for form in ("iso", *FORMATS[1:]):
        dates = read_dates(some, form)
        if dates.notna().all() and dates.dt.year.between(1950, 2100).all():
            return form
    return ""
