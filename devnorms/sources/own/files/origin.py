"""
The bytes of a text file, alone, in a zip archive, or beside the main one.
"""

from __future__ import annotations

import difflib
import zipfile
import zlib
from pathlib import Path

from devnorms._base.errors import UnreadableFileError
from devnorms.sources.textfile import looks_like_html

_DAMAGED = (
    zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError, ValueError,
)  # fmt: skip
_LARGEST = 4 * 2**30
_BINARY = {
    b"PK\x03\x04": "a zip archive or a workbook (.xlsx)",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls), or one with a password",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"PAR1": "a Parquet file",
    b"$FL2": "an SPSS file (.sav)",
    b"$FL3": "an SPSS file (.zsav)",
    b"<stata_dta": "a Stata file (.dta)",
    b"%PDF": "a PDF page",
    b"\x89PNG": "a picture",
}


def member(path: Path, name: str) -> tuple[str, bytes]:
    """
    Read the bytes of a text file.

    Parameters
    ----------
    path : pathlib.Path
        A text file, or a zip archive of them, as ODK Central exports it.
    name : str
        Of another file: in the archive, or beside `path`; empty: `path` itself, or the
        main table of the archive.

    Returns
    -------
    str
        Its name, for messages.
    bytes

    Raises
    ------
    UnreadableFileError
        If it is not there, not text, or an archive is damaged.
    """
    if path.suffix.lower() == ".zip":
        return _from_archive(path, name)
    other = path.with_name(name) if name else path
    try:
        raw = other.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            f"{other}: cannot be read ({error.strerror}). Check the name; files of "
            "repeat groups must lie in the folder of the main one."
        ) from error
    check_text(raw, other.name)
    return other.name, raw


def check_text(raw: bytes, name: str) -> None:
    """
    Refuse bytes that are not text.

    Parameters
    ----------
    raw : bytes
        Of the whole file.
    name : str
        Of the file, for messages.

    Raises
    ------
    UnreadableFileError
        For web pages, workbooks, archives, pictures.
    """
    if not raw.strip():
        raise UnreadableFileError(f"{name}: the file is empty. Export it again.")
    for start, kind in _BINARY.items():
        if raw.startswith(start):
            raise UnreadableFileError(
                f"{name}: this is {kind}, not a text file. Give it its right ending, "
                "or say format in [file]."
            )
    if looks_like_html(raw):
        raise UnreadableFileError(
            f"{name}: this is a web page (HTML), not data. A login page or a report "
            "was saved in place of the data: export it again, as CSV or .xlsx."
        )


def _from_archive(path: Path, name: str) -> tuple[str, bytes]:
    """Read one table of a zip archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = _choose(archive.namelist(), name, path)
            _check_size(archive.getinfo(found), path)
            raw = archive.read(found)
    except UnreadableFileError:
        raise
    except _DAMAGED as error:
        raise UnreadableFileError(
            f"{path.name}: not a whole zip archive ({error}). Export it again; an "
            "archive with a password must be unpacked first."
        ) from error
    check_text(raw, found)
    return f"{path.name}, {found}", raw


def _check_size(found: zipfile.ZipInfo, path: Path) -> None:
    if found.file_size > _LARGEST:
        raise UnreadableFileError(
            f"{path.name}, {found.filename}: larger than 4 GiB unpacked. Unpack it."
        )


def _choose(names: list[str], name: str, path: Path) -> str:
    """Find a table by name; the main one has the shortest name."""
    tables = [n for n in names if n.lower().endswith(".csv")]
    if not tables:
        raise UnreadableFileError(f"{path.name}: no CSV file in this archive.")
    if not name:
        return min(tables, key=len)
    for table in tables:
        if table in {name, f"{name}.csv"} or table.rpartition("/")[2] == name:
            return table
    near = difflib.get_close_matches(name, tables, n=1, cutoff=0.3)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise UnreadableFileError(
        f"{path.name}: there is no table {name!r} in it.{hint} It has: "
        f"{', '.join(map(repr, tables[:10]))}."
    )
