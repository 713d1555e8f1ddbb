"""
The order of answers: passed and then not yet, skills asked twice, items out of order.
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

_LOST_LOOK, _LEAST_AGAIN = 0.05, 10
_LIKE_STRANGERS = 0.6
_LEAST_EXPECTED = 30
_LEAST_ORDERED = 10
_ORDERED = 0.75
_NEIGHBOURS, _LEAST_BESIDE = 4, 3
_LEAST_OUT = 2.0
_LEAST_SDS = 3.0


def pass_then_fail(case: Case) -> list[Finding]:
    """
    Count items passed at one visit and not at the child's next that asked them.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    list of Finding
    """
    answers = case.answers
    n = answers.dated
    visit, item = np.nonzero(answers.answered[:n])
    child = answers.child[:n][visit]
    order = np.lexsort((visit, item, child))
    child, item, visit = child[order], item[order], visit[order]
    pair = (child[1:] == child[:-1]) & (item[1:] == item[:-1])
    first, second = visit[:-1][pair], visit[1:][pair]
    what = item[:-1][pair]
    if not len(what):
        return []
    lost = answers.passed[first, what] & ~answers.passed[second, what]
    share = _shares(answers)
    strangers = (
        share[answers.age_bin[first], what] * (1 - share[answers.age_bin[second], what])
    ).sum()
    ratio = float(lost.sum() / strangers) if strangers >= _LEAST_EXPECTED else 0.0
    return [
        *_lost(answers, lost, what, len(np.unique(answers.child[first]))),
        *_strangers(case, ratio, int(lost.sum()), len(what)),
    ]


def _shares(answers: Answers) -> NDArray[np.float64]:
    """Share passing per age bin and item."""
    n = answers.dated
    asked = answers.by_bin(answers.answered[:n])
    passed = answers.by_bin(answers.passed[:n])
    share: NDArray[np.float64] = passed / np.maximum(asked, 1)
    return share


def _lost(
    answers: Answers, lost: NDArray[np.bool_], item: NDArray[np.int64], children: int
) -> list[Finding]:
    """Say how often a pass is followed by a not yet, and where most."""
    n = int(lost.sum())
    if not n:
        return []
    share = n / len(lost)
    pairs = np.bincount(item, minlength=len(answers.names))
    losses = np.bincount(item[lost], minlength=len(answers.names))
    worst = np.argsort(-losses / np.maximum(pairs, 20))[:3]
    return [
        Finding(
            "passed, then not yet",
            "look" if share >= _LOST_LOOK and children >= _LEAST_AGAIN else "note",
            n,
            "pairs",
            f"In {100 * share:.1f} % of the pairs of answers that follow one another, "
            f"of {children} children seen again, a child no longer does what it did. "
            "One or two in a hundred are the noise "
            "of any assessment.",
            "Nothing below 5 %; above, check ids and dates, and whether answers of "
            "different visits were mixed.",
            of=len(lost),
            where="most: "
            + listed(f"{answers.names[i]} ({losses[i]} of {pairs[i]})" for i in worst),
        )
    ]


def _strangers(case: Case, ratio: float, lost: int, pairs: int) -> list[Finding]:
    """
    Two visits of one child that agree no better than those of two children.

    Start and stop rules ask again only what is on the edge, so that many losses alone
    prove nothing; how far a child is ahead of its age must not carry over either.
    """
    if ratio < _LIKE_STRANGERS or _carries_over(case):
        return []
    return [
        Finding(
            "visits of one child are like those of two",
            "look",
            lost,
            "pairs",
            f"Children lose what they could {100 * ratio:.0f} % as often as two "
            "different children of those ages would differ, and who is ahead at one "
            "visit is not ahead at the next. The ids of visits do not hold the same "
            "children together.",
            "Check how visits were linked; if they cannot be linked, treat each visit "
            "as a child of its own.",
            of=pairs,
            chance=ALPHA,
        )
    ]


def _carries_over(case: Case) -> bool:
    """Whether being ahead of one's age at a visit says anything of the next one."""
    answers = case.answers
    child = answers.child[: answers.dated]
    order = np.lexsort((np.arange(len(child)), child))
    same = child[order][1:] == child[order][:-1]
    ahead = case.expected.beyond_age[order]
    first, second = ahead[:-1][same], ahead[1:][same]
    if len(first) < _LEAST_EXPECTED:
        return True
    correlation = float(np.corrcoef(first, second)[0, 1])
    reach = float(norm.isf(ALPHA)) / np.sqrt(len(first) - 3)
    return bool(np.tanh(np.arctanh(correlation) + reach) > 0.15)


def asked_twice(case: Case) -> list[Finding]:
    """
    Count milestones that two or more items ask in one visit, and how they differ.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    list of Finding
    """
    answers = case.answers
    milestone = answers.items["milestone"]
    several = milestone[milestone.notna() & milestone.duplicated(keep=False)]
    twice = differ = 0
    for _, items in several.groupby(several, observed=True):
        at = items.index.to_numpy()
        n = answers.answered[:, at].sum(axis=1)
        k = answers.passed[:, at].sum(axis=1)
        twice += int((n > 1).sum())
        differ += int(((n > 1) & (k > 0) & (k < n)).sum())
    if not twice:
        return []
    return [
        Finding(
            "milestone asked more than once in a visit",
            "note",
            twice,
            "visits x milestones",
            f"Two or more items linked to one milestone were answered in one visit, "
            f"in {differ} of them ({100 * differ / twice:.0f} %) with different "
            "answers. They are no independent children, and the items do not ask quite "
            "the same.",
            "Count one item per milestone, or model the items; see how sure the links "
            "are.",
        )
    ]


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
