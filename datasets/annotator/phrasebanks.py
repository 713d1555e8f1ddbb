"""
Read the phrase banks, and set whole phrasings apart to measure on.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

KINDS = ("achieved", "not_yet", "unclear", "weaker", "other", "lost")
STATUS_OF = {
    "achieved": "achieved",
    "lost": "achieved",
    "not_yet": "not_yet",
    "unclear": "unclear",
    "weaker": "not_yet",
    "other": "none",
}
SHARE_OF = {"weaker": 0.25}
"""The weaker form alone is a "not yet" only where the text makes that plain."""

FOLDER = Path(__file__).parent / "banks"


@dataclass(frozen=True)
class Bank:
    """One language: phrases by concept and kind, frames, ages, who reviewed it."""

    language: str
    reviewed_by: tuple[str, ...]
    phrases: dict[tuple[str, str], list[str]]
    frames: dict[str, list[str]]
    ages: list[dict[str, object]]


def read_banks(folder: Path = FOLDER) -> dict[str, Bank]:
    """All banks that can be read; an unfinished file is named and left out."""
    banks = {}
    for file in sorted(folder.glob("*.toml")):
        try:
            raw = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            print(f"left out: {file.name}: {error}")
            continue
        banks[file.stem] = _bank(file.stem, raw)
    return banks


def _bank(language: str, raw: dict) -> Bank:
    phrases = {
        (concept, kind): sorted(set(kinds.get(kind, [])))
        for concept, kinds in raw.get("concepts", {}).items()
        for kind in (*KINDS, "nominal")
    }
    reviewed = tuple(raw.get("bank", {}).get("reviewed_by", []))
    return Bank(language, reviewed, phrases, raw.get("frames", {}), raw.get("ages", []))


def is_held_out(phrase: str, share: float = 0.2) -> bool:
    """Whether a phrasing is set apart; the same on every machine and in every run."""
    digest = hashlib.sha256(phrase.encode()).digest()
    return int.from_bytes(digest[:4], "big") < share * 2**32


def part(bank: Bank, *, held_out: bool) -> Bank:
    """The phrasings that are set apart, or the others."""
    phrases = {
        key: [p for p in listed if is_held_out(p) == held_out]
        for key, listed in bank.phrases.items()
    }
    frames = dict(bank.frames)
    for name in ("nothing", "lead_in", "with_age", "connect"):
        listed = frames.get(name, [])
        frames[name] = [p for p in listed if is_held_out(p) == held_out] or listed
    return Bank(bank.language, bank.reviewed_by, phrases, frames, bank.ages)
