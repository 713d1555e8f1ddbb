"""Copies between instruments: found when planted, not cried when items only agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from devnorms.sources.childdevdata.copies import copied_cells, find_copies
from devnorms.sources.childdevdata.wide import Study

CARD: dict[str, Any] = {"study": "simulated", "population": "SIM"}


def simulate(
    rng: np.random.Generator, visits: int, items: int, sharpness: float
) -> Study:
    """Two instruments of equally hard items asked of children of very unequal age."""
    ability = rng.normal(0, 2, visits)
    hardness = np.repeat(np.linspace(-4, 4, items // 2), 2)
    chance = 1 / (1 + np.exp(-sharpness * (ability[:, None] - hardness)))
    answers = (rng.random((visits, items)) < chance).astype(np.int8)
    codes = [f"{'aaa' if k % 2 else 'bbb'}gmd{k:03d}" for k in range(items)]
    return Study("simulated.txt", "SIM", CARD, pd.DataFrame(), np.array(codes), answers)


def with_answers(study: Study, answers: np.ndarray) -> Study:
    """The same items with other answers."""
    return Study(
        study.file, "SIM", CARD, study.visits, study.items, answers.astype(np.int8)
    )


@pytest.mark.parametrize("sharpness", [1.0, 3.0, 8.0])
def test_items_that_agree_well_are_no_copies(sharpness: float) -> None:
    rng = np.random.default_rng(1)
    found = [find_copies(simulate(rng, 300, 60, sharpness)) for _ in range(20)]
    # 20 studies of 900 pairs; at most 0.001 false alarms are promised for each
    assert sum(map(len, found)) == 0


def test_items_that_all_pass_are_no_copies() -> None:
    rng = np.random.default_rng(2)
    study = simulate(rng, 300, 20, 1.0)
    answers = np.ones_like(study.answers)
    answers[:4, :] = 0
    assert find_copies(with_answers(study, answers)) == []


def test_every_planted_copy_is_found_and_named() -> None:
    rng = np.random.default_rng(3)
    study = simulate(rng, 300, 40, 2.0)
    answers = study.answers.copy()
    planted = list(range(10, 30, 2))
    for k in planted:  # an odd item gets the answers of the even one before it
        answers[:, k + 1] = answers[:, k]
    found = find_copies(with_answers(study, answers))
    pairs = {frozenset((pair.kept, pair.copy)) for pair in found}
    assert pairs == {
        frozenset((str(study.items[k]), str(study.items[k + 1]))) for k in planted
    }
    assert all(pair.visits == pair.passed + pair.not_yet == 300 for pair in found)


def test_a_rare_slip_is_still_a_copy_but_ordinary_disagreement_is_not() -> None:
    rng = np.random.default_rng(4)
    study = simulate(rng, 400, 40, 2.0)
    slip, disagreement = study.answers.copy(), study.answers.copy()
    slip[:, 21] = disagreement[:, 21] = slip[:, 20]
    slip[:1, 21] ^= 1
    disagreement[:20, 21] ^= 1
    assert [pair.exceptions for pair in find_copies(with_answers(study, slip))] == [1]
    assert find_copies(with_answers(study, disagreement)) == []


def test_items_of_one_instrument_are_never_compared() -> None:
    rng = np.random.default_rng(5)
    study = simulate(rng, 300, 40, 2.0)
    answers = study.answers.copy()
    answers[:, 22] = answers[:, 20]
    assert find_copies(with_answers(study, answers)) == []


def test_the_item_asked_more_often_is_kept_and_nothing_seen_once_is_lost() -> None:
    rng = np.random.default_rng(6)
    study = simulate(rng, 400, 40, 2.0)
    answers = study.answers.copy()
    answers[:, 21] = answers[:, 20]
    answers[250:, 20] = -1
    copied = with_answers(study, answers)
    (pair,) = find_copies(copied)
    assert (pair.kept, pair.copy) == (str(study.items[21]), str(study.items[20]))
    every = np.ones(len(study.items), dtype=bool)
    marked = copied_cells(copied, [pair], every)
    assert marked.sum() == 250
    assert marked[:250, 20].all()


def test_a_copy_stays_where_its_twin_is_not_selected() -> None:
    rng = np.random.default_rng(7)
    study = simulate(rng, 300, 40, 2.0)
    answers = study.answers.copy()
    answers[:, 21] = answers[:, 20]
    copied = with_answers(study, answers)
    (pair,) = find_copies(copied)
    without = np.array([str(item) != pair.kept for item in study.items])
    assert not copied_cells(copied, [pair], without).any()


def test_an_item_asked_elsewhere_too_is_no_copy_of_one_asked_elsewhere() -> None:
    rng = np.random.default_rng(8)
    study = simulate(rng, 400, 40, 2.0)
    answers = study.answers.copy()
    answers[:, 21] = answers[:, 20]
    answers[:50, 20] = -1
    answers[350:, 21] = -1
    assert find_copies(with_answers(study, answers)) == []
