"""Made again, a result is the same, or it is said what differs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from devnorms._base.errors import ResultMismatchError, UnreadableFileError
from devnorms.workflow import Result, verify
from devnorms.workflow.verifying import changes, compare_tables
from tests.cli.quick import QuickModels

pytestmark = pytest.mark.filterwarnings(
    "ignore::devnorms._base.errors.OutsideSupportWarning"
)


def test_the_same_analysis_gives_the_same_numbers(made: Result) -> None:
    found = verify(made.folder, models=QuickModels())
    assert found.identical
    assert found.within(0)
    assert found.inputs == {}
    assert found.versions == {}
    assert [d.table for d in found.differences] == [
        "norms", "shares", "predictive", "published", "draws",
    ]  # fmt: skip


def test_a_shift_is_found_and_told_in_months(made: Result) -> None:
    found = verify(made.folder, models=QuickModels(shift=0.01))
    assert not found.identical
    norms, _, predictive, _, draws = found.differences
    assert "predicted by at most" in predictive.words
    table = pd.read_parquet(made.folder / "norms" / "norms.parquet")
    # A shift of s in log(age + 1) moves an age by (age + 1) (exp(s) - 1).
    largest = (table["age_months_high"].max() + 1) * np.expm1(0.01)
    assert norms.months == pytest.approx(largest)
    assert "age_months_high by at most" in norms.words
    assert "ages at which half pass an item by at most" in draws.words
    published = pd.read_parquet(made.folder / "data" / "published.parquet")
    largest = (published["age_months_high"].max() + 1) * np.expm1(0.01)
    assert found.within(largest + 0.001)
    assert not found.within(largest - 0.001)


def test_an_edited_file_is_found_before_anything_is_computed(spoilt: Result) -> None:
    table = pd.read_parquet(spoilt.folder / "data" / "shares.parquet")
    table["share_passing"] += 1e-6
    table.to_parquet(spoilt.folder / "data" / "shares.parquet", index=False)
    models = QuickModels()
    with pytest.raises(ResultMismatchError, match=r"data/shares\.parquet was changed"):
        verify(spoilt.folder, models=models)
    assert models.fits == 0


def test_other_data_are_not_taken_for_the_ones_of_then(spoilt: Result) -> None:
    file = spoilt.folder / "manifest.json"
    raw = json.loads(file.read_text(encoding="utf-8"))
    raw["inputs"]["data: counts"] = "0" * 64
    file.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(
        ResultMismatchError, match="made from other data: counts differ"
    ):
        verify(spoilt.folder, models=QuickModels())


def test_other_versions_are_told(spoilt: Result) -> None:
    file = spoilt.folder / "manifest.json"
    raw = json.loads(file.read_text(encoding="utf-8"))
    now = raw["environment"]["versions"]["numpy"]
    raw["environment"]["versions"]["numpy"] = "1.0"
    file.write_text(json.dumps(raw), encoding="utf-8")
    found = verify(spoilt.folder, models=QuickModels())
    assert found.versions == {"numpy": ("1.0", now)}


def test_what_is_no_result_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="not a result of devnorms"):
        verify(tmp_path)
    (tmp_path / "manifest.json").write_text('{"key": 3}', encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="not a result of devnorms"):
        verify(tmp_path)


def test_counts_and_names_must_be_the_same_whatever_is_allowed() -> None:
    then = pd.DataFrame({"population": ["A"], "age_months": [12.0], "asked": [10]})
    assert compare_tables("t", then, then.copy()).identical
    moved = compare_tables("t", then, then.assign(age_months=12.5))
    assert (moved.identical, moved.months) == (False, 0.5)
    for other in (
        then.assign(asked=[11]),
        then.assign(population=["B"]),
        then.assign(age_months=[np.nan]),
        pd.concat([then, then]),
        then.rename(columns={"asked": "n"}),
    ):
        assert not compare_tables("t", then, other).within(1000)


def test_what_changed_is_given_with_then_and_now() -> None:
    assert changes({"a": "1"}, {"b": "2"}) == {"a": ("1", "none"), "b": ("none", "2")}
