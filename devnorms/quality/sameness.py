"""
Straight-lining: every answer the same, where age and the other children say otherwise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_expit
from scipy.stats import norm, poisson

from devnorms.quality.case import ALPHA, Case, Finding, months

Floats = NDArray[np.float64]
LEAST_ANSWERS = 10
_LEAST_ITEMS = 20
_LEAST_PER_ITEM = 20
_MOST_CONSTANT = 0.5
_LONG, _LEAST_LONG = 100, 20
_FULL, _MOST_FULL, _CLOSE = 0.98, 0.25, 0.6
_UNLIKELY = 1e-3
_LEAST_VISITS = 50
_SEVERAL = 5


def same_answers(case: Case) -> list[Finding]:
    """
    Find sets, and visits, in which everything was answered alike.

    For each visit with only passes (or only not-yets) the chance of that is worked out
    from the abilities of children of its age, by the yardstick of the set. Visits where
    it is below 1 in 1000 are told if there are more of them than even twice the
    expected number would give, or if one is certain by itself.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    list of Finding
    """
    whole = _whole_set(case) or _two_kinds(case)
    if whole or not case.answers.dated:
        return whole
    return [*_visits(case, passed=True), *_visits(case, passed=False)]


def _whole_set(case: Case) -> list[Finding]:
    """Tell sets in which most items have one answer for everybody."""
    answers = case.answers
    asked = answers.answered.sum(axis=0)
    passed = answers.passed.sum(axis=0)
    counts = asked >= _LEAST_PER_ITEM
    if counts.sum() < _LEAST_ITEMS:
        return []
    for word, constant in (
        ("passed", counts & (passed == asked)),
        ("not yet", counts & (passed == 0)),
    ):
        n, of = int(constant.sum()), int(counts.sum())
        if n > _MOST_CONSTANT * of:
            return [
                Finding(
                    f"every child has the same answer: {word}",
                    "stop",
                    n,
                    "items",
                    f"{n} of {of} items asked of at least {_LEAST_PER_ITEM} children "
                    f"have the answer '{word}' for every one of them, whatever the "
                    "age. A form was coded without looking, or the code of one answer "
                    "stands for all.",
                    "Do not use this set. Ask who made the file; compare with the "
                    "forms or with recorded totals.",
                    of=of,
                )
            ]
    return []


def _two_kinds(case: Case) -> list[Finding]:
    """
    Tell sets in which many long forms are passed whole and the others are far from it.

    Where children reach the end of a form, others are close to it. Abilities that
    spread by up to three logits around any mean give, with a quarter of the forms
    full, a median share above .7 among the others.
    """
    answers = case.answers
    asked = answers.answered.sum(axis=1)
    long = asked >= _LONG
    if long.sum() < _LEAST_LONG:
        return []
    share = answers.passed[long].sum(axis=1) / asked[long]
    full = share >= _FULL
    n, of = int(full.sum()), len(full)
    if n < _MOST_FULL * of or n == of or np.median(share[~full]) >= _CLOSE:
        return []
    return [
        Finding(
            "forms passed whole, the others far from it",
            "stop",
            n,
            "visits",
            f"{n} of {of} forms with {_LONG} or more answers have (nearly) all of them "
            f"passed, and half of the others not even "
            f"{100 * float(np.median(share[~full])):.0f} %. Children who reach the end "
            "of a form do not look like that: it was filled in by default, or a code "
            "for something else was read as a pass.",
            "Do not use this set. Compare the codes with the forms, or the shares with "
            "recorded totals.",
            of=of,
        )
    ]


def _visits(case: Case, passed: bool) -> list[Finding]:
    """Compare visits of one answer only with how many there should be."""
    answers = case.answers
    n = answers.dated
    asked = answers.answered[:n].sum(axis=1)
    hits = answers.passed[:n].sum(axis=1)
    long = asked >= LEAST_ANSWERS
    alike = long & (hits == (asked if passed else 0))
    if not alike.any():
        return []
    chance = _chance(case, passed)
    odd = alike & (chance < _UNLIKELY)
    count, expected = int(odd.sum()), float(chance[long & (chance < _UNLIKELY)].sum())
    certain = int((odd & (chance * long.sum() * 10 < ALPHA)).sum())
    if not certain and poisson.sf(count - 1, 2 * expected) >= ALPHA:
        return []
    share = count / int(long.sum())
    word = "passed" if passed else "not yet"
    grade = "look" if share >= 0.01 and count >= _SEVERAL else "note"
    age = np.expm1(answers.log_age[:n][odd])
    return [
        Finding(
            f"visits with only one answer: {word}",
            "stop" if share >= 0.2 and count >= _SEVERAL else grade,
            count,
            "visits",
            f"{int(alike.sum())} visits of {LEAST_ANSWERS} or more answers have "
            f"nothing but '{word}'. For {count} of them that is out of the question at "
            f"their age, by what the other children do (chance below 1 in "
            f"{1 / _UNLIKELY:.0f} each). Filled in without asking, refused, or "
            "children who differ greatly from the rest.",
            "Look at these forms, and by whom they were filled in, before using them.",
            of=int(long.sum()),
            where=f"ages {age.min():.0f} to {age.max():.0f} months",
            chance=ALPHA,
        )
    ]


def _chance(case: Case, passed: bool) -> Floats:
    """Chance, per visit, that all answers are passes (or not-yets), given the age."""
    expected = case.expected
    asked = case.answers.answered[: case.answers.dated].astype(np.float32)
    ability = np.linspace(-14, 14, 113)
    sign = 1 if passed else -1
    log = log_expit(sign * (ability[:, None] - expected.difficulty))
    total = asked @ log.astype(np.float32).T
    away = (ability - expected.usual[:, None]) / expected.spread
    weight = norm.pdf(away)
    weight = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    chance: Floats = (np.exp(total) * weight).sum(axis=1)
    return chance


def answers_and_age(case: Case) -> list[Finding]:
    """
    Say whether answers have anything to do with age.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    list of Finding
        Sets in which ability does not rise over a wide range of ages, and visits whose
        answers are far from what is usual at their age.
    """
    if case.answers.dated < _LEAST_VISITS:
        return []
    return [*_no_growth(case), *_far_from_age(case)]


def _no_growth(case: Case) -> list[Finding]:
    """
    Tell that ability falls with age, or does not rise over a wide range of ages.

    By the upper end of Fisher's interval for the correlation of log age and ability;
    children, not visits, are counted.
    """
    answers = case.answers
    n = answers.dated
    children = len(np.unique(answers.child[:n]))
    age = answers.age_days[:n]
    asked = answers.answered[:n].sum(axis=1)
    if (
        children < _LEAST_VISITS / 2
        or np.median(asked) < LEAST_ANSWERS
        or (np.ptp(age) == 0)
    ):
        return []
    correlation = float(np.corrcoef(answers.log_age[:n], case.expected.ability)[0, 1])
    reach = float(norm.isf(ALPHA)) / np.sqrt(children - 3)
    upper = float(np.tanh(np.arctanh(correlation) + reach))
    low, high = np.quantile(age, [0.05, 0.95])
    wide = high - low >= 180 and high >= 1.25 * low
    if upper >= (0.2 if wide else 0.0):
        return []
    return [
        Finding(
            "answers do not rise with age",
            "stop",
            n,
            "visits",
            f"Older children do not come further here: answers and age have a "
            f"correlation of {correlation:.2f}, from {months(low)} to {months(high)}. "
            "Ages or answers were shuffled against each other, codes are reversed, or "
            "ages are wrong.",
            "Do not use this set before ages and answers have been matched anew.",
            of=n,
            chance=ALPHA,
        )
    ]


def _far_from_age(case: Case) -> list[Finding]:
    """Visits whose answers do not fit their age at all."""
    away = case.expected.beyond_age
    n = len(away)
    # Children differ more than a normal distribution has it: six SD is far for all.
    far = int((np.abs(away) > 6).sum())
    if not far:
        return []
    return [
        Finding(
            "answers that do not fit the age",
            "look" if far >= max(3, 0.005 * n) else "note",
            far,
            "visits",
            "These children are more than six standard deviations from what is usual "
            "at their age in this set: an age that is wrong, a form of another child, "
            "or a child with a serious condition.",
            "Check age and form; a child with a condition stays, and is said.",
            of=n,
        )
    ]
