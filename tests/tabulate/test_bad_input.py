"""Observations that cannot be counted, or only with a word of caution."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from devnorms._base.errors import (
    BadValueError,
    EmptySelectionError,
    InvalidTableError,
    NoOverlapWarning,
    SparseDataWarning,
)
from devnorms.tabulate import count


def test_a_missing_column_is_named_with_the_nearest_one(observations, engine):
    table = observations.rename(columns={"age_days": "agedays"})
    with pytest.raises(InvalidTableError, match=r"missing column\(s\) 'age_days'.*'ag"):
        count(engine(table))


def test_gestation_is_needed_for_corrected_ages(observations):
    with pytest.raises(InvalidTableError, match="gestation_days"):
        count(observations.drop(columns="gestation_days"), corrected_age=True)


def test_ages_as_text_are_refused(observations, engine):
    table = observations.assign(age_days=observations["age_days"].astype(str))
    with pytest.raises(InvalidTableError, match="'age_days': expected a number, found"):
        count(engine(table))


def test_a_column_of_numbers_and_text_is_refused(observations):
    ages = observations["age_days"].astype(object)
    ages[3] = "13 months"
    with pytest.raises(InvalidTableError, match="'age_days' hold more than numbers"):
        count(observations.assign(age_days=ages))


def test_all_impossible_values_are_told_at_once(observations, engine):
    table = observations.copy()
    table.loc[7, "age_days"] = -3.0
    table.loc[8, "age_days"] = 9000.0
    table.loc[9, "response"] = "yes"
    table.loc[10, "sex"] = "girl"
    with pytest.raises(InvalidTableError, match="3 faults found") as caught:
        count(engine(table))
    faults = caught.value.faults.set_index("column")
    assert faults["rows"].to_dict() == {"response": 1, "sex": 1, "age_days": 2}
    assert faults.loc["age_days", "first_rows"] == ["A:walk"]
    assert "passed, not_yet, not_asked" in faults.loc["response", "rule"]


@pytest.mark.parametrize("column", ["population", "country", "item", "response"])
def test_an_empty_cell_in_a_key_is_refused(observations, engine, column):
    table = observations.copy()
    table.loc[12, column] = None
    with pytest.raises(InvalidTableError, match=f"'{column}': empty cells.*1 row"):
        count(engine(table))


def test_weights_other_than_one_are_refused(observations, engine):
    weight = np.where(observations.index < 9, 2.5, np.nan)
    with pytest.raises(InvalidTableError, match=r"'weight'.*9 row.*drop the column"):
        count(engine(observations.assign(weight=weight)))


def test_weights_of_one_or_none_are_as_no_weights(observations, engine):
    weight = np.where(observations.index < 9, 1.0, np.nan)
    found = count(engine(observations.assign(weight=weight)))
    pd.testing.assert_frame_equal(found, count(observations))


def test_an_item_with_two_milestones_is_refused(observations):
    table = observations.copy()
    table.loc[3, "milestone"] = "runs"
    with pytest.raises(InvalidTableError, match=r"item 'walk' of 'A' \(milestone"):
        count(table)


def test_no_rows_are_refused(observations, engine):
    with pytest.raises(EmptySelectionError, match="the table has no row"):
        count(engine(observations.iloc[:0]))


def test_nothing_to_count_says_where_it_went(observations):
    table = observations.assign(response="not_asked")
    with pytest.raises(EmptySelectionError, match="Left out: not asked: 160"):
        count(table)


def test_what_is_no_table_is_refused():
    with pytest.raises(InvalidTableError, match="list is not a table"):
        count([1, 2, 3])


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"bin_days": 0}, "'bin_days' must be a whole number, 1 or more"),
        ({"bin_days": 30.4375}, "'bin_days' must be a whole number"),
        ({"min_asked": -1}, "'min_asked' must be"),
        ({"small_cells": "drop"}, "'small_cells' must be 'keep' or 'leave_out'"),
    ],
)
def test_impossible_choices_are_refused(observations, choice, words):
    with pytest.raises(BadValueError, match=words):
        count(observations, **choice)


def test_a_population_of_one_child_is_warned_of(observations, engine):
    one = (observations["population"] == "A") | (observations["child"] == "B9")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        count(engine(observations[one]))
    words = [str(w.message) for w in caught if w.category is SparseDataWarning]
    assert any("fewer than 10 children: B (1)" in text for text in words)
    assert all(w.filename == __file__ for w in caught)


def test_an_item_that_all_pass_is_warned_of(observations):
    everyone = observations["response"].mask(
        (observations["item"] == "walk")
        & (observations["population"] == "B")
        & (observations["response"] == "not_yet"),
        "passed",
    )
    with pytest.warns(SparseDataWarning, match=r"1 of 4 items.*walk in B \(37 of 37\)"):
        count(observations.assign(response=everyone))


def test_ages_apart_from_every_other_population_are_warned_of(observations):
    later = observations["age_days"] + 400 * (observations["population"] == "B")
    with pytest.warns(NoOverlapWarning, match="4 time.*walks_alone in B.*wave in A"):
        count(observations.assign(age_days=later))
