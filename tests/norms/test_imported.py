"""Imported norms: shares flagged as counted among made-up children, and the floor."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

import devnorms as dn
from devnorms._base.errors import (
    BadValueError,
    EmptySelectionError,
    InvalidTableError,
    NotConverged,
    UnknownNameError,
)
from devnorms.norms import imported, pass_ages, printed_norm, same_country_flags
from devnorms.norms.same_country import floor_of
from devnorms.schema.differences import REFUSE
from devnorms.schema.imported import NOT_JUDGED, check_imported
from devnorms.simulate import Design, Population, draw_truth, simulate_curves
from tests.norms.conftest import MILESTONES


def one(table, population, milestone="walks_alone", flag="late"):
    """The one row asked for."""
    rows = table[
        (table["population"] == population)
        & (table["milestone"] == milestone)
        & (table["flag"] == flag)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


def log_ages_of_children(truth, population, milestone, number=200_000):
    """Log ages at which made-up children pass: the curve is their distribution."""
    means = truth.milestone_means()
    row = means[(means["population"] == population) & (means["milestone"] == milestone)]
    chance = np.random.default_rng(3).uniform(size=number)
    return row["location"].item() + logit(chance) / np.exp(row["log_slope"].item())


@pytest.mark.parametrize("share", [0.75, 0.9])
def test_the_share_flagged_is_what_counting_children_gives(truth, exact, share):
    table = imported(exact, "NLD-X", share=share)
    for population in ("COL-Y", "COL-Z"):
        theirs = log_ages_of_children(truth, "NLD-X", "runs")
        ours = log_ages_of_children(truth, population, "runs")
        late = np.mean(ours > np.quantile(theirs, share))
        early = np.mean(ours <= np.quantile(theirs, 1 - share))
        found = one(table, population, "runs")["flagged"]
        assert found == pytest.approx(late, abs=0.005)
        found = one(table, population, "runs", "early")["flagged"]
        assert found == pytest.approx(early, abs=0.005)


def test_children_who_change_class_are_those_between_the_two_ages(truth, exact):
    row = one(imported(exact, "NLD-X"), "COL-Y")
    ours = log_ages_of_children(truth, "COL-Y", "walks_alone")
    at_home = np.quantile(ours, 0.9)
    imported_age = np.log1p(row["age_months"])
    changed = np.mean((ours > imported_age) != (ours > at_home)) * 1000
    assert abs(row["more_per_1000"]) == pytest.approx(changed, abs=3)


def test_every_draw_is_judged_by_itself(curves):
    row = one(imported(curves, "NLD-X", level=0.5), "COL-Z", "runs")
    chosen = curves.sel(milestone="runs")
    place = {
        name: chosen[f"milestone_{name}"].values.reshape(-1, 3)
        for name in ("location", "log_slope")
    }
    people = list(curves["population"].values)
    r, p = people.index("NLD-X"), people.index("COL-Z")
    location, slope = place["location"], np.exp(place["log_slope"])
    age = location[:, r] + np.log(9) / slope[:, r]
    late = 1 - expit(slope[:, p] * (age - location[:, p]))
    by_hand = np.quantile(late, [0.25, 0.5, 0.75])
    found = row[["flagged_low", "flagged", "flagged_high"]].to_numpy(dtype=float)
    assert found == pytest.approx(by_hand)


def test_a_norm_flags_of_its_own_children_what_it_says(truth, exact):
    ages = truth.pass_ages([0.1, 0.9])
    own = printed_norm(ages[ages["population"] == "COL-Y"], "own")
    table = imported(exact, own)
    mine = table[table["population"] == "COL-Y"]
    assert set(mine["flag"]) == {"late", "early"}
    assert mine["flagged"].to_numpy() == pytest.approx(0.1)
    assert mine["more_per_1000"].to_numpy() == pytest.approx(0, abs=1e-6)


def test_a_printed_norm_is_taken_as_exact_so_its_interval_is_narrower(curves, people):
    chosen = pass_ages(curves, people, pooled=False)
    as_printed = imported(curves, printed_norm(chosen, "NLD-X"))
    as_known = imported(curves, "NLD-X")
    for table in (as_printed, as_known):
        assert (table["flagged_low"] <= table["flagged"]).all()
    printed, known = one(as_printed, "COL-Y"), one(as_known, "COL-Y")
    assert printed["flagged"] == pytest.approx(known["flagged"], abs=0.02)
    width = printed["flagged_high"] - printed["flagged_low"]
    assert width < known["flagged_high"] - known["flagged_low"]
    assert printed["verdict"] == NOT_JUDGED
    assert "taken as exact" in printed["statement"]


def test_items_that_both_were_asked_are_judged_apart(truth, exact):
    row = one(imported(exact, "COL-Y"), "COL-Z")
    leaves = truth.leaves.set_index("leaf")
    norm, own = (leaves.loc[f"{p}:by3_walks_alone"] for p in ("COL-Y", "COL-Z"))
    age = norm["location"] + np.log(9) / np.exp(norm["log_slope"])
    by_hand = 1 - expit(np.exp(own["log_slope"]) * (age - own["location"]))
    assert row["flagged_same_items"] == pytest.approx(by_hand)
    assert row["shared_items"] == 1
    assert row["joined_by"] == "same items"
    alone = one(imported(exact, "NLD-X"), "COL-Z")
    assert np.isnan(alone["flagged_same_items"])
    assert alone["joined_by"] == "linked items"


def world_with_four_studies(sd):
    """Two countries with two studies each, all asked the same items."""
    people = tuple(
        Population(name, name.lower(), name[:3], ("bay",), 0, 200)
        for name in ("AAA-1", "AAA-2", "BBB-1", "BBB-2")
    )
    rng = np.random.default_rng(7)
    truth = draw_truth(rng=rng, design=Design(people, {"walks": ("gross_motor", 12.0)}))
    return simulate_curves(truth, rng=rng, sd=sd, draws=50)


def test_no_country_is_its_own_floor():
    curves = world_with_four_studies(0.01)
    table = imported(curves)
    between = same_country_flags(curves)
    assert len(between) == 8
    row = table[
        (table["reference"] == "AAA-1")
        & (table["population"] == "AAA-2")
        & (table["flag"] == "late")
    ].iloc[0]
    late = between[between["flag"] == "late"].set_index("country")["flagged"]
    others = late["BBB"].astype(float)
    assert row["same_country"]
    assert row["floor_comparisons"] == 2
    assert row["floor_low"] == pytest.approx(np.quantile(others, 0.05))
    assert row["floor_high"] == pytest.approx(np.quantile(others, 0.95))


def test_without_two_studies_of_a_country_there_is_no_floor(exact):
    curves = exact.sel(population=["NLD-X", "COL-Y"])
    keep = np.isin(curves["leaf_population"].values, ["NLD-X", "COL-Y"])
    table = imported(curves.isel(leaf=np.flatnonzero(keep)), "NLD-X")
    assert (table["floor_comparisons"] == 0).all()
    assert (table["against_floor"] == "no floor").all()
    assert floor_of(same_country_flags(curves.isel(leaf=[0])), "late").comparisons == 0


def test_where_the_data_do_not_reach_no_share_is_claimed(exact):
    short = exact.copy(deep=True)
    short["support_high_months"].loc[{"population": "COL-Y"}] = 3.0
    row = one(imported(short, "NLD-X"), "COL-Y")
    assert row["reach"] == "children"
    assert row["statement"].startswith("Cannot say")
    assert "%" not in row["statement"]
    short["support_high_months"].loc[{"population": "NLD-X"}] = 3.0
    assert one(imported(short, "NLD-X"), "COL-Y")["reach"] == "both"
    assert one(imported(short, "NLD-X"), "COL-Z")["reach"] == "norm"


def test_what_the_gate_refuses_is_said_without_a_number(exact):
    doubtful = dn.Known(
        links=pd.DataFrame(
            {
                "item": [f"{i}_{m}" for i in ("ddi", "by3", "bat") for m in MILESTONES],
                "milestone": [m for _ in range(3) for m in MILESTONES],
                "confidence": "low",
                "probability": 0.2,
                "judged_by": "nobody",
                "reason": "made up",
            }
        )
    )
    table = imported(exact, "NLD-X", known=doubtful)
    refused = table[table["verdict"] == REFUSE]
    assert len(refused) > 0
    assert refused["statement"].str.startswith("Do not compare: ").all()
    assert not refused["statement"].str.contains("flagged").any()


def test_judging_needs_no_age_that_the_children_have_not_reached(exact):
    row = one(imported(exact, "COL-Y"), "COL-Z", "runs")
    slow, norm = ("COL-Z", "COL-Y") if row["more_per_1000"] > 0 else ("COL-Y", "COL-Z")
    ages = pass_ages(exact, shares=[0.9], milestones=["runs"]).table
    age = ages.set_index("population")["age_months"]
    short = exact.copy(deep=True)
    between = (age[slow] + age[norm]) / 2
    short["support_high_months"].loc[{"population": slow, "milestone": "runs"}] = (
        between
    )
    row = one(imported(short, norm), slow, "runs")
    assert row["reach"] == "within"
    assert row["verdict"] != REFUSE
    assert "flagged late" in row["statement"]


def test_rows_and_combinations_left_out_add_up(exact):
    gap = exact.copy(deep=True)
    for name in ("asked", "passed", "items"):
        gap[name].loc[{"population": "COL-Z", "milestone": "runs"}] = np.nan
    table = imported(gap)
    late = table[table["flag"] == "late"]
    assert table.attrs["left_out"] == {"not asked in both": 4}
    assert len(late) + 4 == 3 * 2 * 3


def test_what_the_model_says_is_what_the_raw_counts_show():
    """At the Dutch age at 90 %, as many Colombian children do not pass as it says."""
    counts = dn.load_counts("milestones")
    counts = counts[counts["milestone"] == "stacks_two_blocks"]
    curves = dn.preview(counts)
    table = imported(curves, "NLD-SMOCC", allow_unconverged=True)
    for population in ("COL-LT42M", "COL-LT45M"):
        row = one(table, population, "stacks_two_blocks")
        assert row["reach"] == "within"
        mine = counts[counts["population"] == population]
        age = mine["age_days_mean"] / 30.4375
        near = mine[(age - row["age_months"]).abs() < 1.5]
        not_yet = 1 - near["passed"].sum() / near["asked"].sum()
        error = np.sqrt(not_yet * (1 - not_yet) / near["asked"].sum())
        assert near["asked"].sum() > 100
        assert abs(row["flagged"] - not_yet) < 3 * error + 0.02


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        ({"reference": "NLD-XX"}, UnknownNameError, "Did you mean 'NLD-X'"),
        ({"reference": ["NLD-X", "BEL"]}, UnknownNameError, "BEL"),
        ({"reference": 3}, BadValueError, "a population, several"),
        ({"reference": "NLD-X", "share": 90}, BadValueError, r"0\.9, not 90"),
        ({"reference": "NLD-X", "share": 1.0}, BadValueError, "between 0 and 1"),
        ({"reference": "NLD-X", "level": 0}, BadValueError, "level"),
        ({"reference": "NLD-X", "milestones": ["flies"]}, UnknownNameError, "flies"),
    ],
)
def test_bad_input_is_named(exact, how, error, words):
    with pytest.raises(error, match=words):
        imported(exact, **how)


def test_a_norm_set_of_several_populations_must_be_narrowed(exact, people):
    norms = pass_ages(exact, people)
    with pytest.raises(BadValueError, match="printed_norm"):
        imported(exact, norms)


def test_draws_that_did_not_converge_are_refused(exact):
    with pytest.raises(NotConverged, match="sampler's checks"):
        imported(exact.assign_attrs(converged="no"), "NLD-X")


def test_a_reference_without_ages_for_anything_asked_is_refused(exact):
    table = pd.DataFrame({"milestone": ["flies"], "share": [0.9], "age_months": [3.0]})
    with pytest.raises(EmptySelectionError, match="no other population"):
        imported(exact, printed_norm(table, "Birds"))


def test_a_printed_table_tells_all_its_faults_at_once():
    table = pd.DataFrame(
        {
            "milestone": ["a", "a", "b"],
            "share": [0.9, 0.9, 90],
            "age_months": [1.0, 2.0, 400.0],
        }
    )
    with pytest.raises(InvalidTableError, match="broken") as raised:
        printed_norm(table, "broken")
    for words in ("no share between 0 and 1", "216 months", "more than once"):
        assert words in str(raised.value)
    with pytest.raises(BadValueError, match="what to call"):
        printed_norm(table)
    with pytest.raises(InvalidTableError, match="missing column"):
        printed_norm(table.drop(columns="share"), "broken")


def test_published_figures_can_be_the_reference(exact):
    from devnorms.sources import published

    who = published().query("source_id == 'who2006_table_secondary'")
    norm = printed_norm(who, "WHO 2006")
    row = one(imported(exact, norm, milestones=["walks_alone"]), "NLD-X")
    # WHO Multicentre Growth Reference Study 2006: 90 % walk alone by 14.4 months.
    assert row["age_months"] == pytest.approx(14.4)


def test_a_table_that_breaks_its_rules_is_refused(exact):
    table = imported(exact, "NLD-X")
    with pytest.raises(InvalidTableError, match="flagged_low"):
        check_imported(table.assign(flagged=1.0, flagged_low=0.1, flagged_high=0.2))
