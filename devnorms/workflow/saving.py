"""
A loaded table and its summary as files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devnorms._base.errors import BadValueError
from devnorms.workflow.loading import Loaded


def write_loaded(loaded: Loaded, out: Path, summary: Path | None) -> None:
    """
    Write a table and its summary: both whole, or neither.

    Parameters
    ----------
    loaded : Loaded
        What was loaded.
    out : pathlib.Path
        A Parquet file; the table's ``attrs`` are in it, `pandas.read_parquet` brings
        them back.
    summary : pathlib.Path or None
        A JSON file.

    Raises
    ------
    BadValueError
        If a name has another ending, or both are one file.
    OSError
        If a folder cannot be written to.
    """
    from devnorms.sources.own.saving import whole

    check_targets(out, summary)
    table = loaded.table.copy(deep=False)
    table.attrs = json.loads(json.dumps(loaded.table.attrs, default=_plain))
    files: list[tuple[Path, Callable[[Path], object]]] = [
        (out, lambda file: table.to_parquet(file, index=False))
    ]
    if summary is not None:
        text = json.dumps(loaded.summary, indent=2, ensure_ascii=False, default=_plain)
        files.append((summary, lambda file: file.write_text(f"{text}\n", "utf-8")))
    whole(files)


def check_targets(out: Path, summary: Path | None) -> None:
    """
    Check where to write to, before anything is loaded.

    Parameters
    ----------
    out, summary : pathlib.Path or None
        A Parquet and a JSON file.

    Raises
    ------
    BadValueError
        If a name has another ending, is a folder, lies in a file, or both are the same.
    """
    from devnorms.sources.own.saving import check_ending

    check_ending("out", out, ".parquet")
    if summary is not None:
        check_ending("summary", summary, ".json")
    for name, file in (("out", out), ("summary", summary)):
        if file is None:
            continue
        if file.is_dir():
            raise BadValueError.parameter(name, "a file, not a folder", str(file))
        above = next(folder for folder in file.absolute().parents if folder.exists())
        if not above.is_dir() or not os.access(above, os.W_OK):
            raise BadValueError.parameter(
                name, f"in a folder that can be written to ({above} cannot)", str(file)
            )


def _plain(value: Any) -> Any:
    """Give numbers of numpy and pandas as JSON has them; what is missing as null."""
    import pandas as pd

    if hasattr(value, "item"):
        return value.item()
    if value is pd.NA:
        return None
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
