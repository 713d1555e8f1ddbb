"""Differences are those of the truth, calibrated, and silent where they must be."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from devnorms._base.errors import (
    BadValueError,
    EmptySelectionError,
    InvalidTableError,
    NotConverged,
    UnknownNameError,
)
from devnorms.norms import Known, compare, control_claims
from devnorms.schema.differences import ALL, REFUSE, check_differences
from devnorms.schema.norms import POOLED
from devnorms.simulate import Truth, simulate_curves
from tests.norms.worlds import between, described, knowing, look, world

PAIRS = [("NLD-SIM", "COL-SIM-A"), ("ZAF-SIM", "JAM-SIM"), ("COL-SIM-B", "CHN-SIM")]


@pytest.fixture(scope="module")
def known_world() -> tuple[Truth, xr.Dataset]:
    """Curves that are the truth in every draw."""
    truth, _ = world(3, number=6)
    return truth, simulate_curves(truth, rng=np.random.default_rng(3), sd=0, draws=3)


@pytest.fixture(scope="module")
def worlds() -> list[tuple[Truth, xr.Dataset]]:
    """Previews of made-up children of six worlds."""
    found = []
    for seed in range(6):
        truth, counts = world(seed, number=16)
        found.append((truth, look(counts, seed=seed)))
    return found


def ages(truth: Truth, population: str, share: float) -> pd.Series:
    """True ages at which a share passes."""
    if population == POOLED:
        return truth.pooled_ages([share]).set_index("milestone")["age_months"]
    table = truth.pass_ages([share])
    mine = table[table["population"] == population]
    return mine.set_index("milestone")["age_months"]


@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize("reference", ["COL-SIM-A", POOLED])
def test_the_measured_difference_is_that_of_the_true_ages(
    known_world, reference, share
):
    truth, curves = known_world
    table = compare(curves, reference, shares=[share])
    for population in ("NLD-SIM", "ZAF-SIM"):
        rows = table[(table["population"] == population) & (table["milestone"] != ALL)]
        true = ages(truth, population, share) - ages(truth, reference, share)
        np.testing.assert_allclose(
            rows["measured_months"], true[rows["milestone"]], atol=1e-9
        )


def test_on_the_same_items_what_instrument_and_wording_do_is_taken_out(known_world):
    truth, curves = known_world
    table = compare(curves, "COL-SIM-A", shares=[0.5])
    rows = table[(table["population"] == "NLD-SIM") & (table["milestone"] != ALL)]
    true = between(truth, "NLD-SIM", "COL-SIM-A")
    np.testing.assert_allclose(
        rows["difference_months"], true.difference[rows["milestone"]], atol=1e-9
    )
    linking = (true.measured - true.difference)[rows["milestone"]]
    np.testing.assert_allclose(rows["linking_months"], linking, atol=1e-9)


def test_populations_asked_the_same_items_have_no_linking_error(known_world):
    _, curves = known_world
    table = compare(curves, "COL-SIM-B", shares=[0.5, 0.9])
    rows = table[table["population"] == "CHN-SIM"]
    assert (rows["link"] == "same items").all()
    assert (rows["linking_months"].dropna() == 0).all()
    gap = rows["difference_months"] - rows["measured_months"]
    assert gap.abs().max() < 1e-9


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_uniform_and_slope_add_up_and_at_half_there_is_no_slope(known_world, share):
    _, curves = known_world
    table = compare(curves, "NLD-SIM", shares=[share]).dropna(
        subset=["difference_months"]
    )
    parts = table["uniform_months"] + table["slope_months"]
    # Every draw is the same, so medians add up here.
    assert (parts - table["difference_months"]).abs().max() < 1e-9
    assert (table["slope_months"] == 0).all() == (share == 0.5)


def test_turned_round_a_difference_changes_its_sign_only(known_world):
    _, curves = known_world
    key = ["milestone", "share"]
    there = compare(curves, "ZAF-SIM")
    back = compare(curves, "NLD-SIM")
    one = there[there["population"] == "NLD-SIM"].set_index(key)
    two = back[back["population"] == "ZAF-SIM"].set_index(key)
    columns = ["difference_months", "measured_months", "linking_months"]
    np.testing.assert_allclose(one[columns], -two.loc[one.index, columns], atol=1e-9)
    assert one["verdict"].equals(two.loc[one.index, "verdict"])


def test_intervals_of_differences_hold_the_truth_as_often_as_they_say(worlds):
    inside: list[bool] = []
    for truth, curves in worlds:
        for population, reference in PAIRS:
            table = compare(curves, reference, shares=[0.5], allow_unconverged=True)
            rows = table[
                (table["population"] == population)
                & (table["milestone"] != ALL)
                & (table["verdict"] != REFUSE)
            ]
            true = between(truth, population, reference).difference[rows["milestone"]]
            held = (rows["difference_months_low"].to_numpy() <= true.to_numpy()) & (
                true.to_numpy() <= rows["difference_months_high"].to_numpy()
            )
            inside += held.tolist()
    assert len(inside) > 100
    # 90 % said; the studies' shifts are shared by a world's rows, hence the room.
    assert 0.83 < np.mean(inside) < 0.97


def test_what_is_claimed_is_true_as_often_as_it_must_be(worlds):
    true_claims, sizes = [], []
    for truth, curves in worlds:
        for population, reference in PAIRS:
            table = compare(
                curves,
                reference,
                shares=[0.5],
                known=knowing(truth),
                allow_unconverged=True,
            )
            rows = table[
                (table["population"] == population) & (table["milestone"] != ALL)
            ]
            size = between(truth, population, reference).difference.abs()
            claimed = rows.loc[rows["claim"] != "none", "milestone"]
            true_claims += (size[claimed] > 1.0).tolist()
            sizes += size[rows["milestone"]].tolist()
    assert len(true_claims) > 20
    assert np.mean(true_claims) > 0.9
    # Not because it is always true: elsewhere it often is not.
    assert np.mean(np.array(sizes) > 1.0) < 0.75


def test_the_mean_over_milestones_is_the_mean_of_those_that_may_be_told(known_world):
    _, curves = known_world
    table = compare(curves, "COL-SIM-A", shares=[0.5])
    mine = table[table["population"] == "JAM-SIM"]
    told = mine[(mine["milestone"] != ALL) & (mine["verdict"] != REFUSE)]
    mean = mine[mine["milestone"] == ALL].iloc[0]
    assert len(told) < (mine["milestone"] != ALL).sum()  # some are refused
    assert mean["milestones"] == len(told)
    assert mean["difference_months"] == pytest.approx(told["difference_months"].mean())


def test_a_refused_row_says_no_number_and_claims_nothing(known_world):
    _, curves = known_world
    table = compare(curves, "COL-SIM-A", threshold_months=0.01)
    refused = table[table["verdict"] == REFUSE]
    assert len(refused) > 3
    assert (refused["claim"] == "none").all()
    for row in refused.itertuples():
        assert row.statement == f"do not compare: {row.reason}"
        written = re.findall(r"\d+\.\d", row.statement)
        assert f"{abs(row.difference_months):.1f}" not in written
    broken = table.assign(statement="2.3 months later")
    with pytest.raises(InvalidTableError, match="says that it is refused"):
        check_differences(broken)


def test_a_told_row_says_how_much_how_sure_and_what_studies_differ_anyway(known_world):
    truth, curves = known_world
    table = compare(curves, "COL-SIM-A", shares=[0.5], known=knowing(truth))
    row = table[(table["population"] == "NLD-SIM") & (table["verdict"] != REFUSE)].iloc[
        0
    ]
    when = "later" if row["difference_months"] > 0 else "earlier"
    assert row["statement"].startswith(
        f"{abs(row['difference_months']):.1f} months {when} than COL-SIM-A (90 % "
    )
    assert "Two studies of one country differ by" in row["statement"]
    assert row["floor_months"] <= row["floor_upper_months"]
    assert row["asked"] == row["asked_reference"] / 2 == 500  # one item, two items
    assert "nobody was sampled" in row["who"]
    assert "Made-up children" in row["who_reference"]
    assert row["cannot_separate"] == "country and study; instrument; wording"


def test_the_probability_is_the_share_of_draws_beyond_the_threshold(known_world):
    _, curves = known_world
    sizes = compare(curves, shares=[0.5])["difference_months"].abs()
    for threshold in (0.1, 1.0, 3.0):
        table = compare(curves, shares=[0.5], threshold_months=threshold)
        told = table["probability_beyond_threshold"].notna()
        expected = (sizes > threshold).astype(float)
        assert table.loc[told, "probability_beyond_threshold"].equals(expected[told])


def test_without_two_studies_of_a_country_no_difference_stands_without_a_warning():
    truth, _ = world(3, number=4)
    leaves = truth.leaves[truth.leaves["population"] != "COL-SIM-B"]
    lonely = Truth(leaves, truth.centres, truth.design, truth.scales)
    curves = simulate_curves(lonely, rng=np.random.default_rng(1), sd=0, draws=3)
    table = compare(curves, "JAM-SIM", shares=[0.5], known=knowing(truth))
    told = table[table["verdict"] != REFUSE]
    assert len(told) > 0
    assert (told["verdict"] == "compare with caution").all()
    assert told["floor_months"].isna().all()
    assert told["statement"].str.contains("is not known here").all()
    assert (told["claim"] != "more than same-country studies").all()


@pytest.mark.parametrize("threshold", [0, -1, float("nan"), float("inf"), "1"])
def test_a_threshold_must_be_above_zero(known_world, threshold):
    with pytest.raises(BadValueError, match="'threshold_months' must be a number of"):
        compare(known_world[1], threshold_months=threshold)


def test_an_unknown_reference_is_named_with_the_nearest(known_world):
    with pytest.raises(UnknownNameError, match=r"'NLD-SIN'.*mean 'NLD-SIM'"):
        compare(known_world[1], "NLD-SIN")


def test_one_population_has_nobody_to_be_compared_with():
    truth, _ = world(3, number=4)
    leaves = truth.leaves[truth.leaves["population"] == "NLD-SIM"]
    alone = Truth(leaves, truth.centres, truth.design, truth.scales)
    curves = simulate_curves(alone, rng=np.random.default_rng(1))
    with pytest.raises(EmptySelectionError, match=r"Only one population.*NLD-SIM"):
        compare(curves)


def test_draws_that_did_not_converge_are_refused_unless_allowed(known_world):
    curves = known_world[1].assign_attrs(converged="no")
    with pytest.raises(NotConverged, match="allow_unconverged"):
        compare(curves)
    assert len(compare(curves, allow_unconverged=True)) > 0


def test_curves_without_effects_or_with_those_of_another_fit_are_refused(known_world):
    curves = known_world[1]
    with pytest.raises(InvalidTableError, match=r"item_effect.*dn\.fit"):
        compare(curves.drop_vars("item_effect"))
    with pytest.raises(InvalidTableError, match="must add up in every draw"):
        compare(curves.assign(item_effect=curves["item_effect"] + 0.1))


def test_a_table_of_populations_must_describe_all(known_world):
    truth, curves = known_world
    few = described(truth).iloc[:-1]
    with pytest.raises(UnknownNameError, match="JAM-SIM"):
        compare(curves, known=Known(populations=few))


def test_controls_count_claims_between_studies_of_one_country(known_world):
    truth, curves = known_world
    table = control_claims(curves, shares=[0.5], threshold_months=0.5)
    row = table.iloc[0]
    assert (row["population"], row["reference"]) == ("COL-SIM-B", "COL-SIM-A")
    compared = compare(curves, "COL-SIM-A", shares=[0.5], threshold_months=0.5)
    mine = compared[
        (compared["population"] == "COL-SIM-B")
        & (compared["milestone"] != ALL)
        & (compared["verdict"] != REFUSE)
    ]
    true = between(truth, "COL-SIM-B", "COL-SIM-A").difference.abs()
    same = mine["link"] == "same items"
    assert same.all()
    assert row["told"] == len(mine)
    assert row["claims"] == (true[mine["milestone"]] > 0.5).sum()
    # The only country with two studies: no other country's floor judges them.
    assert row["claims_beyond_floor"] == 0


def test_controls_need_a_country_with_two_studies():
    truth, _ = world(3, number=4)
    leaves = truth.leaves[truth.leaves["population"] != "COL-SIM-B"]
    lonely = Truth(leaves, truth.centres, truth.design, truth.scales)
    curves = simulate_curves(lonely, rng=np.random.default_rng(1))
    with pytest.raises(EmptySelectionError, match="no control"):
        control_claims(curves)
