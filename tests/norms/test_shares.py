"""Shares passing by age: the inverse of the ages at which shares pass."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms._base.errors import BadValueError, UnknownNameError
from devnorms.norms import item_shares_passing, pass_ages, shares_passing

CALLS = [shares_passing, item_shares_passing]


@given(st.floats(0.02, 0.98))
def test_at_the_age_at_which_a_share_passes_that_share_passes(exact, share):
    ages = pass_ages(exact, shares=[share], pooled=False).table
    row = ages.sample(1, random_state=int(share * 1e6)).iloc[0]
    table = shares_passing(exact, [row["age_months"]], milestones=[row["milestone"]])
    found = table.set_index("population")["share_passing"]
    assert found[row["population"]] == pytest.approx(share)


def test_the_share_follows_the_formula_worked_by_hand(exact):
    one = exact.sel(population="NLD-X", milestone="runs").isel(chain=0, draw=0)
    location, slope = (
        float(one["milestone_location"]),
        float(np.exp(one["milestone_log_slope"])),
    )
    table = shares_passing(exact, [0, 17], milestones=["runs"])
    found = table[table["population"] == "NLD-X"].set_index("age_months")
    for age in (0, 17):
        odds = ((age + 1) / np.exp(location)) ** slope
        assert found.loc[age, "share_passing"] == pytest.approx(odds / (1 + odds))


@pytest.mark.parametrize("call", CALLS)
def test_shares_rise_with_age_and_lie_in_their_intervals(curves, call):
    table = call(curves, [3, 6, 12, 24, 48], level=0.8)
    name = "leaf" if "leaf" in table else "population"
    for _, rows in table.groupby([name, "milestone"]):
        assert rows["share_passing"].is_monotonic_increasing
    assert (table["share_passing_low"] <= table["share_passing"]).all()
    assert (table["share_passing"] <= table["share_passing_high"]).all()
    assert table["share_passing"].between(0, 1).all()
    assert set(zip(table["interval"], table["level"], strict=True)) == {
        ("equal-tailed", 0.8)
    }


def test_whether_children_were_asked_at_an_age_is_told(curves):
    table = shares_passing(curves, [0, 100, 200, 200.5], pooled=False)
    told = table.groupby("age_months")["within_support"].agg(["all", "any"])
    assert told["all"].tolist() == [True, True, True, False]
    assert told["any"].tolist() == [True, True, True, False]


def test_there_is_one_row_per_population_milestone_and_age(curves):
    table = shares_passing(curves, [6, 12])
    assert len(table) == (3 + 1) * 3 * 2  # three populations and the centre
    assert not table.duplicated(["population", "milestone", "age_months"]).any()


def test_there_is_one_row_per_item_and_age(curves):
    table = item_shares_passing(curves, [6, 12], milestones=["runs"])
    assert len(table) == 4 * 2  # by3 in two populations, bat and ddi in one
    assert set(table["item"]) == {"ddi_runs", "by3_runs", "bat_runs"}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("ages", [[], [-1], [float("nan")], [float("inf")]])
def test_ages_that_cannot_be_are_refused(curves, call, ages):
    with pytest.raises(BadValueError, match="'ages_months' must be one or more ages"):
        call(curves, ages)


@pytest.mark.parametrize("call", CALLS)
def test_a_level_in_percent_is_refused(curves, call):
    with pytest.raises(BadValueError, match=r"0\.9, not 90"):
        call(curves, [12], level=90)


@pytest.mark.parametrize("call", CALLS)
def test_an_unknown_milestone_is_answered_with_the_nearest(curves, call):
    with pytest.raises(UnknownNameError, match="Did you mean 'runs'"):
        call(curves, [12], milestones=["run"])


def test_many_curves_are_summarised_in_pieces_without_a_difference(curves, monkeypatch):
    whole = shares_passing(curves, [6, 12])
    monkeypatch.setattr("devnorms.norms.draws._AT_ONCE", 1)
    assert shares_passing(curves, [6, 12]).equals(whole)
