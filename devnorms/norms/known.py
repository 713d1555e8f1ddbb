"""
What is known of populations and items besides the curves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from devnorms._base.checks import check_known
from devnorms._base.errors import InvalidTableError
from devnorms.schema.items import check_links
from devnorms.schema.populations import check_populations

UNDESCRIBED = "not described"


@dataclass(frozen=True, eq=False)
class Known:
    """
    What comparisons need to know and cannot read off curves.

    Attributes
    ----------
    populations : pandas.DataFrame, optional
        Who was sampled, see `devnorms.schema.populations.check_populations`. Without
        it, nothing is compared without caution.
    links : pandas.DataFrame, optional
        Claims that an item asks a milestone and how sure they are, see
        `devnorms.schema.items.check_links` (`devnorms.links` gives those of this
        project).
    modes : pandas.DataFrame, optional
        ``item, mode``: how an item is asked (direct, caregiver, record; ``unknown``
        counts as not given). Without it the ledger cannot split mode from wording.

    Raises
    ------
    InvalidTableError
        If a table breaks its schema.

    Examples
    --------
    >>> Known().sampling("NLD-SMOCC")
    'not described'
    """

    populations: pd.DataFrame | None = None
    links: pd.DataFrame | None = None
    modes: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if self.populations is not None:
            check_populations(self.populations)
        if self.links is not None:
            check_links(self.links)
        if self.modes is not None:
            _check_modes(self.modes)

    def check_describes(self, populations: list[str]) -> None:
        """
        Refuse a table of populations that leaves some out.

        Parameters
        ----------
        populations : list of str
            Ids of the curves.

        Raises
        ------
        UnknownNameError
            For the first that is not described.
        """
        if self.populations is not None:
            check_known(
                "described population", populations, self.populations["population"]
            )

    def sampling(self, population: str) -> str:
        """
        Say how a population was sampled.

        Parameters
        ----------
        population : str
            Its id.
        """
        return self._cell(population, "sampling", UNDESCRIBED)

    def who(self, population: str) -> str:
        """
        Say who was sampled, and how many children they were.

        Parameters
        ----------
        population : str
            Its id.
        """
        words = self._cell(population, "who", "Not described.")
        children = self._cell(population, "children", "")
        return f"{words} {int(children):,} children." if children else words

    def probabilities(self) -> dict[str, float] | None:
        """Give for each item how sure its link is; None if nobody says."""
        if self.links is None:
            return None
        items = self.links["item"].astype(str)
        return dict(zip(items, self.links["probability"].astype(float), strict=True))

    @cached_property
    def _columns(self) -> dict[str, dict[str, str]]:
        """Give sampling, who and children as text, by column and population."""
        if self.populations is None:
            return {}
        names = self.populations["population"].astype(str)
        columns = ("sampling", "who", "children")
        text = {
            name: self.populations[name].astype("str").fillna("") for name in columns
        }
        return {name: dict(zip(names, text[name], strict=True)) for name in columns}

    def _cell(self, population: str, column: str, otherwise: str) -> str:
        """One cell of the table of populations, as text."""
        return self._columns.get(column, {}).get(population) or otherwise


def _check_modes(modes: pd.DataFrame) -> None:
    """Refuse a table of modes without its columns, or with an item twice."""
    missing = [name for name in ("item", "mode") if name not in modes.columns]
    if missing:
        raise InvalidTableError.missing_columns("Modes", missing, list(modes.columns))
    twice = modes.loc[modes["item"].duplicated(), "item"]
    if len(twice):
        raise InvalidTableError(
            f"Modes: {len(twice)} item(s) come more than once, for example "
            f"{twice.iloc[0]!r}. Keep one row per item."
        )
