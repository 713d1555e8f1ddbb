"""Intervals: the plain score when nothing is added, and closed forms elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import integrate
from scipy.special import expit
from scipy.stats import norm

from devnorms._base.errors import BadValueError
from devnorms.scores import (
    Answers,
    Scale,
    Uncertainty,
    dscore,
    dscore_intervals,
    eap,
    interval_coverage,
    simulate_children,
)
from devnorms.scores.uncertainty import averaged_log_likelihood
from tests.scores.made_up import design, small_key

NOTHING = Uncertainty()


@pytest.fixture(scope="module")
def children() -> Answers:
    asked = design(small_key(), 200, 8, seed=1)
    rng = np.random.default_rng(2)
    return simulate_children(asked, small_key(), NOTHING, rng).answers


OFF = {
    "default": NOTHING,
    "per item": Uncertainty(item_sd=pd.Series({"aaagmd001": 0.0}), dif_sd=0.0),
    "draws of zero": Uncertainty(
        difficulty_errors=pd.DataFrame(
            np.zeros((3, 40)), columns=small_key().difficulty.index
        )
    ),
}


@pytest.mark.parametrize("unknown", OFF.values(), ids=OFF)
def test_with_nothing_unknown_the_score_is_the_plain_one(
    children: Answers, unknown: Uncertainty
) -> None:
    plain = dscore(children, small_key())
    wider = dscore_intervals(children, small_key(), unknown)
    for column in ("dscore", "sem", "daz"):
        assert (plain[column] - wider[column]).abs().max() <= 1e-10
    assert wider["n"].equals(plain["n"])


def test_with_nothing_unknown_the_intervals_are_the_plain_ones(
    children: Answers,
) -> None:
    plain = dscore_intervals(children, small_key())
    off = dscore_intervals(
        children, small_key(), Uncertainty(item_sd=1e-9, norm_children=1e20)
    )
    for column in ("dscore_low", "dscore_high"):
        assert (plain[column] - off[column]).abs().max() < 1e-6
    # the quantile of forty slices, in place of the quantile itself
    for column in ("daz_low", "daz_high"):
        assert (plain[column] - off[column]).abs().max() < 0.05


def test_a_scale_that_is_the_key_scores_as_the_key(children: Answers) -> None:
    key = small_key()
    plain = dscore(children, key)
    scored = eap(Scale.of_key(key, children), children)
    for column in ("dscore", "sem", "daz"):
        assert (plain[column] - scored[column]).abs().max() <= 1e-10


def test_the_average_over_an_items_error_is_the_integral(children: Answers) -> None:
    key = small_key()
    one = children.take(np.array([0]))
    found = averaged_log_likelihood(one, key, Uncertainty(dif_sd=3.0))[0]
    at = 60
    expected = 0.0
    for j in one.asked.indices:
        sign = 1 if j in set(one.passed.indices) else -1
        tau = key.difficulty.iloc[j]

        def product(error: float, tau: float = tau, sign: int = sign) -> float:
            p = expit(sign * (key.grid[at] - tau - error) / key.slope)
            return float(p * norm.pdf(error, scale=3.0))

        expected += np.log(integrate.quad(product, -30, 30, epsabs=1e-12)[0])
    assert found[at] == pytest.approx(expected, abs=1e-8)


def test_draws_of_errors_give_the_same_as_their_integral(children: Answers) -> None:
    key = small_key()
    rng = np.random.default_rng(3)
    drawn = pd.DataFrame(
        rng.normal(0, 3, (2000, 40)), columns=[n.upper() for n in key.difficulty.index]
    ).rename(columns=str.lower)
    some = children.take(np.arange(5))
    by_draws = dscore_intervals(some, key, Uncertainty(difficulty_errors=drawn))
    exact = dscore_intervals(some, key, Uncertainty(item_sd=3.0))
    assert (by_draws["dscore"] - exact["dscore"]).abs().max() < 0.15
    assert (by_draws["sem"] / exact["sem"] - 1).abs().max() < 0.03


def test_an_error_that_all_items_share_widens_like_a_shift_of_the_child() -> None:
    """With a flat prior, an instrument's error adds to the variance of D exactly."""
    known = small_key()
    truth = simulate_children(
        design(known, 100, 20, seed=9), known, NOTHING, np.random.default_rng(9)
    )
    aaa = known.difficulty.index[known.difficulty.index.str.startswith("aaa")]
    some = truth.answers.only(pd.Index(aaa))
    passed = some.passed.sum(axis=1)
    told = (passed > 2) & (passed < some.asked.sum(axis=1) - 2)
    some = some.take(np.flatnonzero(told))
    flat = replace(known, prior_sd=1e6)
    plain = dscore(some, flat)
    wider = dscore_intervals(some, flat, Uncertainty(instrument_sd=2.0))
    added = wider["sem"] ** 2 - plain["sem"] ** 2
    assert len(added) > 20
    assert added.to_numpy() == pytest.approx(np.full(len(added), 4.0), rel=0.02)


def test_norm_error_widens_only_the_interval_of_the_z_score(children: Answers) -> None:
    plain = dscore_intervals(children, small_key())
    wider = dscore_intervals(children, small_key(), Uncertainty(norm_children=50.0))
    assert plain["dscore_low"].equals(wider["dscore_low"])
    width = wider["daz_high"] - wider["daz_low"]
    assert (width > plain["daz_high"] - plain["daz_low"]).all()


def test_plain_intervals_are_quantiles_of_the_posterior() -> None:
    """One visit without answers to items of the key: the prior itself, by hand."""
    key = small_key()
    asked = design(key, 1, 1, seed=4)
    far = replace(key, difficulty=pd.Series({str(n): 5000.0 for n in asked.items}))
    found = dscore_intervals(asked, far, level=0.8).iloc[0]
    age = round(asked.visits["age_days"].iloc[0] / 365.25, 4)
    mean = float(key.prior_mean(age))
    assert found["dscore_low"] == pytest.approx(norm.ppf(0.1, mean, 5), abs=0.01)
    assert found["dscore_high"] == pytest.approx(norm.ppf(0.9, mean, 5), abs=0.01)


WORLDS = {
    "items": (Uncertainty(dif_sd=4.0), 0.89),
    "instrument": (Uncertainty(dif_sd=2.0, instrument_sd=3.0), 0.85),
    "norm": (Uncertainty(norm_children=12.0), 0.90),
}


@pytest.mark.parametrize(("world", "naive_at_most"), WORLDS.values(), ids=WORLDS)
def test_intervals_cover_what_they_say_and_naive_ones_do_not(
    world: Uncertainty, naive_at_most: float
) -> None:
    table = interval_coverage(
        design(small_key(), 100, 20, seed=5), small_key(), world, populations=20,
        level=0.9, rng=np.random.default_rng(6),
    ).set_index(["interval", "quantity"])  # fmt: skip
    for quantity in ("dscore", "daz"):
        good = table.loc[("with_uncertainty", quantity)]
        assert abs(good["coverage"] - 0.9) < 3 * good["coverage_se"] + 0.01
    assert table.loc[("naive", "daz"), "coverage"] < naive_at_most


def test_plain_intervals_cover_when_the_key_is_true() -> None:
    table = interval_coverage(
        design(small_key(), 300, 10, seed=7), small_key(), NOTHING, populations=10,
        level=0.8, rng=np.random.default_rng(8),
    )  # fmt: skip
    assert (table["coverage"] - 0.8).abs().max() < 0.02


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"dif_sd": -1.0}, "'dif_sd' must be zero or more D-score units"),
        ({"norm_children": 0.0}, "'norm_children' must be more than 1 child"),
    ],
)
def test_impossible_uncertainty_is_refused(
    wrong: dict[str, float], message: str
) -> None:
    with pytest.raises(BadValueError, match=message):
        Uncertainty(**wrong)


def test_a_level_in_percent_is_refused(children: Answers) -> None:
    with pytest.raises(BadValueError, match=r"0\.9, not 90"):
        dscore_intervals(children, small_key(), level=90)
