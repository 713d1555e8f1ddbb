"""
NormSet: ages at which shares pass, for named populations, never edited once made.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from devnorms._base.errors import (
    BadValueError,
    DevnormsError,
    InvalidTableError,
    ResultMismatchError,
    UnreadableFileError,
)
from devnorms._base.provenance import Record, content_hash, table_hash
from devnorms.schema._norm_pages import card_text, notebook_page
from devnorms.schema._norm_table import POOLED, SCHEMA, SUPPORTS, check_norms
from devnorms.schema.populations import check_populations

if TYPE_CHECKING:
    from devnorms.schema.reviews import Review

FORMAT = 1
"""Of the folder that `NormSet.save` writes."""

__all__ = [
    "POOLED",
    "SCHEMA",
    "SUPPORTS",
    "NormSet",
    "card_text",
    "check_norms",
    "load_norms",
]


@dataclass(frozen=True, eq=False)
class NormSet:
    """
    Ages at which shares pass, whom they speak for, and how they were made.

    It keeps its own copies, so that a later change of what it was made from does not
    reach it. Two norm sets are equal if their ids are.

    Attributes
    ----------
    table : pandas.DataFrame
        See `check_norms`.
    populations : pandas.DataFrame
        Who was sampled, see `devnorms.schema.populations`; every population of the
        table.
    card : dict
        Title, what it is for, what it is not for, what cannot be separated; text or
        lists of text by heading.
    record : Record
        Sources, settings, seed, versions.

    Raises
    ------
    InvalidTableError
        If a table breaks its schema, or a population is not described.
    BadValueError
        If the card or the record cannot be written as JSON.
    """

    table: pd.DataFrame
    populations: pd.DataFrame
    card: dict[str, Any]
    record: Record

    def __post_init__(self) -> None:
        table = check_norms(self.table).reset_index(drop=True)
        populations = check_populations(self.populations).reset_index(drop=True)
        known = {POOLED, *populations["population"]}
        missing = sorted(set(table["population"]) - known)
        if missing:
            raise InvalidTableError(
                f"NormSet: nobody says who was sampled in {missing}. Add a row to "
                "'populations' for each population of the table."
            )
        own = {
            "table": table,
            "populations": populations,
            "card": _plain("card", self.card),
            "record": Record.from_json(_json("record", self.record.to_dict())),
        }
        for name, value in own.items():
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NormSet) and self.id == other.id

    def __hash__(self) -> int:
        return int(self.id, 16)

    @property
    def id(self) -> str:
        """Content hash: 16 hexadecimal digits that change with any number or word."""
        return content_hash(
            {
                "table": table_hash(self.table),
                "populations": table_hash(self.populations),
                "attrs": _plain(
                    "attrs", [dict(self.table.attrs), dict(self.populations.attrs)]
                ),
                "card": self.card,
                "record": self.record.to_dict(),
            }
        )[:16]

    def with_card(self, **entries: Any) -> NormSet:
        """
        Give a copy with further entries in the card (and so with another id).

        Parameters
        ----------
        **entries : Any
            JSON-serialisable.
        """
        return replace(self, card={**self.card, **entries})

    def with_review(self, review: Review, policy: str = "flag") -> NormSet:
        """
        Apply what communities decided; see `devnorms.schema.reviewed.review_norms`.

        Parameters
        ----------
        review : Review
            See `devnorms.load_review`.
        policy : {"strict", "flag", "ignore"}
            Whether what no community approved is left out, marked, or kept as it is.
        """
        from devnorms.schema.reviewed import review_norms

        return review_norms(self, review, policy)

    def __repr__(self) -> str:
        title = self.card.get("title", "Norm set")
        people = self.table.loc[self.table["population"] != POOLED, "population"]
        return (
            f"<NormSet {self.id}: {title}; {people.nunique()} population(s), "
            f"{self.table['milestone'].nunique()} milestone(s), {len(self.table)} rows>"
        )

    def _repr_html_(self) -> str:
        """Show the ages in a notebook, with whom they speak for above them."""
        return notebook_page(self)

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """
        Write the norm set as a folder: whole or not at all.

        Parameters
        ----------
        folder : path
            Must not exist yet, or hold this very norm set.

        Returns
        -------
        pathlib.Path
            The folder, with ``norms.parquet``, ``populations.parquet``,
            ``norms.json`` (id, card, record) and ``README.md``.

        Raises
        ------
        ResultMismatchError
            If the folder holds something else: norm sets are never overwritten.
        """
        target = Path(folder)
        if self._lies_in(target):
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            self._write(draft)
            draft.chmod(0o755)
            draft.rename(target)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            # Another process may have written the same norm set in the meantime.
            if not self._lies_in(target):
                raise
        return target

    def _lies_in(self, target: Path) -> bool:
        """Whether the folder already holds this norm set; refuse any other content."""
        if not target.exists():
            return False
        try:
            if load_norms(target) == self:
                return True
        except DevnormsError:
            pass  # whatever lies there, it is not this norm set
        raise ResultMismatchError(
            f"{target} exists and holds something else. Norm sets are never "
            "overwritten: give another folder, or remove that one yourself."
        )

    def _write(self, folder: Path) -> None:
        """Write the four files."""
        self.table.to_parquet(folder / "norms.parquet", index=False)
        self.populations.to_parquet(folder / "populations.parquet", index=False)
        page = card_text(self).encode()
        (folder / "README.md").write_bytes(page)
        meta = {
            "format": FORMAT,
            "id": self.id,
            "card": self.card,
            "record": self.record.to_dict(),
            "readme_sha256": hashlib.sha256(page).hexdigest(),
        }
        text = json.dumps(meta, indent=2, sort_keys=False, ensure_ascii=False)
        (folder / "norms.json").write_bytes(f"{text}\n".encode())


def load_norms(folder: str | os.PathLike[str]) -> NormSet:
    """
    Read a norm set that `NormSet.save` wrote, and check that nobody changed it.

    Parameters
    ----------
    folder : path
        The folder.

    Returns
    -------
    NormSet
        Equal to what was saved, to the last bit.

    Raises
    ------
    UnreadableFileError
        If a file is missing or cannot be read.
    ResultMismatchError
        If the content does not match its id, or the README is not the one written.
    """
    path = Path(folder)
    try:
        meta = json.loads((path / "norms.json").read_text(encoding="utf-8"))
        page = (path / "README.md").read_bytes()
        table = pd.read_parquet(path / "norms.parquet")
        populations = pd.read_parquet(path / "populations.parquet")
        number, saved = meta["format"], meta["id"]
        card, written = meta["card"], meta["readme_sha256"]
        record = Record.from_json(json.dumps(meta["record"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableFileError(
            f"{path} is not a norm set folder: {type(error).__name__}: {error}. "
            "Expected norms.json, norms.parquet, populations.parquet and README.md, as "
            "NormSet.save writes them."
        ) from None
    if number != FORMAT:
        raise UnreadableFileError(
            f"{path} has format {number!r}, this version of devnorms reads {FORMAT}. "
            "Use the version named in its record."
        )
    try:
        norms = NormSet(table, populations, card, record)
    except InvalidTableError as error:
        raise ResultMismatchError(
            f"{path} was changed after the norm set was made: {error}"
        ) from None
    changed = "README.md" if hashlib.sha256(page).hexdigest() != written else ""
    if norms.id != saved:
        changed = f"a table, the card or the record (id {norms.id}, saved as {saved})"
    if changed:
        raise ResultMismatchError(
            f"{path} was changed after the norm set was made: {changed} is not what "
            "was saved. Use an untouched copy, or make the norm set again."
        )
    return norms


def _json(name: str, value: object) -> str:
    """Write as JSON, or say what cannot be written."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BadValueError.parameter(
            name, f"text, numbers, lists and dicts only ({error})", value
        ) from None


def _plain(name: str, value: Any) -> Any:
    """Give a copy as JSON would give it back: tuples as lists, keys as text."""
    return json.loads(_json(name, value))
