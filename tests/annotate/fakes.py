"""Coders that do what a test needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from devnorms.annotate.coding import Document, Proposal


@dataclass
class WordCoder:
    """Codes every report that holds a word; remembers what it was shown."""

    word: str = "walks"
    name: str = "fake-1"
    languages: tuple[str, ...] = ("en", "es", "zh", "ar", "tr")
    unreviewed: tuple[str, ...] = ("es",)
    shown: list[str] = field(default_factory=list)
    die_after: int | None = None

    def code(self, documents: Sequence[Document]) -> list[list[Proposal]]:
        """One proposal at the first place of the word."""
        if self.die_after is not None and len(self.shown) >= self.die_after:
            raise KeyboardInterrupt("killed")
        self.shown += [document.text for document in documents]
        found = []
        for document in documents:
            start = document.text.find(self.word)
            end = start + len(self.word)
            proposal = Proposal("walks_alone", "achieved", start, end, 0.9)
            found.append([proposal] if start >= 0 else [])
        return found


@dataclass
class FixedCoder:
    """Gives the same proposals for every document."""

    proposals: list[Proposal]
    name: str = "fixed-1"
    languages: tuple[str, ...] = ("en",)
    unreviewed: tuple[str, ...] = ()

    def code(self, documents: Sequence[Document]) -> list[list[Proposal]]:
        """Whatever it was made with."""
        return [list(self.proposals) for _ in documents]
