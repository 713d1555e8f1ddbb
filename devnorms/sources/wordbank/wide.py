"""
One data set as a table of forms by questions, with the reason of each gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.errors import UnreadableFileError
from devnorms.sources.childdevdata.doubts import Note
from devnorms.sources.wordbank.ages import Context
from devnorms.sources.wordbank.answers import (
    PRODUCES,
    UNDERSTANDS,
    Answers,
    read_answers,
)
from devnorms.sources.wordbank.cards import Card, card_of
from devnorms.sources.wordbank.columns import place_items
from devnorms.sources.wordbank.files import SetFiles
from devnorms.sources.wordbank.instrument import (
    WORD,
    Instrument,
    Item,
    item_word,
    milestone_name,
    read_instrument,
    slug,
)
from devnorms.sources.wordbank.mapping import read_fields, read_values
from devnorms.sources.wordbank.rawfile import RawTable, read_table
from devnorms.sources.wordbank.visits import read_visits

ENOUGH_TO_TELL = 20
"""Two forms with so many of both answers do not agree in all by chance."""


@dataclass(frozen=True)
class Question:
    """
    One thing that a form asks: an item, and what of it.

    Attributes
    ----------
    item : str
        Its id in the table of observations.
    milestone : str or None
        What links it across forms and languages.
    measure : str
        ``produces``, ``understands``, or the item's type.
    type : str
        The item's type.
    item_id : str
        As in the instrument file.
    about : Item
        What the instrument file says of it.
    """

    item: str
    milestone: str | None
    measure: str
    type: str
    item_id: str
    about: Item


@dataclass(frozen=True)
class WordSet:
    """
    One data set, read: nothing is left out yet.

    Attributes
    ----------
    card : Card
        What it is.
    visits : pandas.DataFrame
        One row per form, see `devnorms.sources.wordbank.visits.read_visits`.
    questions : tuple of Question
        One per column of ``answers``.
    answers : numpy.ndarray
        int8, forms x questions: 1 passed, 0 not yet, below 0 a `State` without answer.
    notes : tuple of Note
        What is odd.
    """

    card: Card
    visits: pd.DataFrame
    questions: tuple[Question, ...]
    answers: NDArray[np.int8]
    notes: tuple[Note, ...]

    def words(self, measure: str) -> NDArray[np.int8]:
        """
        Give the answers on words only.

        Parameters
        ----------
        measure : str
            ``produces`` or ``understands``.
        """
        own = [q.type == WORD and q.measure == measure for q in self.questions]
        return self.answers[:, np.array(own, dtype=bool)]


def read_set(files: SetFiles, root: Path) -> WordSet:
    """
    Read one data set.

    Parameters
    ----------
    files : SetFiles
        Its files.
    root : pathlib.Path
        Where data sets were looked for.

    Raises
    ------
    UnreadableFileError
        If a file cannot be read, or no item's column is in the data.
    """
    card = card_of(files, root)
    fields, values = read_fields(files.fields), read_values(files.values)
    table = read_table(files.data)
    path = files.instrument()
    instrument = read_instrument(path) if path else Instrument({}, ())
    context = Context(
        card.study, card.origin, card.language, card.ages, card.date_format
    )
    visits, notes = read_visits(table, fields, values, context)
    columns, placed = place_items(table.positions(), fields, instrument, card.study)
    if not columns:
        raise UnreadableFileError(
            f"{files.data}: none of the columns that {files.fields.name} maps to items "
            "is in the data. Do the two files belong together?"
        )
    answers, decoded = read_answers(table, columns, values, card.study)
    questions = tuple(_question(a, card, instrument) for a in answers)
    named = [*_set_notes(card, table), *_item_notes(questions, instrument, card.study)]
    cells = np.column_stack([a.cells for a in answers])
    same = _same_answers(cells, visits)
    if same:
        detail = (
            f"agree with another child's form in every answer, at least "
            f"{ENOUGH_TO_TELL} of them yes and as many no: entered twice under two "
            "ids, or copied; kept"
        )
        named.append(
            Note(card.study, "same answers as another child", same, "forms", detail)
        )
    return WordSet(card, visits, questions, cells, (*notes, *placed, *decoded, *named))


def _question(answers: Answers, card: Card, instrument: Instrument) -> Question:
    """Name one question: form, number, word, and what is asked of it."""
    column = answers.of
    item = instrument.items.get(column.item_id, Item(name=column.item_id))
    number = column.item_id.removeprefix("item_")
    word = "_".join(part for part in (number, item_word(item)) if part)
    parts = [slug(card.instrument), word, answers.measure]
    milestone = None
    is_word = column.type == WORD and answers.measure in {PRODUCES, UNDERSTANDS}
    if is_word and milestone_name(item.uni_lemma):
        milestone = f"{answers.measure}_{milestone_name(item.uni_lemma)}"
    return Question(
        ".".join(parts),
        milestone,
        answers.measure,
        column.type,
        column.item_id,
        item,
    )


def _set_notes(card: Card, table: RawTable) -> list[Note]:
    """Tell what is assumed of the set, and rows that hold nothing."""
    notes = []
    if not card.country_said:
        detail = f"no card says it; {card.country} is taken from the language"
        notes.append(Note(card.study, "country not stated", 1, "sets", detail))
    if table.blank_rows:
        detail = "rows without any text: no forms"
        notes.append(Note(card.study, "blank rows", table.blank_rows, "rows", detail))
    return notes


def _same_answers(answers: NDArray[np.int8], visits: pd.DataFrame) -> int:
    """Count the forms that agree in every answer with a form of another child."""
    yes, no = (answers == 1).sum(axis=1), (answers == 0).sum(axis=1)
    tell = np.minimum(yes, no) >= ENOUGH_TO_TELL
    rows = pd.Series([row.tobytes() for row in answers[tell]], dtype=object)
    children = visits["child"].to_numpy()[tell]
    several = pd.Series(children).groupby(rows.to_numpy()).transform("nunique") > 1
    return int(several.sum())


def _item_notes(
    questions: tuple[Question, ...], instrument: Instrument, study: str
) -> list[Note]:
    """Tell items that the instrument file does not explain."""
    notes = []
    ids = {q.item_id for q in questions}
    unknown = ids - set(instrument.items)
    if unknown:
        detail = "no instrument file names them; kept without a milestone"
        notes.append(
            Note(study, "items without a description", len(unknown), "items", detail)
        )
    words = {q.item_id for q in questions if q.type == WORD}
    unlinked = {q.item_id for q in questions if q.type == WORD and not q.milestone}
    if unlinked - unknown:
        detail = f"of {len(words)} words; they have no uni_lemma, so no milestone"
        n = len(unlinked - unknown)
        notes.append(Note(study, "words without a milestone", n, "items", detail))
    two = ids & set(instrument.two_lemmas)
    if two:
        detail = "the instrument file gives two uni_lemmas; the first is used"
        notes.append(Note(study, "items with two meanings", len(two), "items", detail))
    return notes
