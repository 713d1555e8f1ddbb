"""
Read Wordbank's CSV files as they come: packed or not, any line end, BOM or none.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from devnorms._base.errors import UnreadableFileError
from devnorms.sources.textfile import looks_like_html

_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = ",;\t"
_LINES_SHOWN = 5


@dataclass(frozen=True)
class RawTable:
    """
    One data file, every cell as text.

    Attributes
    ----------
    names : tuple of str
        Column names as in the file; a name may come twice.
    cells : pandas.DataFrame
        Columns are numbered as ``names``; each is a category of texts, empty where the
        cell is. Indexed by row of the file, header = 1.
    """

    names: tuple[str, ...]
    cells: pd.DataFrame

    def positions(self) -> dict[str, int]:
        """Give where each name is; case and outer blanks do not matter."""
        found: dict[str, int] = {}
        for position, name in enumerate(self.names):
            found.setdefault(name.strip().lower(), position)
        return found


def read_table(path: Path) -> RawTable:
    """
    Read a data file.

    Parameters
    ----------
    path : pathlib.Path
        The file, gzipped or not.

    Raises
    ------
    UnreadableFileError
        If it is missing, empty, HTML, cut short, ragged, or has no row.
    """
    text = read_text(path)
    separator = _separator(text)
    names = tuple(next(csv.reader(io.StringIO(text), delimiter=separator)))
    try:
        cells = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            header=None,
            skiprows=_header_lines(text, separator),
            names=list(range(len(names))),
            index_col=False,
            dtype="category",
            keep_default_na=False,
            # a short line is told from an empty cell: what is not there is missing
            na_values=[],
        )
    except pd.errors.EmptyDataError:
        cells = pd.DataFrame()
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise UnreadableFileError(
            f"{path}: not every line has the {len(names)} fields of the header "
            f"({str(error).strip()}). A comma or a quote is missing or too many there."
        ) from error
    if cells.empty:
        raise UnreadableFileError(
            f"{path}: there is a header and no row below it. The file is cut short: "
            "fetch it again."
        )
    _check_whole(cells, path)
    cells.index = pd.RangeIndex(2, 2 + len(cells), name="row")
    return RawTable(names, cells)


def read_records(path: Path) -> tuple[list[str], list[list[str]]]:
    """
    Read a mapping or instrument file: header and rows, filled up where a line is short.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    header : list of str
        Lower case, without outer blanks.
    rows : list of list of str
        Cells without outer blanks, as many as the header has; empty lines are no rows.

    Raises
    ------
    UnreadableFileError
        If it is missing, empty or HTML.
    """
    text = read_text(path)
    rows = [
        [cell.strip() for cell in row]
        for row in csv.reader(io.StringIO(text), delimiter=_separator(text))
    ]
    rows = [row for row in rows if any(row)]
    header, width = [name.lower() for name in rows[0]], len(rows[0])
    return header, [(row + [""] * width)[:width] for row in rows[1:]]


def read_text(path: Path) -> str:
    r"""
    Read a text file, unpacked, with ``\n`` as its only line end.

    Parameters
    ----------
    path : pathlib.Path
        UTF-8, with or without BOM; what is not UTF-8 is taken as Windows-1252, so that
        labels may be garbled but no row is lost.

    Raises
    ------
    UnreadableFileError
        If it is missing, empty, HTML, UTF-16, or packed and cut short.
    """
    try:
        raw = path.read_bytes()
        if raw.startswith(_GZIP):
            raw = gzip.decompress(raw)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFileError(
            f"{path}: the packed file is cut short or damaged ({error}). Fetch it "
            "again."
        ) from error
    except OSError as error:
        raise UnreadableFileError(
            f"{path}: cannot be read ({error.strerror}). Check the path, or fetch the "
            "file again."
        ) from error
    if not raw.strip():
        raise UnreadableFileError(f"{path}: the file is empty. Fetch it again.")
    if looks_like_html(raw):
        raise UnreadableFileError(
            f"{path}: line 1 is the start of a web page (HTML), not data. A login or "
            "error page was probably saved in place of the file: fetch it again."
        )
    if raw[:2] in _UTF16 or b"\x00" in raw[:1000]:
        raise UnreadableFileError(
            f"{path}: this is not text, or UTF-16. Save the file as CSV in UTF-8."
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")


def _separator(text: str) -> str:
    """Take the separator that the first line has most of; a comma if none."""
    first = text.split("\n", 1)[0]
    return max(_SEPARATORS, key=first.count)


def _header_lines(text: str, separator: str) -> int:
    """Count the lines of the header: a quoted name may hold a line break."""
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    next(reader)
    return reader.line_num


def _check_whole(cells: pd.DataFrame, path: Path) -> None:
    """Refuse a file with lines that end before their last field."""
    short = cells.index[cells.iloc[:, -1].isna()]
    if not len(short):
        return
    if list(short) == [cells.index[-1]]:
        raise UnreadableFileError(
            f"{path}: the file is cut short: its last row has fewer fields than the "
            "header. Fetch it again."
        )
    raise UnreadableFileError(
        f"{path}: {len(short)} row(s) have fewer fields than the header, first row(s) "
        f"{_first(short + 2)} (header = 1). A comma is missing there."
    )


def _first(rows: Sequence[int] | pd.Index) -> str:
    """Name the first few rows."""
    return ", ".join(str(row) for row in list(rows)[:_LINES_SHOWN])
