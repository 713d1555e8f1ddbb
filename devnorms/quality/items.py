"""
Items: passing that falls with age, and answers that go against the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import hypergeom, norm

from devnorms.quality.answers import Answers
from devnorms.quality.case import ALPHA, Case, Finding, listed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_BLOCKS = 12
_LEAST_FALL = 0.10
_LEAST_ASKED = 20
_SELECTED = 0.7
_LEAST_CORRELATION = 0.10


@dataclass(frozen=True)
class _Fall:
    """The steepest fall of each item: shares before and after, and its chance."""

    before: Floats
    after: Floats
    young: Floats
    old: Floats
    asked_before: Floats
    asked_after: Floats
    p: Floats
    tests: int


def falling(case: Case) -> list[Finding]:
    """
    Find items that are passed by fewer of the older children.

    Ages are cut into at most twelve blocks. For each item every run of neighbouring
    blocks is compared with every run that follows it (Fisher's exact test, one-sided);
    the steepest fall is told if it is at least ten points and its chance, times the
    number of comparisons and of items, is below ALPHA. A child counts once per block.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    list of Finding
        Falls of items that older children are asked as often as younger ones, and
        apart from them falls of items that are asked of a selection.
    """
    answers = case.answers
    if not answers.dated or len(answers.bin_ages) < 2:
        return []
    fall = _steepest(answers)
    p = fall.p * fall.tests * len(answers.names)
    falls = (p < ALPHA) & (fall.before - fall.after >= _LEAST_FALL)
    selected = fall.asked_after < _SELECTED * fall.asked_before
    return [
        *_tell_falls(answers, fall, falls & ~selected, p),
        *_tell_selected(answers, np.flatnonzero(falls & selected)),
    ]


def _steepest(answers: Answers) -> _Fall:
    """Compare all runs of blocks with the runs after them, for all items at once."""
    asked, passed, visits, ages = _blocks(answers)
    zero = np.zeros((1, asked.shape[1]), dtype=np.int64)
    n_until = np.concatenate([zero, asked.cumsum(axis=0)])
    k_until = np.concatenate([zero, passed.cumsum(axis=0)])
    v_until = np.concatenate([[0], visits.cumsum()])
    b = len(ages)
    triples = [
        (i, j, k)
        for i in range(b)
        for j in range(i + 1, b)
        for k in range(j + 1, b + 1)
    ]
    low, cut, high = np.array(triples).T
    n1, n2 = n_until[cut] - n_until[low], n_until[high] - n_until[cut]
    k1, k2 = k_until[cut] - k_until[low], k_until[high] - k_until[cut]
    z = _z(n1, k1, n2, k2)
    best = z.argmax(axis=0)
    item = np.arange(asked.shape[1])
    one, two = (n1[best, item], k1[best, item]), (n2[best, item], k2[best, item])
    p = hypergeom.sf(one[1] - 1, one[0] + two[0], one[1] + two[1], one[0])
    v1 = (v_until[cut] - v_until[low])[best]
    v2 = (v_until[high] - v_until[cut])[best]
    return _Fall(
        before=one[1] / np.maximum(one[0], 1),
        after=two[1] / np.maximum(two[0], 1),
        young=np.array([ages[i] for i in low[best]]),
        old=np.array([ages[k - 1] for k in high[best]]),
        asked_before=one[0] / np.maximum(v1, 1),
        asked_after=two[0] / np.maximum(v2, 1),
        p=np.where(z.max(axis=0) > 0, p, 1.0),
        tests=len(triples),
    )


def _z(n1: Ints, k1: Ints, n2: Ints, k2: Ints) -> Floats:
    """How far two shares lie apart, in standard errors; 0 where few were asked."""
    enough = (n1 >= _LEAST_ASKED) & (n2 >= _LEAST_ASKED)
    n1, n2 = np.maximum(n1, 1), np.maximum(n2, 1)
    share = (k1 + k2) / (n1 + n2)
    error = np.sqrt(np.maximum(share * (1 - share) * (1 / n1 + 1 / n2), 1e-12))
    return np.where(enough, (k1 / n1 - k2 / n2) / error, 0.0)


def _blocks(answers: Answers) -> tuple[Ints, Ints, Ints, Floats]:
    """Count asked, passed and visits per block of ages; a child once per block."""
    bins = answers.age_bin
    wide = int(np.ceil((bins[-1] + 1) / _BLOCKS))
    block = bins // wide
    pair = pd.DataFrame({"child": answers.child[: answers.dated], "block": block})
    first = ~pair.duplicated().to_numpy()
    starts = np.flatnonzero(np.diff(block[first], prepend=-1))
    asked, passed = (
        np.add.reduceat(mark[: answers.dated][first], starts, axis=0, dtype=int)
        for mark in (answers.answered, answers.passed)
    )
    visits = np.bincount(block[first])
    total = np.bincount(block[first], np.expm1(answers.log_age[: answers.dated])[first])
    return asked, passed, visits, total / visits


def _tell_falls(
    answers: Answers, fall: _Fall, falls: NDArray[np.bool_], p: Floats
) -> list[Finding]:
    """Items whose fall no selection explains."""
    which = np.flatnonzero(falls)
    if not len(which):
        return []
    which = which[np.argsort(p[which])]
    return [
        Finding(
            "passed by fewer of the older children",
            "look",
            len(which),
            "items",
            "Passing these items falls with age beyond chance, though older children "
            "are asked as often. Either the skill is outgrown (crawling, some "
            "reflexes), or the answers are reversed, or the item means something else "
            "at one age or in one wave.",
            "Look at the curve and the wording of each. Leave out those that no child "
            "outgrows.",
            of=len(answers.names),
            where=listed(
                f"{answers.names[i]} ({100 * fall.before[i]:.0f} % → "
                f"{100 * fall.after[i]:.0f} %, {fall.young[i]:.0f} to "
                f"{fall.old[i]:.0f} months)"
                for i in which
            ),
            chance=ALPHA,
        )
    ]


def _tell_selected(answers: Answers, which: Ints) -> list[Finding]:
    """Items that are asked of those who have not passed before, and the like."""
    if not len(which):
        return []
    return [
        Finding(
            "passing falls because fewer are asked",
            "note",
            len(which),
            "items",
            "Passing falls with age while the item is asked of fewer and fewer: those "
            "who passed are no longer asked, or a start rule skips them. The share "
            "passing among those asked is not the share of children who can.",
            "Do not plot naive shares of these items; use a model that knows the rule, "
            "or the ages at which nearly all were asked.",
            of=len(answers.names),
            where=listed(answers.names[which]),
            chance=ALPHA,
        )
    ]


def against_the_rest(case: Case) -> list[Finding]:
    """
    Find items that the children who pass the others fail.

    Within each age bin the answers to an item are compared with how far each child has
    come by all items. If they had nothing to do with each other, the sum of products
    would have mean 0 and a known variance (permutations within bins); a sum far below
    is a reversed code or another question.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    list of Finding
    """
    answers = case.answers
    if not answers.dated or len(answers.names) < 3:
        return []
    product, variance, scale = _co_vary(case)
    tells = variance > 0
    z = np.where(tells, product / np.sqrt(np.where(tells, variance, 1)), 0.0)
    correlation = np.where(tells, product / np.where(scale > 0, scale, 1), 0.0)
    p = norm.cdf(z) * len(answers.names)
    which = np.flatnonzero((p < ALPHA) & (correlation < -_LEAST_CORRELATION))
    if not len(which):
        return []
    which = which[np.argsort(z[which])]
    return [
        Finding(
            "answers go against all other items",
            "look",
            len(which),
            "items",
            "Of children of one age, those who pass the other items fail these. The "
            "code is reversed, the wording is negative, or the item asks for something "
            "that fades as children develop.",
            "Compare the codes with the form; reverse or leave out.",
            of=len(answers.names),
            where=listed(
                f"{answers.names[i]} (correlation {correlation[i]:.2f})" for i in which
            ),
            chance=ALPHA,
        )
    ]


def _co_vary(case: Case) -> tuple[Floats, Floats, Floats]:
    """Sum, per item, products of answer and ability within age bins."""
    answers = case.answers
    n = answers.dated
    ability = case.expected.ability - case.expected.usual
    asked = answers.answered[:n].astype(np.float32)
    passed = answers.passed[:n].astype(np.float32)
    starts = np.flatnonzero(np.diff(answers.age_bin, prepend=-1))

    def total(part: NDArray[np.float32]) -> Floats:
        return np.add.reduceat(part, starts, axis=0).astype(float)

    weight = ability.astype(np.float32)[:, None]
    count, hits = total(asked), total(passed)
    sum_a, sum_aa = total(asked * weight), total(asked * weight**2)
    some = np.maximum(count, 1)
    product = total(passed * weight) - hits * sum_a / some
    ss_answer = hits - hits**2 / some
    ss_ability = np.maximum(sum_aa - sum_a**2 / some, 0)
    variance = np.where(count > 1, ss_answer * ss_ability / np.maximum(count - 1, 1), 0)
    # Bins in which all pass, or none, say nothing and must not dilute the rest.
    scale = np.sqrt(ss_answer * ss_ability).sum(axis=0)
    return product.sum(axis=0), variance.sum(axis=0), scale
