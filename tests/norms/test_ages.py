"""Ages at which shares pass: right in closed form, per draw, only where asked."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from devnorms._base.errors import (
    BadValueError,
    EmptySelectionError,
    InvalidTableError,
    NotConverged,
    UnknownNameError,
)
from devnorms.norms import item_ages, pass_ages
from devnorms.schema.norms import POOLED, load_norms

SHARES = (0.25, 0.5, 0.75, 0.9)


def test_ages_are_the_true_ones_where_the_curves_are_the_truth(truth, exact):
    table = pass_ages(exact).table
    keys = ["population", "milestone", "share"]
    found = table[table["population"] != POOLED].set_index(keys)["age_months"]
    known = truth.pass_ages(SHARES).set_index(keys)["age_months"]
    assert len(found) == len(known)
    assert found.to_numpy() == pytest.approx(known.reindex(found.index).to_numpy())


def test_the_centre_is_the_true_centre(truth, exact):
    table = pass_ages(exact).table
    keys = ["milestone", "share"]
    found = table[table["population"] == POOLED].set_index(keys)["age_months"]
    known = truth.pooled_ages(SHARES).set_index(keys)["age_months"]
    assert found.to_numpy() == pytest.approx(known.reindex(found.index).to_numpy())


def test_items_have_their_own_ages(truth, exact):
    keys = ["leaf", "share"]
    found = item_ages(exact).set_index(keys)["age_months"]
    known = truth.item_ages(SHARES).set_index(keys)["age_months"]
    assert found.to_numpy() == pytest.approx(known.reindex(found.index).to_numpy())


def test_every_draw_is_solved_and_only_then_summarised(curves):
    one = curves.sel(population="COL-Y", milestone="runs")
    ages = []
    for location, log_slope in zip(
        one["milestone_location"].values.ravel(),
        one["milestone_log_slope"].values.ravel(),
        strict=True,
    ):

        def missing(age, location=location, log_slope=log_slope):
            logit = math.exp(log_slope) * (math.log1p(age) - location)
            return 1 / (1 + math.exp(-logit)) - 0.9

        ages.append(brentq(missing, 0.01, 500, xtol=1e-12))
    table = pass_ages(curves, shares=[0.9], level=0.8).table
    row = table[(table["population"] == "COL-Y") & (table["milestone"] == "runs")].iloc[
        0
    ]
    wanted = np.percentile(ages, [50, 10, 90])
    columns = ["age_months", "age_months_low", "age_months_high"]
    assert row[columns].to_numpy(float) == pytest.approx(wanted, rel=1e-9)
    assert (row["interval"], row["level"]) == ("equal-tailed", 0.8)


@given(
    st.lists(st.floats(0.01, 0.99), min_size=2, max_size=5, unique=True),
    st.floats(0.1, 0.9),
)
def test_later_shares_are_later_ages_and_wider_levels_wider_intervals(
    curves, shares, level
):
    narrow = pass_ages(curves, shares=shares, level=level).table
    wide = pass_ages(curves, shares=shares, level=level + 0.05).table
    for _, rows in narrow.groupby(["population", "milestone"]):
        rising = rows.sort_values("share")[
            ["age_months", "age_months_low", "age_months_high"]
        ]
        # Ages at the same draw rise with the share, and so do all their quantiles.
        assert (rising.diff().iloc[1:] >= 0).all(axis=None)
    assert (wide["age_months_low"] <= narrow["age_months_low"]).all()
    assert (wide["age_months_high"] >= narrow["age_months_high"]).all()
    assert (wide["age_months"] == narrow["age_months"]).all()


def test_the_order_of_the_draws_does_not_matter(curves):
    shuffled = curves.isel(draw=np.random.default_rng(1).permutation(100), chain=[1, 0])
    assert pass_ages(shuffled).table.equals(pass_ages(curves).table)


def test_choosing_milestones_changes_no_number(curves):
    everything = pass_ages(curves).table
    chosen = pass_ages(curves, milestones=["runs"]).table
    same = everything[everything["milestone"] == "runs"].reset_index(drop=True)
    assert chosen.equals(same)


def test_a_milestone_nobody_was_asked_in_a_population_has_no_row(curves):
    spoilt = curves.copy(deep=True)
    for name in ("asked", "passed", "items", "support_low_months"):
        spoilt[name].loc[{"population": "COL-Z", "milestone": "runs"}] = np.nan
    spoilt["milestone_location"].loc[{"population": "COL-Z", "milestone": "runs"}] = (
        np.nan
    )
    table = pass_ages(spoilt).table
    pairs = set(zip(table["population"], table["milestone"], strict=True))
    assert ("COL-Z", "runs") not in pairs
    assert ("COL-Z", "walks_alone") in pairs
    centre = table[(table["population"] == POOLED) & (table["milestone"] == "runs")]
    # 500 per leaf: one leaf in NLD-X, two in COL-Y, none any more in COL-Z.
    assert (centre["asked"] == 1500).all()
    assert (centre["items"] == 3).all()


def test_the_centre_can_be_left_out(curves):
    assert POOLED not in set(pass_ages(curves, pooled=False).table["population"])


def test_the_record_keeps_what_was_recorded_and_adds_the_choices(curves):
    record = pass_ages(curves, shares=[0.5], level=0.8, milestones=["runs"]).record
    assert "simulated" in record.settings
    assert record.settings["pass_ages"] == {
        "shares": [0.5],
        "level": 0.8,
        "interval": "equal-tailed",
        "milestones": ["runs"],
        "pooled": True,
        "allow_unconverged": False,
    }


def test_a_norm_set_made_from_curves_survives_the_disk(curves, people, tmp_path):
    norms = pass_ages(curves, people)
    assert load_norms(norms.save(tmp_path / "norms")) == norms


def test_the_same_curves_give_the_same_id(curves, people):
    assert pass_ages(curves, people).id == pass_ages(curves, people).id


@pytest.mark.parametrize("attribute", [False, 0, "no", "False", "0", "perhaps"])
def test_draws_that_did_not_converge_are_refused(curves, attribute):
    unmet = curves.assign_attrs(converged=attribute, diagnostics='{"max_rhat": 1.2}')
    with pytest.raises(NotConverged, match=r"max_rhat.*allow_unconverged=True"):
        pass_ages(unmet)
    norms = pass_ages(unmet, allow_unconverged=True)
    assert "DO NOT PUBLISH" in norms.card["not_converged"]


@pytest.mark.parametrize("attribute", [True, 1, "yes", "True"])
def test_draws_that_converged_are_accepted_however_it_was_saved(curves, attribute):
    norms = pass_ages(curves.assign_attrs(converged=attribute))
    assert "not_converged" not in norms.card


@pytest.mark.parametrize("shares", [[], [0.0], [90], [0.5, 0.5]])
def test_shares_that_are_none_are_refused(curves, shares):
    with pytest.raises(BadValueError, match="'shares' must be"):
        pass_ages(curves, shares=shares)


@pytest.mark.parametrize("call", [pass_ages, item_ages])
def test_a_level_in_percent_is_refused(curves, call):
    with pytest.raises(BadValueError, match=r"'level' must be .*0\.9, not 90"):
        call(curves, level=90)


@pytest.mark.parametrize("call", [pass_ages, item_ages])
def test_an_unknown_milestone_is_answered_with_the_nearest(curves, call):
    with pytest.raises(UnknownNameError, match="Did you mean 'walks_alone'"):
        call(curves, milestones=["walk_alone"])


def test_a_milestone_that_nobody_was_asked_is_no_norm(curves):
    spoilt = curves.copy(deep=True)
    spoilt["asked"].loc[{"milestone": "runs"}] = 0
    with pytest.raises(EmptySelectionError, match="was asked any of the milestones"):
        pass_ages(spoilt, milestones=["runs"])


def test_an_item_table_needs_an_item(curves):
    spoilt = curves.assign_coords(
        leaf_milestone=("leaf", ["runs"] * curves.sizes["leaf"])
    )
    with pytest.raises(EmptySelectionError, match="no item asks"):
        item_ages(spoilt, milestones=["walks_alone"])


def test_draws_missing_where_children_were_asked_are_refused(curves):
    spoilt = curves.copy(deep=True)
    spoilt["milestone_location"].loc[
        {"population": "NLD-X", "milestone": "runs", "chain": 0, "draw": 3}
    ] = np.nan
    with pytest.raises(InvalidTableError, match=r"1 curve\(s\).*'NLD-X', 'runs'"):
        pass_ages(spoilt)


def test_something_that_is_not_curves_is_refused(people):
    with pytest.raises(InvalidTableError, match=r"expected an xarray\.Dataset"):
        pass_ages(people)


def test_a_population_missing_from_the_descriptions_is_named(curves, people):
    with pytest.raises(UnknownNameError, match="Unknown population 'COL-Z'"):
        pass_ages(curves, people[people["population"] != "COL-Z"])


def test_only_populations_with_rows_are_described_in_the_norm_set(curves, people):
    other = people.head(1).assign(population="ZAF-Q")
    norms = pass_ages(curves, pd.concat([other, people]))
    assert norms.populations["population"].tolist() == ["NLD-X", "COL-Y", "COL-Z"]


def test_without_descriptions_the_norm_set_says_so(curves):
    norms = pass_ages(curves)
    assert norms.populations["who"].str.contains("Not described").all()
    assert (norms.populations["sampling"] == "unknown").all()
    assert norms.populations["country"].tolist() == ["NLD", "COL", "COL"]


def test_the_record_is_json_that_can_be_read_elsewhere(curves):
    assert json.loads(pass_ages(curves).record.to_json())["settings"]["pass_ages"]
