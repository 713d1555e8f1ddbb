"""
How a file is written, guessed for a draft; only a draft may guess.
"""

from __future__ import annotations

import csv
import glob
import io
from dataclasses import dataclass, replace
from pathlib import Path

from devnorms._base.errors import UnreadableFileError
from devnorms.sources.own.cells import Sheet
from devnorms.sources.own.faults import Faults
from devnorms.sources.own.files import check_there, format_of, read_sheet
from devnorms.sources.own.files.origin import member
from devnorms.sources.own.files.workbook import first_rows
from devnorms.sources.own.mapping.settings import File, Repeat
from devnorms.sources.own.shape import KEYS, joined

_DELIMITERS = (",", ";", "\t", "|")
_LINES = 50
_ROWS = 12
_REDCAP = {"redcap_event_name", "redcap_repeat_instrument", "Event Name"}
_KOBO = {"_uuid", "_index", "_submission_time", "_submission__uuid"}
_ODK = {"KEY", "instanceID", "meta-instanceID", "meta/instanceID", "SubmissionDate"}


@dataclass(frozen=True)
class Opened:
    """
    A file, how it seems to be written, and why.

    Attributes
    ----------
    sheet : Sheet
        The main table; for a repeat group, its columns too.
    file : File
        Settings.
    why : dict of str to str
        Reason by setting; only settings that were guessed.
    repeats : tuple of str
        Sheets or tables of repeat groups.
    """

    sheet: Sheet
    file: File
    why: dict[str, str]
    repeats: tuple[str, ...] = ()


def open_file(path: Path) -> Opened:
    """
    Open a file without a mapping.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    Opened

    Raises
    ------
    UnreadableFileError
        If it cannot be read in any likely way.
    """
    check_there(path)
    file = File()
    why: dict[str, str] = {}
    kind = format_of(path, file)
    names: list[str] = []
    if kind == "excel":
        file, why, names = _workbook_settings(path)
    elif kind in {"csv", "tsv"}:
        file, why = _text_settings(path, kind)
        names = _tables(path)
    sheet = read_sheet(path, file)
    system = _system(sheet)
    if system:
        file = replace(file, exported_by=system)
        why["exported_by"] = "columns that it adds by itself"
    return Opened(sheet, file, why, _repeats(path, file, names, sheet))


def with_repeats(path: Path, opened: Opened) -> Sheet:
    """
    Give the table that the draft speaks of, repeat groups joined.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    opened : Opened
        From `open_file`.
    """
    if not opened.repeats:
        return opened.sheet
    return joined(path, opened.file, Repeat(sheets=opened.repeats), Faults())


def _workbook_settings(path: Path) -> tuple[File, dict[str, str], list[str]]:
    """Guess the sheet, and the row with the names, of a workbook."""
    heads = first_rows(path, _ROWS)
    sizes = {
        name: max((sum(map(bool, row)) for row in rows), default=0)
        for name, rows in heads.items()
    }
    parents = [n for n, rows in heads.items() if rows and _is_parent(rows[0])]
    chosen = parents[0] if parents else max(sizes, key=lambda n: sizes[n])
    file, why = File(), {}
    if len(heads) > 1:
        listed = ", ".join(map(repr, heads))
        file, why["sheet"] = replace(file, sheet=chosen), f"the main one of {listed}"
    widths = [sum(map(bool, row)) for row in heads[chosen]]
    row = next((k for k, n in enumerate(widths, 1) if n >= 0.8 * sizes[chosen]), 1)
    if row > 1:
        file = replace(file, header_row=row)
        why["header_row"] = "the first row that is as wide as the table"
    return file, why, [chosen, *(n for n in heads if n != chosen)]


def _is_parent(row: tuple[str, ...]) -> bool:
    """Whether a sheet of KoboToolbox is the main one."""
    return "_index" in row and "_parent_index" not in row


def _text_settings(path: Path, kind: str) -> tuple[File, dict[str, str]]:
    """Guess encoding and delimiter of a text file."""
    name, raw = member(path, "")
    file, why = File(), {}
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        file, why["encoding"] = replace(file, encoding="utf-16"), "its first two bytes"
    else:
        try:
            raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            file = replace(file, encoding="cp1252")
            why["encoding"] = (
                "it is not UTF-8; this is the commonest other one. Look at letters "
                "with accents; cp1251 is Cyrillic, cp1256 Arabic, gb18030 Chinese"
            )
    if kind == "tsv":
        return file, why
    delimiter = _delimiter(raw.decode(file.encoding, errors="replace"))
    if not delimiter:
        raise UnreadableFileError(
            f"{name}: no comma, semicolon, tab or bar divides its lines into the same "
            "number of cells. Is this a table?"
        )
    if delimiter != ",":
        file = replace(file, delimiter=delimiter)
        why["delimiter"] = "it divides all lines into the same number of cells"
    return file, why


def _delimiter(text: str) -> str:
    """Find the delimiter that gives most cells, as many in each line."""
    head = "\n".join(text.removeprefix("\ufeff").splitlines()[: _LINES + 1])
    found = {}
    for delimiter in _DELIMITERS:
        try:
            reader = csv.reader(io.StringIO(head), delimiter=delimiter)
            rows = [row for row in reader if row]
        except csv.Error:
            continue
        widths = {len(row) for row in rows[:_LINES]}
        if rows and len(rows[0]) > 1:
            found[delimiter] = (len(widths) == 1, len(rows[0]))
    return max(found, key=lambda d: found[d]) if found else ""


def _system(sheet: Sheet) -> str:
    """Tell by the columns that it adds which system exported a file."""
    columns = set(sheet.cells.columns)
    checkboxes = any("___" in str(c) for c in columns)
    complete = any(str(c).endswith("_complete") for c in columns)
    if columns & _REDCAP or (checkboxes and complete):
        return "redcap"
    if len(columns & _KOBO) > 1:
        return "kobo"
    return "odk" if len(columns & _ODK) > 1 else ""


def _tables(path: Path) -> list[str]:
    """Name the tables of an archive, or the files beside one; the main one first."""
    if path.suffix.lower() != ".zip":
        beside = sorted(path.parent.glob(f"{glob.escape(path.stem)}-*{path.suffix}"))
        return [path.name, *(other.name for other in beside)]
    import zipfile

    with zipfile.ZipFile(path) as archive:
        tables = [n for n in archive.namelist() if n.lower().endswith(".csv")]
    return sorted(tables, key=len)


def _repeats(path: Path, file: File, names: list[str], main: Sheet) -> tuple[str, ...]:
    """Find the one repeat group that hangs on the main table."""
    pairs = KEYS.get(file.exported_by, [])
    found = []
    for name in names[1:] if pairs else []:
        try:
            columns = read_sheet(path, file, name).cells.columns
        except UnreadableFileError:  # a sheet of notes, an empty group
            continue
        if any(p in columns and key in main.cells for p, key in pairs):
            found.append(name)
    return tuple(found[:1])
