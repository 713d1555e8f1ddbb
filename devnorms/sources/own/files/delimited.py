"""
CSV and TSV: text with a delimiter, in an encoding that is said.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from itertools import islice

import pandas as pd

from devnorms._base.errors import UnreadableFileError
from devnorms.sources.own.cells import Sheet
from devnorms.sources.own.mapping.settings import File

_ROWS_SHOWN = 5
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_CELL_LIMIT = 2**20
_LEGACY = "cp1252 (Windows, Western Europe), cp1251 (Cyrillic), cp1256 (Arabic)"


def read_delimited(raw: bytes, name: str, settings: File, delimiter: str) -> Sheet:
    """
    Read delimited text, every cell as text.

    Parameters
    ----------
    raw : bytes
        The file.
    name : str
        Of the file, for messages.
    settings : File
        ``encoding`` and ``header_row``.
    delimiter : str
        Between cells.

    Returns
    -------
    Sheet
        Rows are numbered as a spreadsheet shows them, the header counted.

    Raises
    ------
    UnreadableFileError
        If it is in another encoding, cut short, ragged, or has another delimiter.
    """
    text = decode(raw, name, settings.encoding)
    header, widths = _scan(text, name, settings.header_row, delimiter)
    _check_header(header, name, delimiter)
    _check_widths(widths, len(header), name, settings.header_row)
    names = distinct(header)
    cells = pd.read_csv(
        io.StringIO(text),
        sep=delimiter,
        dtype="str",
        keep_default_na=False,
        na_filter=False,
        skip_blank_lines=False,
        header=None,
        names=names,
        skiprows=_skipped(text, settings.header_row, delimiter),
        index_col=False,
        encoding_errors="strict",
    )
    first = settings.header_row + 1
    cells.index = pd.RangeIndex(first, first + len(cells), name="row")
    return Sheet(tidied(cells, name), name)


def decode(raw: bytes, name: str, encoding: str) -> str:
    """
    Decode as the mapping says, and say what else it may be.

    Parameters
    ----------
    raw : bytes
        The file.
    name : str
        Of the file.
    encoding : str
        As said in the mapping.

    Raises
    ------
    UnreadableFileError
        If the bytes are not of that encoding, or clearly of another.
    """
    chosen = codecs.lookup(encoding).name
    marked = raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    if marked != chosen.startswith("utf-16"):
        found = "UTF-16" if marked else "not UTF-16"
        raise UnreadableFileError(
            f"{name}: the file is {found}, the mapping says encoding {encoding!r}. Say "
            f"encoding = {'utf-16' if marked else 'utf-8'!r} in [file]."
        )
    try:
        text = raw.decode("utf-8-sig" if chosen == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFileError(_not_decoded(raw, name, encoding, error)) from error
    if not chosen.startswith(("utf", "ascii")) and _is_utf8(raw):
        raise UnreadableFileError(
            f"{name}: the mapping says encoding {encoding!r}, but the file is UTF-8: "
            "letters such as é would be read as Ã©. Say encoding = 'utf-8' in [file]."
        )
    if "\x00" in text:
        row = text.count("\n", 0, text.index("\x00")) + 1
        raise UnreadableFileError(
            f"{name}: line {row} holds a zero byte, so this is not plain text in "
            f"{encoding}. Export it again, as UTF-8."
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def distinct(header: list[str]) -> list[str]:
    """
    Give every column a name of its own: nameless and repeated ones get a number.

    Parameters
    ----------
    header : list of str
        Names as they are in the file.

    Examples
    --------
    >>> distinct(["id", "Walks", "", "Walks"])
    ['id', 'Walks (1)', '(column 3)', 'Walks (2)']
    """
    bare = [" ".join(name.split()) for name in header]
    times = Counter(bare)
    seen: Counter[str] = Counter()
    names: list[str] = []
    for position, name in enumerate(bare, 1):
        seen[name] += 1
        if not name:
            names.append(f"(column {position})")
        elif times[name] > 1:
            names.append(f"{name} ({seen[name]})")
        else:
            names.append(name)
    return names if len(set(names)) == len(names) else distinct(names)


def tidied(cells: pd.DataFrame, name: str) -> pd.DataFrame:
    """
    Strip blanks, leave out rows without any cell, refuse a table without rows.

    Parameters
    ----------
    cells : pandas.DataFrame
        Text.
    name : str
        Of the file, for messages.

    Raises
    ------
    UnreadableFileError
        If nothing is left.
    """
    stripped = cells.apply(lambda column: column.str.strip())
    filled = (stripped != "").any(axis=1)
    if not filled.any():
        raise UnreadableFileError(
            f"{name}: there is a header and no row below it. The export is empty, or "
            "header_row in [file] is not the row with the names."
        )
    kept: pd.DataFrame = stripped[filled]
    return kept


def _not_decoded(
    raw: bytes, name: str, encoding: str, error: UnicodeDecodeError
) -> str:
    """Say which byte, in which line, and what to say instead."""
    line = raw.count(b"\n", 0, error.start) + 1
    byte = raw[error.start] if error.start < len(raw) else 0
    return (
        f"{name}: line {line} holds the byte 0x{byte:02x}, which is not {encoding}. "
        f"Say encoding in [file]; {_LEGACY} are common. Or save the file as UTF-8."
    )


def _is_utf8(raw: bytes) -> bool:
    """Whether bytes beyond ASCII are there and all make sense as UTF-8."""
    try:
        return not raw.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


def _scan(
    text: str, name: str, header_row: int, delimiter: str
) -> tuple[list[str], Counter[int]]:
    """Read the header, and find rows that have not as many cells; holds no row."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    limit = csv.field_size_limit(_CELL_LIMIT)
    try:
        header = next(islice(reader, header_row - 1, None), [])
        odd: Counter[int] = Counter()
        last = 0
        for number, row in enumerate(reader, header_row + 1):
            if row and len(row) != len(header):
                odd[number] = len(row)
            last = number
        odd[0] = last
    except csv.Error as error:
        raise UnreadableFileError(
            f"{name}: line {reader.line_num} cannot be read ({error}). A quote is "
            "opened and never closed or stands inside a cell, or the file is cut short."
        ) from error
    finally:
        csv.field_size_limit(limit)
    return header, odd


def _check_header(header: list[str], name: str, delimiter: str) -> None:
    if not header or not any(header):
        raise UnreadableFileError(
            f"{name}: there is no row with names of columns. Say header_row in [file]."
        )
    if len(header) > 1:
        return
    others = {d: header[0].count(d) for d in _DELIMITERS if d != delimiter}
    best = max(others, key=lambda d: others[d])
    if others[best]:
        raise UnreadableFileError(
            f"{name}: the header is one cell, but holds {others[best]} "
            f"{_DELIMITERS[best]}(s). Say delimiter = {best!r} in [file]."
        )
    raise UnreadableFileError(
        f"{name}: the header is one cell. Expected names of columns with "
        f"{delimiter!r} between them; say delimiter or header_row in [file]."
    )


def _check_widths(
    widths: Counter[int], expected: int, name: str, header_row: int
) -> None:
    """Tell a file that was cut short from one with wrong rows in its middle."""
    last = widths.pop(0)
    if last <= header_row:
        raise UnreadableFileError(
            f"{name}: there is a header and no row below it. The file is cut short, or "
            "header_row in [file] is not the row with the names."
        )
    if not widths:
        return
    rows = sorted(widths)
    if rows == [last] and widths[last] < expected:
        raise UnreadableFileError(
            f"{name}: the file is cut short: its last row, row {last}, has "
            f"{widths[last]} of {expected} cells. Export it again."
        )
    listed = ", ".join(f"{r} ({widths[r]} cells)" for r in rows[:_ROWS_SHOWN])
    raise UnreadableFileError(
        f"{name}: {len(rows)} row(s) do not have the {expected} cells of the header, "
        f"first row {listed}. A delimiter is missing there, or stands in a cell "
        "without quotes (a decimal comma, or free text)."
    )


def _skipped(text: str, header_row: int, delimiter: str) -> int:
    """Lines up to the header; a cell with line breaks makes them more than rows."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    for _ in range(header_row):
        next(reader, None)
    return reader.line_num
