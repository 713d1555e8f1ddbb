"""Flagged on k of m: against enumeration, linear programming and counted children."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.stats import norm

from devnorms._base.errors import BadValueError, EmptySelectionError, UnknownNameError
from devnorms.norms import imported, imported_battery
from devnorms.norms.at_least import bounds, flagged_at_least

SHARES = st.lists(st.floats(0.01, 0.99), min_size=1, max_size=4)


def best_by_linear_programming(shares, at_least, sign):
    """Extreme of P(at least k) over every joint distribution with these shares."""
    patterns = np.array(list(product([0, 1], repeat=len(shares))))
    goal = (patterns.sum(axis=1) >= at_least).astype(float)
    equal = np.vstack([patterns.T, np.ones(len(patterns))])
    found = linprog(sign * goal, A_eq=equal, b_eq=[*shares, 1.0], bounds=(0, 1))
    assert found.success
    return sign * found.fun


@given(SHARES, st.integers(1, 4))
def test_the_bounds_are_reached_by_some_dependence_and_left_by_none(shares, at_least):
    at_least = min(at_least, len(shares))
    low, high = bounds(np.array(shares), at_least)
    assert low == pytest.approx(
        best_by_linear_programming(shares, at_least, 1), abs=1e-7
    )
    assert high == pytest.approx(
        best_by_linear_programming(shares, at_least, -1), abs=1e-7
    )


@given(SHARES, st.integers(1, 4))
def test_independent_milestones_are_enumerated(shares, at_least):
    at_least = min(at_least, len(shares))
    by_hand = sum(
        np.prod([q if hit else 1 - q for q, hit in zip(shares, pattern, strict=True)])
        for pattern in product([0, 1], repeat=len(shares))
        if sum(pattern) >= at_least
    )
    both = np.array([shares])
    by_norm, own, together = flagged_at_least(both, both, at_least)
    assert by_norm[0] == pytest.approx(by_hand)
    assert own[0] == pytest.approx(by_hand)
    assert together[0] == pytest.approx(by_hand)


def test_with_a_pace_it_is_what_counting_children_gives():
    rng = np.random.default_rng(2)
    by_norm = np.array([0.3, 0.05, 0.2, 0.1, 0.15])
    by_own = np.full(5, 0.1)
    loading = np.array([0.5, 0.3, 0.6, 0.4, 0.2])
    pace = rng.standard_normal((400_000, 1))
    own_part = rng.standard_normal((400_000, 5))
    rank = norm.cdf(loading * pace + np.sqrt(1 - loading**2) * own_part)
    late, at_home = ((rank < q).sum(axis=1) >= 2 for q in (by_norm, by_own))
    found = flagged_at_least(by_norm[None], by_own[None], 2, loading[None])
    counted = (late.mean(), at_home.mean(), (late & at_home).mean())
    assert [float(x[0]) for x in found] == pytest.approx(counted, abs=0.003)


def test_a_battery_of_one_is_the_milestone_itself(exact):
    single = imported(exact, "NLD-X", milestones=["runs"])
    battery = imported_battery(exact, "NLD-X", ["runs"], at_least=1)
    keys = ["population", "flag"]
    expected = single.set_index(keys)["flagged"]
    for _, rows in battery.groupby("dependence"):
        found = rows.set_index(keys)["flagged"]
        assert found.to_numpy() == pytest.approx(
            expected.reindex(found.index).to_numpy()
        )
    # Nobody can be newly flagged and no longer flagged by one age.
    assert (battery[["newly_per_1000", "no_longer_per_1000"]].min(axis=1) < 1e-6).all()


def test_both_assumptions_lie_between_the_bounds_and_balance(exact):
    table = imported_battery(exact, "NLD-X", ["walks_alone", "runs", "says_two_words"])
    assert (table["bound_low"] <= table["flagged"] + 1e-9).all()
    assert (table["flagged"] <= table["bound_high"] + 1e-9).all()
    change = (table["newly_per_1000"] - table["no_longer_per_1000"]) / 1000
    assert (table["flagged"] - table["flagged_at_home"]).to_numpy() == pytest.approx(
        change.to_numpy(), abs=1e-9
    )


def test_children_late_on_everything_are_more_with_a_pace(exact):
    every = ["walks_alone", "runs", "says_two_words"]
    table = imported_battery(exact, "NLD-X", every, at_least=3)
    home = table.groupby("dependence")["flagged_at_home"].first()
    assert home["one pace per child"] > home["independent"]
    assert home["independent"] == pytest.approx(0.1**3)


@pytest.mark.parametrize(
    ("milestones", "at_least", "error", "words"),
    [
        (["runs", "runs"], 1, BadValueError, "different milestones"),
        ([], 1, BadValueError, "different milestones"),
        (["runs"], 2, BadValueError, "at most the number of milestones, 1"),
        (["runs"], 0, BadValueError, "at_least"),
        (["flies"], 1, UnknownNameError, "flies"),
    ],
)
def test_bad_batteries_are_named(exact, milestones, at_least, error, words):
    with pytest.raises(error, match=words):
        imported_battery(exact, "NLD-X", milestones, at_least=at_least)


def test_a_battery_that_nobody_was_asked_whole_is_refused(exact):
    gap = exact.copy(deep=True)
    for name in ("asked", "passed", "items"):
        gap[name].loc[{"population": ["COL-Y", "COL-Z"], "milestone": "runs"}] = np.nan
    with pytest.raises(EmptySelectionError, match="asked all of"):
        imported_battery(gap, "NLD-X", ["walks_alone", "runs"])


def test_a_battery_judged_where_nobody_was_asked_claims_nothing(exact):
    short = exact.copy(deep=True)
    short["support_high_months"].loc[{"population": "COL-Y"}] = 3.0
    table = imported_battery(short, "NLD-X", ["walks_alone", "runs"])
    silent = table[table["population"] == "COL-Y"]
    assert (silent["outside_reach"] == 2).all()
    assert silent["statement"].str.startswith("Cannot say").all()
    assert not silent["statement"].str.contains("%").any()
