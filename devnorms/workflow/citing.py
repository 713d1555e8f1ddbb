"""
What to cite beside a result: every source that entered it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from devnorms._base.errors import UnreadableFileError
from devnorms._base.provenance import Record, Source
from devnorms.workflow.results import MANIFEST, Manifest


@dataclass(frozen=True)
class Cited:
    """
    What there is to cite beside a result.

    Attributes
    ----------
    what : str
        What the result is.
    version : str
        Of the devnorms that made it.
    sources : tuple of Source
        Everything that entered.
    """

    what: str
    version: str
    sources: tuple[Source, ...]


def cited(result: str | os.PathLike[str]) -> Cited:
    """
    Name a result and the sources that entered it.

    Parameters
    ----------
    result : path
        A folder that `run` or `demo` wrote, a saved norm set, or a Parquet file that
        `load`, `import` or `score` wrote.

    Returns
    -------
    Cited

    Raises
    ------
    UnreadableFileError
        If it is none of these, or carries no record.
    """
    place = Path(result)
    if place.is_file():
        return _of(f"File {place.name}.", _record_of(place))
    if (place / "norms.json").is_file() and not (place / MANIFEST).is_file():
        from devnorms.schema.norms import load_norms

        norms = load_norms(place)
        return _of(f"Norm set {norms.id}.", norms.record)
    manifest = Manifest.read(place)
    sources = tuple(Source.from_dict(source) for source in manifest.sources)
    what = f"Norm set {manifest.norm_set}."
    return Cited(what, manifest.inputs["version"], sources)


def _of(what: str, record: Record) -> Cited:
    """Take version and sources from a record."""
    return Cited(what, record.versions.get("devnorms", "not stated"), record.sources)


def _record_of(file: Path) -> Record:
    """Read the record that a table carries, and not the table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        meta = pq.read_schema(file).metadata or {}
        attrs = json.loads(meta.get(b"pandas", b"{}")).get("attributes", {})
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UnreadableFileError(
            f"{file} is not a Parquet file: {error}. Give a file that devnorms wrote, "
            "or a result folder."
        ) from None
    if not attrs.get("record"):
        raise UnreadableFileError(
            f"{file} carries no record of its sources. Files written by `devnorms "
            "load`, `import` and `score` do; a copy made by another program may have "
            "lost it."
        )
    return Record.from_json(str(attrs["record"]))
