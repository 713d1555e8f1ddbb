"""Scores are those that one can count by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from devnorms.annotate.evaluate import Code, Tally, pooled, score

CONCEPTS = ("crawls", "walks_alone", "runs", "jumps")
STATUSES = ("achieved", "not_yet", "unclear")


def _drawn(rng: np.random.Generator) -> list[Code]:
    drawn = rng.integers(0, 4, size=len(CONCEPTS))
    return [Code(c, STATUSES[i]) for c, i in zip(CONCEPTS, drawn, strict=True) if i < 3]


def test_micro_f1_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(4)
    gold = [_drawn(rng) for _ in range(60)]
    given = [_drawn(rng) if rng.random() < 0.4 else codes for codes in gold]
    labels = [(c, s) for c in CONCEPTS for s in STATUSES]

    def matrix(reports: list[list[Code]]) -> np.ndarray:
        there = [{(code.concept, code.status) for code in codes} for codes in reports]
        return np.array([[label in codes for label in labels] for codes in there])

    found = score(gold, given)
    wanted = precision_recall_fscore_support(
        matrix(gold), matrix(given), average="micro"
    )
    tally = found.codes
    assert (tally.precision, tally.recall, tally.f1) == pytest.approx(wanted[:3])


def test_the_wrong_status_is_a_false_and_a_missed_code_but_a_right_mention() -> None:
    found = score([[Code("runs", "not_yet")]], [[Code("runs", "achieved")]])
    assert found.codes == Tally(0, 1, 1)
    assert found.mentions == Tally(1, 0, 0)
    assert found.by_status["achieved"] == Tally(0, 1, 0)
    assert found.by_status["not_yet"] == Tally(0, 0, 1)
    assert (found.reports, found.exact) == (1, 0)


def test_ages_are_compared_where_the_code_is_right() -> None:
    gold = [
        [Code("runs", "achieved", 8, 10)],
        [Code("runs", "achieved", 9, 9)],
        [Code("runs", "achieved", 9, 9)],
        [Code("runs", "achieved")],
    ]
    given = [
        [Code("runs", "achieved", 8, 10)],
        [Code("runs", "achieved", 11, 12)],
        [Code("runs", "achieved")],
        [Code("runs", "achieved", 5, 5)],
    ]
    found = score(gold, given)
    assert (found.ages, found.ages_right) == (3, 1)
    assert (found.ages_missed, found.ages_false) == (1, 1)
    assert found.age_error_months == [0.0, 2.5]


def test_nothing_said_and_nothing_proposed_is_exact() -> None:
    found = score([[]], [[]])
    assert (found.exact, found.codes.f1) == (1, 1.0)


def test_micro_averages_add_counts() -> None:
    one = score([[Code("runs", "achieved")]], [[Code("runs", "achieved")]])
    two = score([[Code("runs", "achieved")]] * 3, [[]] * 3)
    assert pooled([one, two]) == Tally(1, 0, 3)
