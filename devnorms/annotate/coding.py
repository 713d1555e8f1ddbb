"""
What every coder is given, and what it gives: the one protocol behind all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from devnorms.annotate.segments import Piece


@dataclass(frozen=True)
class Report:
    """
    What a caregiver said, in one language, about one child.

    Attributes
    ----------
    id, lang, text : str
        Its name, its language (ISO 639), the words as they were written.
    age_months : float or None
        The child's age when it was written.
    consent : tuple of str
        What the family has agreed to, such as ``"third_party_processing"``.
    """

    id: str
    lang: str
    text: str = field(repr=False)
    age_months: float | None = None
    consent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """
    A report as a coder sees it: redacted, and cut into pieces.

    Attributes
    ----------
    id, lang : str
        Of the report.
    text : str
        The redacted text.
    age_months : float or None
        The child's age when it was written.
    pieces : tuple of Piece
        Of the redacted text, in order; together they hold every word.
    consent : tuple of str
        As in the report.
    """

    id: str
    lang: str
    text: str = field(repr=False)
    age_months: float | None
    pieces: tuple[Piece, ...] = field(repr=False)
    consent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """
    A code that a coder proposes; offsets are those of the text it was given.

    Attributes
    ----------
    concept, status : str
        The milestone, and what is said of it.
    start, end : int
        The evidence, in code points.
    probability : float or None
        That concept and status are what a careful reader would code.
    subject : str
        Whose milestone: only ``"child"`` is a code.
    age_months_low, age_months_high : float or None
        The age of attainment, where it was said.
    """

    concept: str
    status: str
    start: int
    end: int
    probability: float | None = None
    subject: str = "child"
    age_months_low: float | None = None
    age_months_high: float | None = None


class Coder(Protocol):
    """
    Anything that reads documents for milestones: a model, a server, a person.

    Attributes
    ----------
    name : str
        What stands in the column ``coder``; names the version.
    languages : tuple of str
        Those it reads; reports in others are refused, not guessed.
    unreviewed : tuple of str
        Those of them that no speaker has reviewed.
    """

    @property
    def name(self) -> str:
        """What stands in the column ``coder``; names the version."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Those it reads."""

    @property
    def unreviewed(self) -> tuple[str, ...]:
        """Those of them that no speaker has reviewed."""

    def code(self, documents: Sequence[Document]) -> list[list[Proposal]]:
        """
        Propose codes.

        Parameters
        ----------
        documents : sequence of Document
            In languages that it reads.

        Returns
        -------
        list of list of Proposal
            For each document, in order.
        """
