"""Norm sets on disk: whole or not at all, exact, and never quietly changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms._base.errors import (
    DevnormsError,
    ResultMismatchError,
    UnreadableFileError,
)
from devnorms._base.provenance import Record
from devnorms.schema.norms import NormSet, load_norms

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
AGES = st.floats(min_value=-1, max_value=216).map(lambda age: age + 0.1)
FILES = ("README.md", "norms.json", "norms.parquet", "populations.parquet")


@pytest.fixture
def saved(norm_set: NormSet, tmp_path: Path) -> Path:
    """A saved norm set."""
    return norm_set.save(tmp_path / "norms")


def test_what_is_saved_comes_back_to_the_last_bit(norm_set, saved):
    loaded = load_norms(saved)
    pd.testing.assert_frame_equal(loaded.table, norm_set.table, check_exact=True)
    pd.testing.assert_frame_equal(loaded.populations, norm_set.populations)
    assert loaded.card == norm_set.card
    assert loaded.record == norm_set.record
    assert loaded == norm_set


def test_attrs_and_further_columns_come_back(norm_table, populations, tmp_path):
    table = norm_table.assign(
        remark=pd.Categorical(["a", None, "b", "a"]),
        n_sites=pd.array([1, None, 3, 4], dtype="Int64"),
        tried=[True, False, True, True],
    )
    table.attrs = {"left_out": {"no age": 3}}
    norms = NormSet(table, populations, {}, Record())
    loaded = load_norms(norms.save(tmp_path / "norms"))
    pd.testing.assert_frame_equal(loaded.table, norms.table)
    assert loaded.table.attrs == {"left_out": {"no age": 3}}
    assert loaded == norms


@given(
    ages=st.lists(AGES, min_size=3, max_size=3).map(sorted),
    who=WORDS,
    title=WORDS,
    setting=st.none() | st.integers() | st.lists(WORDS, max_size=2),
)
def test_any_ages_and_words_come_back(tmp_path_factory, ages, who, title, setting):
    table, people = _example()
    low, middle, high = ages
    table = table.assign(
        age_months=middle, age_months_low=low, age_months_high=high, statement=title
    )
    record = Record(settings={"setting": setting})
    norms = NormSet(table, people.assign(who=who), {"title": title}, record)
    folder = tmp_path_factory.mktemp("any") / "norms"
    loaded = load_norms(norms.save(folder))
    assert loaded == norms
    assert np.array_equal(loaded.table["age_months"], norms.table["age_months"])


def _example() -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row and one population, made anew for every example."""
    table = pd.DataFrame(
        {
            "population": ["A"], "country": ["NLD"], "milestone": ["walks_alone"],
            "domain": ["gross_motor"], "share": [0.5], "age_months": [12.0],
            "age_months_low": [11.0], "age_months_high": [13.0],
            "interval": ["equal-tailed"], "level": [0.9], "asked": [9], "passed": [4],
            "items": [1], "support": ["within"], "support_low_months": [1.0],
            "support_high_months": [24.0], "statement": ["12.0 months"],
        }
    )  # fmt: skip
    texts = (
        "study", "country_name", "place", "languages", "years", "eligibility",
        "instruments", "age_precision", "licence", "citation", "context_notes",
    )  # fmt: skip
    people = {
        "population": ["A"], "country": ["NLD"], "sampling": ["unknown"], "who": ["x"],
        "children": [1], "visits": [None], **{name: ["x"] for name in texts},
    }  # fmt: skip
    return table, pd.DataFrame(people)


def test_saving_twice_changes_no_byte(norm_set, saved, tmp_path):
    before = {path.name: path.read_bytes() for path in saved.iterdir()}
    times = {path.name: path.stat().st_mtime_ns for path in saved.iterdir()}
    assert norm_set.save(saved) == saved
    assert {path.name: path.stat().st_mtime_ns for path in saved.iterdir()} == times
    elsewhere = norm_set.save(tmp_path / "deep" / "er")
    assert {path.name: path.read_bytes() for path in elsewhere.iterdir()} == before
    assert tuple(sorted(before)) == FILES


def test_another_norm_set_never_overwrites_one(norm_set, saved):
    with pytest.raises(
        ResultMismatchError, match=r"holds something else.*another folder"
    ):
        norm_set.with_card(title="Other").save(saved)
    assert load_norms(saved) == norm_set


@pytest.mark.parametrize("kind", ["file", "empty folder", "folder of others"])
def test_whatever_lies_there_is_left_alone(norm_set, tmp_path, kind):
    target = tmp_path / "norms"
    if kind == "file":
        target.write_text("mine")
    else:
        target.mkdir()
    if kind == "folder of others":
        (target / "norms.json").write_text("[]")
    with pytest.raises(ResultMismatchError, match="holds something else"):
        norm_set.save(target)
    assert target.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["norms"]


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_save_that_breaks_off_leaves_nothing(norm_set, tmp_path, monkeypatch, error):
    write = NormSet._write

    def broken(self: NormSet, folder: Path) -> None:
        write(self, folder)
        (folder / "norms.json").unlink()
        raise error

    monkeypatch.setattr(NormSet, "_write", broken)
    with pytest.raises(type(error)):
        norm_set.save(tmp_path / "norms")
    assert list(tmp_path.iterdir()) == []


def test_two_at_once_both_succeed_with_the_same_norm_set(
    norm_set, tmp_path, monkeypatch
):
    target = tmp_path / "norms"
    write = NormSet._write

    def overtaken(self: NormSet, folder: Path) -> None:
        write(self, folder)
        if not target.exists():  # another process is done first
            shutil.copytree(folder, target)

    monkeypatch.setattr(NormSet, "_write", overtaken)
    assert norm_set.save(target) == target
    assert load_norms(target) == norm_set
    assert [path.name for path in tmp_path.iterdir()] == ["norms"]


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(saved, name):
    (saved / name).unlink()
    with pytest.raises(UnreadableFileError, match=f"not a norm set folder.*{name}"):
        load_norms(saved)


@pytest.mark.parametrize("name", ["norms.parquet", "populations.parquet", "norms.json"])
def test_a_file_cut_short_is_not_read(saved, name):
    content = (saved / name).read_bytes()
    (saved / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(UnreadableFileError, match="not a norm set folder"):
        load_norms(saved)


@pytest.mark.parametrize("text", ["[]", "{}", '{"format": 1, "id": "x"}', "<html>"])
def test_another_json_is_not_a_norm_set(saved, text):
    (saved / "norms.json").write_text(text)
    with pytest.raises(UnreadableFileError, match="not a norm set folder"):
        load_norms(saved)


def test_a_folder_of_a_later_version_is_not_guessed_at(saved):
    meta = json.loads((saved / "norms.json").read_text())
    (saved / "norms.json").write_text(json.dumps({**meta, "format": 2}))
    with pytest.raises(UnreadableFileError, match=r"has format 2.*reads 1"):
        load_norms(saved)


def _edit_age(folder: Path) -> None:
    table = pd.read_parquet(folder / "norms.parquet")
    table.loc[0, "age_months"] += 0.05
    table.to_parquet(folder / "norms.parquet", index=False)


def _drop_flag(folder: Path) -> None:
    table = pd.read_parquet(folder / "norms.parquet")
    table.loc[2, "statement"] = "5.0 months"
    table.to_parquet(folder / "norms.parquet", index=False)


def _rename_people(folder: Path) -> None:
    people = pd.read_parquet(folder / "populations.parquet")
    people.loc[0, "sampling"] = "unknown"
    people.to_parquet(folder / "populations.parquet", index=False)


def _soften_card(folder: Path) -> None:
    path = folder / "norms.json"
    path.write_text(path.read_text().replace("Diagnosis.", "Nothing."))


def _forge_id(folder: Path) -> None:
    meta = json.loads((folder / "norms.json").read_text())
    (folder / "norms.json").write_text(json.dumps({**meta, "id": "0" * 16}))


def _soften_readme(folder: Path) -> None:
    path = folder / "README.md"
    path.write_text(path.read_text().replace("Diagnosis.", "Nothing."))


@pytest.mark.parametrize(
    "edit",
    [_edit_age, _drop_flag, _rename_people, _soften_card, _forge_id, _soften_readme],
)
def test_any_edit_is_noticed(saved, edit):
    edit(saved)
    with pytest.raises(
        ResultMismatchError, match="changed after the norm set was made"
    ):
        load_norms(saved)


def test_every_fault_of_loading_is_one_kind_of_error(tmp_path):
    with pytest.raises(DevnormsError, match="not a norm set folder"):
        load_norms(tmp_path / "nowhere")
