"""
Where the answers to each item are in a data file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from devnorms.sources.childdevdata.doubts import Note
from devnorms.sources.wordbank.instrument import WORD, Instrument, Item
from devnorms.sources.wordbank.mapping import Field

SPLIT_SHARE = 0.5
_SHOWN = 5


@dataclass(frozen=True)
class ItemColumns:
    """
    Where the answers to an item are.

    Attributes
    ----------
    item_id, type : str
        The item.
    places : tuple of int
        Position of its column; of two, where "understands" and "produces" have one
        each, in this order.
    """

    item_id: str
    type: str
    places: tuple[int, ...]


def place_items(
    positions: Mapping[str, int],
    fields: list[Field],
    instrument: Instrument,
    study: str,
) -> tuple[list[ItemColumns], list[Note]]:
    """
    Find the columns of each item.

    A set has two columns per word if that holds for more than half of its words; a
    column that has the word's own name is then another thing.

    Parameters
    ----------
    positions : mapping of str to int
        Where each column is, by lower-case name.
    fields : list of Field
        The field mapping.
    instrument : Instrument
        The items of the form.
    study : str
        For the notes.

    Returns
    -------
    columns : list of ItemColumns
        In the order of the mapping; only items that are in the data. An item comes
        again where another column is mapped to it.
    notes : list of Note
    """
    lines = [line for line in fields if line.group == "item"]
    words = [line for line in lines if line.type == WORD]
    halves = [line for line in words if _two(line, positions)]
    split = len(halves) > SPLIT_SHARE * len(words)
    columns: list[ItemColumns] = []
    absent: list[str] = []
    for line in lines:
        places = _places(line, positions, split)
        item = instrument.items.get(line.field, Item())
        kind = line.type or item.type or WORD
        if places:
            columns.append(ItemColumns(line.field, kind, places))
        else:
            absent.append(line.column)
    return columns, _notes(study, columns, absent)


def _two(line: Field, positions: Mapping[str, int]) -> tuple[int, ...]:
    """Give the columns for "understands" and "produces", if both are there."""
    name = line.column.strip().lower()
    found = tuple(positions.get(name + half, -1) for half in "up")
    return found if min(found) >= 0 else ()


def _places(line: Field, positions: Mapping[str, int], split: bool) -> tuple[int, ...]:
    """Give one column or two; none if the data have neither."""
    two = _two(line, positions) if line.type == WORD else ()
    one = positions.get(line.column.strip().lower())
    if two and (split or one is None):
        return two
    return () if one is None else (one,)


def _notes(study: str, columns: list[ItemColumns], absent: list[str]) -> list[Note]:
    """Tell what the mapping names and the data do not have, and what is named twice."""
    notes = []
    if absent:
        shown = ", ".join(repr(name[:40]) for name in absent[:_SHOWN])
        detail = f"the field mapping names columns that the data do not have: {shown}"
        notes.append(Note(study, "items not in the data", len(absent), "items", detail))
    counts = Counter(column.item_id for column in columns)
    twice = [item_id for item_id, n in counts.items() if n > 1]
    if twice:
        detail = (
            f"{', '.join(twice[:_SHOWN])}: the field mapping joins columns that may be "
            "different words; the stronger answer is used"
        )
        notes.append(
            Note(study, "items with more than one column", len(twice), "items", detail)
        )
    return notes
