"""Errors say what was given, what was expected, where, and what to do."""

from __future__ import annotations

import pandas as pd
import pytest

from devnorms._base import errors
from devnorms._base.errors import (
    BadValueError,
    DevnormsError,
    DevnormsWarning,
    InvalidTableError,
    UnknownNameError,
)


def _faults(number: int) -> pd.DataFrame:
    row = {
        "column": "age_days",
        "rule": "breaks the rule in_range(0, 6588)",
        "rows": 2,
        "first_rows": [3, 8],
        "example": -4.0,
        "hint": "Ages are in days",
    }
    return pd.DataFrame([row] * number)


def test_an_invalid_table_names_column_rule_rows_example_and_hint():
    message = str(InvalidTableError.from_faults("Observations", _faults(1)))
    assert message.startswith("Observations: 1 fault found.")
    for part in ("'age_days'", "in_range", "2 row(s)", "[3, 8]", "-4.0", "in days"):
        assert part in message


def test_all_faults_stand_in_one_message_and_in_a_table():
    error = InvalidTableError.from_faults("Counts", _faults(3))
    assert str(error).count("\n") == 3
    assert len(error.faults) == 3


def test_a_missing_column_is_answered_with_the_near_one_found():
    error = InvalidTableError.missing_columns("Counts", ["age_days"], ["age_day", "x"])
    assert "'age_days' may be 'age_day'" in str(error)


def test_a_long_list_of_names_is_cut_with_a_count():
    error = UnknownNameError.among("item", "zz", [f"item{i:03}" for i in range(40)])
    assert "'item009' and 30 more" in str(error)


def test_no_near_name_gives_no_hint():
    assert "Did you mean" not in str(UnknownNameError.among("item", "qq", ["walks"]))


def test_nothing_known_is_said_to_be_none():
    assert str(UnknownNameError.among("source", "a", [])).endswith("Known: none.")


def test_a_bad_parameter_is_quoted_as_given():
    error = BadValueError.parameter("seed", "a whole number", "7")
    assert str(error) == "'seed' must be a whole number. Got '7' instead."


def _public(base: type) -> list[type]:
    found = [value for value in vars(errors).values() if isinstance(value, type)]
    return [value for value in found if issubclass(value, base)]


def test_there_are_named_errors_and_warnings():
    assert len(_public(DevnormsError)) > 5
    assert len(_public(DevnormsWarning)) > 3


@pytest.mark.parametrize("kind", _public(DevnormsError))
def test_every_error_can_be_caught_as_one_kind(kind):
    with pytest.raises(DevnormsError, match="words"):
        raise kind("words")
