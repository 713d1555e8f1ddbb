"""What may be called a vocabulary size."""

from __future__ import annotations

import pandas as pd
import pytest

from devnorms._base.errors import EmptySelectionError, InvalidTableError
from devnorms.schema.vocabulary import check_vocabulary

ROW = {
    "study": "s", "population": "p", "country": "SVK", "language": "sk",
    "child": "1", "occasion": "1", "age_days": 380.0, "age_months": 12,
    "sex": "female", "instrument": "Slovak WG", "measure": "produces",
    "words": 0, "answered": 300, "ceiling": 303, "exposure_percent": None,
}  # fmt: skip


def two_rows(**second: object) -> pd.DataFrame:
    """Two children, the second with other values."""
    return pd.DataFrame([ROW, {**ROW, "child": "2", **second}])


def test_no_word_is_a_size_like_any_other_and_an_age_may_be_missing() -> None:
    given = two_rows(age_days=None, age_months=None, words=300)
    given.attrs["left_out"] = {"used": 2}
    valid = check_vocabulary(given)
    assert valid["words"].tolist() == [0, 300]
    assert valid.attrs == {"left_out": {"used": 2}}
    assert check_vocabulary(valid).equals(valid)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"words": 301}, "words <= answered"),
        ({"answered": 304}, "answered <= ceiling"),
        ({"words": -1}, "'words'"),
        ({"answered": 0}, "'answered'"),
        ({"measure": "says"}, "'measure'.*'says'.*produces, understands"),
        ({"exposure_percent": 101.0}, "'exposure_percent'"),
        ({"child": "1"}, "the same key comes more than once.*2 row"),
        ({"country": "Slovakia"}, "'country'"),
    ],
)
def test_each_fault_is_told(fault: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidTableError, match=words):
        check_vocabulary(two_rows(**fault))


def test_no_row_is_an_error_of_its_own() -> None:
    with pytest.raises(EmptySelectionError, match="no row is left"):
        check_vocabulary(two_rows().iloc[:0])
