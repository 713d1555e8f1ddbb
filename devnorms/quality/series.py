"""
Series of items that are numbered from easy to hard, and items out of their order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, spearmanr

from devnorms.quality.answers import Answers
from devnorms.quality.case import ALPHA, Case, Finding, listed

_LEAST_ORDERED, _ORDERED = 10, 0.75
_NEIGHBOURS, _LEAST_BESIDE = 4, 3
_LEAST_OUT, _LEAST_SDS = 2.0, 3.0


def out_of_order(case: Case) -> list[Finding]:
    """
    Find items far easier or harder than those numbered around them.

    Instruments that number their items from easy to hard say themselves where an item
    belongs. Series of ten or more items whose numbers and difficulties agree (rank
    correlation at least 0.75) are looked at. An item is out of order if it lies at
    least two logits from the median of its eight neighbours, and further than chance
    would place one in a series of such scatter: three robust SD for a note, with all
    items of the set taken into account for a look.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    list of Finding
    """
    rows = items_out_of_order(case)
    return [
        _tell_order(case.answers, part, grade)
        for grade in ("look", "note")
        if (part := [row for row in rows.values() if row.grade == grade])
    ]


@dataclass(frozen=True)
class OutOfOrder:
    """One item out of its order: column, distance in logits and robust SD, grade."""

    item: int
    logits: float
    sds: float
    grade: str


def items_out_of_order(case: Case) -> dict[int, OutOfOrder]:
    """
    Find the items of `out_of_order`.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    dict of int to OutOfOrder
        By column, the furthest first.
    """
    answers = case.answers
    if not answers.dated:
        return {}
    asked = answers.answered[: answers.dated].sum(axis=0)
    passed = answers.passed[: answers.dated].sum(axis=0)
    # Where nobody, or everybody, passes, the difficulty has no end.
    known = (asked >= 30) & (passed >= 3) & (asked - passed >= 3)
    series = _series(answers.names, known).values()
    limit = float(norm.isf(ALPHA / (2 * max(sum(map(len, series)), 1))))
    found = [row for at in series for row in _outliers(at, case)]
    return {
        item: OutOfOrder(item, off, sds, "look" if sds > limit else "note")
        for item, off, sds in sorted(found, key=lambda row: -row[2])
    }


def _tell_order(answers: Answers, rows: list[OutOfOrder], grade: str) -> Finding:
    """Name the items."""
    return Finding(
        "items out of their order",
        grade,
        len(rows),
        "items",
        "The instrument numbers its items from easy to hard; these are far easier or "
        "harder here than the ones numbered around them. A column may hold another "
        "item's answers, the wording may have changed in translation, or children here "
        "learn it at another age.",
        "Compare the column with the form, and the share passing with other countries, "
        "before the item is used.",
        of=len(answers.names),
        where=listed(
            f"{answers.names[row.item]} ({'easier' if row.logits < 0 else 'harder'} by "
            f"{abs(row.logits):.1f} logits)"
            for row in rows
        ),
        chance=ALPHA if grade == "look" else None,
    )


def _series(
    names: NDArray[np.str_], known: NDArray[np.bool_]
) -> dict[str, NDArray[np.int64]]:
    """Group items by what stands before their number, in the order of the numbers."""
    parts = [re.fullmatch(r"(.*?)(\d+)", str(name)) for name in names]
    rows = [
        (part[1], int(part[2]), i)
        for i, part in enumerate(parts)
        if part is not None and known[i]
    ]
    table = pd.DataFrame(rows, columns=["series", "number", "at"])
    return {
        str(series): part.sort_values("number")["at"].to_numpy(dtype=np.int64)
        for series, part in table.groupby("series")
        if len(part) >= _LEAST_ORDERED
    }


def _outliers(at: NDArray[np.int64], case: Case) -> list[tuple[int, float, float]]:
    """Give items far from their neighbours: which, by how many logits, robust SD."""
    difficulty = case.expected.difficulty[at]
    if spearmanr(np.arange(len(at)), difficulty).statistic < _ORDERED:
        return []
    # At the ends of a series all neighbours lie on one side: nothing can be said there.
    middle = range(_LEAST_BESIDE, len(at) - _LEAST_BESIDE)
    off = np.zeros(len(at))
    for k in middle:
        near = np.r_[max(k - _NEIGHBOURS, 0) : k, k + 1 : k + 1 + _NEIGHBOURS]
        off[k] = difficulty[k] - np.median(difficulty[near[near < len(at)]])
    scale = np.median(np.abs(off[middle])) / 0.6745
    sds = np.abs(off) / np.hypot(scale, _error(case, at))
    out = (np.abs(off) >= _LEAST_OUT) & (sds >= _LEAST_SDS)
    return [(int(at[k]), float(off[k]), float(sds[k])) for k in np.flatnonzero(out)]


def _error(case: Case, at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the standard error of difficulties that passes and not-yets allow."""
    n = case.answers.dated
    passed = case.answers.passed[:n, at].sum(axis=0)
    not_yet = case.answers.answered[:n, at].sum(axis=0) - passed
    return np.asarray(np.sqrt(1 / passed + 1 / not_yet))
