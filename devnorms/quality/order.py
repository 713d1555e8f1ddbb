"""
The order of answers: passed and then not yet, skills asked twice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from devnorms.quality.answers import Answers
from devnorms.quality.case import ALPHA, Case, Finding, listed

_LOST_LOOK, _LEAST_AGAIN = 0.05, 10
_LIKE_STRANGERS = 0.6
_LEAST_EXPECTED = 30


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
