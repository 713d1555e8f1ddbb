"""
What a person decided at the coding desk: one line per finished report, never rewritten.

A journal belongs to one person and one way of coding. Blind and assisted work are kept
in different files, and a report that a person has seen with suggestions is never given
to that person blind afterwards.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devnorms._base.checks import check_known
from devnorms._base.errors import BadValueError, UnreadableFileError

MODES = ("blind", "assisted")


@dataclass
class Journal:
    """
    The decisions of one person, coding one way.

    Attributes
    ----------
    file : pathlib.Path
        ``codings.PERSON.MODE.jsonl``.
    person, mode : str
        Who, and how.
    done : dict of str to dict
        Entries by report.
    """

    file: Path
    person: str
    mode: str
    done: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, entry: dict[str, Any]) -> None:
        """
        Keep what was decided for a report, on disk before anything else is shown.

        Parameters
        ----------
        entry : dict
            With ``id``; JSON-serialisable, without the report's text.
        """
        with self.file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        self.done[entry["id"]] = entry


def open_journal(folder: Path, person: str, mode: str) -> Journal:
    """
    Open a person's journal, or begin one.

    Parameters
    ----------
    folder : pathlib.Path
        Of all journals of a study.
    person : str
        Who codes: letters, digits, ``-`` and ``_``.
    mode : str
        ``"blind"`` or ``"assisted"``.

    Returns
    -------
    Journal
        With what was done before; a last line that was cut short is left out.

    Raises
    ------
    BadValueError, UnknownNameError
        If the name or the mode cannot be.
    UnreadableFileError
        If the file is of somebody else, or of the other way of coding.
    """
    check_known("mode", [mode], MODES)
    if not person or not person.replace("-", "").replace("_", "").isalnum():
        raise BadValueError.parameter(
            "person", "a short name of letters, digits, - and _", person
        )
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"codings.{person}.{mode}.jsonl"
    journal = Journal(file, person, mode)
    head = {"journal": 1, "person": person, "mode": mode}
    if not file.exists() or not file.stat().st_size:
        file.write_text(json.dumps(head) + "\n", encoding="utf-8")
        return journal
    lines = list(_whole_lines(file))
    if not lines or lines[0] != head:
        raise UnreadableFileError(
            f"{file}: this is not the journal of {person}, coding {mode}. Blind and "
            "assisted codes are never mixed; give another folder or name."
        )
    journal.done = {entry["id"]: entry for entry in lines[1:]}
    return journal


def seen_with_suggestions(folder: Path, person: str) -> frozenset[str]:
    """
    Give the reports that a person has seen with suggestions.

    Parameters
    ----------
    folder : pathlib.Path
        Of all journals of a study.
    person : str
        Who.

    Returns
    -------
    frozenset of str
        Report ids: those may no longer be coded blind by this person.
    """
    file = folder / f"codings.{person}.assisted.jsonl"
    lines = list(_whole_lines(file)) if file.exists() else []
    return frozenset(str(entry["id"]) for entry in lines[1:])


def _whole_lines(file: Path) -> Iterator[dict[str, Any]]:
    """Yield entries; cut off a last line that was not written whole."""
    raw = file.read_bytes()
    whole, _, rest = raw.rpartition(b"\n")
    if rest:
        file.write_bytes(whole + b"\n" if whole else b"")
    try:
        for line in whole.split(b"\n"):
            if line:
                yield json.loads(line)
    except ValueError:
        raise UnreadableFileError(
            f"{file}: this journal was changed by hand."
        ) from None
