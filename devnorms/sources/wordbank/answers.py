"""
The answers of a data set: codes of all items of a kind decoded together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devnorms.sources.childdevdata.doubts import Note
from devnorms.sources.wordbank.codes import State, decode
from devnorms.sources.wordbank.columns import ItemColumns
from devnorms.sources.wordbank.mapping import plain_code
from devnorms.sources.wordbank.rawfile import RawTable

PRODUCES, UNDERSTANDS = "produces", "understands"
HALVES = ("u", "p")
_SHOWN = 5
_LONGEST_CODE = 12


@dataclass(frozen=True)
class Answers:
    """
    The answers to one question of an item.

    Attributes
    ----------
    of : ItemColumns
        The item.
    measure : str
        ``produces``, ``understands``, or the item's type.
    cells : numpy.ndarray
        int8 per form: 1 passed, 0 not yet, below 0 a `State` without answer.
    """

    of: ItemColumns
    measure: str
    cells: NDArray[np.int8]


def read_answers(
    table: RawTable,
    columns: list[ItemColumns],
    values: Mapping[str, Mapping[str, str]],
    study: str,
) -> tuple[list[Answers], list[Note]]:
    """
    Turn the cells of all items into answers.

    Parameters
    ----------
    table : RawTable
        The data file.
    columns : list of ItemColumns
        Where the items are.
    values : mapping
        The value mapping.
    study : str
        For the notes.

    Returns
    -------
    answers : list of Answers
        By kind of item, in the order of the mapping.
    notes : list of Note
    """
    answers: list[Answers] = []
    notes: list[Note] = []
    for kind in dict.fromkeys(column.type for column in columns):
        mapping = values.get(kind, {})
        for n_columns in (1, 2):
            some = [c for c in columns if c.type == kind and len(c.places) == n_columns]
            if some:
                read = _Kind(table, some, mapping)
                answers += read.answers()
                notes += read.notes(study, kind)
    return _joined(answers), notes


def _joined(answers: list[Answers]) -> list[Answers]:
    """Where an item has more than one column, keep the stronger answer of each form."""
    of_question: dict[tuple[str, str], Answers] = {}
    for one in answers:
        key = (one.of.item_id, one.measure)
        other = of_question.get(key)
        # passed over not yet over no answer; of two reasons for no answer, either
        cells = one.cells if other is None else np.maximum(one.cells, other.cells)
        of_question[key] = Answers(
            one.of if other is None else other.of, one.measure, cells
        )
    return list(of_question.values())


class _Kind:
    """The items of one kind that have equally many columns."""

    def __init__(
        self, table: RawTable, columns: list[ItemColumns], mapping: Mapping[str, str]
    ) -> None:
        self.columns = columns
        self.counts: list[Counter[str]] = []
        self.boxes: list[str | None] = []
        self.states: list[list[NDArray[np.int8]]] = []
        halves = HALVES if len(columns[0].places) > 1 else ("",)
        self.meanings = set(mapping.values())
        for position, half in enumerate(halves):
            places = [column.places[position] for column in columns]
            self._decode(table, places, _for_half(mapping, half))

    def _decode(
        self, table: RawTable, places: list[int], mapping: Mapping[str, str]
    ) -> None:
        """Decode one column of each item."""
        coded = []
        counts: Counter[str] = Counter()
        for place in places:
            cells = table.cells.iloc[:, place].cat
            names = [plain_code(str(name)) for name in cells.categories]
            codes = cells.codes.to_numpy()
            found = np.bincount(codes, minlength=len(names))
            for name, n in zip(names, found, strict=True):
                counts[name] += int(n)
            coded.append((names, codes))
        decoded = decode(counts, mapping)
        self.counts.append(counts)
        self.boxes.append(decoded.empty_box)
        self.states.append(
            [
                np.array([decoded.states[n] for n in names], dtype=np.int8)[codes]
                for names, codes in coded
            ]
        )
        self.unknown = {
            c: n for c, n in counts.items() if decoded.states[c] is State.UNKNOWN
        }

    def answers(self) -> list[Answers]:
        """Give the answers to what this kind of item asks."""
        if len(self.states) > 1:
            return self._of_two()
        measures = self._measures()
        found = []
        for column, states in zip(self.columns, self.states[0], strict=True):
            for measure, least in measures.items():
                cells = np.where(states < 0, states, states >= least).astype(np.int8)
                found.append(Answers(column, measure, cells))
        return found

    def _measures(self) -> dict[str, State]:
        """Say what is asked, and from which state on the answer is a pass."""
        occurring = {int(s) for states in self.states[0] for s in np.unique(states)}
        said = any("produce" in meaning for meaning in self.meanings)
        understood = any("understand" in meaning for meaning in self.meanings)
        measures: dict[str, State] = {}
        if said:
            measures[PRODUCES] = State.PRODUCES
        if understood and (State.UNDERSTANDS in occurring or not said):
            measures[UNDERSTANDS] = State.UNDERSTANDS
        return measures or {self.columns[0].type: State.UNDERSTANDS}

    def _of_two(self) -> list[Answers]:
        """Join "understands" and "produces": who says a word also understands it."""
        found = []
        for column, u, p in zip(self.columns, *self.states, strict=True):
            says = np.where(p < 0, p, p > 0).astype(np.int8)
            knows = np.where(u < 0, u, u > 0).astype(np.int8)
            knows = np.where(says == 1, np.int8(1), knows)
            found.append(Answers(column, PRODUCES, says))
            found.append(Answers(column, UNDERSTANDS, knows))
        return found

    def notes(self, study: str, kind: str) -> list[Note]:
        """Tell blanks taken for "no", and codes that nobody explains."""
        notes = []
        for counts, box in zip(self.counts, self.boxes, strict=True):
            if box is not None:
                written = f"the code {box!r}" if box else "a blank"
                detail = (
                    f"{kind}: nobody writes a 'no' here, so {written} is a box not "
                    "ticked: not yet"
                )
                notes.append(
                    Note(study, "empty box read as 'no'", counts[box], "cells", detail)
                )
        if self.unknown:
            shown = [c for c in self.unknown if len(c) <= _LONGEST_CODE][:_SHOWN]
            detail = (
                f"{kind}: {', '.join(map(repr, shown)) or 'longer texts'}; not in the "
                "value mapping, left out"
            )
            n = sum(self.unknown.values())
            notes.append(Note(study, "codes not in the mapping", n, "cells", detail))
        return notes


def _for_half(mapping: Mapping[str, str], half: str) -> dict[str, str]:
    """Take the codes of one of two columns: ``1p`` is the code 1 of "produces"."""
    if not half:
        return dict(mapping)
    own = {
        code[:-1]: meaning for code, meaning in mapping.items() if code.endswith(half)
    }
    return own or dict(mapping)
