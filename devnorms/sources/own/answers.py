"""
From rows and items to one row per answer, with a ledger in which each is counted once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms.schema.responses import RESPONSES
from devnorms.sources.own.cells import folded, holds
from devnorms.sources.own.faults import Faults
from devnorms.sources.own.mapping.settings import DataMap, Item

NO_AGE = "no age"
NOT_MAPPED = "item not in the mapping"
REPEATED = "the child answered the item before on the same occasion"
_EMPTY, _WRONG = -1, -2


@dataclass(frozen=True)
class Answers:
    """
    Answers, each by its row, its item and its code.

    Attributes
    ----------
    row : numpy.ndarray
        Position of the row.
    item : numpy.ndarray
        Position in the items; -1 where the mapping does not name the item.
    response : numpy.ndarray
        int8, position in `RESPONSES`.
    empty : int
        Cells that hold nothing: not asked, by the design or by chance.
    """

    row: NDArray[np.int64]
    item: NDArray[np.int64]
    response: NDArray[np.int8]
    empty: int


def read_answers(
    cells: pd.DataFrame, plan: DataMap, items: Sequence[Item], faults: Faults
) -> Answers:
    """
    Find all cells that hold an answer.

    Parameters
    ----------
    cells : pandas.DataFrame
        The rows.
    plan : DataMap
        The mapping.
    items : sequence of Item
        The items.
    faults : Faults
        To be added to: codes that the mapping does not know.

    Returns
    -------
    Answers
        Wrong codes are noted as faults and not among them.
    """
    if plan.long.item:
        return _long(cells, plan, items, faults)
    coded = np.column_stack(
        [_coded(cells[item.name], item.answers, item.name, faults) for item in items]
    )
    row, item = np.nonzero(coded >= 0)
    empty = int((coded == _EMPTY).sum())
    return Answers(row, item, coded[row, item], empty)


def _long(
    cells: pd.DataFrame, plan: DataMap, items: Sequence[Item], faults: Faults
) -> Answers:
    """One row is one answer already."""
    position = {item.name: k for k, item in enumerate(items)}
    named = cells[plan.long.item].map(position).fillna(-1).to_numpy().astype(np.int64)
    coded = np.full(len(cells), _EMPTY, dtype=np.int8)
    text = cells[plan.long.answer]
    coded[(named < 0) & (text != "").to_numpy()] = RESPONSES.index("unsure")
    for answers in _different([item.answers for item in items]):
        of = [k for k, item in enumerate(items) if item.answers == answers]
        here = np.isin(named, of)
        coded[here] = _coded(text[here], answers, plan.long.answer, faults)
    row = np.nonzero(coded >= 0)[0]
    return Answers(row, named[row], coded[row], int((coded == _EMPTY).sum()))


def _different(answers: list[Mapping[str, str]]) -> list[Mapping[str, str]]:
    found: list[Mapping[str, str]] = []
    for one in answers:
        if one not in found:
            found.append(one)
    return found


def _coded(
    text: pd.Series, answers: Mapping[str, str], column: str, faults: Faults
) -> NDArray[np.int8]:
    """Position in `RESPONSES` of each cell, -1 where empty; wrong codes are faults."""
    codes, words = pd.factorize(folded(text))
    empty = answers.get("", "")
    meaning = {code: RESPONSES.index(word) for code, word in answers.items()}
    meaning[""] = RESPONSES.index(empty) if empty else _EMPTY
    found = np.array([meaning.get(str(w), _WRONG) for w in words], dtype=np.int8)
    coded: NDArray[np.int8] = found[codes] if len(words) else np.empty(0, np.int8)
    bad = text[coded == _WRONG]
    faults.add_codes(
        column,
        "answers that the mapping does not know",
        bad,
        f"Known: {', '.join(repr(c) for c in answers)}. Add their meaning to "
        "[answers], or to the item's own answers",
    )
    return coded


@dataclass(frozen=True)
class Ledger:
    """
    Where the answers went: ``answers_in`` is ``used`` and all ``left_out`` together.
    """

    answers_in: int
    used: int
    left_out: dict[str, int]
    empty: int


def settle(
    answers: Answers,
    table: pd.DataFrame,
    cells: pd.DataFrame,
    plan: DataMap,
    faults: Faults,
) -> tuple[NDArray[np.bool_], Ledger]:
    """
    Decide which answers are used, and count the others under the first reason.

    Parameters
    ----------
    answers : Answers
        All of them.
    table : pandas.DataFrame
        From `visits`.
    cells : pandas.DataFrame
        The rows.
    plan : DataMap
        The mapping.
    faults : Faults
        To be added to: rows without a child, items answered twice.

    Returns
    -------
    numpy.ndarray
        bool per answer.
    Ledger
    """
    used = np.ones(len(answers.row), dtype=bool)
    left_out: dict[str, int] = {}

    def leave(reason: str, out: NDArray[np.bool_]) -> None:
        n = int((out & used).sum())
        if n:
            left_out[reason] = left_out.get(reason, 0) + n
        used[out] = False

    for one in plan.leave_out:
        rows = holds(cells, one.when.column, one.when.codes).to_numpy()
        leave(one.reason, rows[answers.row])
    leave(NOT_MAPPED, answers.item < 0)
    _check_children(answers, table, used, " + ".join(plan.child.columns), faults)
    leave(NO_AGE, table["age_days"].isna().to_numpy()[answers.row])
    leave(REPEATED, _repeated(answers, table, used, plan, faults))
    ledger = Ledger(len(answers.row), int(used.sum()), left_out, answers.empty)
    return used, ledger


def _check_children(
    answers: Answers,
    table: pd.DataFrame,
    used: NDArray[np.bool_],
    column: str,
    faults: Faults,
) -> None:
    """Refuse answers of nobody."""
    rows = np.unique(answers.row[used])
    child = table["child"].iloc[rows]
    nobody = child[child == ""]
    faults.add(
        column,
        "answers without a child: the id is empty",
        nobody,
        "Give each child an id, or leave such rows out with [[leave_out]]",
    )


def _repeated(
    answers: Answers,
    table: pd.DataFrame,
    used: NDArray[np.bool_],
    plan: DataMap,
    faults: Faults,
) -> NDArray[np.bool_]:
    """Find answers of a child to an item that it answered on the same occasion."""
    keys = ["child", "occasion", "coder"]
    visit = table.groupby(keys, sort=False).ngroup().to_numpy()
    chosen = pd.DataFrame({"visit": visit[answers.row], "item": answers.item})[used]
    repeated = np.zeros(len(used), dtype=bool)
    if plan.file.duplicates == "refuse":
        again = chosen.index[chosen.duplicated(keep=False)].to_numpy()
        rows = np.unique(answers.row[again])
        faults.add_masked(
            " + ".join(plan.child.columns),
            "duplicate visits: a child answers an item more than once on the same "
            "occasion (or at the same age, where no occasion is named)",
            table["child"].iloc[rows],
            "Correct ids or dates, name the [occasion] column, or say duplicates = "
            "'first' or 'last' in [file]: what is left out is then counted",
        )
        return repeated
    first = plan.file.duplicates == "first"
    twice = chosen.duplicated(keep="first" if first else "last")
    repeated[twice.index[twice]] = True
    return repeated
