"""
Find the data sets of a folder: any folder that is laid out as Wordbank's raw data are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from devnorms._base.errors import UnreadableFileError
from devnorms.sources.wordbank.instrument import read_instrument
from devnorms.sources.wordbank.mapping import read_fields

_FIELDS = re.compile(r"(?P<stem>.+)_fields\.csv", re.IGNORECASE)
_VALUES = re.compile(r"(?P<stem>.+)_values\.csv", re.IGNORECASE)
_DATA = re.compile(r"(?P<stem>.+)_data\.csv(\.gz)?", re.IGNORECASE)
_INSTRUMENT = re.compile(r"instrument.*\.csv|\[.*\]\.csv", re.IGNORECASE)


@dataclass(frozen=True)
class SetFiles:
    """
    The files of one data set.

    Attributes
    ----------
    stem : str
        The data set's id, for example ``"EnglishWS_Marchman_Norming"``.
    folder : pathlib.Path
        Its folder, named after language and form.
    data, fields, values : pathlib.Path
        Answers, and the two mappings.
    instruments : tuple of pathlib.Path
        Instrument files of the folder; there may be none.
    """

    stem: str
    folder: Path
    data: Path
    fields: Path
    values: Path
    instruments: tuple[Path, ...]

    def instrument(self) -> Path | None:
        """Give the instrument file that holds most of the set's items, if any does."""
        if not self.instruments:
            return None
        items = {f.field for f in read_fields(self.fields) if f.group == "item"}

        def held(path: Path) -> int:
            return len(items & set(read_instrument(path).items))

        best = max(self.instruments, key=held)
        return best if held(best) else None


def find_sets(path: Path) -> tuple[list[SetFiles], dict[str, str]]:
    """
    Find all data sets under a folder, or the one that a file belongs to.

    Parameters
    ----------
    path : pathlib.Path
        A folder at any height: of one language and form, of all, or a checkout of the
        whole repository; or one file of a data set.

    Returns
    -------
    sets : list of SetFiles
        Sorted by folder and stem.
    incomplete : dict of str to str
        Stems of which a file is missing, and which.

    Raises
    ------
    UnreadableFileError
        If there is none.
    """
    if not path.exists():
        raise UnreadableFileError(f"{path}: there is no such file or folder.")
    only = _stem_of(path) if path.is_file() else None
    found = _by_stem(_all_files(path.parent if path.is_file() else path))
    sets: list[SetFiles] = []
    incomplete: dict[str, str] = {}
    for (folder, stem), parts in sorted(found.items()):
        if only is not None and stem != only:
            continue
        missing = [kind for kind in ("data", "fields", "values") if kind not in parts]
        if missing:
            incomplete[stem] = ", ".join(f"{stem}_{kind}.csv" for kind in missing)
            continue
        instruments = tuple(
            sorted(p for p in folder.iterdir() if _INSTRUMENT.fullmatch(p.name))
        )
        sets.append(SetFiles(stem, folder, **parts, instruments=instruments))
    if not sets:
        raise UnreadableFileError(_nothing(path, incomplete))
    _check_names(sets)
    return sets, incomplete


def root_file(path: Path, name: str) -> Path | None:
    """
    Look for a file beside the folders of the languages: here, or up to two above.

    Parameters
    ----------
    path : pathlib.Path
        Where the data sets were looked for.
    name : str
        For example ``"datasets.csv"``.
    """
    start = path.parent if path.is_file() else path
    for folder in (start, start.resolve().parent, start.resolve().parent.parent):
        if (folder / name).is_file():
            return folder / name
    return None


def _all_files(folder: Path) -> Iterable[Path]:
    """Give every file of a tree, without hidden folders."""
    return (
        file
        for file in folder.rglob("*")
        if file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )


def _by_stem(files: Iterable[Path]) -> dict[tuple[Path, str], dict[str, Path]]:
    """Gather the files of each data set."""
    found: dict[tuple[Path, str], dict[str, Path]] = {}
    for file in sorted(files):
        for kind, pattern in (
            ("data", _DATA),
            ("fields", _FIELDS),
            ("values", _VALUES),
        ):
            match = pattern.fullmatch(file.name)
            if match:
                parts = found.setdefault((file.parent, match["stem"]), {})
                parts.setdefault(kind, file)
    return found


def _stem_of(file: Path) -> str:
    """Give the data set that a file belongs to."""
    for pattern in (_DATA, _FIELDS, _VALUES):
        match = pattern.fullmatch(file.name)
        if match:
            return match["stem"]
    raise UnreadableFileError(
        f"{file}: not a file of a Wordbank data set. Expected <set>_data.csv (or .gz) "
        "beside <set>_fields.csv and <set>_values.csv."
    )


def _check_names(sets: list[SetFiles]) -> None:
    """Refuse two data sets of one name: their children would be mixed up."""
    folder_of: dict[str, Path] = {}
    for one in sets:
        other = folder_of.setdefault(one.stem, one.folder)
        if other != one.folder:
            raise UnreadableFileError(
                f"{one.stem}: two data sets have this name, in {other} and in "
                f"{one.folder}. Rename the files of one, or load one folder at a time."
            )


def _nothing(path: Path, incomplete: dict[str, str]) -> str:
    """Say what was looked for."""
    text = (
        f"{path}: no Wordbank data set found. Expected, in a folder per language and "
        "form: <set>_data.csv (or .csv.gz), <set>_fields.csv, <set>_values.csv and "
        "instrument_<name>.csv or [<name>].csv."
    )
    if incomplete:
        lacking = "; ".join(f"{stem} lacks {what}" for stem, what in incomplete.items())
        text += f" Incomplete: {lacking}."
    return text
