"""
The same milestone in other populations, and the same visits in other sets.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from devnorms.quality.case import ALPHA, Case, Finding, listed
from devnorms.quality.series import items_out_of_order

Floats = NDArray[np.float64]
SLOPE = 8.0
"""A usual slope of items in log(months + 1); only the location is looked for."""

_LEAST_ASKED, _LEAST_ELSEWHERE, _LEAST_APART, _LEAST_SDS = 30, 3, 0.5, 3.0
_LEAST_OF_EACH = 5


def unlike_elsewhere(cases: Sequence[Case]) -> list[list[Finding]]:
    """
    Find items passed far earlier or later than their milestone is anywhere else.

    The age at which half pass is found for each item with a usual slope, from whatever
    ages it was asked at, so that an item that nearly all pass is not left out. It is
    compared with the median over the items of other populations that are linked to the
    same milestone, at least three. It is told if it is three robust SD and half a unit
    of log(months + 1) away: as ``look`` if that is beyond what the number of items
    explains, or if the item is out of its order as well, else as ``note``.

    Parameters
    ----------
    cases : sequence of Case
        All sets.

    Returns
    -------
    list of list of Finding
        For each set.
    """
    parts = [_locations(case, k) for k, case in enumerate(cases)]
    table = pd.concat(parts, ignore_index=True)
    if table.empty:
        return [[] for _ in cases]
    far = _far_away(table.assign(off=_against_others(table)))
    return [
        [
            _tell(part, str(grade), int((table["set"] == k).sum()))
            for grade, part in far[far["set"] == k].groupby("grade")
        ]
        for k in range(len(cases))
    ]


def _far_away(table: pd.DataFrame) -> pd.DataFrame:
    """Keep items far from their milestone, with their distance in SD and a grade."""
    table = table[table["off"].notna()]
    away = table["off"].abs()
    scale = max(float(away.median()) / 0.6745, 1e-9) if len(table) else 1.0
    # An item that all pass may be learnt at any earlier age, but not at a later one.
    tells = table["passed"].where(table["off"] < 0, table["not_yet"]) >= _LEAST_OF_EACH
    far = tells & (away >= _LEAST_APART) & (away / scale >= _LEAST_SDS)
    beyond = away / scale > norm.isf(ALPHA / (2 * max(len(table), 1)))
    # Two signs that do not depend on one another weigh more than one.
    look = beyond | table["out_of_order"]
    return table.assign(sds=away / scale, grade=np.where(look, "look", "note"))[far]


def _locations(case: Case, number: int) -> pd.DataFrame:
    """Log age at which half pass, for each item with a milestone."""
    answers = case.answers
    n = answers.dated
    linked = answers.items["milestone"].notna().to_numpy()
    asked = answers.answered[:n].sum(axis=0)
    at = np.flatnonzero(linked & (asked >= _LEAST_ASKED))
    if not n or not len(at):
        return pd.DataFrame()
    total: Floats = answers.by_bin(answers.answered[:n])[:, at].astype(np.float64)
    passed = answers.by_bin(answers.passed[:n])[:, at].sum(axis=0)
    # Nobody and everybody are not quite so sure.
    goal: Floats = np.clip(passed, 0.5, asked[at] - 0.5).astype(np.float64)
    return pd.DataFrame(
        {
            "set": number,
            "item": answers.names[at],
            "milestone": answers.items["milestone"].astype(object).to_numpy()[at],
            "location": _solve(np.log1p(answers.bin_ages), total, goal),
            "passed": passed,
            "not_yet": asked[at] - passed,
            "out_of_order": np.isin(at, list(items_out_of_order(case))),
        }
    )


def _solve(log_age: Floats, asked: Floats, goal: Floats) -> Floats:
    """Find the location at which the expected passes are those seen, by halving."""
    low = np.full(len(goal), -2.0)
    high = np.full(len(goal), 8.0)
    for _ in range(40):
        middle = (low + high) / 2
        passes = (asked * expit(SLOPE * (log_age[:, None] - middle))).sum(axis=0)
        low = np.where(passes > goal, middle, low)
        high = np.where(passes > goal, high, middle)
    location: Floats = (low + high) / 2
    return location


def _against_others(table: pd.DataFrame) -> Floats:
    """Distance of each item from the median of other sets; NaN where too few."""
    off = np.full(len(table), np.nan)
    for _, part in table.groupby("milestone"):
        location, sets = part["location"].to_numpy(), part["set"].to_numpy()
        for k in np.unique(sets):
            others = location[sets != k]
            if len(others) >= _LEAST_ELSEWHERE:
                mine = part.index.to_numpy()[sets == k]
                off[mine] = location[sets == k] - np.median(others)
    return off


def _tell(part: pd.DataFrame, grade: str, of: int) -> Finding:
    """Name the items, the furthest first."""
    part = part.sort_values("sds", ascending=False)
    return Finding(
        "items unlike their milestone elsewhere",
        grade,
        len(part),
        "items",
        "Half of the children pass these at an age far from where items linked to the "
        "same milestone are passed in the other populations here. The link may be "
        "wrong, the column may hold another item, the wording may differ, or these "
        "children do differ.",
        "Question the link and the column before speaking of culture.",
        of=of,
        where=listed(
            f"{item} ({milestone}: half at {_months(here)} months, elsewhere at "
            f"{_months(here - off)})"
            for item, milestone, here, off in zip(
                part["item"],
                part["milestone"],
                part["location"],
                part["off"],
                strict=True,
            )
        ),
    )


def _months(log_age: float) -> str:
    """Write an age in months; before birth is at birth."""
    return f"{max(float(np.expm1(log_age)), 0.0):.2g}"
