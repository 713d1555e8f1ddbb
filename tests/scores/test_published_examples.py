"""
Scores that others have published: the documentation and tests of the dscore package,
and the booklet.

van Buuren S, Eekhout I, Huizing A, Seiden J. dscore: D-score for Child Development. R
package, versions 1.10.0 and 1.11.0: vignettes "Understanding and using DAZ", "Getting
started"; testthat/test-dscore.R. van Buuren S, Eekhout I. D-score: Turning milestones
into measurement, chapter 5 and the section on references.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from devnorms.schema.scores import KeyTables
from devnorms.scores import Answers, Key, dscore
from devnorms.scores.priors import prior_mean

_ = np.nan
NEWBORN_ITEMS = ["ddifmd001", "ddicmm029", "ddigmd053"]
NEWBORN_ANSWERS = [
    [_, _, _], [_, _, 0], [0, _, 0], [0, 0, 1], [0, 1, 0],
    [1, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0], [1, 1, 1],
]  # fmt: skip
GSED_ITEMS = ["gs1moc060", "gs1moc061", "gs1lgc062", "gs1sec063", "gs1moc064"]


def _rounded(answers: Answers, key: Key, column: str = "dscore") -> list[float]:
    return dscore(answers, key, rounded=True)[column].tolist()


def _of_1_8_7(key: Key) -> Key:
    """Until 1.8.7 a logit was taken to be one D-score unit (NEWS of 1.9.0)."""
    return replace(key, slope=1.0)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dutch", [_, -1.87, -1.94, 1.26, 1.26, 1.26, 4.63, 4.63, 4.63, 12.06]),
        ("gcdg", [_, _, 3.47, 0.96, 4.83, 4.83, 4.83, 4.83, 11.81, 11.81]),
        ("gsed2212", [_, _, 6.61, 5.60, 9.09, 9.09, 9.09, 9.09, 15.30, 15.30]),
    ],
)
def test_newborns_of_the_packages_own_tests_score_the_same(
    tables: KeyTables, wide: Any, name: str, expected: list[float]
) -> None:
    answers = wide([21 / 365.25] * 10, NEWBORN_ITEMS, NEWBORN_ANSWERS)
    key = _of_1_8_7(Key.of(tables, name))
    assert _rounded(answers, key) == pytest.approx(expected, abs=0, nan_ok=True)


def test_newborns_keep_their_scores_when_two_items_are_chosen(
    tables: KeyTables, wide: Any
) -> None:
    rows = [row[:2] for row in NEWBORN_ANSWERS]
    answers = wide([21 / 365.25] * 10, NEWBORN_ITEMS[:2], rows)
    expected = [_, _, 3.53, 0.59, 4.61, 4.61, 4.61, 4.61, 12.06, 12.06]
    key = _of_1_8_7(Key.of(tables, "dutch"))
    assert _rounded(answers, key) == pytest.approx(expected, abs=0, nan_ok=True)


def test_newborns_have_the_published_z_scores(tables: KeyTables, wide: Any) -> None:
    answers = wide([21 / 365.25] * 10, NEWBORN_ITEMS, NEWBORN_ANSWERS)
    expected = [_, _, -2.019, -2.235, *[-1.447] * 4, 0.277, 0.277]
    found = _rounded(answers, _of_1_8_7(Key.of(tables, "gsed2212")), "daz")
    assert found == pytest.approx(expected, abs=0, nan_ok=True)


def test_five_children_of_13_months_score_as_in_the_vignette(
    tables: KeyTables, wide: Any
) -> None:
    rows = [[0] * 5, [1, 0, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 1, 1, 0], [1] * 5]
    answers = wide([13 / 12] * 5, GSED_ITEMS, rows)
    scores = dscore(answers, Key.of(tables, "gsed2406"), rounded=True)
    assert scores["dscore"].tolist() == [41.16, 43.59, 48.37, 51.13, 54.49]
    assert scores["daz"].tolist() == [-2.688, -2.131, -0.862, -0.043, 0.998]
    sem = [3.214928, 3.088891, 3.226621, 3.499976, 3.906372]
    assert scores["sem"].round(6).tolist() == sem
    assert scores["n"].tolist() == [5] * 5
    assert scores["share_passed"].tolist() == [0, 0.2, 0.6, 0.8, 1]


def test_the_same_answers_mean_more_at_a_younger_age(
    tables: KeyTables, wide: Any
) -> None:
    months = [_, 12, 18, 48, -1]
    answers = wide([m / 12 for m in months], GSED_ITEMS, [[1] * 5] * 5)
    scores = dscore(answers, Key.of(tables, "gsed2406"), rounded=True)
    expected = [_, 53.41, 59.95, 78.64, 31.67]
    assert scores["dscore"].tolist() == pytest.approx(expected, abs=0, nan_ok=True)
    daz = [_, 1.283, 0.300, _, _]
    assert scores["daz"].tolist() == pytest.approx(daz, abs=0, nan_ok=True)


@pytest.mark.parametrize(
    ("name", "intercept", "slope"),
    [
        ("dutch", 38.906, 2.1044),
        ("gcdg", 66.483757, 2.075044),
        ("gsed1912", 66.174355, 2.073871),
        ("293_0", 54.939147, 4.064264),
        ("gsed2212", 54.939147, 4.064264),
        ("gsed2406", 54.939147, 4.064264),
    ],
)
def test_the_scale_of_each_key_is_the_published_one(
    tables: KeyTables, name: str, intercept: float, slope: float
) -> None:
    row = tables.keys.set_index("key").loc[name]
    assert row["intercept"] == pytest.approx(intercept, abs=5e-7)
    assert Key.of(tables, name).slope == pytest.approx(slope, abs=5e-7)


@pytest.mark.parametrize(
    ("name", "at_20", "at_40"),
    [
        ("dutch", "ddigmd057", "ddigmd063"),
        ("gcdg", "ddigmd057", "ddigmd063"),
        ("gsed1912", "ddigmd057", "ddigmd063"),
        ("gsed2406", "gtogmd001", "gtogmd026"),
    ],
)
def test_the_anchors_of_each_scale_lie_at_20_and_40(
    tables: KeyTables, name: str, at_20: str, at_40: str
) -> None:
    difficulty = Key.of(tables, name).difficulty
    assert difficulty[[at_20, at_40]].tolist() == pytest.approx([20, 40], abs=0.005)


def test_prior_means_of_the_first_year_are_the_published_ones() -> None:
    published = [
        9.731266, 14.922704, 19.282654, 23.155214, 26.707086, 30.031809, 33.187157,
        36.211330, 39.130903, 41.965115, 45.158164, 47.235287, 49.186179,
    ]  # fmt: skip
    found = prior_mean("preliminary_standards", np.arange(13) / 12)
    assert found.round(6).tolist() == pytest.approx(published, abs=1.1e-6)


def test_david_and_rob_of_the_booklet_score_as_printed(
    tables: KeyTables, wide: Any
) -> None:
    items = ["ddifmd011", "ddifmm012", "ddicmm037", "ddigmm066", "ddigmm067"]
    david, rob = [1, 1, 1, 1, _], [1, 0, 1, 1, 0]
    answers = wide([15 / 12] * 2, items, [david, rob])
    dutch = Key.of(tables, "dutch")
    old = dscore(answers, _of_1_8_7(dutch), rounded=True)["dscore"]
    assert old.tolist() == pytest.approx([55.73, 47.76], abs=0)
    now = dscore(answers, dutch, rounded=True)["dscore"]
    assert now.tolist() == pytest.approx([56.14, 48.97], abs=0)


def test_the_dutch_reference_has_the_published_parameters(tables: KeyTables) -> None:
    reference = Key.of(tables, "dutch").reference
    published = {
        0.0383: (8.81, 0.3126, 1.3917),
        0.4983: (35.21, 0.0837, 1.5946),
        0.9966: (48.84, 0.0627, 1.4676),
    }
    assert len(reference.age_years) == 144
    for age, parameters in published.items():
        assert tuple(reference.at(age)[:3]) == pytest.approx(parameters, abs=1e-12)
