"""Counts: each rule broken once, and the message read."""

from __future__ import annotations

import pytest

from devnorms._base.errors import EmptySelectionError, InvalidTableError
from devnorms.schema.counts import check_counts


def test_good_counts_pass_and_keep_their_attrs(counts):
    counts.attrs["left_out"] = {"no age": 3}
    assert check_counts(counts).attrs == {"left_out": {"no age": 3}}


def test_a_cell_may_have_no_milestone(counts):
    counts.loc[1, ["milestone", "domain"]] = None
    assert check_counts(counts)["milestone"].isna().sum() == 1


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("country", "Chile", r"'country'.*str_matches.*\[1\].*'Chile'"),
        ("sex", "m", r"'sex'.*isin.*'m'"),
        ("asked", 0, r"'asked'.*greater_than_or_equal_to\(1\)"),
        ("passed", -1, r"'passed'.*greater_than_or_equal_to\(0\).*-1"),
        ("passed", 21, r"passed <= asked"),
        ("age_days_low", -1.0, r"'age_days_low'.*-1"),
        ("age_days_high", 9999.0, r"'age_days_high'.*9999"),
        ("age_days_mean", 360.0, r"age_days_low <= age_days_mean <= age_days_high"),
        ("age_days_mean", 381.0, r"age_days_low <= age_days_mean <= age_days_high"),
        ("sex", "female", r"the same key comes more than once.*2 row"),
        ("item", None, r"'item': empty cells are not allowed"),
    ],
)
def test_each_rule_names_the_column_and_the_row(counts, column, value, words):
    counts.loc[1, column] = value
    with pytest.raises(InvalidTableError, match=words):
        check_counts(counts)


def test_text_for_a_number_is_told_as_such(counts):
    spoilt = counts.astype({"asked": object})
    spoilt.loc[1, "asked"] = "many"
    with pytest.raises(InvalidTableError, match=r"'asked': expected a whole number"):
        check_counts(spoilt)


def test_a_missing_column_is_named(counts):
    with pytest.raises(InvalidTableError, match=r"missing column\(s\) 'instrument'"):
        check_counts(counts.drop(columns="instrument"))


def test_no_row_is_an_error_of_its_own(counts):
    with pytest.raises(
        EmptySelectionError, match=r"no row is left\. Check the filters"
    ):
        check_counts(counts.iloc[:0])


def test_something_that_is_no_table_is_refused():
    with pytest.raises(
        InvalidTableError, match="expected a pandas DataFrame, got dict"
    ):
        check_counts({"asked": [1]})
