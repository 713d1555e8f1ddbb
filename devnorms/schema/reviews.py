"""
Review: what communities decided on results, and what follows for norms and data.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from devnorms._base.errors import ResultMismatchError, UnreadableFileError
from devnorms._base.provenance import content_hash

FORMAT = 1
FILES = ("decisions.jsonl", "notes.jsonl")
OUTCOMES = ("approved", "approved_with_note", "changes", "withheld", "withdrawn")
REASONS = ("meaning", "practice", "age", "sampling", "harm")
NOT_REVIEWED, AGAIN = "not reviewed", "needs review again"
_NUMBERS = (
    "share", "age_months", "age_months_low", "age_months_high", "level", "asked",
    "passed",
)  # fmt: skip


def rows_hash(rows: pd.DataFrame) -> str:
    """
    Give the hash of a population's norm for one milestone: what a decision binds to.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of a norm set's table, of one population and milestone.

    Returns
    -------
    str
        Of ages and their intervals (to 1e-6 months), level, and children asked.

    Examples
    --------
    >>> rows = pd.DataFrame({"share": [0.5], "age_months": [12.0]})
    >>> rows_hash(rows) == rows_hash(rows + 1e-9)
    True
    """
    kept = [name for name in _NUMBERS if name in rows]
    values = rows.sort_values("share")[kept].astype(float).round(6)
    return content_hash({name: values[name].tolist() for name in kept})


@dataclass(frozen=True, eq=False)
class Review:
    """
    What came back from communities.

    Attributes
    ----------
    decisions : pandas.DataFrame
        A row per decided result, the newest decision: ``population, milestone,
        norm_rows`` (see `rows_hash`), ``outcome, reasons`` (tuple), ``rationale``
        (empty unless it may be published), ``community, decided_at, answered, asked,
        silent, quorum``.
    notes : pandas.DataFrame
        Approved context notes that may leave the community: ``about, kind, body,
        language, by`` (empty if anonymous), ``community``.
    manifest : mapping
        Of the pull: when, by which site, counts, hashes.
    """

    decisions: pd.DataFrame
    notes: pd.DataFrame
    manifest: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        outcomes = self.decisions["outcome"].value_counts().to_dict()
        return (
            f"<Review: {len(self.decisions)} decision(s) {outcomes}; "
            f"{len(self.notes)} note(s)>"
        )

    def state(self, population: str, milestone: str, rows: pd.DataFrame) -> pd.Series:
        """
        Give the decision that binds these rows.

        Parameters
        ----------
        population, milestone : str
            Of the norm.
        rows : pandas.DataFrame
            Its rows in the norm set.

        Returns
        -------
        pandas.Series
            ``outcome`` (or "not reviewed", or "needs review again" if the decision was
            on other numbers), ``reasons, community``.
        """
        found = self.decisions[
            (self.decisions["population"] == population)
            & (self.decisions["milestone"] == milestone)
        ]
        if found.empty:
            return pd.Series({"outcome": NOT_REVIEWED, "reasons": (), "community": ""})
        last = found.sort_values("decided_at").iloc[-1]
        bound = last["norm_rows"] == rows_hash(rows)
        # What must not be shared stays unshared until the community says otherwise.
        if not bound and last["outcome"] not in ("withheld", "withdrawn"):
            return pd.Series(
                {"outcome": AGAIN, "reasons": (), "community": last["community"]}
            )
        return last[["outcome", "reasons", "community"]]


def load_review(folder: str | os.PathLike[str]) -> Review:
    """
    Read what `devnorms review pull` wrote, and check that nobody changed it.

    Parameters
    ----------
    folder : path
        With ``decisions.jsonl, notes.jsonl, manifest.json``.

    Returns
    -------
    Review

    Raises
    ------
    UnreadableFileError
        If a file is missing or cannot be read.
    ResultMismatchError
        If a file is not the one that was pulled.
    """
    path = Path(folder)
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        texts = {name: (path / name).read_bytes() for name in FILES}
        number, hashes = manifest["format"], manifest["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableFileError(
            f"{path} is no pulled review: {type(error).__name__}: {error}. Expected "
            "decisions.jsonl, notes.jsonl and manifest.json, as `devnorms review pull` "
            "writes them."
        ) from None
    if number != FORMAT:
        raise UnreadableFileError(
            f"{path} has format {number!r}, this version reads {FORMAT}."
        )
    changed = [
        name
        for name, text in texts.items()
        if hashlib.sha256(text).hexdigest() != hashes.get(name)
    ]
    if changed:
        raise ResultMismatchError(
            f"{path}: {', '.join(changed)} was changed after it was pulled. Pull again."
        )
    decisions, notes = (_lines(texts[name]) for name in FILES)
    return Review(_decisions(decisions), pd.DataFrame(notes, columns=_NOTES), manifest)


_DECISIONS = [
    "population", "milestone", "norm_rows", "content_sha256", "outcome", "reasons",
    "rationale", "community", "decided_at", "answered", "asked", "silent", "quorum",
]  # fmt: skip
_NOTES = ["about", "kind", "body", "language", "by", "community"]


def _lines(text: bytes) -> list[dict[str, Any]]:
    """Read JSON lines."""
    return [json.loads(line) for line in text.decode("utf-8").splitlines() if line]


def _decisions(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Make the table; reasons become tuples."""
    table = pd.DataFrame(rows, columns=_DECISIONS)
    table["reasons"] = [tuple(reasons) for reasons in table["reasons"]]
    return table
