"""
An append-only log of what was sent where: hashes of texts, never the texts.

Each entry holds the hash of the one before it, so that an entry that was changed, taken
out or put in between is found.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock

from devnorms._base.errors import UnreadableFileError
from devnorms._base.hashes import content_hash

FIRST = "0" * 64
"""What stands before the first entry."""

NOWHERE = "this process"
"""Where a text went that was not sent anywhere."""


def text_hash(text: str) -> str:
    """
    Give the SHA-256 of a text.

    Parameters
    ----------
    text : str
        In any script.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return hashlib.sha256(text.encode()).hexdigest()


def append(log: Path, event: str, details: Mapping[str, Any]) -> str:
    """
    Add an entry.

    Parameters
    ----------
    log : pathlib.Path
        JSONL; made if it is not there.
    event : str
        What happened, in a word.
    details : mapping
        JSON-serialisable; no text of a report.

    Returns
    -------
    str
        The entry's hash.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{log}.lock"):
        entry = {
            "time": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "event": event,
            **details,
            "before": _last_hash(log),
        }
        entry["hash"] = content_hash(entry)
        with log.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n")
    return str(entry["hash"])


def check_log(log: Path) -> list[str]:
    """
    Find entries that were changed, taken out or put in between.

    Parameters
    ----------
    log : pathlib.Path
        Written by `append`.

    Returns
    -------
    list of str
        One sentence per fault; empty if the chain holds.

    Raises
    ------
    UnreadableFileError
        If there is no such file.
    """
    faults = []
    before = FIRST
    for number, entry in enumerate(_entries(log), start=1):
        if entry is None:
            faults.append(f"line {number} is no entry")
            continue
        said = entry.pop("hash", None)
        if content_hash(entry) != said:
            faults.append(f"line {number} was changed after it was written")
        if entry.get("before") != before:
            faults.append(f"line {number} does not follow the line before it")
        before = str(said)
    return faults


def _entries(log: Path) -> Iterable[dict[str, Any] | None]:
    try:
        lines = log.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(
            f"{log}: this log cannot be read ({error})."
        ) from None
    for line in lines:
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            entry = None
        yield entry if isinstance(entry, dict) else None


def _last_hash(log: Path) -> str:
    """Hash of the last entry; an unreadable one breaks the chain, visibly."""
    if not log.exists() or not log.stat().st_size:
        return FIRST
    last = list(_entries(log))[-1]
    return str((last or {}).get("hash", "unreadable"))
