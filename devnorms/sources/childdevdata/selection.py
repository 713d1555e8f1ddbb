"""
What was asked for: studies, countries, instruments, domains, milestones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.checks import check_known
from devnorms.schema.items import DOMAINS
from devnorms.sources.childdevdata.cards import instruments, populations

Names = str | Iterable[str] | None
"""One name, several, or None for all."""


@dataclass(frozen=True)
class Links:
    """
    Which item asks which milestone, and the domain of each milestone.

    Attributes
    ----------
    milestone_of, domain_of : mapping of str to str
        Item to milestone, milestone to domain.
    """

    milestone_of: dict[str, str]
    domain_of: dict[str, str]


@cache
def links() -> Links:
    """
    Read the links of the project's codebook, once.

    Returns
    -------
    Links
    """
    from devnorms.sources import codebook

    linked = codebook.links()
    concepts = codebook.milestones()
    return Links(
        dict(zip(linked["item"], linked["milestone"], strict=True)),
        dict(zip(concepts["milestone"], concepts["domain"], strict=True)),
    )


@dataclass(frozen=True)
class Selection:
    """
    A checked choice; ``None`` means all.

    Attributes
    ----------
    studies, countries, instruments, domains, milestones : tuple of str or None
    """

    studies: tuple[str, ...] | None
    countries: tuple[str, ...] | None
    instruments: tuple[str, ...] | None
    domains: tuple[str, ...] | None
    milestones: tuple[str, ...] | None

    @classmethod
    def of(cls, wanted: Mapping[str, Names]) -> Selection:
        """
        Check names against what exists.

        Parameters
        ----------
        wanted : mapping
            ``studies`` (study or population ids), ``countries, instruments, domains,
            milestones``.

        Raises
        ------
        UnknownNameError
            For a name that does not exist, with the nearest ones.
        """
        cards = populations()
        study_of = dict(zip(cards["population"], cards["study"], strict=True))
        study_of |= dict(zip(cards["study"], cards["study"], strict=True))
        studies = _names("study", wanted["studies"], study_of)
        return cls(
            None if studies is None else tuple(study_of[s] for s in studies),
            _names("country", wanted["countries"], cards["country"]),
            _names("instrument", wanted["instruments"], instruments()),
            _names("domain", wanted["domains"], DOMAINS),
            _names("milestone", wanted["milestones"], links().domain_of)
            if wanted["milestones"] is not None
            else None,
        )

    def cards(self) -> pd.DataFrame:
        """Give the study cards of the studies asked for."""
        cards = populations()
        if self.studies is not None:
            cards = cards[cards["study"].isin(self.studies)]
        if self.countries is not None:
            cards = cards[cards["country"].isin(self.countries)]
        return cards

    def items(self, items: NDArray[np.str_]) -> NDArray[np.bool_]:
        """
        Say which items were asked for.

        Parameters
        ----------
        items : numpy.ndarray
            Item codes.
        """
        codes = pd.Series(items)
        chosen = pd.Series(True, index=codes.index)
        if self.instruments is not None:
            chosen &= codes.str[:3].isin(self.instruments)
        if self.milestones is not None:
            chosen &= codes.map(links().milestone_of).isin(self.milestones)
        if self.domains is not None:
            domain = codes.map(links().milestone_of).map(links().domain_of)
            chosen &= domain.isin(self.domains)
        return chosen.to_numpy(dtype=bool)


def _names(kind: str, wanted: Names, known: Iterable[str]) -> tuple[str, ...] | None:
    """Check one kind of name; a single name may stand alone."""
    if wanted is None:
        return None
    given = [wanted] if isinstance(wanted, str) else list(wanted)
    return tuple(check_known(kind, given, known))
