"""
Find and read the files of childdevdata.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from devnorms._base.errors import BadValueError, UnreadableFileError
from devnorms._base.provenance import Source, content_hash
from devnorms.sources.childdevdata.selection import Selection
from devnorms.sources.childdevdata.wide import Study, check_wide
from devnorms.sources.rdatafile import read_rda
from devnorms.sources.registry import dataset
from devnorms.sources.textfile import read_delimited

FileFormat = Literal["txt", "rda"]
ID = "childdevdata"
_READERS = {"txt": read_delimited, "rda": read_rda}


def find_files(
    path: str | Path | None, file_format: FileFormat | None, selection: Selection
) -> list[Path]:
    """
    Find the files of the studies asked for.

    Parameters
    ----------
    path : path or None
        A folder with ``gcdg_*.txt`` or ``gcdg_*.rda``, one such file, or None: the
        pinned files are looked for in ``DEVNORMS_DATA`` and the cache, then fetched.
    file_format : {"txt", "rda"} or None
        Which to read where a folder has both; None prefers text.
    selection : Selection
        Which studies.

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    BadValueError, UnreadableFileError, FetchError
    """
    if file_format not in (None, *_READERS):
        raise BadValueError.parameter(
            "file_format", "'txt', 'rda' or None", file_format
        )
    studies = list(selection.cards()["study"])
    if path is None:
        return _pinned(studies, file_format)
    place = Path(path)
    if place.is_dir():
        return _in_folder(place, studies, file_format, selection)
    if not place.exists():
        raise UnreadableFileError(
            f"{place}: there is no such file or folder. Give the folder that holds "
            "gcdg_*.txt or gcdg_*.rda, or leave 'path' out to fetch the files."
        )
    return [place]


def _pinned(studies: list[str], file_format: FileFormat | None) -> list[Path]:
    """Take the pinned text files from where they are, or fetch them."""
    from devnorms.sources.fetching import fetch

    if file_format == "rda":
        raise BadValueError.parameter(
            "path", "given with file_format='rda' (only text files are fetched)", None
        )
    files = fetch(ID, files=[f"{study}.txt" for study in studies])
    return list(files.values())


def _in_folder(
    folder: Path,
    studies: list[str],
    file_format: FileFormat | None,
    selection: Selection,
) -> list[Path]:
    """Look in a folder: text first, unless a format is named."""
    formats = [file_format] if file_format else list(_READERS)
    for ending in formats:
        found = [folder / f"{study}.{ending}" for study in studies]
        there = [file for file in found if file.exists()]
        named = selection.studies is not None and len(there) < len(found)
        if there and named:
            lost = ", ".join(f.name for f in found if f not in there)
            raise UnreadableFileError(
                f"{folder}: there is no {lost}. Put the file there, or name other "
                "studies."
            )
        if there:
            return there
    endings = " or ".join(f"*.{ending}" for ending in formats)
    raise UnreadableFileError(
        f"{folder}: none of the files looked for is in this folder "
        f"({', '.join(studies)}; {endings}). Check the path, or leave 'path' out to "
        "fetch the files."
    )


def read_studies(files: list[Path]) -> Iterator[Study]:
    """
    Read and check one study after the other.

    Parameters
    ----------
    files : list of pathlib.Path
        Read as R data where the name ends in ``.rda``, otherwise as text.

    Raises
    ------
    UnreadableFileError, InvalidTableError
    """
    for file in files:
        kind = "rda" if file.suffix.lower() in {".rda", ".rdata"} else "txt"
        yield check_wide(_READERS[kind](file), file.name)


def describe_source(files: list[Path], citations: list[str]) -> Source:
    """
    Say which data entered: id, version, one hash over the files, how to cite.

    Parameters
    ----------
    files : list of pathlib.Path
        The files read.
    citations : list of str
        The papers of the studies read.

    Returns
    -------
    Source
        ``version`` says so where a file is not the pinned one.
    """
    pinned = dataset(ID)
    sha256 = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}
    differ = [name for name, found in sha256.items() if pinned.files.get(name) != found]
    version = f"{pinned.version} ({pinned.commit[:7]})"
    if differ:
        version = f"not the pinned files of {version}: {', '.join(differ)}"
    return Source(
        id=ID,
        version=version,
        sha256=content_hash(sha256),
        licence=pinned.licence,
        citation="\n".join([pinned.citation, *dict.fromkeys(citations)]),
        url=f"{pinned.home}/tree/{pinned.commit}",
    )
