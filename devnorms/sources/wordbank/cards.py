"""
What a data set is: its language, form, country, terms, and whom it speaks for.

Known from ``datasets.csv`` and ``instruments.json`` beside the data where they are
there, else from the cards that come with the package, else from the folder's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from devnorms.schema.populations import check_populations
from devnorms.sources.wordbank.files import SetFiles
from devnorms.sources.wordbank.instrument import slug
from devnorms.sources.wordbank.labels import (
    beside,
    bundled,
    countries,
    form_of,
    languages,
)

COUNTRY_NOT_KNOWN = "XXX"
"""One of the codes that ISO 3166 leaves to its users."""
LICENCE_NOT_KNOWN = "not stated for this data set"


@dataclass(frozen=True)
class Card:
    """
    What a data set is.

    Attributes
    ----------
    study, folder : str
        Its id, the stem of its files; and the name of their folder.
    language, form : str
        For example ``"English (American)"`` and ``"WS"``.
    bcp47 : str or None
        The language's tag.
    country : str
        ISO 3166-1 alpha-3, or ``"XXX"``.
    country_said : bool
        Whether a card says the country, or it was taken from the language.
    origin : str
        The family of sets in which a child keeps its id.
    date_format, licence, contributor, citation : str
        Empty where not known.
    norming, longitudinal : bool
        As Wordbank says.
    ages : tuple of int or None
        The months that the form is meant for.
    """

    study: str
    folder: str
    language: str
    form: str
    bcp47: str | None
    country: str
    country_said: bool
    origin: str
    date_format: str
    licence: str
    contributor: str
    citation: str
    norming: bool
    longitudinal: bool
    ages: tuple[int, int] | None

    @property
    def instrument(self) -> str:
        """Name the form, for example ``"English (American) WS"``."""
        return f"{self.language} {self.form}"

    @property
    def population(self) -> str:
        """Name whom the set speaks for: language, form, and who collected it."""
        name = _without(self.study, slug(self.folder).replace("_", ""))
        first, _, rest = name.partition("_")
        if rest and first.lower().startswith(slug(self.language).split("_")[0]):
            name = rest
        return f"{self.instrument}, {name.replace('_', ' ').strip()}"


def card_of(files: SetFiles, root: Path) -> Card:
    """
    Say what a data set is.

    Parameters
    ----------
    files : SetFiles
        Its files.
    root : pathlib.Path
        Where data sets were looked for; its tables are used where there are any.
    """
    stem, folder = files.stem, files.folder.name
    said = {**bundled().get(stem, {}), **beside(root).get(stem, {})}
    return _card(stem, folder, said, form_of(folder, root))


def _card(
    stem: str, folder: str, said: Mapping[str, str], form: Mapping[str, Any]
) -> Card:
    """Put together what is said and what the folder's name gives away."""
    language = said.get("language") or form["language"]
    name = said.get("form") or form["form"]
    known = languages().get(language, {})
    country = said.get("country") or known.get("country") or COUNTRY_NOT_KNOWN
    return Card(
        study=stem,
        folder=folder,
        language=language,
        form=name,
        bcp47=known.get("bcp47") or None,
        country=country,
        country_said=bool(said.get("country")),
        origin=said.get("origin") or stem,
        date_format=said.get("date_format", ""),
        licence=_licence(said.get("licence", "")),
        contributor=said.get("contributor", ""),
        citation=_tidy(said.get("citation", "")),
        norming=said.get("norming", "").lower() == "true",
        longitudinal=said.get("longitudinal", "").lower() == "true",
        ages=form["ages"],
    )


def populations() -> pd.DataFrame:
    """
    Whom the data sets of Wordbank that this project knows speak for.

    Wordbank says who collected a set, in which language and on which form, and whether
    it was a norming study; it does not say how children were sampled, so ``sampling``
    is ``"unknown"`` throughout.

    Returns
    -------
    pandas.DataFrame
        One row per data set, as `devnorms.schema.populations.check_populations`
        describes.

    Examples
    --------
    >>> cards = populations().set_index("study")
    >>> cards.loc["EnglishBritishOxford_Floccia_longitudinal", "population"]
    'English (British) Oxford CDI, Floccia longitudinal'
    """
    cards = []
    for stem, said in bundled().items():
        card = _card(stem, said["folder"], said, {"ages": None})
        numbers = {"children": int(said["children"]), "visits": int(said["forms"])}
        cards.append(population_row(card, numbers))
    return population_table(cards)


def population_row(card: Card, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """
    Write a card as a row of the table of populations.

    Parameters
    ----------
    card : Card
        The card.
    numbers : mapping
        ``children, visits``, and ``years`` where known.
    """
    why = "a norming study" if card.norming else "not a norming study"
    by = f", collected by {card.contributor}" if card.contributor else ""
    return {
        "population": card.population,
        "study": card.study,
        "country": card.country,
        "country_name": countries().get(card.country, "not known"),
        "place": None,
        "languages": card.bcp47,
        "years": numbers.get("years"),
        "sampling": "unknown",
        "who": f"Children whose caregivers filled in the {card.instrument} form{by}; "
        f"{why}. Wordbank does not say how they were sampled.",
        "eligibility": None,
        "children": numbers["children"],
        "visits": numbers["visits"],
        "instruments": card.instrument,
        "age_precision": "whole months completed; age_days is the middle of the month",
        "licence": card.licence,
        "citation": card.citation or "not stated for this data set",
        "context_notes": None
        if card.country_said
        else "The country is that of the language, not stated for the data set.",
    }


def population_table(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """
    Check rows of `population_row`.

    Parameters
    ----------
    rows : iterable of mapping
        The rows.
    """
    table = pd.DataFrame(list(rows))
    whole = {"children": "Int64", "visits": "Int64"}
    text = {name: "str" for name in table.columns if name not in whole}
    return check_populations(table.astype(whole | text))


def _licence(said: str) -> str:
    """Write a licence as the registry does."""
    if not said:
        return LICENCE_NOT_KNOWN
    name, _, rest = said.partition(" ")
    plain = {"CC-BY": "CC BY 4.0", "CC-BY-NC": "CC BY-NC 4.0"}.get(name, name)
    return f"{plain} {rest}".strip()


def _tidy(text: str) -> str:
    """Remove what cannot be seen."""
    return " ".join(text.replace("\u200b", "").split())


def _without(name: str, head: str) -> str:
    """Cut letters off the front of a name, whatever stands between them."""
    position = 0
    for letter in head:
        while position < len(name) and not name[position].isalnum():
            position += 1
        if position == len(name) or name[position].lower() != letter:
            return name
        position += 1
    return name[position:].lstrip("_") or name
