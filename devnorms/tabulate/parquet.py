"""
Observations in Parquet files, read by DuckDB in bounded memory.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any

from devnorms._base.errors import InvalidTableError, UnreadableFileError
from devnorms._base.provenance import Record

MEMORY = "1GB"
"""What DuckDB may hold; beyond it, it writes to a temporary folder."""

_READ = """
    SELECT * FROM read_parquet(
        getvariable('files'), union_by_name = true, hive_types_autocast = false,
        hive_partitioning = getvariable('named')
    )
"""
_SUFFIXES = (".parquet", ".pq")
_ATTRS = b"PANDAS_ATTRS"


@contextmanager
def opened_parquet(path: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    """
    Open Parquet files as one DuckDB relation.

    Parameters
    ----------
    path : str
        A file; a folder, searched with all folders in it; or a pattern. Columns are
        matched by name. Folders named ``column=value`` give that column.

    Yields
    ------
    relation : duckdb.DuckDBPyRelation
        Valid within the block only.
    attrs : dict
        ``left_out`` and ``record`` of the loaders that wrote the files, where they
        did, see `joined_attrs`.

    Raises
    ------
    UnreadableFileError
        If no file is found, or one is not whole.
    """
    import duckdb

    files = find_files(path)
    attrs = joined_attrs([_attrs(file) for file in files])
    with tempfile.TemporaryDirectory(prefix="devnorms-") as spill:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": spill,
            "preserve_insertion_order": False,
        }
        with duckdb.connect(config=settings) as connection:
            try:
                connection.execute("SET VARIABLE files = $1", [[*map(str, files)]])
                named = _are_named_by_values(files)
                connection.execute("SET VARIABLE named = $1", [named])
                yield connection.sql(_READ), attrs
            except duckdb.Error as error:
                raise UnreadableFileError(
                    f"{path}: DuckDB could not read these {len(files)} Parquet file(s)"
                    f": {error}"
                ) from None


def find_files(path: str) -> list[Path]:
    """
    Find the Parquet files that a path, folder or pattern names.

    Parameters
    ----------
    path : str
        See `opened_parquet`.

    Returns
    -------
    list of pathlib.Path
        Sorted.

    Raises
    ------
    UnreadableFileError
        If there is none.
    """
    given = Path(path).expanduser()
    every: Iterator[Path]
    if given.is_file():
        return [given]
    if given.is_dir():
        every = (file for suffix in _SUFFIXES for file in given.rglob(f"*{suffix}"))
    else:
        plain = list(takewhile(lambda part: not set(part) & set("*?["), given.parts))
        pattern = given.parts[len(plain) :]
        every = Path(*plain).glob("/".join(pattern)) if pattern else iter(())
    files = sorted(file for file in every if file.is_file())
    if not files:
        raise UnreadableFileError(
            f"{path}: no Parquet file is there. Expected a file, a folder with files "
            f"ending in {' or '.join(_SUFFIXES)}, or a pattern such as "
            "'answers/*.parquet'."
        )
    return files


def _are_named_by_values(files: Sequence[Path]) -> bool:
    """Whether all files lie in folders that give the same columns a value."""
    columns = {
        tuple(part.partition("=")[0] for part in file.parent.parts if "=" in part)
        for file in files
    }
    return len(columns) == 1 and columns != {()}


def joined_attrs(every: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """
    Bring together what loaders noted in several files.

    Files with the same notes are parts of one table: what was left out of it is counted
    once. Otherwise the files were loaded apart, and what was left out adds up.

    Parameters
    ----------
    every : sequence of dict
        ``attrs`` of each file, as pandas writes them.

    Returns
    -------
    dict
        ``left_out`` (reason → rows) and ``record`` (JSON), where the files have them.

    Raises
    ------
    InvalidTableError
        If some files have a record and others have none.

    Examples
    --------
    >>> part = {"left_out": {"no age": 3}}
    >>> joined_attrs([part, part])
    {'left_out': {'no age': 3}}
    >>> joined_attrs([part, {"left_out": {"no age": 1, "copy": 2}}])
    {'left_out': {'no age': 4, 'copy': 2}}
    """
    apart = list({json.dumps(attrs, sort_keys=True): attrs for attrs in every}.values())
    left_out: dict[str, int] = {}
    for attrs in apart:
        noted = attrs.get("left_out", {})
        for reason, rows in noted.get("left_out", noted).items():
            left_out[reason] = left_out.get(reason, 0) + int(rows)
    joined: dict[str, Any] = {"left_out": left_out} if left_out else {}
    records = [str(attrs["record"]) for attrs in apart if attrs.get("record")]
    if 0 < len(records) < len(apart):
        raise InvalidTableError(
            f"Observations: {sum('record' not in attrs for attrs in every)} of "
            f"{len(every)} Parquet files carry no record of their source; it would be "
            "lost. Count them apart, or write all of them with devnorms."
        )
    if records:
        joined["record"] = Record.joined(map(Record.from_json, records)).to_json()
    return joined


def _attrs(file: Path) -> dict[str, Any]:
    """Read what pandas wrote beside the table; refuse a file that is not Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_schema(file).metadata or {}
        found: dict[str, Any] = json.loads(metadata.get(_ATTRS, b"{}"))
    except (OSError, ValueError, pa.ArrowException) as error:
        raise UnreadableFileError(
            f"{file} is not a whole Parquet file ({error}). Fetch or write it again; a "
            "table of another kind has to be read first, and counted then."
        ) from None
    return found
