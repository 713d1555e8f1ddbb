"""
Visits: the same one entered twice, sex that contradicts itself, too few of them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, log_expit
from scipy.stats import binom, poisson

from devnorms.quality.answers import Answers
from devnorms.quality.case import ALPHA, Case, Finding, months

LEAST_ANSWERS = 15
_LOG_FALSE_ALARMS, _LOG_FALSE_ALARMS_OF_AGE = np.log(1e-6), np.log(1e-4)
_CHANGES = 15
_FEW_CHILDREN, _SOME_CHILDREN = 30, 100
_GESTATION_DAYS = (154, 301)
_FAR_FROM_HALF = 0.1


def same_visit_twice(case: Case) -> list[Finding]:
    """
    Find children seen twice at one age, and pairs of visits with the same answers.

    Two visits that were answered on the same items in the same way are one visit
    entered twice if chance would not do it: the chance of the whole pattern, for a
    child of the ability that fits it best, times the number of pairs of visits.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    list of Finding
    """
    found = _same_age(case.answers)
    if case.answers.dated:
        found += _same_answers(case)
    return found


def _same_age(answers: Answers) -> list[Finding]:
    """One child, one age, two occasions: more than chance puts on one day."""
    dated = answers.visits.iloc[: answers.dated]
    again = dated.duplicated(["child", "age_days"])
    n = int(again.sum())
    if not n:
        return []
    per_child = np.bincount(answers.child[: answers.dated])
    pairs = float((per_child * (per_child - 1) / 2).sum())
    share = dated["age_days"].value_counts(normalize=True)
    chance = poisson.sf(n - 1, pairs * float((share**2).sum()))
    return [
        Finding(
            "a child seen twice at the same age",
            "look" if chance < ALPHA else "note",
            n,
            "visits",
            "The same child has two occasions at exactly the same age: a visit entered "
            "twice, a form in two parts, or ages too coarse to tell visits apart.",
            "Keep one, or join the parts, before counting: each counts as a child now.",
            of=len(dated),
            chance=ALPHA if chance < ALPHA else None,
        )
    ]


def _same_answers(case: Case) -> list[Finding]:
    """Visits whose whole pattern of answers comes again."""
    answers = case.answers
    n = answers.dated
    values = np.ascontiguousarray(answers.values[:n])
    rows = values.view(np.dtype((np.void, values.shape[1]))).ravel()
    _, group, size = np.unique(rows, return_inverse=True, return_counts=True)
    enough = answers.answered[:n].sum(axis=1) >= LEAST_ANSWERS
    again = np.flatnonzero((size[group] > 1) & enough)
    if not len(again):
        return []
    visits = pd.DataFrame(
        {
            "group": group[again],
            "child": answers.child[again],
            "age": answers.age_days[again],
            "visit": again,
            "log_chance": _log_chance(values[again], case.expected.difficulty),
        }
    )
    of_group = visits.groupby("group")["child"]
    several = of_group.transform("nunique") > 1
    repeated = visits.duplicated(["group", "child"], keep=False)
    return [
        *_between(visits[several & _not_by_chance(visits, answers)], n),
        *_within(case, visits[repeated]),
    ]


def _not_by_chance(visits: pd.DataFrame, answers: Answers) -> pd.Series:
    """
    Say which patterns chance would not give to two visits.

    By the number of pairs of visits in the set, or, where a group holds visits of one
    age, by the number of pairs of the same age.
    """
    n = answers.dated
    same = np.unique(answers.age_days[:n], return_counts=True)[1].astype(float)
    pairs, pairs_of_age = n * (n - 1) / 2, float((same * (same - 1) / 2).sum())
    at_any = visits["log_chance"] + np.log(pairs) < _LOG_FALSE_ALARMS
    at_one = visits["log_chance"] + np.log(max(pairs_of_age, 1))
    certain: pd.Series = at_any | (
        visits.duplicated(["group", "age"], keep=False)
        & (at_one < _LOG_FALSE_ALARMS_OF_AGE)
    )
    return certain


def _log_chance(
    values: NDArray[np.int8], difficulty: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Log chance of each pattern, for the ability under which it is likeliest."""
    ability = np.linspace(-12, 12, 97)
    log_pass = log_expit(ability[:, None] - difficulty)
    log_fail = log_expit(difficulty - ability[:, None])
    total = (values == 1) @ log_pass.T + (values == 0) @ log_fail.T
    best: NDArray[np.float64] = total.max(axis=1)
    return best


def _between(visits: pd.DataFrame, n: int) -> list[Finding]:
    """Two children with one pattern."""
    if visits.empty:
        return []
    extra = len(visits) - visits["group"].nunique()
    low, high = visits["age"].min(), visits["age"].max()
    return [
        Finding(
            "visits of different children with the same answers",
            _by_share(extra / n),
            extra,
            "visits",
            f"{visits['child'].nunique()} children share {visits['group'].nunique()} "
            "patterns of answers, item by item, so long and mixed that chance would "
            "make one such pair in fewer than 1 of 10,000 sets like this: one form "
            "entered under two ids, twins, or answers filled in by copying.",
            "Compare the forms; keep one of each group if they are one.",
            of=n,
            where=f"ages {months(low)} to {months(high)}",
            chance=1e-4,
        )
    ]


def _within(case: Case, visits: pd.DataFrame) -> list[Finding]:
    """
    One child with one pattern at two ages, between which much should have changed.

    What a child could it can, so that the same answers a week later prove nothing: the
    changes usual between the two ages must be so many that none is out of the question.
    """
    ends = visits.groupby(["group", "child"])["visit"].agg(["min", "max"])
    changes = _usual_changes(case, ends["min"].to_numpy(), ends["max"].to_numpy())
    extra, n = int((changes > _CHANGES).sum()), case.answers.dated
    if not extra:
        return []
    return [
        Finding(
            "visits of one child with the same answers",
            _by_share(extra / n),
            extra,
            "visits",
            f"{extra} times a child has the same answers, item by item, at two ages "
            "between which many usually change: carried forward rather than asked "
            "again, or one visit entered twice.",
            "Find out whether earlier answers were copied; a copied answer is none.",
            of=n,
        )
    ]


def _usual_changes(
    case: Case, first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Count the items whose answer usually changes between two visits."""
    expected = case.expected
    share = [
        expit(expected.usual[visit][:, None] - expected.difficulty)
        for visit in (first, second)
    ]
    change = np.abs(share[1] - share[0]) * case.answers.answered[first]
    total: NDArray[np.float64] = change.sum(axis=1)
    return total


def _by_share(share: float) -> str:
    """Grade: a fifth of all visits doubled is not a slip."""
    return "stop" if share >= 0.2 else "look"


def who(case: Case) -> list[Finding]:
    """
    Look at who the children are: how many, which sex, born when.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    list of Finding
    """
    return [*_how_many(case.answers), *_sex(case.answers), *_gestation(case.answers)]


def _how_many(answers: Answers) -> list[Finding]:
    """Too few children to speak of a population."""
    children = int(answers.visits["child"].nunique())
    if children >= _SOME_CHILDREN:
        return []
    return [
        Finding(
            "few children",
            "look" if children < _FEW_CHILDREN else "note",
            children,
            "children",
            f"Ages made of {children} children have wide intervals, and checks find "
            "only gross faults among so few.",
            "Use together with other populations; quote intervals, never bare numbers.",
        )
    ]


def _sex(answers: Answers) -> list[Finding]:
    """Sex that differs between visits of a child, is blank, or is lopsided."""
    visits = answers.visits
    known = visits[visits["sex"] != "unknown"]
    kinds = known.groupby("child", observed=True)["sex"].nunique()
    children = int(visits["child"].nunique())
    found = []
    both = int((kinds > 1).sum())
    if both:
        found.append(
            Finding(
                "contradictory sex",
                "look",
                both,
                "children",
                "These children are female at one visit and male at another: a slip, "
                "or two children under one id.",
                "Set the sex to unknown, and check that the visits belong together.",
                of=children,
            )
        )
    one_each = known.drop_duplicates("child")["sex"]
    n, girls = len(one_each), int((one_each == "female").sum())
    p = 2 * float(binom.cdf(min(girls, n - girls), n, 0.5))
    if p < ALPHA and abs(girls / n - 0.5) > _FAR_FROM_HALF:
        found.append(
            Finding(
                "far more of one sex",
                "note",
                girls,
                "girls",
                f"{100 * girls / n:.0f} % of the children are girls; if both were "
                "equally likely, so many or few would come by chance in fewer than 1 "
                f"of {1 / ALPHA:.0f} sets.",
                "Ask how children were chosen, and whether the codes were swapped.",
                of=n,
                chance=ALPHA,
            )
        )
    return found


def _gestation(answers: Answers) -> list[Finding]:
    """Gestations that no birth has."""
    days = answers.visits["gestation_days"]
    low, high = _GESTATION_DAYS
    n = int(((days < low) | (days > high)).sum())
    if not n:
        return []
    return [
        Finding(
            "implausible gestation",
            "note",
            n,
            "visits",
            f"Gestations outside {low} to {high} days (22 to 43 weeks) are slips.",
            "Set them to not known before ages are corrected for them.",
            of=int(days.notna().sum()),
        )
    ]
