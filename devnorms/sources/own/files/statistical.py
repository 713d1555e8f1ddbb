"""
Stata (.dta) and SPSS (.sav, .zsav), with their labels and declared missing codes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from devnorms._base.errors import UnreadableFileError
from devnorms.sources.own.cells import Sheet, as_text, canonical
from devnorms.sources.own.files.delimited import distinct, tidied
from devnorms.sources.own.mapping.settings import File

_STATA_MISSING = "abcdefghijklmnopqrstuvwxyz"


def read_statistical(path: Path, kind: str, settings: File) -> Sheet:
    """
    Read a Stata or SPSS file, every cell as text.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : {"stata", "spss"}
        Which.
    settings : File
        ``encoding`` (if not UTF-8, it is taken instead of the file's own word) and
        ``values``.

    Returns
    -------
    Sheet
        Rows are cases, counted from 1. Stata's extended missing values are ``.a`` to
        ``.z``.

    Raises
    ------
    UnreadableFileError
        If this is no whole file of that kind.
    """
    table, about = _read(path, kind, settings.encoding)
    names = distinct([str(name) for name in table.columns])
    table.columns = pd.Index(names)
    given: dict[str, dict[Any, str]] = about.variable_value_labels
    labels = {
        name: {_code(code, kind): label for code, label in codes.items()}
        for name, codes in given.items()
    }
    cells = pd.DataFrame(
        {name: _column(table[name], kind, numeric=about) for name in names},
        index=pd.RangeIndex(1, len(table) + 1, name="case"),
    )
    missing = {
        name: _declared(cells[name], ranges)
        for name, ranges in getattr(about, "missing_ranges", {}).items()
    }
    if settings.values == "labels":
        for name, words in labels.items():
            cells[name] = cells[name].map(lambda c, w=words: w.get(c, c))
    return Sheet(
        cells=tidied(cells, path.name),
        name=path.name,
        typed=True,
        labels=labels,
        titles={k: str(v) for k, v in about.column_names_to_labels.items() if v},
        missing=missing,
    )


def _read(path: Path, kind: str, encoding: str) -> tuple[pd.DataFrame, Any]:
    import pyreadstat

    read = pyreadstat.read_dta if kind == "stata" else pyreadstat.read_sav
    said = None if encoding.lower().replace("-", "") == "utf8" else encoding
    try:
        found = read(path, user_missing=True, encoding=said)
    except Exception as error:
        words = " ".join(str(error).split())[:120]
        raise UnreadableFileError(
            f"{path.name}: not a whole {kind.title().replace('Spss', 'SPSS')} file "
            f"({words}). It is cut short, damaged, or of another kind: export it again."
        ) from error
    if found[0].empty:
        raise UnreadableFileError(f"{path.name}: there is no case in this file.")
    return found


def _column(column: pd.Series, kind: str, numeric: Any) -> pd.Series:
    """Write a column as text; Stata's letters get their point."""
    text = as_text(column)
    stored = numeric.readstat_variable_types.get(column.name, "")
    if kind == "stata" and stored != "string":
        letters = text.isin(list(_STATA_MISSING))
        text = text.mask(letters, "." + text)
    return pd.Series(
        text.to_numpy(), index=pd.RangeIndex(1, len(text) + 1), dtype="str"
    )


def _code(code: object, kind: str) -> str:
    text = canonical(code)
    return f".{text}" if kind == "stata" and text in _STATA_MISSING and text else text


def _declared(cells: pd.Series, ranges: list[dict[str, Any]]) -> frozenset[str]:
    """Find the codes of a column that the file says are missing."""
    found: set[str] = set()
    numbers = pd.to_numeric(cells, errors="coerce")
    for one in ranges:
        low, high = one["lo"], one["hi"]
        if isinstance(low, str):
            found.add(low.strip())
        else:
            found |= set(cells[numbers.between(low, high)])
    return frozenset(found - {""})
