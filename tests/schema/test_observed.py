"""The quick look at observations says what pandera says, row by row."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms._base.errors import InvalidTableError
from devnorms.schema import observations
from devnorms.schema._faults import validate
from devnorms.schema._observed import repeated
from devnorms.schema.observations import COLUMNS, SCHEMA, check_observations

GOOD = {
    "study": "s", "population": "p", "country": "NLD", "language": None,
    "child": "1", "occasion": "1", "age_days": 300.0, "gestation_days": None,
    "sex": "female", "item": "i", "milestone": None, "instrument": "ddi",
    "mode": "direct", "response": "passed", "weight": 1.0, "coder": None,
}  # fmt: skip
ODD = {
    "study": ["", "s2"], "country": ["nl", "NLDX", "DEU"], "child": ["1", "2", None],
    "age_days": [-1.0, None, 9000.0], "gestation_days": [100.0, 280.0],
    "sex": ["F", "male", None], "item": ["j", "", None], "mode": ["seen", "caregiver"],
    "response": ["yes", "not_yet"], "weight": [-1.0, 0.0], "coder": ["a", None],
    "occasion": ["2"], "milestone": ["m"], "language": ["nl"],
}  # fmt: skip
_ONE = st.sampled_from([(c, v) for c, values in ODD.items() for v in values])


def _pandera(table: pd.DataFrame) -> str:
    """What pandera alone says of a table."""
    try:
        validate(SCHEMA, table, observations._HINTS)
    except InvalidTableError as error:
        return str(error)
    return ""


@given(st.lists(st.lists(_ONE, max_size=3), min_size=1, max_size=5), st.booleans())
def test_the_quick_look_and_pandera_agree(
    changes: list[list[tuple[str, object]]], as_category: bool
) -> None:
    table = pd.DataFrame([{**GOOD, "child": str(k)} for k in range(len(changes))])
    for row, change in enumerate(changes):
        for column, value in change:
            table[column] = table[column].astype(object)
            table.loc[row, column] = value
    numbers = {"age_days": float, "gestation_days": float, "weight": float}
    table = table.astype(numbers)
    if as_category:
        table = table.astype({c: "category" for c in COLUMNS if c not in numbers})
    expected = _pandera(table)
    if not expected:
        valid = check_observations(table)
        assert (
            valid.astype(object)
            .where(valid.notna(), None)
            .equals(table.astype(object).where(table.notna(), None))
        )
        return
    with pytest.raises(InvalidTableError, match=f"^{re.escape(expected)}$"):
        check_observations(table)


def test_categories_that_no_row_has_are_neither_checked_nor_kept() -> None:
    table = pd.DataFrame([GOOD, {**GOOD, "child": "2"}])
    table["sex"] = pd.Categorical(["female"] * 2, categories=["x", "male", "female"])
    assert check_observations(table)["sex"].cat.categories.tolist() == ["female"]


def test_keys_too_many_to_number_are_left_to_pandera() -> None:
    wide = pd.Series(pd.Categorical.from_codes([0, 0], categories=range(70_000)))
    assert repeated(dict.fromkeys("abcd", wide)) is None


def test_a_million_rows_pass_and_one_wrong_row_is_found() -> None:
    n = 1_000_000
    codes = np.arange(n)
    table = pd.DataFrame([GOOD]).loc[np.zeros(n, dtype=int)].reset_index(drop=True)
    text = [c for c in COLUMNS if c not in {"age_days", "gestation_days", "weight"}]
    table = table.astype(dict.fromkeys(text, "category"))
    table["child"] = pd.Categorical.from_codes(
        codes // 500, categories=[str(k) for k in range(n // 500)]
    )
    table["item"] = pd.Categorical.from_codes(
        codes % 500, categories=[f"i{k}" for k in range(500)]
    )
    check_observations(table)
    table.loc[n - 1, "age_days"] = -3.0
    with pytest.raises(InvalidTableError, match=rf"1 row\(s\), first at \[{n - 1}\]"):
        check_observations(table)


def test_a_table_of_wrong_rows_gives_one_readable_message() -> None:
    n = 50_000
    table = pd.DataFrame([GOOD]).loc[np.zeros(n, dtype=int)].reset_index(drop=True)
    table["child"] = [str(k) for k in range(n)]
    table["response"] = "ja"
    with pytest.raises(InvalidTableError, match=r"50000 row\(s\)") as caught:
        check_observations(table)
    assert len(str(caught.value)) < 1000
