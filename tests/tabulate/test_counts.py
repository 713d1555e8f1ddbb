"""Counts are exact, whatever the engine and the order of the rows."""

from __future__ import annotations

import json
import warnings
from collections import defaultdict
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devnorms._base.ages import corrected_age_days
from devnorms._base.errors import DevnormsWarning, UnknownNameError
from devnorms._base.provenance import Record, Source
from devnorms.tabulate import count

LEFT_OUT = {"no age": 4, "not asked": 4, "unsure": 4}


def counted_by_hand(table: pd.DataFrame, bin_days: int) -> dict[Any, list[Fraction]]:
    """Asked, passed and sum of ages per cell, one row after the other."""
    cells: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 3)
    for row in table.to_dict("records"):
        if row["response"] not in {"passed", "not_yet"} or np.isnan(row["age_days"]):
            continue
        low = int(row["age_days"] // bin_days) * bin_days
        key = (row["population"], row["item"], row["sex"], float(low))
        asked, passed, days = cells[key]
        cells[key] = [
            asked + 1,
            passed + (row["response"] == "passed"),
            days + Fraction(row["age_days"]),
        ]
    return cells


@pytest.mark.parametrize("bin_days", [1, 30])
def test_counts_are_those_made_by_hand(observations, engine, bin_days):
    counts = count(engine(observations), bin_days=bin_days)
    expected = counted_by_hand(observations, bin_days)
    found = {
        (row.population, row.item, row.sex, row.age_days_low): row
        for row in counts.itertuples()
    }
    assert found.keys() == expected.keys()
    for key, (asked, passed, days) in expected.items():
        assert (found[key].asked, found[key].passed) == (asked, passed)
        assert found[key].age_days_mean == pytest.approx(float(days / asked), abs=1e-12)
        assert found[key].age_days_high == key[3] + bin_days - 1


@pytest.mark.parametrize(
    "choices",
    [{}, {"bin_days": 14, "min_asked": 5}, {"corrected_age": True}, {"by_sex": False}],
    ids=str,
)
def test_all_choices_give_the_same_to_the_last_bit(observations, engine, choices):
    expected = count(observations, **choices)
    found = count(engine(observations), **choices)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert found.attrs["left_out"] == expected.attrs["left_out"] == LEFT_OUT


def test_every_engine_gives_the_same_whatever_the_order_of_rows(
    observations, every_engine
):
    choices: dict[str, Any] = {"bin_days": 14, "min_asked": 5, "corrected_age": True}
    third = observations["age_days"] + np.arange(len(observations)) % 3 / 3
    table = observations.assign(age_days=third)
    expected = count(table, **choices)
    shuffled = table.sample(frac=1, random_state=4)
    found = count(every_engine(shuffled), **choices)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert found.attrs["left_out"] == expected.attrs["left_out"] == LEFT_OUT
    assert found["asked"].sum() == len(observations) - sum(LEFT_OUT.values())


@settings(max_examples=8)
@given(seed=st.integers(0, 10_000), width=st.integers(1, 40), least=st.integers(1, 9))
def test_the_order_of_rows_does_not_matter(seed, width, least):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "study": "s",
            "population": rng.choice(["A", "B"], 60),
            "country": "NLD",
            "item": rng.choice(["x", "y"], 60),
            "instrument": "own",
            "sex": rng.choice(["female", "male", "unknown"], 60),
            "age_days": rng.choice([30.4375, 0.1, 400.7, 61, np.nan, -0.0, 0.0], 60)
            * rng.choice([1, 1 / 3], 60),
            "response": rng.choice(["passed", "not_yet", "does_not_apply"], 60),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DevnormsWarning)
        first = count(table, bin_days=width, min_asked=least)
        shuffled = table.sample(frac=1, random_state=seed)
        second = count(shuffled, bin_days=width, min_asked=least)
        third = count(pl.from_pandas(shuffled), bin_days=width, min_asked=least)
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    pd.testing.assert_frame_equal(first, third, check_exact=True)
    assert first["asked"].sum() + sum(first.attrs["left_out"].values()) == len(table)
    assert not np.signbit(first[["age_days_low", "age_days_mean"]]).any(axis=None)


def test_what_is_counted_and_left_out_adds_up_to_the_observations(observations):
    counts = count(observations, min_asked=12, bin_days=30, small_cells="leave_out")
    left_out = counts.attrs["left_out"]
    assert counts["asked"].sum() + sum(left_out.values()) == len(observations)


def test_what_the_loader_left_out_is_added_to_what_is_left_out_here(observations):
    observations.attrs["left_out"] = {
        "responses_in": 200,
        "used": 160,
        "left_out": {"no age": 30, "copy": 10},
    }
    counts = count(observations)
    left_out = counts.attrs["left_out"]
    assert left_out == {"no age": 34, "copy": 10, "not asked": 4, "unsure": 4}
    assert counts["asked"].sum() + sum(left_out.values()) == 200


def test_a_corrected_age_is_that_of_the_base(observations):
    corrected = count(observations, corrected_age=True)
    by_hand = observations.assign(
        age_days=corrected_age_days(
            observations["age_days"], observations["gestation_days"]
        )
    )
    pd.testing.assert_frame_equal(corrected, count(by_hand), check_exact=True)
    assert not corrected["age_days_mean"].equals(count(observations)["age_days_mean"])


def test_without_sex_the_cells_of_girls_and_boys_are_one(observations):
    apart = count(observations, bin_days=30)
    pooled = count(observations.drop(columns="sex"), bin_days=30, by_sex=False)
    key = ["population", "item", "age_days_low"]
    sums = apart.groupby(key)[["asked", "passed"]].sum()
    pd.testing.assert_frame_equal(pooled.set_index(key)[["asked", "passed"]], sums)
    assert set(pooled["sex"]) == {"unknown"}


def test_small_cells_are_merged_until_each_holds_enough(observations):
    apart = count(observations, bin_days=7)
    merged = count(observations, bin_days=7, min_asked=6)
    assert apart["asked"].min() < 6 <= merged["asked"].min()
    key = ["population", "item", "sex"]
    pd.testing.assert_frame_equal(
        merged.groupby(key)[["asked", "passed"]].sum(),
        apart.groupby(key)[["asked", "passed"]].sum(),
    )
    assert merged.attrs["small_cells"] == {"cells": 0, "asked": 0}
    following = merged.groupby(key)["age_days_low"].shift(-1)
    assert (merged["age_days_high"] < following.fillna(np.inf)).all()


def test_a_group_too_small_is_kept_as_one_cell_and_noted_or_left_out(observations):
    lone = observations["sex"].where(
        (observations["population"] != "A") | (observations["item"] != "wave"), "male"
    )
    lone[observations.index[42 + 6 :][:3]] = "female"
    table = observations.assign(sex=lone)
    kept = count(table, min_asked=5)
    small = kept[kept["asked"] < 5]
    assert small[["item", "sex", "asked"]].to_numpy().tolist() == [
        ["wave", "female", 3]
    ]
    assert kept.attrs["small_cells"] == {"cells": 1, "asked": 3}
    out = count(table, min_asked=5, small_cells="leave_out")
    assert out.attrs["left_out"]["fewer than min_asked"] == 3
    assert out["asked"].sum() == kept["asked"].sum() - 3


def test_ages_with_fractions_of_days_lie_within_their_bins(observations):
    table = observations.assign(age_days=observations["age_days"] + 0.4375)
    counts = count(table)
    assert (counts["age_days_mean"] - counts["age_days_low"]).unique().tolist() == [
        0.4375
    ]
    assert (counts["age_days_high"] - counts["age_days_low"]).unique().tolist() == [1]


def test_only_the_columns_used_are_needed(observations):
    least = observations.drop(columns=["child", "gestation_days", "milestone"])
    expected = count(observations).drop(columns="milestone")
    found = count(least)
    assert found["milestone"].isna().all()
    pd.testing.assert_frame_equal(found.drop(columns="milestone"), expected)


def test_milestones_get_their_domain(observations):
    counts = count(observations, domains={"walks_alone": "gross_motor"})
    found = counts.groupby("item")["domain"].first()
    assert found["walk"] == "gross_motor"
    assert counts.loc[counts["item"] == "wave", "domain"].isna().all()


def test_a_milestone_without_a_domain_is_refused(observations):
    with pytest.raises(UnknownNameError, match="Unknown milestone 'walks_alone'"):
        count(observations, domains={"walks": "gross_motor"})


def test_a_column_with_domains_is_used(observations, engine):
    domain = observations["milestone"].map({"walks_alone": "gross_motor"})
    counts = count(engine(observations.assign(domain=domain)))
    assert counts.loc[counts["item"] == "walk", "domain"].unique().tolist() == [
        "gross_motor"
    ]


def test_the_record_holds_the_choices_after_the_sources(observations):
    record = Record.now((Source("here", "1"),), {"load": "all"})
    observations.attrs["record"] = record.to_json()
    made = json.loads(count(observations, bin_days=7).attrs["record"])
    assert made["sources"][0]["id"] == "here"
    assert made["settings"]["load"] == "all"
    assert made["settings"]["count"]["bin_days"] == 7
    assert made["settings"]["count"]["left_out"] == LEFT_OUT


def test_observations_are_not_changed(observations):
    before = observations.copy(deep=True)
    count(observations, bin_days=14, min_asked=5)
    pd.testing.assert_frame_equal(observations, before)
