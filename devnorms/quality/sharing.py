"""
Cells too small to share, and items that hold one observation twice.
"""

from __future__ import annotations

import numpy as np

from devnorms._base.copies import Pair, find_pairs
from devnorms.quality.case import Case, Finding, listed

LEAST_TO_SHARE = 5


def small_cells(case: Case) -> list[Finding]:
    """
    Count cells of item, sex and month of age that hold fewer than five children.

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
    if not n:
        return []
    sex = answers.visits["sex"].iloc[:n].astype(str).to_numpy()
    month = np.floor(np.expm1(answers.log_age[:n]) + 1e-9).astype(np.int64)
    sexes, code = np.unique(sex, return_inverse=True)
    group = month * len(sexes) + code
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    held = np.add.reduceat(answers.answered[:n][order], starts, axis=0, dtype=np.int64)
    cells, small = int((held > 0).sum()), int(((held > 0) & (held < 5)).sum())
    if not small:
        return []
    return [
        Finding(
            "cells too small to share",
            "note",
            small,
            "cells",
            f"Counted by item, sex and month of age, {small} of {cells} cells hold "
            f"fewer than {LEAST_TO_SHARE} children. Published as they are, they may "
            "tell on a child whose age is known.",
            "Share wider bins of age, both sexes together, or leave small cells out "
            "(`count(..., min_asked=5)`).",
            of=cells,
        )
    ]


def copied_items(case: Case) -> list[Finding]:
    """
    Find items whose answers are those of another item; see `devnorms._base.copies`.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    list of Finding
        ``look`` between instruments, ``note`` within one.
    """
    instrument = case.answers.items["instrument"].astype(str).to_numpy()
    pairs = find_pairs(case.answers.values, chains=False)
    between = [p for p in pairs if instrument[p.first] != instrument[p.second]]
    within = [p for p in pairs if instrument[p.first] == instrument[p.second]]
    findings = []
    if between:
        findings.append(
            Finding(
                "items copied between instruments",
                "look",
                len({pair.second for pair in between}),
                "items",
                "Answers of these items are, child by child, those of an item of "
                "another instrument, and so many agree, passes and not-yets, that "
                "chance does not do it. One observation was written down twice.",
                "Keep one of each pair: two would count one observation as two, and "
                "would make the instruments look alike.",
                of=len(case.answers.names),
                where=_pairs(case, between),
                chance=1e-3,
            )
        )
    if within:
        findings.append(
            Finding(
                "items of one instrument with the same answers",
                "note",
                len({pair.second for pair in within}),
                "items",
                "Two items of the instrument have the same answers for (nearly) every "
                "child: two steps scored from one task, or one column entered twice.",
                "Look at the wording; if they are one task, they are one observation.",
                of=len(case.answers.names),
                where=_pairs(case, within),
                chance=1e-3,
            )
        )
    return findings


def _pairs(case: Case, pairs: list[Pair]) -> str:
    """Name pairs, with how often they agree."""
    names = case.answers.names
    return listed(
        f"{names[pair.second]} = {names[pair.first]} "
        f"({pair.visits - pair.exceptions} of {pair.visits} visits)"
        for pair in pairs
    )
