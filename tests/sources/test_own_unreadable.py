"""A file that is not what its name says, or not whole, is told as what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

import devnorms as dn
from devnorms._base.errors import (
    InvalidTableError,
    UnknownNameError,
    UnreadableFileError,
)
from tests.sources.test_own_faults import MAP, changed, rows, save


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("data.csv", b"", "the file is empty"),
        ("data.csv", b"\n\n", "the file is empty"),
        ("data.csv", b"child,age,sex,walks,runs\n", "no row below it"),
        ("data.csv", b"child;age;sex\n1;2;3\n", r"2 semicolon\(s\)\. Say delimiter"),
        ("data.csv", b"child,age,sex\na,1,f\nb,2", "cut short: its last row, row 3"),
        ("data.csv", b"child,age\na,1,f\nb,2\n", r"1 row\(s\) do not have the 2 cells"),
        ("data.csv", b'child,age\na,"1\nb,2\n', "A quote is opened and never closed"),
        ("data.csv", b"child,age\nm\xe9l,2\n", "line 2 holds the byte 0xe9.*cp1252"),
        ("data.csv", "child,age\na,1\n".encode("utf-16"), "encoding = 'utf-16'"),
        ("data.csv", b"child,age\na,\x00\n", "line 2 holds a zero byte"),
        ("data.csv", b"<!DOCTYPE html><html>", "a web page"),
        ("data.csv", b"PK\x03\x04xx", "a zip archive or a workbook"),
        ("data.xls", b"<html><table>", "a web page .HTML. that was saved with the end"),
        ("data.xls", b"\xd0\xcf\x11\xe0" + b"x" * 600, "an old Excel file"),
        ("data.xlsx", b"PK\x03\x04" + b"x" * 600, "not a whole workbook"),
        ("data.xlsx", b"child,age\n", "not a workbook.*format = 'csv'"),
        ("data.sav", b"$FL2" + b"x" * 600, "not a whole SPSS file"),
        ("data.dta", b"<stata_dta>xx", "not a whole Stata file"),
        ("data.parquet", b"PAR1xxxxPAR1", "not a whole Parquet file"),
        ("data.zip", b"PK\x03\x04xx", "not a whole zip archive"),
        ("data.doc", b"xx", "the ending '.doc' is not known"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_should_be_is_told(
    tmp_path: Path, name: str, raw: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(UnreadableFileError, match=words):
        dn.read(path, MAP)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        dn.read(tmp_path / "nothing.csv", MAP)
    with pytest.raises(UnreadableFileError, match="this is a folder"):
        dn.read(tmp_path, MAP)


def test_an_encoding_that_would_garble_letters_is_told(tmp_path: Path) -> None:
    path = save(tmp_path, rows({"child": "é1"}))
    with pytest.raises(UnreadableFileError, match="but the file is UTF-8"):
        dn.read(path, changed(file={"encoding": "cp1252"}))


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    """A cell with line breaks and an empty row move the lines, not the rows."""
    path = tmp_path / "data.csv"
    path.write_text(
        'child,age,sex,walks,runs\n"a\n1",12,f,1,0\n\na2,13,f,1,0\na3,old,f,1,0\n',
        encoding="utf-8",
    )
    with pytest.raises(InvalidTableError, match=r"first at \[5\]"):
        dn.read(path, changed(child={"column": "child", "pseudonymise": True}))


def _book(folder: Path, *sheets: tuple[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, cells in sheets:
        page = book.create_sheet(name)
        for row in cells:
            page.append(row)
    path = folder / "data.xlsx"
    book.save(path)
    return path


HEAD = ["child", "age", "sex", "walks", "runs"]


def test_a_workbook_with_several_sheets_asks_which(tmp_path: Path) -> None:
    page = [HEAD, ["a1", 12.5, "f", 1, 0]]
    path = _book(tmp_path, ("Visits", page), ("Notes", [["x"]]))
    with pytest.raises(UnreadableFileError, match="2 sheets: 'Visits', 'Notes'"):
        dn.read(path, MAP)
    with pytest.raises(UnknownNameError, match="Did you mean 'Visits'"):
        dn.read(path, changed(file={"sheet": "visits"}))
    assert len(dn.read(path, changed(file={"sheet": "Visits"}))) == 2


def test_formulas_that_were_never_calculated_are_told(tmp_path: Path) -> None:
    page = [HEAD, ["a1", 12.5, "f", 1, 0], ["a2", "=6+6", "f", 1, 0]]
    with pytest.raises(UnreadableFileError, match=r"1 row\(s\) hold formulas.*row 3"):
        dn.read(_book(tmp_path, ("Visits", page)), MAP)


def test_rows_of_a_workbook_are_those_that_it_shows(tmp_path: Path) -> None:
    page = [["Title"], HEAD, ["a1", 12.5, "f", 1, 0], ["a2", "12,5", "f", 1, 0]]
    path = _book(tmp_path, ("Visits", page))
    with pytest.raises(InvalidTableError, match=r"',' as decimal sign.*\[4\]"):
        dn.read(path, changed(file={"header_row": 2}))
