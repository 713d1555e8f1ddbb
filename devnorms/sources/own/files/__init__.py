"""
Read a person's file, whatever its kind, as sheets of text.
"""

from __future__ import annotations

from pathlib import Path

from devnorms._base.errors import UnreadableFileError
from devnorms.sources.own.cells import Sheet
from devnorms.sources.own.mapping.settings import File

ENDINGS = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xls": "excel",
    ".dta": "stata",
    ".sav": "spss",
    ".zsav": "spss",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".zip": "csv",
}


def format_of(path: Path, settings: File) -> str:
    """
    Say which format a file has: as the mapping says, else by its ending.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    settings : File
        From the mapping.

    Raises
    ------
    UnreadableFileError
        If the ending says nothing.
    """
    found = settings.format or ENDINGS.get(path.suffix.lower(), "")
    if not found:
        raise UnreadableFileError(
            f"{path.name}: the ending {path.suffix!r} is not known. Say format in "
            "[file]: csv, tsv, excel, stata, spss or parquet."
        )
    return found


def read_sheet(path: Path, settings: File, sheet: str = "") -> Sheet:
    """
    Read one sheet of a file, every cell as text.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    settings : File
        How it is written.
    sheet : str
        Of a workbook or archive, or another file in the same folder; empty: the one
        that the settings name, or the only one.

    Returns
    -------
    Sheet

    Raises
    ------
    UnreadableFileError
        If it is missing, empty, cut short, another kind than its name says, or in
        another encoding than the mapping says.
    """
    check_there(path)
    kind = format_of(path, settings)
    if kind == "excel":
        from devnorms.sources.own.files.workbook import read_workbook

        return read_workbook(path, sheet or settings.sheet, settings.header_row)
    if kind in {"stata", "spss"}:
        from devnorms.sources.own.files.statistical import read_statistical

        return read_statistical(_beside(path, sheet), kind, settings)
    if kind == "parquet":
        from devnorms.sources.own.files.columnar import read_columnar

        return read_columnar(_beside(path, sheet))
    from devnorms.sources.own.files.delimited import read_delimited
    from devnorms.sources.own.files.origin import member

    archive = path.suffix.lower() == ".zip"
    if settings.sheet and not archive:
        raise UnreadableFileError(
            f"{path.name}: a text file has no sheets, the mapping says sheet = "
            f"{settings.sheet!r}. Delete it in [file], or give the workbook."
        )
    name, raw = member(path, sheet or (settings.sheet if archive else ""))
    delimiter = settings.delimiter or ("\t" if kind == "tsv" else ",")
    return read_delimited(raw, name, settings, delimiter)


def check_there(path: Path) -> None:
    """
    Check that a file is there and not empty.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Raises
    ------
    UnreadableFileError
        If not.
    """
    if path.is_dir():
        raise UnreadableFileError(f"{path}: this is a folder. Give one file of it.")
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableFileError(
            f"{path}: cannot be read ({error.strerror}). Check the path."
        ) from error
    if not size:
        raise UnreadableFileError(f"{path}: the file is empty. Export it again.")


def _beside(path: Path, sheet: str) -> Path:
    """Take another file of the same folder for a repeat group."""
    if not sheet:
        return path
    other = path.with_name(sheet)
    check_there(other)
    return other
