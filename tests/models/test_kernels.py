"""The compiled densities against SciPy, and their gradients against differences."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import log_expit
from scipy.stats import multivariate_normal

from devnorms.models import _kernels

SIZES = np.array([1, 3, 7, 12])
STARTS = np.concatenate([[0], np.cumsum(SIZES)]).astype(np.int64)
LEAVES = int(STARTS[-1])


@pytest.fixture
def groups() -> tuple[np.ndarray, np.ndarray]:
    """Item and country codes with shared ones inside milestones."""
    rng = np.random.default_rng(1)
    item = rng.integers(0, 4, LEAVES) + 10 * np.repeat(np.arange(4), SIZES)
    return item.astype(np.int64), rng.integers(0, 3, LEAVES).astype(np.int64)


def numeric_gradient(
    value: Callable[[np.ndarray], float], at: np.ndarray
) -> np.ndarray:
    """Central differences."""
    steps = 1e-6 * np.eye(len(at))
    return np.array([(value(at + s) - value(at - s)) / 2e-6 for s in steps])


def check_gradients(
    kernel: Callable[..., Any], first: Any, second: Any, *rest: Any
) -> None:
    """Both gradients agree with central differences."""
    _, in_first, in_second = kernel(first, second, *rest)
    by_first = numeric_gradient(lambda v: kernel(v, second, *rest)[0], first)
    by_second = numeric_gradient(lambda v: kernel(first, v, *rest)[0], second)
    np.testing.assert_allclose(in_first, by_first, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(in_second, by_second, rtol=1e-5, atol=1e-5)


def test_locations_are_jointly_normal_within_a_milestone(
    groups: tuple[np.ndarray, np.ndarray],
) -> None:
    item, country = groups
    residual = np.random.default_rng(2).normal(size=LEAVES)
    scales = np.array([0.7, 0.4, 0.3, 0.2])
    expected = 0.0
    for first, last in itertools.pairwise(STARTS):
        at = slice(first, last)
        cov = scales[0] ** 2 * np.ones((last - first, last - first))
        cov += scales[1] ** 2 * (item[at, None] == item[at])
        cov += scales[2] ** 2 * (country[at, None] == country[at])
        cov += scales[3] ** 2 * np.eye(last - first)
        expected += multivariate_normal(cov=cov).logpdf(residual[at])
    value = _kernels.location_density(residual, scales, STARTS, item, country)[0]
    assert value == pytest.approx(expected, rel=1e-12)
    check_gradients(_kernels.location_density, residual, scales, STARTS, item, country)


def test_log_slopes_share_a_milestone_effect() -> None:
    residual = np.random.default_rng(3).normal(size=LEAVES)
    scales = np.array([0.5, 0.3])
    expected = 0.0
    for first, last in itertools.pairwise(STARTS):
        size = last - first
        cov = 0.25 * np.ones((size, size)) + 0.09 * np.eye(size)
        expected += multivariate_normal(cov=cov).logpdf(residual[first:last])
    value = _kernels.slope_density(residual, scales, STARTS)[0]
    assert value == pytest.approx(expected, rel=1e-12)
    check_gradients(_kernels.slope_density, residual, scales, STARTS)


def test_responses_are_weighted_bernoulli() -> None:
    rng = np.random.default_rng(4)
    location, log_slope = rng.normal(2.5, 0.3, 6), rng.normal(2.0, 0.3, 6)
    log_age = rng.normal(2.5, 0.5, (6, 10))
    weight = rng.gamma(1.0, 5.0, (6, 10)) * (rng.uniform(size=(6, 10)) > 0.2)
    sign = rng.choice([-1.0, 1.0], (6, 10))
    eta = np.exp(log_slope)[:, None] * (log_age - location[:, None])
    expected = (weight * log_expit(sign * eta)).sum()
    nodes = (log_age, weight, sign)
    value = _kernels.response_density(location, log_slope, *nodes)[0]
    assert value == pytest.approx(expected, rel=1e-12)
    check_gradients(_kernels.response_density, location, log_slope, *nodes)


@pytest.mark.parametrize("log_slope", [5.0, 20.0, 300.0])
def test_the_likelihood_stays_below_zero_however_steep(log_slope: float) -> None:
    rng = np.random.default_rng(5)
    log_age = rng.normal(2.5, 0.5, (1, 10))
    weight = rng.gamma(1.0, 5.0, (1, 10))
    sign = np.repeat([[1.0, -1.0]], 5, axis=1).reshape(1, 10)
    for location in np.linspace(1.0, 4.0, 61):
        value = _kernels.response_density(
            np.array([location]), np.array([log_slope]), log_age, weight, sign
        )[0]
        assert value <= 0.0
