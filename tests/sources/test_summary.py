"""One row per data set, from the table and its attrs alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import devnorms as dn
from devnorms._base.errors import InvalidTableError
from devnorms.sources.summary import summarise


def observed(children: int, visits: int, items: int) -> pd.DataFrame:
    """Every child answers every item at every visit."""
    index = pd.MultiIndex.from_product(
        [range(children), range(visits), range(items)],
        names=["child", "occasion", "item"],
    )
    table = index.to_frame(index=False).astype(str)
    return table.assign(study="A", population="P", country="KEN", language="sw")


def test_numbers_are_those_of_the_table() -> None:
    (row,) = summarise(observed(7, 3, 5)).to_dict("records")
    assert [row[k] for k in ("children", "forms", "items", "responses")] == [
        7, 21, 5, 105,
    ]  # fmt: skip
    assert row["responses_in"] == 105
    assert row["left_out"] == {}


def test_a_child_of_two_studies_counts_in_each_and_order_does_not_matter() -> None:
    one, other = observed(4, 1, 2), observed(2, 2, 3).assign(study="B", language=None)
    both = pd.concat([one, other]).sample(frac=1, random_state=1)
    rows = summarise(both).set_index("set_id")
    assert rows["children"].to_dict() == {"A": 4, "B": 2}
    assert rows["forms"].to_dict() == {"A": 4, "B": 4}
    assert rows["language"].to_dict() == {"A": "sw", "B": ""}
    plain = both.groupby("study")["item"].nunique()
    assert rows["items"].to_dict() == plain.to_dict()


def test_a_set_of_which_nothing_is_used_is_a_row() -> None:
    table = observed(1, 1, 1)
    table.attrs["left_out"] = {
        "by_study": {
            "A": {"responses_in": 1, "used": 1, "left_out": {}},
            "Z": {"responses_in": 9, "used": 0, "left_out": {"no age": 9}},
        }
    }
    rows = summarise(table).set_index("set_id")
    assert rows.loc["Z", ["children", "responses", "responses_in"]].tolist() == [
        0,
        0,
        9,
    ]
    assert rows.loc["Z", "left_out"] == {"no age": 9}


def test_missing_columns_are_named() -> None:
    with pytest.raises(InvalidTableError, match="'occasion'"):
        summarise(pd.DataFrame({"study": ["A"]}))


def test_the_sums_of_childdevdata_are_the_published_ones(data_folder: Path) -> None:
    observations = dn.load("childdevdata", path=data_folder / "childdevdata")
    rows = summarise(observations)
    assert len(rows) == 10
    assert rows["responses_in"].sum() == 918_707
    left_out = rows["left_out"].map(lambda reasons: sum(reasons.values()))
    assert np.array_equal(rows["responses"] + left_out, rows["responses_in"])
    assert set(rows["licence"]) == {"CC BY 4.0"}
