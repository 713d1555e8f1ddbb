"""Made-up responses: valid tables from which the truth can be found again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from devnorms._base.ages import log_age_from_days
from devnorms._base.errors import BadValueError, EmptySelectionError
from devnorms.schema.counts import check_counts
from devnorms.schema.observations import check_observations
from devnorms.simulate import (
    Design,
    Occasions,
    Population,
    Truth,
    draw_truth,
    simulate_counts,
    simulate_observations,
)

SMALL = Design(
    (
        Population("NLD-X", "x", "NLD", ("ddi",), 1, 40),
        Population("COL-Y", "y", "COL", ("by3", "bat"), 6, 30),
    ),
    {"walks_alone": ("gross_motor", 12.0), "says_two_words": ("language", 14.0)},
)


@pytest.fixture(scope="module")
def truth() -> Truth:
    return draw_truth(rng=np.random.default_rng(11), design=SMALL)


def test_observations_are_valid_and_complete(truth):
    seen = simulate_observations(
        truth, rng=np.random.default_rng(1), occasions=Occasions(50, 3)
    )
    check_observations(seen)
    # 2 items in one population, 4 in the other; 50 children, 3 visits.
    assert len(seen) == 50 * 3 * (2 + 4)
    assert seen.attrs["left_out"] == {}


def test_ages_are_whole_days_inside_the_populations_range(truth):
    seen = simulate_observations(
        truth, rng=np.random.default_rng(1), occasions=Occasions(200)
    )
    age = seen.loc[seen["population"] == "COL-Y", "age_days"]
    assert (age == age.round()).all()
    assert age.min() >= round(6 * 30.4375)
    assert age.max() <= round(30 * 30.4375)


def test_visits_follow_one_another(truth):
    seen = simulate_observations(
        truth, rng=np.random.default_rng(1), occasions=Occasions(30, 4)
    )
    ages = seen.groupby(["population", "child", "occasion"], observed=True)["age_days"]
    wide = ages.first().unstack()
    assert (wide.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


def _falls_back(seen: pd.DataFrame) -> int:
    """How often a pass is followed by a not-yet."""
    keys = ["population", "child", "item", "occasion"]
    passed = (seen["response"] == "passed").astype(int)
    wide = passed.groupby([seen[key] for key in keys], observed=True).first().unstack()
    return int((wide.diff(axis=1) < 0).sum(axis=None))


def test_what_is_passed_stays_passed_unless_told_otherwise(truth):
    kept, lost = (
        simulate_observations(
            truth,
            rng=np.random.default_rng(1),
            occasions=Occasions(100, 4, keeps=keeps),
        )
        for keeps in (True, False)
    )
    assert _falls_back(kept) == 0
    assert _falls_back(lost) > 0


@pytest.mark.parametrize("keeps", [True, False])
def test_shares_passing_follow_the_true_curves(truth, keeps):
    occasions = Occasions(4000, 2, keeps=keeps)
    seen = simulate_observations(
        truth, rng=np.random.default_rng(5), occasions=occasions
    )
    leaves = truth.leaves.set_index(["population", "item"])
    for key, rows in seen.groupby(["population", "item"], observed=True):
        leaf = leaves.loc[key]
        logit = np.exp(leaf["log_slope"]) * (
            log_age_from_days(rows["age_days"]) - leaf["location"]
        )
        expected, variance = expit(logit), expit(logit) * expit(-logit)
        missed = (rows["response"] == "passed").sum() - expected.sum()
        # Visits of a child hang together, hence twice the variance at most.
        assert abs(missed) < 4 * np.sqrt(2 * variance.sum())


def test_a_logistic_regression_finds_the_true_curve_again(truth):
    import statsmodels.api as sm

    counts = simulate_counts(
        truth, rng=np.random.default_rng(2), ages_months=range(6, 31), asked=2000
    )
    leaf = truth.leaves.iloc[0]
    rows = counts[
        (counts["population"] == leaf["population"]) & (counts["item"] == leaf["item"])
    ]
    x = sm.add_constant(log_age_from_days(rows["age_days_mean"]))
    y = np.column_stack([rows["passed"], rows["asked"] - rows["passed"]])
    fit = sm.GLM(y, x, family=sm.families.Binomial()).fit()
    slope = np.exp(leaf["log_slope"])
    wanted = np.array([-slope * leaf["location"], slope])
    assert (np.abs(fit.params - wanted) < 4 * fit.bse).all()
    assert (fit.bse < 0.05 * np.abs(wanted)).all()


def test_children_who_differ_answer_two_items_more_alike(truth):
    same, apart = (
        simulate_observations(
            truth,
            rng=np.random.default_rng(3),
            occasions=Occasions(3000, ability_sd=sd),
        )
        for sd in (0.0, 3.0)
    )

    def together(seen: pd.DataFrame) -> float:
        of = seen[
            (seen["population"] == "COL-Y") & (seen["milestone"] == "walks_alone")
        ]
        of = of[of["age_days"].between(330, 400)]
        passed = (of["response"] == "passed").astype(float)
        wide = (
            passed.groupby([of["child"], of["item"]], observed=True).first().unstack()
        )
        return float(wide.corr().iloc[0, 1])

    assert together(apart) > together(same) + 0.2


def test_counts_are_valid_and_add_up(truth):
    counts = simulate_counts(
        truth, rng=np.random.default_rng(1), ages_months=[3, 12], asked=7
    )
    check_counts(counts)
    # At 3 months only NLD-X is seen (2 items), at 12 months both are (2 + 4).
    assert counts["asked"].sum() == 7 * (2 + 6)
    assert set(counts["population"][counts["age_days_mean"] < 100]) == {"NLD-X"}


def test_a_hundred_times_the_children_cost_no_more_rows(truth):
    few, many = (
        simulate_counts(truth, rng=np.random.default_rng(1), asked=asked)
        for asked in (10, 1000)
    )
    assert len(few) == len(many)
    assert many["asked"].sum() == 100 * few["asked"].sum()


def test_the_same_seed_gives_the_same_responses(truth):
    first, second = (
        simulate_observations(
            truth, rng=np.random.default_rng(9), occasions=Occasions(20)
        )
        for _ in range(2)
    )
    assert first.equals(second)


@pytest.mark.parametrize("ages", [[], [-1], [300], [12, 12], [float("nan")]])
def test_ages_that_cannot_be_are_refused(truth, ages):
    with pytest.raises(BadValueError, match="different ages in months, from 0 to 18"):
        simulate_counts(truth, rng=np.random.default_rng(1), ages_months=ages)


def test_ages_at_which_nobody_is_seen_are_refused(truth):
    with pytest.raises(EmptySelectionError, match="inside the range of any population"):
        simulate_counts(truth, rng=np.random.default_rng(1), ages_months=[60])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"children": 0}, "whole numbers, 1 or more"),
        ({"visits": 0}, "whole numbers, 1 or more"),
        ({"ability_sd": -1.0}, "'ability_sd' must be 0 or more"),
    ],
)
def test_occasions_that_cannot_be_are_refused(changes, words):
    with pytest.raises(BadValueError, match=words):
        Occasions(**changes)
