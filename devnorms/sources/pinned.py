"""
Find the files of a source, wherever they are, read them, and say what they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from devnorms._base.errors import UnreadableFileError
from devnorms._base.provenance import Source, content_hash
from devnorms.sources.registry import dataset
from devnorms.sources.textfile import read_delimited

if TYPE_CHECKING:
    import pandas as pd


def find_files(
    source: str, names: Iterable[str], path: str | Path | None
) -> dict[str, Path]:
    """
    Find files of a source: where a person says, in the package, or fetched.

    Parameters
    ----------
    source : str
        Its id in the registry.
    names : iterable of str
        Which of its files.
    path : path or None
        A folder that has them, or the one file; None takes the pinned files.

    Returns
    -------
    dict of str to pathlib.Path
        File name to where it is.

    Raises
    ------
    UnreadableFileError
        If a file is not there; all that are missing are named.
    FetchError
        If they are not here and cannot be fetched.
    """
    pinned, wanted = dataset(source), list(names)
    if path is None:
        from devnorms.sources.fetching import fetch

        return fetch(source, files=wanted, progress=False)
    place = Path(path)
    if not place.exists():
        raise UnreadableFileError(
            f"{place}: there is no such file or folder. Give the folder that holds "
            f"{', '.join(wanted)}, or leave the path out to take the pinned files."
        )
    if not place.is_dir():
        if len(wanted) > 1:
            raise UnreadableFileError(
                f"{place} is one file; {source} needs {', '.join(wanted)}. Give the "
                "folder that holds them."
            )
        return {wanted[0]: place}
    missing = [name for name in wanted if not (place / name).is_file()]
    if missing:
        raise UnreadableFileError(
            f"{place}: there is no {', no '.join(missing)} in this folder. Check the "
            f"path; {source} is described in {pinned.card}."
        )
    return {name: place / name for name in wanted}


def describe(
    source: str, files: Mapping[str, Path], citations: Iterable[str] = ()
) -> Source:
    """
    Say which data entered: id, version, one hash over the files, terms, citation.

    Parameters
    ----------
    source : str
        Its id in the registry.
    files : mapping of str to pathlib.Path
        The files read, by their pinned names.
    citations : iterable of str
        What else to cite.

    Returns
    -------
    Source
        ``version`` says so where a file is not the pinned one.
    """
    pinned = dataset(source)
    sha256 = {n: hashlib.sha256(f.read_bytes()).hexdigest() for n, f in files.items()}
    differ = [name for name, found in sha256.items() if pinned.files.get(name) != found]
    version = f"{pinned.version} ({pinned.commit[:7]})" if pinned.commit else ""
    version = version or pinned.version
    if differ:
        version = f"not the pinned files of {version}: {', '.join(differ)}"
    return Source(
        id=source,
        version=version,
        sha256=content_hash(sha256),
        licence=pinned.licence,
        citation="\n".join(dict.fromkeys([pinned.citation, *citations])),
        url=f"{pinned.home}/tree/{pinned.commit}" if pinned.commit else pinned.home,
        uses_forbidden=pinned.uses_forbidden,
    )


def typed(
    file: Path, needed: Iterable[str], numbers: Iterable[str] | None = None
) -> pd.DataFrame:
    """
    Read a CSV file: numbers as numbers, empty cells and NA as missing.

    Parameters
    ----------
    file : pathlib.Path
        Comma-separated, UTF-8, one header row.
    needed : iterable of str
        Columns that must be there.
    numbers : iterable of str, optional
        Columns to read as numbers, if all their cells are; every column without it.

    Returns
    -------
    pandas.DataFrame
        The index is the line in the file, header = 1.

    Raises
    ------
    UnreadableFileError
        If the file is missing, empty, HTML, compressed, cut short, not UTF-8, or lacks
        a column.
    """
    text = read_delimited(file, ",")
    missing = [name for name in needed if name not in text.columns]
    if missing:
        raise UnreadableFileError(
            f"{file}: missing column(s) {', '.join(missing)}. Found: "
            f"{', '.join(map(str, text.columns))}."
        )
    known = text.where(~text.isin(["", "NA"]))
    columns = list(known.columns if numbers is None else numbers)
    return known.assign(**{name: _numbers(known[name]) for name in columns})


def _numbers(column: pd.Series) -> pd.Series:
    """Give a column as numbers where every known cell is one."""
    import pandas as pd

    try:
        numbers: pd.Series = pd.to_numeric(column)
    except (ValueError, TypeError):
        return column
    return numbers
