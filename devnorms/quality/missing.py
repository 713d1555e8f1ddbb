"""
Missing answers: by design (start and stop rules, forms for an age), or holes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms.quality.answers import Answers
from devnorms.quality.case import Case, Finding, listed

Bools = NDArray[np.bool_]
_NEVER, _USUALLY = 0.05, 0.75
_LOOK_SHARE = 0.05
_LEAST_CELLS = 100
_LEAST_PER_BIN = 10
_LEAST_SERIES = 5
_STRONG = 0.5


@dataclass(frozen=True)
class Cells:
    """
    Where the cells of visits x items without an answer belong.

    Attributes
    ----------
    answered : int
        With an answer.
    not_given : int
        Of a series of items (one instrument, named alike but for the number) that was
        not given at the visit at all.
    other_age : int
        Of items that hardly anybody of that age was asked.
    outside : int
        Easier than the easiest, or harder than the hardest item answered: what start
        and stop rules leave out.
    skipped : int
        Inside that run, of items asked of some children of that age.
    holes : numpy.ndarray
        Per item: inside that run, though most of that age were asked.
    possible : numpy.ndarray
        Per item: cells at which most of that age were asked.
    """

    answered: int
    not_given: int
    other_age: int
    outside: int
    skipped: int
    holes: NDArray[np.int64]
    possible: NDArray[np.int64]


def missing(case: Case) -> list[Finding]:
    """
    Say of what kind the missing answers are, and how much they depend on the child.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    list of Finding
    """
    if not case.answers.dated:
        return []
    cells = sort_cells(case)
    return [
        *_by_design(case.answers, cells),
        *_holes(case.answers, cells),
        *_selection(case),
        *_other_answers(case.answers),
    ]


def sort_cells(case: Case) -> Cells:
    """
    Sort all cells of dated visits.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    Cells
    """
    answers = case.answers
    n = answers.dated
    answered = answers.answered[:n]
    holes = np.zeros(answered.shape[1], dtype=np.int64)
    possible = holes.copy()
    not_given = other_age = outside = skipped = 0
    for items in _series(answers):
        at = items[np.argsort(case.expected.difficulty[items], kind="stable")]
        part = answered[:, at]
        given = part.any(axis=1)
        not_given += int((~given).sum()) * len(at)
        share = _share_asked(part[given], answers.age_bin[given])
        missing = ~part[given]
        never = missing & (share <= _NEVER)
        inside = _inside(part[given])
        out = missing & ~never & ~inside
        hole = missing & inside & (share >= _USUALLY)
        other_age += int(never.sum())
        outside += int(out.sum())
        skipped += int((missing & ~never & inside & ~hole).sum())
        holes[at] = hole.sum(axis=0)
        possible[at] = (share >= _USUALLY).sum(axis=0)
    return Cells(
        int(answered.sum()), not_given, other_age, outside, skipped, holes, possible
    )


def _series(answers: Answers) -> list[NDArray[np.int64]]:
    """Group items that one start and stop rule may hold for: by name, numbers apart."""
    instrument = answers.items["instrument"].astype(str)
    stem = pd.Series(answers.names).str.replace(r"\d+$", "", regex=True)
    series = instrument + " " + stem
    long = series.groupby(series).transform("size") >= _LEAST_SERIES
    key = series.where(long, instrument)
    return [np.asarray(at, dtype=np.int64) for at in key.groupby(key).indices.values()]


def _share_asked(part: Bools, bins: NDArray[np.int64]) -> NDArray[np.float32]:
    """Share of the visits of the same age bin that were asked, per visit and item."""
    number = np.unique(bins, return_inverse=True)[1]
    starts = np.flatnonzero(np.diff(number, prepend=-1))
    asked = np.add.reduceat(part, starts, axis=0, dtype=np.float32)
    share = asked / np.bincount(number)[:, None]
    return np.asarray(share[number], dtype=np.float32)


def _inside(part: Bools) -> Bools:
    """Where a cell lies between the first and the last answer of its visit."""
    first = part.argmax(axis=1)
    last = part.shape[1] - 1 - part[:, ::-1].argmax(axis=1)
    place = np.arange(part.shape[1])
    return np.asarray((place >= first[:, None]) & (place <= last[:, None]))


def _by_design(answers: Answers, cells: Cells) -> list[Finding]:
    """Tell the shares of what was not asked on purpose."""
    by_design = cells.not_given + cells.other_age + cells.outside + cells.skipped
    total = answers.dated * len(answers.names)
    if by_design < 0.01 * total:
        return []

    def percent(n: int) -> str:
        return f"{100 * n / total:.1f} %"

    return [
        Finding(
            "not asked by design",
            "note",
            by_design,
            "cells",
            f"Of all visits x items {percent(cells.answered)} have an answer. Without: "
            f"{percent(cells.not_given)} of a series not given at that visit, "
            f"{percent(cells.other_age)} not asked at that age, "
            f"{percent(cells.outside)} easier or harder than all that was asked (start "
            f"and stop rules), {percent(cells.skipped)} in between, asked of some "
            f"children of that age, {percent(int(cells.holes.sum()))} holes.",
            "Never compare shares passing over all ages; compare at the same age.",
            of=total,
        )
    ]


def _holes(answers: Answers, cells: Cells) -> list[Finding]:
    """Tell answers that should be there, and the items that miss most of them."""
    holes, possible = int(cells.holes.sum()), int(cells.possible.sum())
    if not holes or possible < _LEAST_CELLS:
        return []
    share = cells.holes / np.maximum(cells.possible, 1)
    worst = [i for i in np.argsort(-share)[:4] if cells.holes[i] > 0]
    return [
        Finding(
            "holes",
            "look" if holes >= _LOOK_SHARE * possible else "note",
            holes,
            "cells",
            f"{100 * holes / possible:.2g} % of the answers are missing where most "
            "children of that age were asked and the child answered easier and "
            "harder items: skipped, illegible or lost, by no rule.",
            "Ask whether refusals, lost pages or one interviewer are behind them.",
            of=possible,
            where="most: "
            + listed(f"{answers.names[i]} ({100 * share[i]:.1f} %)" for i in worst),
        )
    ]


def _selection(case: Case) -> list[Finding]:
    """
    Say how much more able those asked are than those of the same age who were not.

    The mean difference over items and age bins, in SD of children of one age; items and
    bins count where at least ten were asked and ten were not.
    """
    answers = case.answers
    n = answers.dated
    given = answers.answered[:n].astype(np.float32)
    ahead = case.expected.beyond_age.astype(np.float32)[:, None]
    starts = np.flatnonzero(np.diff(answers.age_bin, prepend=-1))
    size = np.bincount(answers.age_bin)[:, None]
    total = np.add.reduceat(ahead, starts, axis=0)
    asked = np.add.reduceat(given, starts, axis=0)
    able = np.add.reduceat(given * ahead, starts, axis=0)
    rest = size - asked
    both = (asked >= _LEAST_PER_BIN) & (rest >= _LEAST_PER_BIN)
    cells = int(np.minimum(asked, rest)[both].sum())
    if cells < _LEAST_CELLS:
        return []
    gap = able[both] / asked[both] - (total - able)[both] / rest[both]
    strong = int((np.abs(gap) >= _STRONG).sum())
    if strong < 0.1 * len(gap):
        return []
    return [
        Finding(
            "who is asked depends on the child",
            "note",
            strong,
            "items x ages",
            f"In {100 * strong / len(gap):.0f} % of items x ages where some children "
            "are asked and some are not, the two differ by half a standard deviation "
            f"or more in how far they have come (on average, those asked by "
            f"{float(gap.mean()):+.1f} SD). This is what start and stop rules do, and "
            "asking again only what was failed.",
            "Shares among those asked are not shares of children: use a model that "
            "knows the rule, or ages at which all are asked.",
            of=len(gap),
        )
    ]


def _other_answers(answers: Answers) -> list[Finding]:
    """Tell answers that are neither passed nor not yet."""
    total = sum(answers.responses.values())
    other = {
        word.replace("_", " "): n
        for word, n in answers.responses.items()
        if word not in {"passed", "not_yet"} and n
    }
    if not other:
        return []
    n = sum(other.values())
    unsure = answers.responses.get("unsure", 0)
    return [
        Finding(
            "answers that are not counted",
            "look" if unsure >= 0.1 * total else "note",
            n,
            "responses",
            "Neither a pass nor a not yet: "
            + ", ".join(f"{n} {word}" for word, n in sorted(other.items()))
            + ". They enter no share.",
            "See whether they belong to some items, ages or interviewers.",
            of=total,
        )
    ]
