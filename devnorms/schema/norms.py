"""
NormSet: ages at which shares pass, for named populations, never edited once made.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from devnorms._base.errors import ResultMismatchError, UnreadableFileError
from devnorms._base.provenance import Record, content_hash, table_hash
from devnorms.schema._faults import validate

POOLED = "(pooled)"
"""The row of the centre of all populations; nobody lives there."""

SUPPORTS = ("within", "before", "after", "not_observed")

SCHEMA = pa.DataFrameSchema(
    {
        "population": pa.Column(str),
        "country": pa.Column(str, nullable=True),
        "milestone": pa.Column(str),
        "domain": pa.Column(str),
        "share": pa.Column(float, pa.Check.in_range(0, 1, False, False)),
        "age_months": pa.Column(float),
        "age_months_low": pa.Column(float),
        "age_months_high": pa.Column(float),
        "interval": pa.Column(str),
        "level": pa.Column(float, pa.Check.in_range(0, 1, False, False)),
        "asked": pa.Column("int64", pa.Check.ge(0)),
        "passed": pa.Column("int64", pa.Check.ge(0)),
        "items": pa.Column("int64", pa.Check.ge(0)),
        "support": pa.Column(str, pa.Check.isin(SUPPORTS)),
        "support_low_months": pa.Column(float, nullable=True),
        "support_high_months": pa.Column(float, nullable=True),
        "statement": pa.Column(str),
    },
    checks=[
        pa.Check(
            lambda t: (
                (t["age_months_low"] <= t["age_months"])
                & (t["age_months"] <= t["age_months_high"])
            ),
            name="age_months_low <= age_months <= age_months_high",
        )
    ],
    name="NormSet",
    unique=["population", "milestone", "share"],
    strict=False,
)


def check_norms(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate the table of a norm set; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per population, milestone and share: ``population, country, milestone,
        domain, share`` (share passing), ``age_months`` (posterior median),
        ``age_months_low, age_months_high, interval`` (its kind), ``level, asked,
        passed, items, support`` (within, before, after: where the median lies against
        the ages at which children were asked; not_observed: pooled),
        ``support_low_months, support_high_months, statement`` (in words).

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(SCHEMA, table)


@dataclass(frozen=True, eq=False)
class NormSet:
    """
    Ages at which shares pass, whom they speak for, and how they were made.

    Attributes
    ----------
    table : pandas.DataFrame
        See `check_norms`.
    populations : pandas.DataFrame
        Who was sampled, see `devnorms.schema.populations`.
    card : dict
        Title, what it is for, what it is not for, what cannot be separated.
    record : Record
        Sources, settings, seed, versions.
    """

    table: pd.DataFrame
    populations: pd.DataFrame
    card: dict[str, Any]
    record: Record

    def __post_init__(self) -> None:
        check_norms(self.table)

    @property
    def id(self) -> str:
        """Content hash: 16 hexadecimal digits that change with any number or word."""
        return content_hash(
            {
                "table": table_hash(self.table),
                "populations": table_hash(self.populations),
                "card": self.card,
                "record": json.loads(self.record.to_json()),
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

    def _repr_html_(self) -> str:
        """Show the table in a notebook, with the card's title above it."""
        head = f"<p><b>{self.card.get('title', 'Norm set')}</b> · {self.id}</p>"
        return head + self.table.to_html(index=False)

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
        if target.exists():
            if (target / "norms.json").exists() and load_norms(target).id == self.id:
                return target
            raise ResultMismatchError(
                f"{target} exists and holds something else. Norm sets are never "
                "overwritten: give another folder, or remove that one yourself."
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            self._write(draft)
            draft.chmod(0o755)
            draft.rename(target)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        return target

    def _write(self, folder: Path) -> None:
        self.table.to_parquet(folder / "norms.parquet", index=False)
        self.populations.to_parquet(folder / "populations.parquet", index=False)
        meta = {
            "id": self.id,
            "card": self.card,
            "record": json.loads(self.record.to_json()),
        }
        text = json.dumps(meta, indent=2, sort_keys=True, ensure_ascii=False)
        (folder / "norms.json").write_text(text + "\n", encoding="utf-8")
        (folder / "README.md").write_text(card_text(self), encoding="utf-8")


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
        If the content does not match its id.
    """
    path = Path(folder)
    try:
        meta = json.loads((path / "norms.json").read_text(encoding="utf-8"))
        table = pd.read_parquet(path / "norms.parquet")
        populations = pd.read_parquet(path / "populations.parquet")
    except (OSError, ValueError) as error:
        raise UnreadableFileError(
            f"{path} is not a norm set folder: {error}. Expected norms.json, "
            "norms.parquet and populations.parquet, as NormSet.save writes them."
        ) from None
    record = Record.from_json(json.dumps(meta["record"]))
    norms = NormSet(table, populations, meta["card"], record)
    if norms.id != meta["id"]:
        raise ResultMismatchError(
            f"{path}: the content has the id {norms.id}, but the folder says "
            f"{meta['id']}. Somebody changed a file after the norm set was made."
        )
    return norms


def card_text(norms: NormSet) -> str:
    """
    Write the card as Markdown: whom the norms speak for, and what they do not say.

    Parameters
    ----------
    norms : NormSet
        A norm set.

    Returns
    -------
    str
    """
    lines = [f"# {norms.card.get('title', 'Norm set')}", "", f"Id: `{norms.id}`", ""]
    for heading, entry in norms.card.items():
        if heading == "title":
            continue
        lines += [f"## {heading.replace('_', ' ').capitalize()}", ""]
        entries = entry if isinstance(entry, list) else [entry]
        lines += [*(f"- {line}" for line in entries), ""]
    lines += ["## Who was sampled", ""]
    for row in norms.populations.itertuples():
        lines.append(
            f"- **{row.population}** ({row.country_name}; {row.sampling}): {row.who}"
        )
    lines += ["", "## Sources", ""]
    for source in norms.record.sources:
        lines.append(
            f"- {source.id} {source.version} ({source.licence}). {source.citation}"
        )
    return "\n".join(lines) + "\n"
