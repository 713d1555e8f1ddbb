"""
From forms x questions to observations, with a ledger that counts every response.

Tens of millions of responses are held as three numbers each until the table is made:
which form, which question, which answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms.sources.childdevdata.doubts import Note
from devnorms.sources.childdevdata.long import NO_AGE, NOT_SELECTED, Ledger
from devnorms.sources.wordbank.codes import State
from devnorms.sources.wordbank.wide import Question, WordSet

REFUSED = "data set refused: its answers cannot be true"
TWICE = "form entered twice"
_BY_STATE = {
    State.NOT_ANSWERED: "not answered",
    State.UNCLEAR: "code that may mean 'no' or 'not answered'",
    State.UNKNOWN: "code that the value mapping does not know",
    State.GRADED: "graded answer without a pass",
}
DOMAIN = "language"
MODE = "caregiver"


@dataclass
class Pile:
    """
    The responses used so far, set by set.

    Attributes
    ----------
    sets : list of WordSet
        Those that were added.
    forms, questions, answers : list of numpy.ndarray
        Per set: int32 position of the form in its visits, int32 position of the
        question, int8 answer.
    ledgers : list of Ledger
        One per set.
    notes : list of Note
        Of all sets.
    """

    sets: list[WordSet] = field(default_factory=list)
    forms: list[NDArray[np.int32]] = field(default_factory=list)
    questions: list[NDArray[np.int32]] = field(default_factory=list)
    answers: list[NDArray[np.int8]] = field(default_factory=list)
    ledgers: list[Ledger] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def add(self, words: WordSet, selected: NDArray[np.bool_], refused: str) -> None:
        """
        Take the responses of a set that are used, and count the others.

        Parameters
        ----------
        words : WordSet
            The set.
        selected : numpy.ndarray
            bool per question.
        refused : str
            Why the set is refused; empty where it is not.
        """
        left_out: Counter[str] = Counter()
        forms, questions = words.answers.shape
        used = _used_cells(words, selected, refused, left_out)
        rows, columns = np.nonzero(used)
        self.ledgers.append(
            Ledger(
                study=words.card.study,
                responses_in=forms * questions,
                used=len(rows),
                left_out={reason: n for reason, n in left_out.items() if n},
            )
        )
        self.notes += [*words.notes]
        twice = 0 if refused else int(entered_twice(words).sum())
        if twice:
            detail = "same child, same month, same answers throughout: left out"
            self.notes.append(Note(words.card.study, TWICE, twice, "forms", detail))
        if refused:
            note = Note(words.card.study, "data set refused", forms, "forms", refused)
            self.notes.append(note)
        if len(rows):
            self.forms.append(rows.astype(np.int32))
            self.questions.append(columns.astype(np.int32))
            self.answers.append(words.answers[rows, columns])
            self.sets.append(_without_answers(words))

    def observations(self) -> pd.DataFrame:
        """Make the table of observations: one row per answer used."""
        visits = pd.concat([w.visits for w in self.sets], ignore_index=True)
        starts = np.cumsum([0, *(len(w.visits) for w in self.sets)])
        form = np.concatenate(
            [rows + start for rows, start in zip(self.forms, starts, strict=False)]
        )
        self.forms.clear()
        leaves, leaf_of = _leaves(self.sets)
        leaf = np.concatenate(
            [own[q] for own, q in zip(leaf_of, self.questions, strict=True)]
        )
        self.questions.clear()
        answer = np.concatenate(self.answers)
        self.answers.clear()
        sets = np.repeat(np.arange(len(self.sets)), np.diff(starts))
        cards = [w.card for w in self.sets]
        n = len(form)
        columns: dict[str, Any] = {
            "study": _spread([c.study for c in cards], sets, form),
            "population": _spread([c.population for c in cards], sets, form),
            "country": _spread([c.country for c in cards], sets, form),
            "language": _spread([c.bcp47 for c in cards], sets, form),
            "child": _spread(visits["child"], None, form),
            "occasion": _spread(visits["occasion"], None, form),
            "age_days": visits["age_days"].to_numpy(dtype=float)[form],
            "gestation_days": np.full(n, np.nan),
            "sex": _spread(visits["sex"], None, form),
            "item": _spread([q.item for q in leaves], None, leaf),
            "milestone": _spread([q.milestone for q in leaves], None, leaf),
            "instrument": _spread([c.instrument for c in cards], sets, form),
            "mode": _same(MODE, n),
            "response": pd.Categorical.from_codes(
                answer, categories=pd.Index(["not_yet", "passed"], dtype="str")
            ),
            "weight": np.full(n, np.nan),
            "coder": _same(None, n),
            "domain": _spread(
                [DOMAIN if q.milestone else None for q in leaves], None, leaf
            ),
        }
        return pd.DataFrame(columns, copy=False)


def _used_cells(
    words: WordSet,
    selected: NDArray[np.bool_],
    refused: str,
    left_out: Counter[str],
) -> NDArray[np.bool_]:
    """Mark the cells that are used, counting each other one under one reason."""
    answers = words.answers
    left = np.ones(answers.shape, dtype=bool)

    def leave_out(reason: str, mark: NDArray[np.bool_]) -> None:
        out = left & mark
        left_out[reason] += int(out.sum())
        left[out] = False

    leave_out(NOT_SELECTED, np.broadcast_to(~selected, answers.shape))
    if refused:
        leave_out(REFUSED, np.ones(answers.shape, dtype=bool))
        return left
    leave_out(TWICE, np.broadcast_to(entered_twice(words)[:, None], answers.shape))
    undated = words.visits["age_days"].isna().to_numpy()
    for state, reason in _BY_STATE.items():
        leave_out(reason, answers == state)
    leave_out(NO_AGE, np.broadcast_to(undated[:, None], answers.shape))
    return left


def entered_twice(words: WordSet) -> NDArray[np.bool_]:
    """
    Mark forms that repeat another of the same child and month, answer by answer.

    Parameters
    ----------
    words : WordSet
        The set.

    Returns
    -------
    numpy.ndarray
        bool per form; the first of its kind is not marked.
    """
    same = words.visits.duplicated(["child", "age_months"], keep=False).to_numpy()
    mark = np.zeros(len(same), dtype=bool)
    seen: set[tuple[str, float, bytes]] = set()
    for row in np.flatnonzero(same):
        visit = words.visits.iloc[row]
        key = (visit["child"], visit["age_months"], words.answers[row].tobytes())
        mark[row] = key in seen
        seen.add(key)
    return mark


def _without_answers(words: WordSet) -> WordSet:
    """Keep what is needed later; the answers are in the pile."""
    return WordSet(
        words.card,
        words.visits,
        words.questions,
        words.answers[:0],
        (),
    )


def _leaves(sets: list[WordSet]) -> tuple[list[Question], list[NDArray[np.int32]]]:
    """Give each question of all sets a number; sets of one form share theirs."""
    number: dict[str, int] = {}
    leaves: list[Question] = []
    leaf_of = []
    for words in sets:
        own = []
        for question in words.questions:
            if question.item not in number:
                number[question.item] = len(leaves)
                leaves.append(question)
            own.append(number[question.item])
        leaf_of.append(np.array(own, dtype=np.int32))
    return leaves, leaf_of


def _spread(
    names: Iterable[Any],
    through: NDArray[np.int64] | None,
    rows: NDArray[np.int32],
) -> pd.Categorical:
    """Give each row its name, as a category with sorted names."""
    whole = pd.Categorical(pd.Series(list(names), dtype="str"))
    codes = whole.codes if through is None else whole.codes[through]
    return pd.Categorical.from_codes(codes[rows], categories=whole.categories)


def _same(name: str | None, n: int) -> pd.Categorical:
    """Give every row the same name, or none."""
    categories = pd.Index([] if name is None else [name], dtype="str")
    codes = np.full(n, -1 if name is None else 0, dtype=np.int8)
    return pd.Categorical.from_codes(codes, categories=categories)
