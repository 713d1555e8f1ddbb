"""Which leaves belong to what, and the sampler's coordinates."""

from __future__ import annotations

import numpy as np
import pytest

from devnorms._base.errors import BadValueError
from devnorms.models.design import design, select_counts
from devnorms.models.effects import location_effects, slope_effects
from devnorms.models.precondition import coordinates
from devnorms.models.spec import LogNormal, Normal, Priors, Sampling, Spec
from tests.models.conftest import make_world


def test_leaves_of_a_milestone_stand_together() -> None:
    leaves = design(make_world().counts, 5)
    assert np.all(np.diff(leaves.milestone.codes) >= 0)
    assert leaves.starts[-1] == len(leaves.leaves) == 32
    assert leaves.weight.sum() == pytest.approx(make_world().counts["asked"].sum())


def test_the_sampler_starts_at_the_joint_mode() -> None:
    from devnorms.models.precondition import _Problem

    leaves = design(make_world().counts, 5)
    problem = _Problem.of(leaves, Priors())
    theta, group = problem.mode()
    height = problem.height(theta, group)
    rng = np.random.default_rng(0)
    for _ in range(50):
        near = theta + 0.01 * rng.normal(size=theta.shape)
        assert problem.height(near, group) < height
        assert (
            problem.height(theta, group + 0.01 * rng.normal(size=group.shape)) < height
        )


def test_coordinates_hold_every_leaf_once() -> None:
    at = coordinates(design(make_world().counts, 5), Priors())
    both = np.concatenate([at.location_at, at.log_slope_at])
    assert sorted(both) == list(range(len(at.leaf_centre)))


def test_recovered_effects_have_the_distribution_of_a_regression() -> None:
    leaves = design(make_world().counts, 5)
    rng = np.random.default_rng(1)
    residual = np.tile(rng.normal(0, 0.3, len(leaves.leaves)), (4000, 1))
    scales = np.tile([0.7, 0.15, 0.1, 0.07], (4000, 1))
    drawn = location_effects(leaves, residual, scales, rng)
    first = slice(int(leaves.starts[0]), int(leaves.starts[1]))
    item, country = leaves.item.codes[first], leaves.country.codes[first]
    size = first.stop - first.start
    cov = (
        0.49
        + 0.15**2 * (item[:, None] == item)
        + 0.1**2 * (country[:, None] == country)
        + 0.07**2 * np.eye(size)
    )
    gain = np.full(size, 0.49) @ np.linalg.inv(cov)
    mean = gain @ residual[0, first]
    sd = np.sqrt(0.49 - gain @ np.full(size, 0.49))
    found = drawn.milestone[:, 0]
    assert found.mean() == pytest.approx(mean, abs=5 * sd / np.sqrt(4000))
    assert found.std() == pytest.approx(sd, rel=0.06)


def test_recovered_slope_effects_shrink_towards_zero() -> None:
    leaves = design(make_world().counts, 5)
    rng = np.random.default_rng(2)
    residual = np.full((2000, len(leaves.leaves)), 0.4)
    drawn = slope_effects(leaves, residual, np.tile([0.25, 0.25], (2000, 1)), rng)
    size = np.diff(leaves.starts)
    expected = 0.4 * size / (size + 1)
    np.testing.assert_allclose(drawn.mean(axis=0), expected, atol=0.02)


def test_what_is_not_fitted_is_counted() -> None:
    counts = make_world().counts
    counts.loc[counts["milestone"] == "milestone_7", ["milestone", "domain"]] = None
    kept = select_counts(counts, 2)
    gone = int(counts["asked"].sum() - kept["asked"].sum())
    assert sum(kept.attrs["not_fitted"].values()) == gone > 0


def test_an_item_asked_at_one_age_is_counted_and_not_fitted() -> None:
    counts = make_world().counts
    leaf = (counts["population"] == "ZAF-A") & (counts["milestone"] == "milestone_2")
    counts = counts[~leaf | (counts["age_days_low"] == 480)]
    kept = select_counts(counts, 2)
    reason = "item asked at a single age, from which no curve can be drawn"
    assert kept.attrs["not_fitted"][reason] == 12
    assert len(kept) == len(counts) - 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Normal(0, -1, ""), "'sd' must be above zero"),
        (lambda: LogNormal(0, 1, ""), "above zero"),
        (lambda: Spec(min_populations=0), "min_populations.*1 or more"),
        (lambda: Sampling(draws=2), "draws.*10 or more"),
    ],
)
def test_impossible_settings_are_refused(make: object, words: str) -> None:
    assert callable(make)
    with pytest.raises(BadValueError, match=words):
        make()
