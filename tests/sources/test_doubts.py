"""Doubts about visits: found in the data, settled in one stated way, and told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from devnorms.sources.childdevdata.doubts import (
    age_grain,
    nominal_ages,
    settle_visits,
)

AGES = [410.0, 433.0, 471.0, 502.0]


def table(**columns: list[object]) -> pd.DataFrame:
    """Four visits of four children."""
    plain = {
        "child": ["a", "b", "c", "d"],
        "age_days": AGES,
        "sex": ["female"] * 4,
        "gestation_days": [280.0] * 4,
    }
    return pd.DataFrame({**plain, **columns})


def notes(visits: pd.DataFrame) -> dict[str, int]:
    """What was noted, and how often."""
    return {note.what: note.n for note in settle_visits(visits, "s")[1]}


def test_ordinary_visits_give_no_note_and_stay_as_they_are() -> None:
    settled, told = settle_visits(table(), "s")
    assert told == []
    pd.testing.assert_frame_equal(settled, table())


def test_a_child_of_two_sexes_has_neither_and_is_told() -> None:
    visits = table(child=["a", "a", "c", "d"], sex=["female", "male", "male", "female"])
    settled, _ = settle_visits(visits, "s")
    assert list(settled["sex"]) == ["unknown", "unknown", "male", "female"]
    assert notes(visits) == {"contradictory sex": 1}


def test_a_blank_sex_stays_unknown_also_beside_a_known_one() -> None:
    visits = table(
        child=["a", "a", "c", "d"], sex=["female", "unknown", "male", "male"]
    )
    settled, _ = settle_visits(visits, "s")
    assert list(settled["sex"]) == ["female", "unknown", "male", "male"]
    assert notes(visits) == {"blank sex": 1}


def test_impossible_gestations_become_unknown_and_short_ones_are_told() -> None:
    visits = table(gestation_days=[315.0, 175.0, 100.0, np.nan])
    settled, _ = settle_visits(visits, "s")
    np.testing.assert_array_equal(
        settled["gestation_days"], [np.nan, 175.0, np.nan, np.nan]
    )
    assert notes(visits) == {"implausible gestation": 2, "very short gestation": 1}


def test_missing_and_newborn_ages_are_told() -> None:
    visits = table(age_days=[np.nan, 0.0, 471.0, 502.0])
    assert notes(visits) == {"no age": 1, "age of 0 days": 1}


@pytest.mark.parametrize(
    ("grain", "name"), [(30.4375, "whole months"), (3.04375, "tenths of a month")]
)
def test_ages_that_were_rounded_before_are_recognised(grain: float, name: str) -> None:
    rng = np.random.default_rng(1)
    recorded = np.round(rng.uniform(100, 1500, 500) / grain)
    assert age_grain(np.round(recorded * grain)) == name


def test_ages_in_days_are_not_taken_for_rounded_ones() -> None:
    rng = np.random.default_rng(2)
    for _ in range(200):
        assert age_grain(rng.integers(100, 1500, 30).astype(float)) == ""


def test_a_nominal_age_is_told_from_a_busy_day() -> None:
    rng = np.random.default_rng(3)
    wave = np.round(rng.normal(365, 10, 1000))  # about 40 visits on the busiest day
    assert nominal_ages(wave) == {}
    assert nominal_ages(np.concatenate([wave, np.full(200, 1461.0)])) == {1461.0: 200}
