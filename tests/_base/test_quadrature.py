"""Gauss nodes agree with closed forms and keep the moments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms._base.quadrature import gauss_nodes

ONE = np.array([0])


@pytest.mark.parametrize("points", [9, 40, 1000])
@pytest.mark.parametrize("nodes", [1, 2, 5, 8])
def test_nodes_of_equal_points_are_zeros_of_gram_polynomials(points, nodes):
    # Discrete Chebyshev (Gram) polynomials: b_k = k^2 (N^2 - k^2) / (4 (4 k^2 - 1)).
    k = np.arange(1, nodes)
    off = np.sqrt(k**2 * (points**2 - k**2) / (4 * (4 * k**2 - 1)))
    expected = np.linalg.eigvalsh(np.diag(off, 1) + np.diag(off, -1))
    at, weight = gauss_nodes(np.arange(points * 1.0), np.ones(points), ONE, nodes)
    assert np.allclose(at[0], expected + (points - 1) / 2, rtol=0, atol=1e-9 * points)
    assert weight.sum() == pytest.approx(points)


def test_many_equal_points_come_near_gauss_and_legendre():
    at, weight = np.polynomial.legendre.leggauss(5)
    found, share = gauss_nodes(np.linspace(-1, 1, 20001), np.ones(20001), ONE, 5)
    assert np.allclose(found[0], at, atol=1e-4)
    assert np.allclose(share[0] / 20001 * 2, weight, atol=1e-3)


@given(
    sizes=st.lists(st.integers(1, 30), min_size=1, max_size=6),
    nodes=st.integers(1, 6),
    seed=st.integers(0, 10_000),
)
def test_moments_are_kept_up_to_twice_the_nodes_less_one(sizes, nodes, seed):
    rng = np.random.default_rng(seed)
    parts = [np.unique(rng.uniform(0, 4, size)) for size in sizes]
    points = np.concatenate(parts)
    weights = rng.integers(1, 500, len(points)).astype(float)
    starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
    at, weight = gauss_nodes(points, weights, starts, nodes)
    for row, begin in enumerate(starts):
        own = slice(begin, begin + len(parts[row]))
        for order in range(2 * nodes):
            exact = weights[own] @ points[own] ** order
            assert weight[row] @ at[row] ** order == pytest.approx(exact, rel=1e-10)
        assert (weight[row] >= 0).all()
        assert (at[row] >= points[own].min()).all()
        assert (at[row] <= points[own].max()).all()


def test_few_points_are_kept_as_they_are():
    points, weights = np.array([1.0, 1.5, 2.25]), np.array([3.0, 1.0, 7.0])
    at, weight = gauss_nodes(points, weights, ONE, 5)
    assert at[0, :3].tolist() == points.tolist()
    assert weight[0].tolist() == [3, 1, 7, 0, 0]
    assert at[0, 3:] == pytest.approx(points @ weights / 11)


def test_points_nearly_together_do_no_harm():
    points = 1 + 1e-13 * np.arange(8) + np.repeat([0, 1.0], 4)
    at, weight = gauss_nodes(points, np.ones(8), ONE, 5)
    assert weight.sum() == pytest.approx(8)
    assert weight[0] @ at[0] ** 3 == pytest.approx((points**3).sum())


def test_a_measure_does_not_depend_on_its_neighbours():
    rng = np.random.default_rng(3)
    first, second = np.sort(rng.random(20)), np.sort(rng.random(9)) * 1000
    ones = np.ones(29)
    both = gauss_nodes(np.concatenate([first, second]), ones, np.array([0, 20]), 4)
    alone = gauss_nodes(first, ones[:20], ONE, 4)
    assert np.allclose(both[0][0], alone[0][0], rtol=1e-12)
    assert np.allclose(both[1][0], alone[1][0], rtol=1e-10)
