"""Straight from Parquet: which files, what loaders noted in them, how much is held."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from devnorms._base.errors import InvalidTableError, UnreadableFileError
from devnorms._base.provenance import Record, Source
from devnorms.tabulate import count, parquet
from tests.tabulate.conftest import make_observations, write_parts


def test_a_file_a_folder_and_patterns_are_the_same(observations, tmp_path):
    folder = write_parts(observations, tmp_path / "all" / "deeper")
    expected = count(observations)
    for path in (
        tmp_path / "all",
        str(folder),
        f"{folder}/*.parquet",
        f"{tmp_path}/all/**/?.parquet",
    ):
        pd.testing.assert_frame_equal(count(path), expected, check_exact=True)


def test_a_folder_whose_name_looks_like_a_pattern_is_a_folder(observations, tmp_path):
    folder = write_parts(observations, tmp_path / "[wave 1]")
    pd.testing.assert_frame_equal(count(folder), count(observations))


def test_a_pattern_chooses_files(observations, tmp_path):
    folder = write_parts(observations, tmp_path / "parts", parts=2)
    half = count(f"{folder}/0*")
    assert set(half["population"]) == {"A"}


def test_folders_named_by_a_value_give_the_column_as_text(observations, tmp_path):
    names = observations["population"].map({"A": "01", "B": "2"})
    for name, rows in observations.groupby(names):
        write_parts(
            rows.drop(columns="population"), tmp_path / f"population={name}", parts=1
        )
    found = count(tmp_path)
    expected = count(observations.assign(population=names))
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_columns_are_matched_by_name_and_numbers_widened(observations, tmp_path):
    known = observations[observations["age_days"].notna()].drop(columns="child")
    parts = [known.iloc[:70], known.iloc[70:]]
    other = parts[1][parts[1].columns[::-1]].astype({"age_days": "int32"})
    parts[0].to_parquet(tmp_path / "0.parquet")
    other.to_parquet(tmp_path / "1.parquet")
    found = count(tmp_path)
    pd.testing.assert_frame_equal(found, count(known), check_exact=True)


def test_a_column_that_is_text_in_one_file_is_refused(observations, tmp_path):
    parts = [observations.iloc[:80], observations.iloc[80:].astype({"age_days": str})]
    for number, part in enumerate(parts):
        part.to_parquet(tmp_path / f"{number}.parquet")
    with pytest.raises(InvalidTableError, match="'age_days': expected a number"):
        count(tmp_path)


def test_a_column_that_one_file_lacks_is_empty_there(observations, tmp_path):
    observations.iloc[:80].to_parquet(tmp_path / "0.parquet")
    observations.iloc[80:].drop(columns="sex").to_parquet(tmp_path / "1.parquet")
    with pytest.raises(InvalidTableError, match=r"'sex': empty cells.*80 row"):
        count(tmp_path)


def noted(source: str, left_out: dict[str, int]) -> dict[str, object]:
    """What a loader notes about its table."""
    record = Record.now((Source(source, "1"),), {"load": source})
    return {"left_out": {"left_out": left_out}, "record": record.to_json()}


def test_parts_of_one_table_keep_its_notes_once(observations, tmp_path):
    observations.attrs = noted("here", {"no age": 7})
    found = count(write_parts(observations, tmp_path / "parts"))
    assert found.attrs == count(observations).attrs
    assert found.attrs["left_out"]["no age"] == 4 + 7


def test_files_of_several_sources_add_up_and_name_them_all(observations, tmp_path):
    halves = observations.iloc[:80].copy(), observations.iloc[80:].copy()
    halves[0].attrs = noted("here", {"no age": 7})
    halves[1].attrs = noted("there", {"no age": 2, "copy": 1})
    for half, name in zip(halves, "ab", strict=True):
        half.to_parquet(tmp_path / f"{name}.parquet")
    found = count(tmp_path)
    left_out = {"no age": 4 + 9, "not asked": 4, "unsure": 4, "copy": 1}
    assert found.attrs["left_out"] == left_out
    record = json.loads(found.attrs["record"])
    assert [source["id"] for source in record["sources"]] == ["here", "there"]


def test_a_file_without_a_source_among_others_is_refused(observations, tmp_path):
    observations.iloc[:80].to_parquet(tmp_path / "a.parquet")
    observations.attrs = noted("here", {})
    observations.to_parquet(tmp_path / "b.parquet")
    with pytest.raises(InvalidTableError, match="1 of 2 Parquet files carry no record"):
        count(tmp_path)


@pytest.mark.parametrize("where", ["nowhere", "nowhere/*.parquet", "."])
def test_no_file_is_said_with_what_was_expected(tmp_path, where):
    with pytest.raises(
        UnreadableFileError, match=r"no Parquet file is there. Expected"
    ):
        count(tmp_path / where)


@pytest.mark.parametrize("kept", [0, 3, -1, -600])
def test_a_file_cut_short_is_named(observations, tmp_path, kept):
    folder = write_parts(observations, tmp_path / "parts")
    whole = (folder / "1.parquet").read_bytes()
    (folder / "1.parquet").write_bytes(whole[:kept])
    with pytest.raises(UnreadableFileError, match=r"1\.parquet is not a whole Parquet"):
        count(folder)


def test_a_file_with_broken_pages_is_refused(observations, tmp_path):
    folder = write_parts(observations, tmp_path / "parts", parts=1)
    content = bytearray((folder / "0.parquet").read_bytes())
    content[4:2000] = bytes(1996)
    (folder / "0.parquet").write_bytes(content)
    with pytest.raises(UnreadableFileError, match="could not read these 1 Parquet"):
        count(folder)


def test_a_table_of_another_kind_is_refused(observations, tmp_path):
    observations.to_csv(tmp_path / "answers.csv")
    with pytest.raises(UnreadableFileError, match=r"answers\.csv is not a whole Parq"):
        count(tmp_path / "answers.csv")


def test_more_than_fits_into_memory_is_counted_all_the_same(tmp_path, monkeypatch):
    small = make_observations(children=20_000)
    fraction = np.arange(len(small)) / len(small)
    table = small.assign(age_days=small["age_days"] + fraction)  # every age its own
    folder = write_parts(table, tmp_path / "parts", parts=1)
    monkeypatch.setattr(parquet, "MEMORY", "16MB")
    found = count(folder, bin_days=30)
    assert (
        found["asked"].sum() == table["response"].isin(["passed", "not_yet"]).sum() - 4
    )
    pd.testing.assert_frame_equal(found, count(table, bin_days=30), check_exact=True)
