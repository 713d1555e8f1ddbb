"""
Read delimited text and say what is wrong with a file that is not what it should be.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from devnorms._base.errors import UnreadableFileError

if TYPE_CHECKING:
    import pandas as pd

_LINES_SHOWN = 5
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_COMPRESSED = {
    b"\x1f\x8b": "a compressed file (gzip, or an R data file)",
    b"BZh": "a compressed file (bzip2, or an R data file)",
    b"\xfd7zXZ": "a compressed file (xz, or an R data file)",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
}


def read_delimited(path: Path, separator: str = "\t") -> pd.DataFrame:
    """
    Read a delimited text file, every cell as text.

    A byte order mark and Windows or old Mac line ends are accepted.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    separator : str
        Between fields; quotes have no meaning where it is a tab.

    Returns
    -------
    pandas.DataFrame
        Text; an empty cell is ``""``. The index is the line in the file, header = 1.

    Raises
    ------
    UnreadableFileError
        If the file is missing, empty, HTML, compressed, cut short, ragged or not UTF-8.
    """
    import pandas as pd

    lines = _lines(decode(path), path)
    _check_shape(lines, separator, path)
    if separator != "\t":
        return _quoted(lines, separator, path)
    table: pd.DataFrame = pd.read_csv(
        io.StringIO("\n".join(lines)),
        sep=separator,
        dtype=str,
        keep_default_na=False,
        quoting=csv.QUOTE_NONE,
        skip_blank_lines=False,
    )
    table.index = pd.RangeIndex(2, 2 + len(table), name="line")
    return table


def _quoted(lines: list[str], separator: str, path: Path) -> pd.DataFrame:
    """Read text in which quotes have a meaning; a row may go over several lines."""
    import pandas as pd

    reader = csv.reader(
        (f"{line}\n" for line in lines), delimiter=separator, strict=True
    )
    rows: list[list[str]] = []
    ends: list[int] = []
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
    except csv.Error as error:
        raise UnreadableFileError(
            f"{path}: line {reader.line_num}: {error}. A quote is missing or too many "
            "there, or the file is cut short."
        ) from None
    header, *body = rows
    _check_names(header, path)
    ragged = [
        line for row, line in zip(rows, ends, strict=True) if len(row) != len(header)
    ]
    if ragged:
        shown = ", ".join(map(str, ragged[:_LINES_SHOWN]))
        raise UnreadableFileError(
            f"{path}: {len(ragged)} row(s) do not have the {len(header)} fields of the "
            f"header, first in line {shown}. The file is cut short, or a separator is "
            "missing or too many there."
        )
    index = pd.Index(ends[1:], name="line")
    return pd.DataFrame(body, index=index, columns=header, dtype="str")


def decode(path: Path) -> str:
    """
    Read a text file as UTF-8, with or without a byte order mark.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Raises
    ------
    UnreadableFileError
        If it is missing, empty, HTML, compressed, or in another encoding.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            f"{path}: cannot be read ({error.strerror}). Check the path, or fetch the "
            "file again."
        ) from error
    if not raw.strip():
        raise UnreadableFileError(f"{path}: the file is empty. Fetch it again.")
    for start, kind in _COMPRESSED.items():
        if raw.startswith(start):
            raise UnreadableFileError(
                f"{path}: this is {kind}, not a text file. Unpack it, or give it its "
                "right file ending."
            )
    if raw[:2] in _UTF16 or b"\x00" in raw[:1000]:
        raise UnreadableFileError(
            f"{path}: line 1 is not UTF-8 but looks like UTF-16. Save the file as "
            "UTF-8 text."
        )
    if looks_like_html(raw):
        raise UnreadableFileError(
            f"{path}: line 1 is the start of a web page (HTML), not data. A login or "
            "error page was probably saved in place of the file: fetch it again."
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableFileError(
            f"{path}: line {line} holds the byte 0x{raw[error.start]:02x}, which is "
            "not UTF-8; the file may be Latin-1 or Windows-1252. Save it as UTF-8."
        ) from error


def looks_like_html(raw: bytes) -> bool:
    """
    Say whether bytes are the start of a web page.

    Parameters
    ----------
    raw : bytes
        The first bytes of a file, or all of them.
    """
    start = raw[:500].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml"))


def _lines(text: str, path: Path) -> list[str]:
    """Split into lines, whatever the line ends; empty lines at the end are no rows."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip("\n"):
        lines.pop()
    if len(lines) < 2:
        raise UnreadableFileError(
            f"{path}: there is a header and no row below it. The file is cut short: "
            "fetch it again."
        )
    return lines


def _check_names(header: list[str], path: Path) -> None:
    """Check that no column is named twice."""
    twice = [name for name, n in Counter(header).items() if n > 1]
    if twice:
        raise UnreadableFileError(
            f"{path}: line 1 names column(s) {', '.join(map(repr, twice))} more than "
            "once. Keep one of each."
        )


def _check_shape(lines: list[str], separator: str, path: Path) -> None:
    """Check that each line has as many fields as the header, and no name twice."""
    header = lines[0].split(separator)
    if len(header) == 1:
        raise UnreadableFileError(
            f"{path}: line 1 has one field only, {header[0][:60]!r}; expected names "
            f"separated by {separator!r}. Save the file with that separator."
        )
    _check_names(header, path)
    if separator != "\t":
        return  # a separator inside quotes is no field: `_quoted` counts those
    expected = len(header) - 1
    ragged = [n for n, line in enumerate(lines, 1) if line.count("\t") != expected]
    if ragged:
        raise UnreadableFileError(_ragged(lines, ragged, expected + 1, path))


def _ragged(lines: list[str], ragged: list[int], expected: int, path: Path) -> str:
    """Tell a file that was cut short from one with a wrong line in its middle."""
    fields = lines[ragged[0] - 1].count("\t") + 1
    if ragged == [len(lines)] and fields < expected:
        return (
            f"{path}: the file is cut short: its last line, line {len(lines)}, has "
            f"{fields} of {expected} fields. Fetch it again."
        )
    shown = ", ".join(map(str, ragged[:_LINES_SHOWN]))
    return (
        f"{path}: {len(ragged)} line(s) do not have the {expected} fields of the "
        f"header, first line {shown}; line {ragged[0]} has {fields}. A tab is missing "
        "or too many there, or a line break stands inside a cell."
    )
