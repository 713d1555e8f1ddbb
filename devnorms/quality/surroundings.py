"""
Where and by whom: interviewers and sites, when the observations name them.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution
from scipy.stats import norm

from devnorms.quality.case import ALPHA, Case, Finding, listed

PEOPLE = ("interviewer", "assessor", "examiner", "enumerator", "observer", "rater")
PLACES = ("site", "clinic", "centre", "center", "lab", "region", "district", "village")
_LEAST_CHILDREN = 5
_PEOPLE_SHARE, _PLACES_SHARE = 0.05, 0.15


def surroundings(case: Case) -> list[Finding]:
    """
    Compare children of one age between interviewers, and between sites.

    How far a child is ahead of its age is compared between levels by an analysis of
    variance; a child counts once per level. Columns are known by their names.

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
    named = [
        column for column in case.answers.extra if _names(column, (*PEOPLE, *PLACES))
    ]
    # With several columns, each is tested at its part.
    return [
        finding for column in named for finding in _differ(case, column, len(named))
    ]


def _names(column: str, words: tuple[str, ...]) -> bool:
    """Whether a column is named after one of the words: site, site_id, lab2."""
    after = "s?(?:id|code|no|nr|name|number)?"
    parts = re.split(r"[^a-z]+", column.lower())
    return any(re.fullmatch(f"(?:{'|'.join(words)}){after}", part) for part in parts)


def _differ(case: Case, column: str, tests: int) -> list[Finding]:
    """Tell a column whose levels differ more than chance would have it."""
    table = _per_child(case, column)
    if table["level"].nunique() < 2:
        return []
    share, p = _between(table)
    people = _names(column, PEOPLE)
    if p * tests >= ALPHA:
        return []
    levels = _odd_levels(table)
    kind = "interviewers" if people else "sites"
    return [
        Finding(
            f"{kind} differ ({column})",
            "look" if share >= (_PEOPLE_SHARE if people else _PLACES_SHARE) else "note",
            len(levels),
            "levels",
            f"{100 * share:.0f} % of the differences between children of one age go "
            f"with '{column}'. "
            + (
                "Interviewers who see children of the same age should find the same; "
                "these are more lenient or stricter, or see other children."
                if people
                else "Places differ in their children, and in how they are asked; the "
                "data alone cannot tell which."
            ),
            "Compare training and forms; let some children be seen by two."
            if people
            else "Name the sites with the results, or model them.",
            of=int(table["level"].nunique()),
            where=listed(levels),
            chance=ALPHA,
        )
    ]


def _per_child(case: Case, column: str) -> pd.DataFrame:
    """How far each child is ahead of its age, once per level."""
    n = case.answers.dated
    table = pd.DataFrame(
        {
            "child": case.answers.child[:n],
            "level": case.answers.visits[column].iloc[:n].astype("object"),
            "ahead": case.expected.beyond_age,
        }
    ).dropna()
    each = table.groupby(["child", "level"], as_index=False)["ahead"].mean()
    size = each.groupby("level")["child"].transform("size")
    large: pd.DataFrame = each[size >= _LEAST_CHILDREN]
    return large


def _between(table: pd.DataFrame) -> tuple[float, float]:
    """Share of variance between levels, and the chance of so large an F."""
    groups = table.groupby("level")["ahead"]
    size = groups.size().to_numpy(dtype=float)
    n, k = size.sum(), len(size)
    overall = table["ahead"].mean()
    between = float((size * (groups.mean().to_numpy() - overall) ** 2).sum() / (k - 1))
    within = float(((table["ahead"] - groups.transform("mean")) ** 2).sum() / (n - k))
    mean_size = (n - (size**2).sum() / n) / (k - 1)
    share = (between - within) / (between + (mean_size - 1) * within)
    return max(share, 0.0), float(f_distribution.sf(between / within, k - 1, n - k))


def _odd_levels(table: pd.DataFrame) -> list[str]:
    """Name levels far from the others; a name of a person is not shown."""
    groups = table.groupby("level")["ahead"]
    size = groups.size().to_numpy(dtype=float)
    off = (groups.mean() - table["ahead"].median()) * np.sqrt(size)
    off = off / table["ahead"].std()
    limit = float(norm.isf(ALPHA / (2 * len(off))))
    odd = off[off.abs() > limit].sort_values(key=lambda z: -z.abs())
    return [
        f"{_shown(level)} ({'more' if z > 0 else 'fewer'} passed, "
        f"{int(size[off.index.get_loc(level)])} children)"
        for level, z in odd.items()
    ]


def _shown(level: object) -> str:
    """Show a code as it is; hide what looks like a person's name."""
    text = str(level)
    return text if any(c.isdigit() for c in text) or len(text) <= 3 else "(a name)"
