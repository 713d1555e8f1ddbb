"""
The items of a form: their words, and the milestones that link them across languages.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from devnorms._base.errors import UnreadableFileError
from devnorms.sources.wordbank.rawfile import read_records

WORD = "word"
_ABSENT = frozenset({"", "na", "nan", "null"})
_WORD_LENGTH = 24
_COLUMNS = ("item", "type", "category", "definition", "gloss", "uni_lemma")
_NAMES = {"item_id": "itemid", "unilemma": "uni_lemma", "uni lemma": "uni_lemma"}


@dataclass(frozen=True)
class Item:
    """
    One item of a form.

    Attributes
    ----------
    name, type, category, definition, gloss, uni_lemma : str
        As in the instrument file; empty where it says nothing.
    """

    name: str = ""
    type: str = ""
    category: str = ""
    definition: str = ""
    gloss: str = ""
    uni_lemma: str = ""


@dataclass(frozen=True)
class Instrument:
    """
    The items of a form.

    Attributes
    ----------
    items : dict of str to Item
        By item id, lower case.
    two_lemmas : tuple of str
        Ids that come with two different ``uni_lemma``; the first is kept.
    """

    items: dict[str, Item]
    two_lemmas: tuple[str, ...]


def read_instrument(path: Path) -> Instrument:
    """
    Read ``instrument_<name>.csv`` or ``[<name>].csv``.

    Parameters
    ----------
    path : pathlib.Path
        Columns in any order; needed is ``itemID``. Where an id comes twice, the first
        line wins and the later ones fill its gaps.

    Raises
    ------
    UnreadableFileError
        If there is no item id.
    """
    header, rows = read_records(path)
    names = [_NAMES.get(name, name) for name in header]
    if "itemid" not in names:
        raise UnreadableFileError(
            f"{path}: missing column itemID. Found: {', '.join(header)}."
        )
    found: dict[str, dict[str, str]] = {}
    two: list[str] = []
    for row in rows:
        cells = dict(zip(names, row, strict=True))
        item_id = cells["itemid"].lower()
        if not item_id:
            continue
        item_id = f"item_{item_id}" if item_id.isdecimal() else item_id
        item = found.setdefault(item_id, dict.fromkeys(_COLUMNS, ""))
        lemma = _said(cells.get("uni_lemma", ""))
        if (
            item["uni_lemma"]
            and lemma
            and milestone_name(lemma) != milestone_name(item["uni_lemma"])
        ):
            two.append(item_id)
        for column in _COLUMNS:
            item[column] = item[column] or _said(cells.get(column, ""))
    items = {item_id: Item(item.pop("item"), **item) for item_id, item in found.items()}
    return Instrument(items, tuple(dict.fromkeys(two)))


def milestone_name(uni_lemma: str) -> str:
    """
    Turn a uni-lemma into the part of a milestone's id that is the same everywhere.

    Parameters
    ----------
    uni_lemma : str
        The concept, in English; homonyms carry a word in brackets.

    Examples
    --------
    >>> milestone_name("chicken (animal)"), milestone_name("child's own name")
    ('chicken_animal', 'childs_own_name')
    """
    return slug(re.sub("['\u2019]", "", uni_lemma))


def slug(text: str) -> str:
    """
    Keep letters and digits of the Latin alphabet, lower case, joined by ``_``.

    Parameters
    ----------
    text : str
        Any text.

    Examples
    --------
    >>> slug("English (American) WS"), slug("Größe"), slug("犬")
    ('english_american_ws', 'grosse', '')
    """
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    plain = plain.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def item_word(item: Item) -> str:
    """
    Give a short word for an item: its own language's where that can be written.

    Parameters
    ----------
    item : Item
        The item.

    Examples
    --------
    >>> item_word(Item(definition="perro"))
    'perro'
    >>> item_word(Item(definition="犬", gloss="dog"))
    'dog'
    """
    words = (item.definition, item.gloss, item.uni_lemma, item.name)
    named = next((slug(word) for word in words if len(slug(word)) > 1), "")
    return named[:_WORD_LENGTH].strip("_")


def _said(text: str) -> str:
    """Empty where a file writes NA."""
    return "" if text.lower() in _ABSENT else text
