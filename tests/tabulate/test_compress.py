"""Nodes hold all responses, stay in range, and keep the likelihood bounded."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms._base.errors import (
    BadValueError,
    EmptySelectionError,
    InvalidTableError,
)
from devnorms.schema.nodes import Nodes, nodes_from_counts
from devnorms.tabulate import compress, count


def make_counts(
    days: list[float] | np.ndarray, asked: list[int], passed: list[int], item="x"
) -> pd.DataFrame:
    """Counts of one leaf."""
    return pd.DataFrame(
        {
            "population": "A", "study": "A", "country": "NLD", "item": item,
            "milestone": None, "domain": None, "instrument": "own", "sex": "unknown",
            "age_days_low": np.asarray(days, dtype=float),
            "age_days_high": np.asarray(days, dtype=float),
            "age_days_mean": np.asarray(days, dtype=float),
            "asked": asked, "passed": passed,
        }
    )  # fmt: skip


def log_likelihood(nodes: Nodes, location: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Of every leaf, at one location and slope each."""
    eta = slope[:, None] * (nodes.log_age - location[:, None])
    terms = nodes.passed * np.logaddexp(0, -eta) + nodes.not_yet * np.logaddexp(0, eta)
    return -terms.sum(axis=1)


def test_passes_and_not_yets_are_all_there(observations):
    counts = count(observations)
    nodes = compress(counts)
    sums = counts.groupby(["population", "item"])[["asked", "passed"]].sum()
    assert np.allclose(nodes.passed.sum(axis=1), sums["passed"], rtol=1e-12)
    assert np.allclose(nodes.not_yet.sum(axis=1), sums["asked"] - sums["passed"])
    assert nodes.leaves["leaf"].tolist() == ["A:walk", "A:wave", "B:walk", "B:wave"]
    assert nodes.leaves["asked"].tolist() == sums["asked"].tolist()
    linked = nodes.leaves["milestone"].notna()
    assert linked.tolist() == [True, False, True, False]
    assert set(nodes.leaves.loc[linked, "milestone"]) == {"walks_alone"}


def test_first_columns_are_passes_and_last_are_not_yets(observations):
    nodes = compress(count(observations), nodes=3)
    assert nodes.log_age.shape == (4, 6)
    assert (nodes.passed[:, 3:] == 0).all()
    assert (nodes.not_yet[:, :3] == 0).all()


def test_few_ages_are_kept_exactly():
    counts = make_counts([200, 300, 400], [9, 9, 9], [0, 4, 9])
    nodes = compress(counts)
    x = np.log(np.array([200, 300, 400]) / 30.4375 + 1)
    assert nodes.log_age[0, :2] == pytest.approx(x[1:], abs=1e-15)
    assert nodes.passed[0, :5].tolist() == [4, 9, 0, 0, 0]
    assert nodes.log_age[0, 5:7] == pytest.approx(x[:2], abs=1e-15)
    assert nodes.not_yet[0, 5:].tolist() == [9, 5, 0, 0, 0]
    assert np.isfinite(nodes.log_age).all()


def test_an_item_that_all_pass_has_no_weight_on_not_yet():
    nodes = compress(make_counts([200, 300], [9, 9], [9, 9]))
    assert nodes.not_yet.sum() == 0
    assert nodes.passed.sum() == 18
    assert np.isfinite(nodes.log_age).all()


@given(
    seed=st.integers(0, 10_000),
    location=st.floats(-5, 10),
    log10_slope=st.floats(-3, 6),
)
def test_the_log_likelihood_is_never_above_zero(seed, location, log10_slope):
    rng = np.random.default_rng(seed)
    days = np.unique(rng.integers(30, 1500, 80))
    asked = rng.integers(1, 50, len(days))
    counts = make_counts(days, asked, rng.binomial(asked, rng.random()))
    nodes = nodes_from_counts(counts)
    found = log_likelihood(nodes, np.array([location]), np.array([10**log10_slope]))
    assert found[0] <= 0


def test_one_rule_for_passes_and_not_yets_would_have_no_bound():
    # Why the rules are split: one rule for all ages with the exact linear term
    # (sum of y x) beats certainty as the slope grows. Here every child passes from
    # day 330 on, so that the true log likelihood tends to 0 and never exceeds it.
    days = np.arange(200.0, 460.0)
    asked = np.full(len(days), 3)
    passed = np.where(days >= 330, 3, 0)
    counts = make_counts(days, asked, passed)
    x = np.log(days / 30.4375 + 1)
    split, joint = compress(counts), compress(make_counts(days, asked, asked))
    both, weight = joint.log_age[0, :5], joint.passed[0, :5]
    above = []
    for b in np.linspace(x.min(), x.max(), 200):
        eta = 1e4 * (both - b)
        one_rule = 1e4 * passed @ (x - b) - weight @ np.logaddexp(0, eta)
        assert log_likelihood(split, np.array([b]), np.array([1e4]))[0] <= 0
        above.append(one_rule)
    assert max(above) > 100


def test_sexes_of_the_same_age_are_added_up():
    girls = make_counts([200, 300, 400], [5, 6, 7], [1, 2, 7]).assign(sex="female")
    boys = make_counts([200, 300, 400], [4, 3, 2], [0, 3, 2]).assign(sex="male")
    both = make_counts([200, 300, 400], [9, 9, 9], [1, 5, 9])
    apart = compress(pd.concat([girls, boys], ignore_index=True))
    assert np.array_equal(apart.log_age, compress(both).log_age)
    assert np.array_equal(apart.passed, compress(both).passed)


@pytest.mark.parametrize(
    ("asked", "low", "high"),
    [
        ([1] * 12, 5, 8),
        ([5] * 12, 1, 12),
        ([1, 3, 1, 9, 2, 2, 2], 3, 5),
        ([1] * 6, 3, 4),
        ([1], 1, 1),
    ],
)
def test_support_runs_from_the_fifth_youngest_to_the_fifth_oldest(asked, low, high):
    # Where fewer than ten were asked, from the middle: ranks 3 and 4 of six.
    days = 304.375 * np.arange(1, len(asked) + 1)
    leaf = compress(make_counts(days, asked, [0] * len(asked))).leaves.iloc[0]
    assert leaf["support_low_months"] == pytest.approx(10 * low)
    assert leaf["support_high_months"] == pytest.approx(10 * high)


def test_the_order_of_rows_does_not_matter(observations):
    counts = count(observations)
    one, other = compress(counts), compress(counts.sample(frac=1, random_state=3))
    assert np.array_equal(one.log_age, other.log_age)
    assert np.array_equal(one.passed, other.passed)
    pd.testing.assert_frame_equal(one.leaves, other.leaves)


def test_counts_that_break_their_schema_are_refused():
    with pytest.raises(InvalidTableError, match="passed <= asked"):
        compress(make_counts([200], [3], [4]))


def test_no_counts_are_refused():
    with pytest.raises(EmptySelectionError, match="no row"):
        compress(make_counts([], [], []))
    with pytest.raises(EmptySelectionError, match="no row"):
        nodes_from_counts(make_counts([], [], []))


def test_no_nodes_are_refused():
    with pytest.raises(BadValueError, match="'nodes' must be a whole number, 1 or"):
        compress(make_counts([200], [3], [2]), nodes=0)


def test_arrays_of_different_shape_are_refused():
    made = compress(make_counts([200, 300], [3, 3], [2, 3]))
    with pytest.raises(InvalidTableError, match=r"expected the same shape"):
        Nodes(made.leaves, made.log_age, made.passed[:, :3], made.not_yet)
