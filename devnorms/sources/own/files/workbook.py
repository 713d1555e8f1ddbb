"""
Excel workbooks (.xlsx): typed cells, several sheets.
"""

from __future__ import annotations

import warnings
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pandas as pd

from devnorms._base.errors import UnknownNameError, UnreadableFileError
from devnorms.sources.own.cells import Sheet, canonical
from devnorms.sources.own.files.delimited import distinct, tidied
from devnorms.sources.textfile import looks_like_html

_OLE = b"\xd0\xcf\x11\xe0"
_ROWS_SHOWN = 5


def read_workbook(path: Path, sheet: str, header_row: int) -> Sheet:
    """
    Read one sheet of a workbook, every cell as text.

    Parameters
    ----------
    path : pathlib.Path
        The workbook.
    sheet : str
        Its name; empty where there is only one with anything in it.
    header_row : int
        The row with the names of the columns.

    Returns
    -------
    Sheet

    Raises
    ------
    UnreadableFileError
        If this is no whole workbook, or a formula was never calculated.
    UnknownNameError
        If there is no such sheet.
    """
    _check_start(path)
    rows = _rows(path, sheet, values=True)
    if len(rows) < header_row:
        raise UnreadableFileError(
            f"{path.name}: the sheet ends before row {header_row}, where the names of "
            "the columns should stand."
        )
    header = [canonical(value) for value in rows[header_row - 1]]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise UnreadableFileError(
            f"{path.name}: row {header_row} is empty; expected the names of the "
            "columns. Say sheet or header_row in [file]."
        )
    body = [_padded(row, len(header)) for row in rows[header_row:]]
    _check_formulas(path, sheet, header_row, body)
    cells = pd.DataFrame(
        [[canonical(value) for value in row] for row in body],
        columns=distinct(header),
        index=pd.RangeIndex(header_row + 1, header_row + 1 + len(body), name="row"),
        dtype="str",
    )
    name = f"{path.name}, sheet {sheet}" if sheet else path.name
    return Sheet(tidied(cells, name), name, typed=True)


def first_rows(path: Path, most: int) -> dict[str, list[tuple[str, ...]]]:
    """
    Give the first rows of every sheet, as text.

    Parameters
    ----------
    path : pathlib.Path
        The workbook.
    most : int
        Rows of each.

    Returns
    -------
    dict of str to list of tuple of str

    Raises
    ------
    UnreadableFileError
        If it is none.
    """
    _check_start(path)
    book = _open(path, values=True)
    try:
        return {
            name: [
                tuple(canonical(value) for value in row)
                for row in book[name].iter_rows(max_row=most, values_only=True)
            ]
            for name in book.sheetnames
        }
    except Exception as error:
        raise _damaged(path, error) from error
    finally:
        book.close()


def _check_start(path: Path) -> None:
    """Say what a file is that only its ending calls a workbook."""
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith(_OLE):
        raise UnreadableFileError(
            f"{path.name}: an old Excel file (.xls), or a workbook with a password. "
            "Open it and save it as .xlsx, without a password."
        )
    if looks_like_html(start):
        raise UnreadableFileError(
            f"{path.name}: a web page (HTML) that was saved with the ending of a "
            "workbook. Open it in a spreadsheet and save it as .xlsx, or export CSV."
        )
    if not start.startswith(b"PK"):
        raise UnreadableFileError(
            f"{path.name}: not a workbook (.xlsx). If it is text, say format = 'csv' "
            "in [file]."
        )


def _open(path: Path, *, values: bool) -> Any:
    import openpyxl

    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and validations that it does not keep
            warnings.simplefilter("ignore", UserWarning)
            return openpyxl.load_workbook(path, read_only=True, data_only=values)
    except Exception as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> UnreadableFileError:
    words = " ".join(str(error).split())[:120]
    return UnreadableFileError(
        f"{path.name}: not a whole workbook ({type(error).__name__}: {words}). It is "
        "cut short or damaged: export it again."
    )


def _rows(path: Path, sheet: str, *, values: bool) -> list[tuple[Any, ...]]:
    """All rows of a sheet, as openpyxl types their cells."""
    book = _open(path, values=values)
    try:
        chosen = book[_choose(book.sheetnames, sheet, path)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            if hasattr(chosen, "reset_dimensions"):
                chosen.reset_dimensions()  # some programs write a wrong size
            return [tuple(row) for row in chosen.iter_rows(values_only=True)]
    except (UnknownNameError, UnreadableFileError):
        raise
    except Exception as error:
        raise _damaged(path, error) from error
    finally:
        book.close()


def _choose(names: list[str], sheet: str, path: Path) -> str:
    if sheet:
        if sheet not in names:
            raise UnknownNameError.among(f"sheet of {path.name}", sheet, names)
        return sheet
    if len(names) > 1:
        raise UnreadableFileError(
            f"{path.name}: the workbook has {len(names)} sheets: "
            f"{', '.join(map(repr, names))}. Say sheet in [file]."
        )
    return names[0]


def _padded(row: tuple[Any, ...], width: int) -> tuple[Any, ...]:
    return (*row[:width], *[None] * (width - len(row)))


def _check_formulas(
    path: Path, sheet: str, header_row: int, body: list[tuple[Any, ...]]
) -> None:
    """Refuse formulas without a stored value: they would be read as empty."""
    if not _has_formulas(path):
        return
    written = _rows(path, sheet, values=False)[header_row:]
    lost = [
        number
        for number, (formulas, row) in enumerate(
            zip(written, body, strict=False), header_row + 1
        )
        if any(
            isinstance(f, str) and f.startswith("=") and v is None
            for f, v in zip(formulas, row, strict=False)
        )
    ]
    if lost:
        shown = ", ".join(map(str, lost[:_ROWS_SHOWN]))
        raise UnreadableFileError(
            f"{path.name}: {len(lost)} row(s) hold formulas whose value was never "
            f"calculated, first row {shown}. Open the workbook in a spreadsheet, save "
            "it, and try again."
        )


def _has_formulas(path: Path) -> bool:
    """Look for a formula in any sheet, quicker than openpyxl does."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [n for n in archive.namelist() if n.startswith("xl/worksheets/")]
            whole = (archive.read(part) for part in parts)
            return any(b"<f>" in part or b"<f " in part for part in whole)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
        raise _damaged(path, error) from error
