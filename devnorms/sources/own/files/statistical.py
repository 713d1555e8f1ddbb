"""
Stata (.dta) and SPSS (.sav, .zsav), with their labels and declared missing codes.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from devnorms._base.errors import UnreadableFileError
from devnorms.sources.own.cells import Sheet, as_text, canonical
from devnorms.sources.own.files import apart
from devnorms.sources.own.files.delimited import distinct, tidied
from devnorms.sources.own.mapping.settings import File

_LETTERS = list("abcdefghijklmnopqrstuvwxyz")
_NAMES = {"stata": "Stata", "spss": "SPSS"}


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
    stata = kind == "stata"
    given = [str(name) for name in table.columns]
    names = distinct(given)
    cells = pd.DataFrame(
        {
            name: _column(
                table.iloc[:, k], stata and about["types"].get(given[k]) != "string"
            )
            for k, name in enumerate(names)
        }
    ).set_axis(pd.RangeIndex(1, len(table) + 1, name="case"))
    labels = {
        str(name): {_code(code, stata): str(label) for code, label in codes.items()}
        for name, codes in about["labels"].items()
    }
    missing = {
        name: _declared(cells[name], ranges)
        for name, ranges in about["missing"].items()
        if name in names
    }
    if settings.values == "labels":
        for name in set(labels) & set(names):
            cells[name] = _labelled(cells[name], labels[name])
    return Sheet(
        cells=tidied(cells, path.name),
        name=path.name,
        typed=True,
        labels=labels,
        titles={str(k): str(v) for k, v in about["titles"].items() if v},
        missing=missing,
    )


def _read(path: Path, kind: str, encoding: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Have another process read the file: a damaged one can crash its reader."""
    said = "" if encoding.lower().replace("-", "") == "utf8" else encoding
    with tempfile.TemporaryDirectory(prefix="devnorms-") as folder:
        out = Path(folder) / "read.pickle"
        done = subprocess.run(  # noqa: S603  (our own program, on the file given)
            [sys.executable, "-P", apart.__file__, str(path), kind, said, str(out)],
            capture_output=True,
            text=True,
            check=False,
            errors="replace",
        )
        if done.returncode:
            raise UnreadableFileError(_refused(path, kind, done))
        columns, about = pickle.loads(out.read_bytes())  # noqa: S301  (just written)
    table = pd.DataFrame({k: pd.Series(v, dtype="object") for k, v in columns.items()})
    if table.empty:
        raise UnreadableFileError(f"{path.name}: there is no case in this file.")
    return table, about


def _refused(path: Path, kind: str, done: subprocess.CompletedProcess[str]) -> str:
    """Say what the reader said, or that it broke down over the file."""
    told = done.returncode == apart.NOT_READ
    words = done.stderr.strip() if told else "its reader broke down over it"
    return (
        f"{path.name}: not a whole {_NAMES[kind]} file ({words}). It is cut short, "
        "damaged, or of another kind: export it again."
    )


def _column(column: pd.Series, letters: bool) -> pd.Series:
    """Write a column as text; Stata's extended missing values get their point."""
    text = as_text(column).reset_index(drop=True)
    return text.mask(text.isin(_LETTERS), "." + text) if letters else text


def _code(code: object, stata: bool) -> str:
    text = canonical(code)
    return f".{text}" if stata and text in _LETTERS else text


def _labelled(cells: pd.Series, words: dict[str, str]) -> pd.Series:
    return cells.map(lambda code: words.get(code, code)).astype("str")


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
