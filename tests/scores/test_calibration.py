"""Calibration: known scales come back, and SMOCC's agrees with its published key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.special import expit

from devnorms._base.errors import BadValueError, EmptySelectionError
from devnorms.schema.scores import KeyTables
from devnorms.scores import (
    Answers,
    Key,
    Scale,
    Uncertainty,
    answers_from_observations,
    calibrate,
    eap,
    item_errors,
    item_shifts,
    simulate_children,
)
from devnorms.scores.calibration import usable
from devnorms.scores.growth import Growth
from devnorms.scores.scale import expectation
from devnorms.sources.childdevdata.every_answer import load_every_answer
from tests.scores.made_up import design, small_key


def _answer(asked: Answers, dscore: np.ndarray, scale: Scale, seed: int) -> Answers:
    rng = np.random.default_rng(seed)
    logit = scale.slope * (dscore[:, None] - scale.difficulty) / scale.key.slope
    marks = (rng.random(logit.shape) < expit(logit)) & (asked.asked.toarray() > 0)
    return replace(asked, passed=csr_array(marks.astype(float)))


@pytest.fixture(scope="module")
def other_growth() -> tuple[Answers, np.ndarray]:
    """Children 3 D ahead of the key's prior, ever less so, and half as different."""
    key = small_key()
    asked = design(key, 3000, 10, seed=11)
    years = asked.visits["age_days"].to_numpy() / 365.25
    dscore = (
        key.prior_mean(years)
        + 3
        - years
        + 2.5 * np.random.default_rng(12).standard_normal(len(years))
    )
    scale = Scale.of_key(key, asked)
    return _answer(asked, dscore, scale, 13), dscore


def test_difficulties_growth_and_spread_come_back(
    other_growth: tuple[Answers, np.ndarray],
) -> None:
    answers, _ = other_growth
    key = small_key()
    scale = calibrate(answers, key)
    errors = item_errors(scale, answers)
    shift = scale.difficulty - key.difficulties_of(scale.items)
    z = shift / errors.se().to_numpy()
    assert 0.7 < z.std() < 1.3
    assert np.abs(z).max() < 4
    mean, sd = scale.prior(answers.visits, "study")
    years = answers.visits["age_days"].to_numpy() / 365.25
    truth = key.prior_mean(np.round(years, 4)) + 3 - years
    inner = (years > 0.2) & (years < 2.3)
    assert np.abs(mean - truth)[inner].max() < 0.6
    assert sd[0] == pytest.approx(2.5, abs=0.2)


def test_the_own_prior_predicts_development_better_than_the_keys(
    other_growth: tuple[Answers, np.ndarray],
) -> None:
    answers, dscore = other_growth
    key = small_key()
    own = eap(calibrate(answers, key), answers)["dscore"]
    plain = eap(Scale.of_key(key, answers), answers)["dscore"]
    assert ((own - dscore) ** 2).mean() < 0.9 * ((plain - dscore) ** 2).mean()


def test_the_likelihood_never_falls_on_the_way(
    other_growth: tuple[Answers, np.ndarray],
) -> None:
    answers, _ = other_growth
    key = small_key()
    start = expectation(Scale.of_key(key, answers), answers, "study").log_likelihood
    end = expectation(calibrate(answers, key), usable(answers, key), "study")
    assert end.log_likelihood > start


def test_slopes_come_back() -> None:
    key = small_key()
    asked = design(key, 4000, 12, seed=21)
    rng = np.random.default_rng(22)
    slope = np.exp(rng.normal(0, 0.3, 40))
    slope /= np.exp(np.log(slope).mean())
    dscore = simulate_children(asked, key, Uncertainty(), rng).dscore
    truth = replace(Scale.of_key(key, asked), slope=slope)
    answers = _answer(asked, dscore, truth, 23)
    scale = calibrate(answers, key, model="2pl")
    inner = (scale.difficulty > 20) & (scale.difficulty < 65)
    found, true = np.log(scale.slope[inner]), np.log(slope[inner])
    assert np.corrcoef(found, true)[0, 1] > 0.9
    assert np.abs(found - true).mean() < 0.12


def test_shifts_of_items_are_found_with_their_spread() -> None:
    key = small_key()
    asked = design(key, 4000, 12, seed=31)
    rng = np.random.default_rng(32)
    truth = simulate_children(asked, key, Uncertainty(dif_sd=3.0), rng)
    scale = calibrate(truth.answers, key)
    table = item_shifts(scale, item_errors(scale, truth.answers), truth.answers)
    assert table["n"].sum() == asked.asked.nnz
    assert table.attrs["dif_sd"] == pytest.approx(3.0, abs=1.0)


def test_no_shift_means_no_spread() -> None:
    key = small_key()
    asked = design(key, 4000, 12, seed=41)
    truth = simulate_children(asked, key, Uncertainty(), np.random.default_rng(42))
    scale = calibrate(truth.answers, key)
    table = item_shifts(scale, item_errors(scale, truth.answers), truth.answers)
    assert table.attrs["dif_sd"] < 0.6


def test_seeing_each_child_twice_does_not_halve_the_error() -> None:
    """The same visits given twice say nothing new: errors of children, not of rows."""
    key = small_key()
    asked = design(key, 1000, 10, seed=51)
    truth = simulate_children(asked, key, Uncertainty(), np.random.default_rng(52))
    once = truth.answers
    twice = once.take(np.tile(np.arange(len(once)), 2))
    se_once = item_errors(calibrate(once, key), once).se()
    se_twice = item_errors(calibrate(twice, key), twice).se()
    assert float((se_twice / se_once).median()) == pytest.approx(1.0, abs=0.05)


def test_a_new_item_is_placed_on_the_scale() -> None:
    key = small_key()
    asked = design(key, 3000, 10, seed=61)
    truth = simulate_children(asked, key, Uncertainty(), np.random.default_rng(62))
    without = replace(key, difficulty=key.difficulty.drop("bbbgmd020"))
    scale = calibrate(truth.answers, without)
    place = scale.items.get_loc("bbbgmd020")
    assert scale.difficulty[place] == pytest.approx(key.difficulty["bbbgmd020"], abs=1)


def test_growth_is_linear_beyond_its_knots() -> None:
    growth = Growth.flat(np.linspace(100, 900, 50), 5)
    curve = replace(growth, coefficients=np.array([1.0, 2.0, -3.0, 5.0, 1.0]))
    log_age = np.array([7.0, 7.5, 8.0])
    days = np.expm1(log_age) * 365.25 / 12
    low, middle, high = curve.at(days)
    assert middle == pytest.approx((low + high) / 2, rel=1e-9)


def test_an_unlinked_study_without_items_of_the_key_is_refused() -> None:
    key = small_key()
    asked = design(key, 200, 10, seed=71)
    truth = simulate_children(asked, key, Uncertainty(), np.random.default_rng(72))
    other = replace(key, difficulty=pd.Series({"zzzgmd001": 40.0}))
    with pytest.raises(EmptySelectionError, match="made_up: no item of key 'small'"):
        calibrate(truth.answers, other)


def test_an_unknown_model_is_refused() -> None:
    key = small_key()
    with pytest.raises(BadValueError, match="'rasch' or '2pl'"):
        calibrate(design(key, 10, 5, seed=81), key, model="3pl")  # type: ignore[arg-type]


@pytest.mark.slow
def test_smocc_gives_the_difficulties_of_the_published_dutch_key(
    tables: KeyTables, data_folder: Path
) -> None:
    """
    The Dutch key was estimated from SMOCC by pairwise conditional likelihood; marginal
    likelihood finds the same difficulties. Booklet I, chapter 6.
    """
    observations = load_every_answer(
        data_folder / "childdevdata" / "gcdg_nld_smocc.txt"
    )
    key = Key.of(tables, "dutch")
    scale = calibrate(answers_from_observations(observations), key)
    published = key.difficulties_of(scale.items)
    assert len(scale.items) == 57
    assert np.corrcoef(scale.difficulty, published)[0, 1] > 0.9995
    assert np.polyfit(published, scale.difficulty, 1)[0] == pytest.approx(1, abs=0.015)
    assert np.abs(scale.difficulty - published).max() < 1.5
