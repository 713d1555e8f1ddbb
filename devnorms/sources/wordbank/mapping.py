"""
The mappings of a data set: which column is which field, and what its codes mean.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from devnorms._base.errors import UnreadableFileError
from devnorms.sources.wordbank.rawfile import read_records

_NAMES = {"columns": "column", "fields": "field", "groups": "group", "types": "type"}
_WHOLE = re.compile(r"(-?\d+)\.0*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Field:
    """
    One line of a field mapping.

    Attributes
    ----------
    field : str
        ``item_1`` ..., or ``study_id``, ``data_age``, ``sex``, ...
    column : str
        The name of the data column, as written.
    group : str
        ``child``, ``admin`` or ``item``.
    type : str
        For items: ``word``, ``phrases``, ``gestures_first``, ...
    """

    field: str
    column: str
    group: str
    type: str


def read_fields(path: Path) -> list[Field]:
    """
    Read ``<stem>_fields.csv``.

    Parameters
    ----------
    path : pathlib.Path
        Columns ``field, column, group, type`` in any order; more are ignored.

    Returns
    -------
    list of Field
        Lines without field, column or group are not in it.

    Raises
    ------
    UnreadableFileError
        If a column is missing, or no line names an item.
    """
    header, rows = read_records(path)
    places = _places(path, header, ("field", "column", "group", "type"))
    fields = []
    for row in rows:
        field, column, group, kind = (row[place] for place in places)
        if field and column and group:
            name = field.lower()
            name = f"item_{name}" if name.isdecimal() else name
            fields.append(Field(name, column, group.lower(), kind.lower()))
    if not any(field.group == "item" for field in fields):
        raise UnreadableFileError(
            f"{path}: no line maps a column to an item (group 'item'). Is this the "
            "field mapping?"
        )
    return fields


def read_values(path: Path) -> dict[str, dict[str, str]]:
    """
    Read ``<stem>_values.csv``.

    Parameters
    ----------
    path : pathlib.Path
        Columns ``type, value, data_value``.

    Returns
    -------
    dict of str to dict of str to str
        For each type: code (see `plain_code`) to meaning, lower case, empty where the
        code means nothing. Where a code is mapped twice, a word wins over nothing and
        over a bare number, and the later word over the earlier.

    Raises
    ------
    UnreadableFileError
        If a column is missing.
    """
    header, rows = read_records(path)
    places = _places(path, header, ("type", "value", "data_value"))
    values: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        kind, value, code = (row[place] for place in places)
        meaning = value.lower().replace("_", " ").strip()
        known = values[kind.lower()]
        old = known.get(plain_code(code), "")
        says_more = bool(meaning) and not _NUMBER.fullmatch(meaning)
        if not old or says_more:
            known[plain_code(code)] = meaning
    return dict(values)


def plain_code(text: str) -> str:
    """
    Write a raw code the way it is looked up: lower case, ``1`` and not ``1.0``.

    Parameters
    ----------
    text : str
        A cell.

    Examples
    --------
    >>> plain_code(" 1.0 "), plain_code("Understands ONLY")
    ('1', 'understands only')
    """
    code = text.strip().lower()
    whole = _WHOLE.fullmatch(code)
    return whole.group(1) if whole else code


def _places(path: Path, header: list[str], needed: tuple[str, ...]) -> list[int]:
    """Find the needed columns in a header."""
    names = [_NAMES.get(name, name) for name in header]
    missing = [name for name in needed if name not in names]
    if missing:
        raise UnreadableFileError(
            f"{path}: missing column(s) {', '.join(missing)}. Found: "
            f"{', '.join(header)}."
        )
    return [names.index(name) for name in needed]
