"""
Read Wordbank's CSV files as they come: packed or not, any line end, BOM or none.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    blank_rows : int
        Rows without any text; they are not in ``cells``.
    """

    names: tuple[str, ...]
    cells: pd.DataFrame
    blank_rows: int

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
    names, *rows = _rows(text, path)
    if not rows:
        raise UnreadableFileError(
            f"{path}: there is a header and no row below it. The file is cut short: "
            "fetch it again."
        )
    _check_whole(rows, len(names), path)
    index = pd.RangeIndex(2, 2 + len(rows), name="row")
    # as text throughout: an id 001 is not the id 1
    columns = {k: _category(cells) for k, cells in enumerate(zip(*rows, strict=True))}
    cells = pd.DataFrame(columns, index=index, copy=False)
    blank = _blank(cells)
    if blank.all():
        raise UnreadableFileError(f"{path}: every row below the header is empty.")
    return RawTable(tuple(names), cells[~blank], int(blank.sum()))


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
    rows = [[cell.strip() for cell in row] for row in _rows(text, path)]
    rows = [row for row in rows if any(row)]
    if not rows:
        raise UnreadableFileError(f"{path}: the file holds no text. Fetch it again.")
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


def _rows(text: str, path: Path) -> list[list[str]]:
    """Take a text apart into rows and cells; lines without any are no rows."""
    reader = csv.reader(io.StringIO(text), delimiter=_separator(text))
    try:
        return [row for row in reader if row]
    except csv.Error as error:
        raise UnreadableFileError(
            f"{path}: cannot be taken apart into fields ({error}). A quote is missing "
            "or too many."
        ) from error


def _separator(text: str) -> str:
    """Take the separator that the first line has most of; a comma if none."""
    first = text.split("\n", 1)[0]
    return max(_SEPARATORS, key=first.count)


def _category(cells: tuple[str, ...]) -> pd.Categorical:
    """Hold each text of a column once."""
    codes, texts = pd.factorize(np.array(cells, dtype=object))
    return pd.Categorical.from_codes(codes, categories=pd.Index(texts, dtype="str"))


def _check_whole(rows: list[list[str]], fields: int, path: Path) -> None:
    """Refuse a file with rows that have more or fewer fields than the header."""
    wrong = [row for row, cells in enumerate(rows, 2) if len(cells) != fields]
    if not wrong:
        return
    found = len(rows[wrong[0] - 2])
    if wrong == [len(rows) + 1] and found < fields:
        raise UnreadableFileError(
            f"{path}: the file is cut short: its last row has {found} of {fields} "
            "fields. Fetch it again."
        )
    shown = ", ".join(map(str, wrong[:_LINES_SHOWN]))
    raise UnreadableFileError(
        f"{path}: {len(wrong)} row(s) do not have the {fields} fields of the header, "
        f"first row {shown} (header = 1); row {wrong[0]} has {found}. A comma or a "
        "quote is missing or too many there."
    )


def _blank(cells: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark the rows in which no cell holds any text."""
    blank = np.ones(len(cells), dtype=bool)
    for place in range(cells.shape[1]):
        column = cells.iloc[:, place]
        empty = [not str(name).strip() for name in column.cat.categories]
        blank &= np.array([*empty, True], dtype=bool)[column.cat.codes.to_numpy()]
        if not blank.any():
            break
    return blank
