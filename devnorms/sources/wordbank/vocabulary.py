"""
Vocabulary size: how many words of its form a child says, and understands.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from devnorms._base.errors import EmptySelectionError
from devnorms._base.provenance import Record
from devnorms.schema.vocabulary import COLUMNS, MEASURES, check_vocabulary
from devnorms.sources.wordbank.long import TWICE, entered_twice
from devnorms.sources.wordbank.place import describe_sources
from devnorms.sources.wordbank.read import check_refused, find
from devnorms.sources.wordbank.selection import Names, Selection
from devnorms.sources.wordbank.wide import WordSet

UNANSWERED = "no word answered"
REFUSED = "data set refused"


def load_vocabulary(
    *,
    path: str | Path | None = None,
    studies: Names = None,
    countries: Names = None,
    languages: Names = None,
    instruments: Names = None,
    accept_spoilt: bool = False,
) -> pd.DataFrame:
    """
    Load vocabulary sizes from Wordbank: one row per child, form and measure.

    A child that says or understands no word is a row with 0 words; a form on which no
    word is answered is no row. Sizes on different forms have different ceilings:
    compare shares of the ceiling or percentiles, never counts.

    Parameters
    ----------
    path : path, optional
        A folder with the folders of languages and forms, one of those, or a file.
        Without it, the folder ``wordbank`` in the one that ``DEVNORMS_DATA`` names.
    studies : str or iterable of str, optional
        Data sets, for example ``"EnglishWS_Marchman_Norming"``, or populations.
    countries : str or iterable of str, optional
        ISO 3166-1 alpha-3.
    languages : str or iterable of str, optional
        ``"English (British)"``, ``"en-GB"``, or ``"English"`` for all kinds of it.
    instruments : str or iterable of str, optional
        ``"English (American) WS"``, or ``"WS"`` for those of all languages.
    accept_spoilt : bool
        Load sets whose answers cannot be true, too.

    Returns
    -------
    pandas.DataFrame
        Vocabulary, see `devnorms.schema.vocabulary.check_vocabulary`; ages are
        completed months, ``age_days`` the middle of the month. Children whose age is
        not known are kept. In ``attrs``: ``left_out`` (``forms_in``, ``used``, and
        forms left out by reason, also ``by_study``), ``noted``, ``record``.

    Raises
    ------
    UnknownNameError
        For a name that no set has.
    UnreadableFileError
        For a file that is missing, empty, HTML or cut short.
    InvalidTableError
        If all sets asked for are refused.
    FetchError
        If no folder is named.

    Warns
    -----
    DoubtfulDataWarning
        If some of the sets are refused.
    """
    selection = Selection.of(
        studies=studies,
        countries=countries,
        languages=languages,
        instruments=instruments,
    )
    found = find(path, selection)
    tables, notes, ledger = [], list(found.notes), _Ledger()
    refused: dict[str, str] = {}
    for words, spoilt in found.read():
        notes += words.notes
        if spoilt and not accept_spoilt:
            refused[words.card.study] = spoilt
            ledger.add(words, Counter({REFUSED: len(words.visits)}))
            continue
        table, left_out = _of_set(words)
        ledger.add(words, left_out)
        tables.append(table)
    check_refused(refused, found)
    vocabulary = _stacked(tables)
    left_out_forms = ledger.as_dict()
    settings = {
        "load_vocabulary": {
            "selection": selection.chosen(),
            "left_out": left_out_forms,
        }
    }
    vocabulary.attrs = {
        "left_out": left_out_forms,
        "noted": [asdict(note) for note in notes],
        "record": Record.now(describe_sources(found.sets), settings).to_json(),
    }
    return vocabulary


class _Ledger:
    """Where the forms went."""

    def __init__(self) -> None:
        self.by_study: dict[str, dict[str, object]] = {}
        self.total: Counter[str] = Counter()
        self.forms = 0

    def add(self, words: WordSet, left_out: Counter[str]) -> None:
        """Count one set."""
        forms, out = len(words.visits), dict(+left_out)
        self.by_study[words.card.study] = {
            "forms_in": forms,
            "used": forms - left_out.total(),
            "left_out": out,
        }
        self.forms += forms
        self.total.update(out)

    def as_dict(self) -> dict[str, object]:
        """Give it for ``attrs``."""
        return {
            "forms_in": self.forms,
            "used": self.forms - self.total.total(),
            "left_out": dict(self.total),
            "by_study": self.by_study,
        }


def _of_set(words: WordSet) -> tuple[pd.DataFrame, Counter[str]]:
    """Count the words of each form of a set."""
    twice = entered_twice(words)
    left_out = Counter({TWICE: int(twice.sum())})
    parts = []
    nobody = pd.Series(True, index=words.visits.index)
    for measure in MEASURES:
        answers = words.words(measure)
        if not answers.shape[1]:
            continue
        answered = (answers >= 0).sum(axis=1)
        part = words.visits.assign(
            measure=measure,
            words=(answers == 1).sum(axis=1),
            answered=answered,
            ceiling=answers.shape[1],
        )
        keep = (answered > 0) & ~twice
        nobody &= answered == 0
        parts.append(part[keep])
    left_out[UNANSWERED] = int((nobody & ~twice).sum())
    table = pd.concat(parts) if parts else words.visits.iloc[:0]
    card = words.card
    return table.assign(
        study=card.study,
        population=card.population,
        country=card.country,
        language=card.bcp47,
        instrument=card.instrument,
        age_months=table["age_months"].astype("Int64"),
    ), left_out


def _stacked(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Put the sets together."""
    tables = [table for table in tables if len(table)]
    if not tables:
        raise EmptySelectionError(
            "wordbank: no form with an answered word is left. Name fewer filters."
        )
    table = pd.concat(tables, ignore_index=True)
    return check_vocabulary(table[list(COLUMNS)])
