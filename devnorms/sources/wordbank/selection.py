"""
What was asked for: data sets, countries, languages, forms, milestones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devnorms._base.checks import check_known
from devnorms._base.errors import EmptySelectionError
from devnorms.sources.wordbank.cards import Card
from devnorms.sources.wordbank.wide import Question

Names = str | Iterable[str] | None
"""One name, several, or None for all."""


@dataclass(frozen=True)
class Selection:
    """
    A choice; ``None`` means all.

    Attributes
    ----------
    studies, countries, languages, instruments, milestones : tuple of str or None
    """

    studies: tuple[str, ...] | None = None
    countries: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    instruments: tuple[str, ...] | None = None
    milestones: tuple[str, ...] | None = None

    @classmethod
    def of(cls, **wanted: Names) -> Selection:
        """
        Take the names as given.

        Parameters
        ----------
        **wanted : str, iterable of str or None
            By attribute.
        """
        return cls(**{kind: _names(names) for kind, names in wanted.items()})

    def chosen(self) -> dict[str, list[str]]:
        """Give only the choices that were made."""
        return {k: list(v) for k, v in asdict(self).items() if v is not None}

    def cards(self, cards: list[Card]) -> list[bool]:
        """
        Say which sets were asked for.

        Parameters
        ----------
        cards : list of Card
            Those that are there.

        Raises
        ------
        UnknownNameError
            For a name that none of them has.
        EmptySelectionError
            If no set has all that was asked for.
        """
        named: dict[str, tuple[tuple[str, ...] | None, Callable[[Card], set[str]]]] = {
            "study": (self.studies, lambda c: {c.study, c.population}),
            "country": (self.countries, lambda c: {c.country}),
            "language": (self.languages, language_names),
            "instrument": (self.instruments, lambda c: {c.instrument, c.form}),
        }
        wanted = [True] * len(cards)
        for kind, (names, of) in named.items():
            if names is None:
                continue
            check_known(kind, names, {name for card in cards for name in of(card)})
            wanted = [
                w and bool(of(card) & set(names))
                for w, card in zip(wanted, cards, strict=True)
            ]
        if not any(wanted):
            raise EmptySelectionError(
                f"wordbank: no data set has all of {self.chosen()}. Name fewer filters."
            )
        return wanted

    def questions(self, questions: tuple[Question, ...]) -> NDArray[np.bool_]:
        """
        Say which questions were asked for.

        Parameters
        ----------
        questions : tuple of Question
            Of a set.
        """
        if self.milestones is None:
            return np.ones(len(questions), dtype=bool)
        wanted = set(self.milestones)
        return np.array([q.milestone in wanted for q in questions], dtype=bool)


def language_names(card: Card) -> set[str]:
    """
    Give the names by which a set's language can be asked for.

    Parameters
    ----------
    card : Card
        Of ``"English (British)"`` also ``"English"``, ``"en-GB"``, ``"en"``.
    """
    names: set[Any] = {card.language, card.language.split(" (")[0]}
    if card.bcp47:
        names |= {card.bcp47, card.bcp47.split("-")[0]}
    return names


def _names(wanted: Names) -> tuple[str, ...] | None:
    """Let a single name stand alone."""
    if wanted is None:
        return None
    return (wanted,) if isinstance(wanted, str) else tuple(wanted)
