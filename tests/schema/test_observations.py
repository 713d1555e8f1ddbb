"""What may be called observations, and what a person is told otherwise."""

from __future__ import annotations

import pandas as pd
import pytest

from devnorms._base.errors import EmptySelectionError, InvalidTableError
from devnorms.schema.observations import check_observations

ROW = {
    "study": "s", "population": "p", "country": "NLD", "language": None,
    "child": "1", "occasion": "1", "age_days": 300.0, "gestation_days": None,
    "sex": "female", "item": "i", "milestone": None, "instrument": "ddi",
    "mode": "direct", "response": "passed", "weight": 1.0, "coder": None,
}  # fmt: skip


def two_rows(**second: object) -> pd.DataFrame:
    """Two children, the second with other values."""
    return pd.DataFrame([ROW, {**ROW, "child": "2", **second}])


def test_good_rows_pass_with_their_attrs() -> None:
    given = two_rows()
    given.attrs["left_out"] = {"used": 2}
    valid = check_observations(given)
    assert valid.attrs == {"left_out": {"used": 2}}
    assert str(valid["item"].dtype) == "category"
    assert check_observations(valid).equals(valid)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"age_days": "three"}, r"'age_days': expected a number.*\[1\].*'three'"),
        ({"age_days": -2.0}, r"'age_days'.*in_range.*-2.*days"),
        ({"age_days": 99999.0}, r"'age_days'.*in_range"),
        ({"response": "yes"}, r"'response'.*'yes'.*Allowed: passed, not_yet"),
        ({"country": "Holland"}, r"'country'.*'Holland'.*alpha-3"),
        ({"sex": "F"}, r"'sex'.*'F'.*female, male, unknown"),
        ({"child": "1"}, r"the same key comes more than once.*2 row"),
        ({"item": None}, r"'item': empty cells are not allowed"),
    ],
)
def test_each_fault_is_told_with_its_row(fault: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidTableError, match=words):
        check_observations(two_rows(**fault))


def test_all_faults_come_at_once() -> None:
    with pytest.raises(InvalidTableError, match="3 faults") as caught:
        check_observations(two_rows(age_days=-1.0, sex="F", response="yes"))
    assert caught.value.faults is not None
    assert set(caught.value.faults["column"]) == {"age_days", "sex", "response"}


def test_missing_columns_are_named_with_a_guess() -> None:
    table = two_rows().rename(columns={"age_days": "age_day"})
    with pytest.raises(InvalidTableError, match=r"'age_days'.*may be 'age_day'"):
        check_observations(table)


def test_no_row_is_an_error_of_its_own() -> None:
    with pytest.raises(EmptySelectionError, match="no row is left"):
        check_observations(two_rows().iloc[:0])
