"""Observations that cannot be counted, or only with a word of caution."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest

from devnorms._base.errors import (
    BadValueError,
    EmptySelectionError,
    InvalidTableError,
    NoOverlapWarning,
    SparseDataWarning,
)
from devnorms.tabulate import count
from devnorms.tabulate.cells import prepare, read_kinds
from devnorms.tabulate.engines import opened
from tests.tabulate.conftest import ENGINES


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


def test_all_faults_are_told_at_once_by_every_engine(observations, every_engine):
    table = observations.astype({"study": object, "country": object})
    table.loc[5, "weight"] = 2.5
    table.loc[6, "study"] = None
    table.loc[7, "age_days"] = -3.0
    table.loc[8, "age_days"] = 9000.0
    table.loc[[9, 50], "response"] = ["yes", "no"]
    table.loc[10, "sex"] = "girl"
    table.loc[11, "response"] = None
    table.loc[[12, 13, 99], "country"] = None
    with pytest.raises(InvalidTableError, match="7 faults found") as caught:
        count(every_engine(table))
    faults = caught.value.faults
    assert faults[["column", "rows", "example"]].to_numpy().tolist() == [
        ["study", 1, None],
        ["country", 3, None],
        ["response", 1, None],
        ["response", 2, "no"],
        ["sex", 1, "girl"],
        ["age_days", 2, -3.0],
        ["weight", 1, 2.5],
    ]
    assert faults["first_rows"].tolist()[1] == ["A:walk", "B:walk"]
    assert "passed, not_yet, not_asked" in faults.loc[3, "rule"]


@pytest.mark.parametrize("column", ["population", "item"])
def test_an_empty_cell_in_a_name_is_refused(observations, engine, column):
    table = observations.copy()
    table.loc[12, column] = None
    with pytest.raises(InvalidTableError, match=f"'{column}': empty cells.*1 row"):
        count(engine(table))


def test_endless_ages_are_refused_and_missing_ones_are_not(observations, engine):
    table = observations.copy()
    table.loc[[3, 4], "age_days"] = [np.inf, np.nan]
    with pytest.raises(InvalidTableError, match="1 fault found") as caught:
        count(engine(table))
    assert caught.value.faults["rows"].tolist() == [1]
    assert caught.value.faults["example"].tolist() == [np.inf]


@pytest.mark.parametrize("name", ["polars lazy", "duckdb", "pandas"])
def test_many_different_wrong_words_are_one_fault_and_one_kind(observations, name):
    # Each row its own word: what is held must not grow with them.
    words = [f"word {number:04d}" for number in range(len(observations))]
    table = ENGINES[name](observations.assign(response=words, sex=words))
    with pytest.raises(InvalidTableError, match="2 faults found") as caught:
        count(table)
    assert caught.value.faults["rows"].tolist() == [160, 160]
    assert caught.value.faults["example"].tolist() == ["word 0000", "word 0000"]
    assert len(str(caught.value)) < 500
    with opened(table) as (frame, _):
        kinds = read_kinds(prepare(frame, by_sex=True, corrected_age=False))
    assert len(kinds) == 8  # items of a population, with and without an age


def test_a_table_that_changes_while_it_is_counted_is_refused(observations):
    sizes = itertools.count(100, 20)  # somebody adds rows between two looks

    def grown(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.head(next(sizes))

    growing = pl.from_pandas(observations).lazy().map_batches(grown)
    with pytest.raises(InvalidTableError, match="the same each time it is read"):
        count(growing)


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
