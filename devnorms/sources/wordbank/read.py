"""
Load Wordbank: folders in, observations with their ledger and their record out.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from devnorms._base.checks import check_known
from devnorms._base.errors import (
    DoubtfulDataWarning,
    EmptySelectionError,
    InvalidTableError,
)
from devnorms._base.provenance import Record
from devnorms.schema.observations import check_observations
from devnorms.sources.childdevdata.doubts import Note
from devnorms.sources.childdevdata.long import Ledger
from devnorms.sources.wordbank.cards import (
    Card,
    card_of,
    population_row,
    population_table,
)
from devnorms.sources.wordbank.files import SetFiles, find_sets
from devnorms.sources.wordbank.long import Pile
from devnorms.sources.wordbank.place import describe_sources, folder_of
from devnorms.sources.wordbank.selection import Names, Selection
from devnorms.sources.wordbank.spoilt import why_spoilt
from devnorms.sources.wordbank.wide import WordSet, read_set


@dataclass(frozen=True)
class Found:
    """
    The data sets asked for.

    Attributes
    ----------
    root : pathlib.Path
        Where they were looked for.
    sets : list of tuple of SetFiles and Card
        Those that are complete.
    notes : list of Note
        On those that are not.
    """

    root: Path
    sets: list[tuple[SetFiles, Card]]
    notes: list[Note]

    def read(self) -> Iterator[tuple[WordSet, str]]:
        """Read one set after the other, each with why it is to be refused, if it is."""
        for files, _ in self.sets:
            words = read_set(files, self.root)
            yield words, why_spoilt(words)


def find(path: str | Path | None, selection: Selection) -> Found:
    """
    Find the data sets asked for, without reading their data.

    Parameters
    ----------
    path : path or None
        A folder, a file, or None for the usual place.
    selection : Selection
        What was asked for.

    Raises
    ------
    FetchError, UnreadableFileError, UnknownNameError, EmptySelectionError
    """
    root = folder_of(path)
    files, incomplete = find_sets(root)
    cards = [card_of(one, root) for one in files]
    wanted = selection.cards(cards)
    sets = [
        pair
        for pair, w in zip(zip(files, cards, strict=True), wanted, strict=True)
        if w
    ]
    notes = [
        Note(stem, "data set not complete", 1, "sets", f"not loaded: {what} missing")
        for stem, what in incomplete.items()
    ]
    return Found(root, sets, notes)


def load(
    *,
    path: str | Path | None = None,
    studies: Names = None,
    countries: Names = None,
    languages: Names = None,
    instruments: Names = None,
    milestones: Names = None,
    accept_spoilt: bool = False,
) -> pd.DataFrame:
    """
    Load Wordbank; see `devnorms.sources.load`.

    Parameters
    ----------
    path : path, optional
        A folder with the folders of languages and forms, one of those, or a file.
    studies : str or iterable, optional
        Data sets, for example ``"EnglishWS_Marchman_Norming"``, or populations.
    countries : str or iterable, optional
        ISO 3166-1 alpha-3.
    languages : str or iterable, optional
        ``"English (British)"``, ``"en-GB"``, or ``"English"`` for all of them.
    instruments : str or iterable, optional
        ``"English (American) WS"``, or ``"WS"`` for those of all languages.
    milestones : str or iterable, optional
        For example ``"produces_dog"``.
    accept_spoilt : bool
        Load sets whose answers cannot be true, too.

    Returns
    -------
    pandas.DataFrame
        Observations. Further in ``attrs``: ``populations``, the rows of the table of
        populations of the sets that were loaded.

    Raises
    ------
    InvalidTableError
        If all sets that were asked for are refused.
    """
    selection = Selection.of(
        studies=studies,
        countries=countries,
        languages=languages,
        instruments=instruments,
        milestones=milestones,
    )
    found = find(path, selection)
    pile = Pile(notes=list(found.notes))
    refused: dict[str, str] = {}
    known: set[str] = set()
    for words, spoilt in found.read():
        known |= {q.milestone for q in words.questions if q.milestone}
        reason = "" if accept_spoilt else spoilt
        if reason:
            refused[words.card.study] = reason
        pile.add(words, selection.questions(words.questions), reason)
    check_known("milestone", selection.milestones or (), known)
    check_refused(refused, found)
    return _observations(pile, found, selection)


def refuse(refused: dict[str, str]) -> InvalidTableError:
    """
    Say which data sets are refused, and why.

    Parameters
    ----------
    refused : dict of str to str
        Reason by data set.
    """
    lines = [f"  - {study}: {reason}." for study, reason in refused.items()]
    return InvalidTableError(
        "\n".join(
            [
                f"wordbank: {len(refused)} data set(s) refused, because the answers "
                "cannot be true.",
                *lines,
                "Ask the contributor, or leave them out. To load them all the same: "
                "accept_spoilt=True (--accept-spoilt).",
            ]
        )
    )


def check_refused(refused: dict[str, str], found: Found) -> None:
    """
    Raise if all sets that were asked for are refused, warn if some are.

    Parameters
    ----------
    refused : dict of str to str
        Reason by data set.
    found : Found
        All sets asked for.

    Raises
    ------
    InvalidTableError
    """
    if len(refused) == len(found.sets):
        raise refuse(refused)
    if refused:
        warnings.warn(
            f"{refuse(refused)} The other {len(found.sets) - len(refused)} are loaded.",
            DoubtfulDataWarning,
            stacklevel=5,
        )


def _observations(pile: Pile, found: Found, selection: Selection) -> pd.DataFrame:
    """Put the sets together, with ledger, notes, populations and record."""
    left_out = add_up(pile.ledgers)
    if not left_out["used"]:
        raise EmptySelectionError(
            f"wordbank: nothing is left of {left_out['responses_in']} responses "
            f"({left_out['left_out']}) with {selection.chosen()}. Name fewer filters, "
            "or others."
        )
    rows = [
        population_row(
            words.card,
            {
                "children": words.visits["child"].nunique(),
                "visits": len(words.visits),
                "years": _years(words.visits["year"]),
            },
        )
        for words in pile.sets
    ]
    observations = check_observations(pile.observations())
    settings = {"load": {"selection": selection.chosen(), "left_out": left_out}}
    record = Record.now(describe_sources(found.sets), settings)
    observations.attrs = {
        "left_out": left_out,
        "noted": [asdict(note) for note in pile.notes],
        "populations": population_table(rows).to_dict("records"),
        "record": record.to_json(),
    }
    return observations


def _years(years: pd.Series) -> str | None:
    """Write when the forms were filled in."""
    dated = years.dropna()
    if dated.empty:
        return None
    first, last = int(dated.min()), int(dated.max())
    return f"{first}" if first == last else f"{first}-{last}"


def add_up(ledgers: list[Ledger]) -> dict[str, Any]:
    """
    Sum the ledgers; in = used + left out, for each data set and for all.

    Parameters
    ----------
    ledgers : list of Ledger
        One per data set.
    """
    left_out: dict[str, int] = {}
    for ledger in ledgers:
        for reason, n in ledger.left_out.items():
            left_out[reason] = left_out.get(reason, 0) + n
    return {
        "responses_in": sum(ledger.responses_in for ledger in ledgers),
        "used": sum(ledger.used for ledger in ledgers),
        "left_out": left_out,
        "by_study": {
            ledger.study: {
                "responses_in": ledger.responses_in,
                "used": ledger.used,
                "left_out": ledger.left_out,
            }
            for ledger in ledgers
        },
    }
