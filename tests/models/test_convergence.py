"""Our R-hat and effective sample sizes against ArviZ's."""

from __future__ import annotations

import numpy as np
import pytest
from arviz_stats.base import array_stats

from devnorms.models.convergence import convergence


@pytest.fixture(scope="module")
def draws() -> np.ndarray:
    """Autoregressive chains of every stickiness, some that disagree, some heavy."""
    rng = np.random.default_rng(1)
    stickiness = np.linspace(-0.6, 0.98, 40)
    noise = rng.standard_normal((40, 4, 501))
    values = np.zeros_like(noise)
    for t in range(1, 501):
        values[:, :, t] = stickiness[:, None] * values[:, :, t - 1] + noise[:, :, t]
    values[5, 0] += 2.0
    values[6, 1] *= 3.0
    values[7] = np.exp(values[7])
    return values


def test_rhat_agrees_with_arviz(draws: np.ndarray) -> None:
    ours = convergence(draws)["rhat"]
    theirs = [array_stats.rhat(one, chain_axis=0, draw_axis=1) for one in draws]
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize("method", ["bulk", "tail"])
def test_effective_sample_size_agrees_with_arviz(
    draws: np.ndarray, method: str
) -> None:
    ours = convergence(draws)[f"ess_{method}"]
    prob = (0.05, 0.95) if method == "tail" else None
    theirs = [
        array_stats.ess(one, chain_axis=0, draw_axis=1, method=method, prob=prob)
        for one in draws
    ]
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_chains_that_disagree_are_found(draws: np.ndarray) -> None:
    found = convergence(draws)
    assert found["rhat"][5] > 1.1
    assert found["rhat"][6] > 1.05


def test_what_is_nan_stays_nan(draws: np.ndarray) -> None:
    with_gap = draws[:3].copy()
    with_gap[1] = np.nan
    found = convergence(with_gap)
    assert np.isnan(found["rhat"]).tolist() == [False, True, False]
