"""Merged cells are the narrowest that hold enough children."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms.tabulate.merge import merge_small


def spread(log_age, asked, cells) -> float:
    """Sum of squares of log age within cells."""
    total = 0.0
    for cell in np.unique(cells):
        x, n = log_age[cells == cell], asked[cells == cell]
        total += float(n @ (x - np.average(x, weights=n)) ** 2)
    return total


@given(
    asked=st.lists(st.integers(1, 7), min_size=1, max_size=9),
    seed=st.integers(0, 1000),
    least=st.integers(2, 8),
)
def test_no_other_way_of_merging_is_narrower(asked, seed, least):
    n = np.array(asked)
    age = np.sort(np.random.default_rng(seed).uniform(100, 900, len(n)))
    log_age = np.log(age / 30.4375 + 1)
    cells = merge_small(age, n, np.zeros(len(n), dtype=int), least)
    sums = np.bincount(cells, n)
    if n.sum() < least:
        assert cells.tolist() == [0] * len(n)
        return
    assert sums.min() >= least
    best = np.inf
    for size in range(len(n)):
        for cuts in combinations(range(1, len(n)), size):
            other = np.searchsorted(cuts, np.arange(len(n)), side="right")
            if np.bincount(other, n).min() >= least:
                best = min(best, spread(log_age, n, other))
    assert spread(log_age, n, cells) == pytest.approx(best, abs=1e-9)


def test_groups_are_never_merged_with_each_other():
    age = np.array([10.0, 20.0, 30.0, 15.0, 25.0])
    group = np.array([0, 0, 0, 1, 1])
    cells = merge_small(age, np.array([3, 1, 3, 1, 1]), group, 3)
    assert cells[2] < cells[3] == cells[4]
