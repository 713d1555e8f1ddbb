"""Answers come in two layouts, and what is wrong with them is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from devnorms._base.errors import (
    EmptySelectionError,
    InvalidTableError,
    LeftOutWarning,
    UnknownItemWarning,
    UnknownNameError,
)
from devnorms.schema.scores import KeyTables
from devnorms.scores import (
    Key,
    Uncertainty,
    answers_from_observations,
    answers_from_wide,
    dscore,
    simulate_children,
)
from devnorms.scores.units import check_ages_are_days
from tests.scores.made_up import design, small_key


def _long(**changed: object) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "study": "mine",
            "child": ["a", "a", "b"],
            "age_days": [400.0, 400.0, np.nan],
            "item": ["aaagmd001", "bbbgmd010", "aaagmd001"],
            "response": ["passed", "not_yet", "passed"],
        }
    )
    return table.assign(**changed)  # type: ignore[arg-type]


def _wide() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cohort": "GCDG-NLD-SMOCC",
            "subjid": ["a", "b"],
            "agedays": ["400", ""],
            "sex": ["Female", ""],
            "aaagmd001": ["1", "1"],
            "bbbgmd010": ["0", ""],
        }
    )


def test_both_layouts_give_the_same_scores() -> None:
    key = small_key()
    columns = ["child", "n", "share_passed", "dscore", "sem", "daz"]
    from_wide = dscore(answers_from_wide(_wide()), key)[columns]
    assert from_wide.equals(dscore(_long(), key)[columns])


def test_a_cohort_of_childdevdata_keeps_the_name_of_its_study() -> None:
    visits = answers_from_wide(_wide()).visits
    assert visits["study"].tolist() == ["gcdg_nld_smocc"] * 2


def test_names_in_capitals_are_the_same_items() -> None:
    key = small_key()
    capitals = _long(item=["AAAgmd001", "BBBGMD010", "aaagmd001"])
    assert dscore(capitals, key).equals(dscore(_long(), key))


def test_the_order_of_rows_does_not_matter() -> None:
    key = small_key()
    answers = simulate_children(
        design(key, 50, 6, seed=1), key, Uncertainty(), np.random.default_rng(1)
    ).answers
    rows, columns = answers.asked.nonzero()
    passed = answers.passed.toarray()[rows, columns] == 1
    table = answers.visits.iloc[rows].assign(
        item=answers.items[columns], response=np.where(passed, "passed", "not_yet")
    )
    forward = dscore(table, key).set_index("child")
    shuffled = dscore(table.sample(frac=1, random_state=1), key).set_index("child")
    again = shuffled.loc[forward.index]
    assert (forward["dscore"] - again["dscore"]).abs().max() < 1e-10


@pytest.mark.parametrize(
    ("column", "days"),
    [("age_days", 396.0), ("age_months", 396 / 30.4375), ("age_years", 396 / 365.25)],
)
def test_ages_may_come_in_any_unit_that_is_named(column: str, days: float) -> None:
    table = pd.DataFrame({"child": ["a"], column: [days], "aaagmd001": [1]})
    age = answers_from_wide(table).visits["age_days"].iloc[0]
    assert age == pytest.approx(396.0)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"age": [1], "aaagmd001": [1]}), "'age' does not say its unit"),
        (
            pd.DataFrame({"agedays": [1], "age_months": [1], "aaagmd001": [1]}),
            r"several columns of ages \(agedays, age_months\)",
        ),
        (
            pd.DataFrame({"agedays": ["13m"], "aaagmd001": [1]}, index=[7]),
            r"1 row\(s\) are not numbers, first at \[7\], for example '13m'",
        ),
        (
            pd.DataFrame({"agedays": [400, 500], "aaagmd001": [1, 2]}),
            r"1 of 2 answers are neither 1 nor 0: '2' \(1\)",
        ),
        (
            pd.DataFrame({"agedays": [400, 500], "aaagmd001": ["yes", "no"]}),
            "2 of 2 answers are neither 1 nor 0",
        ),
        (
            pd.DataFrame({"agedays": [400], "aaagmd001": [1], "AAAGMD001": [1]}),
            "several columns are named 'aaagmd001'",
        ),
    ],
    ids=["no unit", "two ages", "text", "codes 1 and 2", "words", "twice"],
)
def test_a_wide_table_that_cannot_be_read_is_refused(
    table: pd.DataFrame, message: str
) -> None:
    with pytest.raises(InvalidTableError, match=message):
        answers_from_wide(table)


def test_a_table_without_items_is_refused() -> None:
    with pytest.raises(EmptySelectionError, match="no column is named like an item"):
        answers_from_wide(pd.DataFrame({"agedays": [400], "walks": [1]}))


def test_a_single_odd_answer_counts_as_missing_and_is_counted() -> None:
    table = pd.DataFrame(
        {"agedays": [400] * 3, "aaagmd001": [1, 0, 9], "bbbgmd010": [1, 1, 0]}
    )
    with pytest.warns(LeftOutWarning, match=r"1 answers in 3 rows .* '9' \(1\)"):
        answers = answers_from_wide(table)
    scores = dscore(answers, small_key())
    assert scores["n"].tolist() == [2, 2, 1]
    assert scores.attrs["left_out"] == {"answer '9'": 1, "item not in the key": 0}


def test_a_column_that_is_no_item_is_told() -> None:
    table = pd.DataFrame({"agedays": [400], "aaagmd001": [1], "mother_tongue": ["x"]})
    with pytest.warns(UnknownItemWarning, match="mother_tongue"):
        answers_from_wide(table)


def test_an_item_answered_twice_in_a_visit_is_refused() -> None:
    twice = _long(item=["aaagmd001", "AAAGMD001", "aaagmd001"])
    with pytest.raises(InvalidTableError, match=r"first at \[1\].* own 'occasion'"):
        answers_from_observations(twice)


def test_two_coders_of_one_visit_are_told_apart() -> None:
    twice = _long(item=["aaagmd001"] * 3, coder=["x", "y", "x"])
    with pytest.raises(InvalidTableError, match="Keep the answers of one coder"):
        answers_from_observations(twice)


def test_a_visit_with_two_ages_is_refused() -> None:
    with pytest.raises(InvalidTableError, match=r"another age .* first at \[1\]"):
        answers_from_observations(_long(age_days=[400.0, 401.0, 5.0], occasion="1"))


def test_answers_in_numbers_are_not_observations() -> None:
    with pytest.raises(InvalidTableError, match="If 1 means passed"):
        answers_from_observations(_long(response=[1, 0, 1]))


def test_answers_that_are_neither_are_counted_and_not_used() -> None:
    scores = dscore(_long(response=["passed", "unsure", "passed"]), small_key())
    assert scores["n"].tolist() == [1, 1]
    assert scores.attrs["left_out"]["unsure"] == 1


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidTableError, match="'age_days'"):
        answers_from_observations(_long().drop(columns="age_days"))


def test_items_outside_the_key_are_ignored_and_counted() -> None:
    scores = dscore(_long(item=["aaagmd001", "walks", "aaagmd001"]), small_key())
    assert scores["n"].tolist() == [1, 1]
    assert scores.attrs["left_out"] == {"item not in the key": 1}


def test_a_visit_without_any_item_of_the_key_is_kept_without_a_score() -> None:
    scores = dscore(_long(item=["walks", "talks", "aaagmd001"]), small_key())
    assert scores["n"].tolist() == [0, 1]
    assert scores.loc[0, ["share_passed", "dscore", "sem", "daz"]].isna().all()


def test_data_without_any_item_of_the_key_are_refused() -> None:
    with pytest.raises(EmptySelectionError, match="none of the 2 items"):
        dscore(_long(item=["walks", "talks", "walks"]), small_key())


def test_an_unknown_key_is_named_with_its_neighbours(tables: KeyTables) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'gsed2406'"):
        Key.of(tables, "gsed2405")


def test_an_unknown_reference_is_named_with_those_of_the_key(
    tables: KeyTables,
) -> None:
    with pytest.raises(UnknownNameError, match="'phase1', 'preliminary_standards'"):
        Key.of(tables, "gsed2406", "who")


@pytest.mark.parametrize("unit", ["months", "years"])
def test_ages_in_another_unit_are_found_out(unit: str) -> None:
    key = small_key()
    truth = simulate_children(
        design(key, 30, 8, seed=3), key, Uncertainty(), np.random.default_rng(3)
    )
    days = {"months": 30.4375, "years": 365.25}[unit]
    visits = truth.answers.visits
    wrong = truth.answers.take(np.arange(30))
    wrong.visits["age_days"] = visits["age_days"] / days
    with pytest.raises(InvalidTableError, match=f"fits ages in {unit}"):
        dscore(wrong, key)


def test_newborns_are_believed() -> None:
    key = small_key()
    asked = design(key, 30, 4, seed=4)
    asked.visits["age_days"] = np.random.default_rng(4).integers(1, 60, 30)
    truth = simulate_children(asked, key, Uncertainty(), np.random.default_rng(5))
    check_ages_are_days(truth.answers, key, key.difficulties_of(asked.items))


def test_a_row_without_a_child_is_named_by_its_row() -> None:
    table = pd.DataFrame({"agedays": [400], "aaagmd001": [1]}, index=[12])
    assert answers_from_wide(table, "s").visits["child"].tolist() == ["row 12"]
