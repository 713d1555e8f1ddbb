"""The counts that come with the package: whole, unchanged, and small."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from devnorms._base.errors import (
    ResultMismatchError,
    UnknownNameError,
    UnreadableFileError,
)
from devnorms.sources import bundled, codebook
from devnorms.sources.bundled import load_counts, populations


@pytest.fixture
def copy(root, tmp_path, monkeypatch) -> Path:
    """A copy of the bundle that a test may spoil."""
    shutil.copytree(root / "datasets" / "milestones", tmp_path / "m")
    monkeypatch.setattr(bundled, "_folder", lambda _: tmp_path / "m")
    return tmp_path / "m"


def test_counts_are_all_there_and_add_up_to_the_source():
    counts = load_counts()
    left_out = counts.attrs["left_out"]
    assert counts["asked"].sum() + sum(left_out.values()) == 918_707
    assert counts["population"].nunique() == 10
    assert counts["country"].nunique() == 8
    assert not counts.isna().any(axis=None)


def test_every_milestone_was_asked_in_two_populations_or_more():
    asked_in = load_counts().groupby("milestone")["population"].nunique()
    assert asked_in.min() >= 2


def test_milestones_and_domains_are_those_of_the_codebook():
    counts = load_counts()[["item", "milestone", "domain"]].drop_duplicates()
    linked = codebook.links().set_index("item")["milestone"]
    domain = codebook.milestones().set_index("milestone")["domain"]
    assert (linked[counts["item"]].to_numpy() == counts["milestone"]).all()
    assert (domain[counts["milestone"]].to_numpy() == counts["domain"]).all()


def test_cells_hold_five_responses_or_are_all_there_is():
    counts = load_counts()
    small = counts[counts["asked"] < 5]
    group = ["population", "item", "sex"]
    cells = counts.groupby(group).size()
    assert (cells[small.set_index(group).index] == 1).all()
    assert counts.attrs["small_cells"] == {
        "cells": len(small),
        "asked": int(small["asked"].sum()),
    }


def test_the_bundle_is_small(root):
    sizes = [
        file.stat().st_size
        for file in (root / "datasets" / "milestones").rglob("*")
        if file.is_file()
    ]
    assert sum(sizes) <= 2_000_000
    assert max(sizes) < 1_000_000


def test_the_record_names_the_bundle_its_source_and_their_licence():
    record = json.loads(load_counts().attrs["record"])
    ids = [source["id"] for source in record["sources"]]
    assert ids == ["devnorms-milestones", "childdevdata"]
    assert {source["licence"] for source in record["sources"]} == {"CC BY 4.0"}
    assert all(re.fullmatch("[0-9a-f]{64}", s["sha256"]) for s in record["sources"])
    assert "10.5281/zenodo.4700229" in record["sources"][1]["citation"]


def test_every_population_says_who_was_sampled():
    cards = populations()
    assert set(cards["population"]) == set(load_counts()["population"])
    assert cards["who"].str.len().min() > 20
    assert cards["citation"].notna().all()


def test_every_study_paper_is_in_the_citations(root):
    text = (root / "datasets" / "milestones" / "CITATION.bib").read_text()
    keys = set(re.findall(r"^@\w+\{([^,]+),", text, flags=re.MULTILINE))
    assert set(populations()["population"]) <= keys


def test_a_table_that_was_changed_is_refused(copy):
    table = copy / "counts" / "ECU.csv"
    table.write_text(table.read_text().replace("5,", "6,", 1))
    with pytest.raises(ResultMismatchError, match=r"counts/ECU\.csv has the SHA-256"):
        load_counts()


def test_other_line_ends_are_told(copy):
    table = copy / "items.csv"
    table.write_bytes(table.read_bytes().replace(b"\n", b"\r\n"))
    with pytest.raises(ResultMismatchError, match="line ends"):
        load_counts()


@pytest.mark.parametrize("file", ["dataset.json", "counts/NLD-SMOCC.csv"])
def test_a_table_that_is_missing_is_named(copy, file):
    (copy / file).unlink()
    with pytest.raises(UnreadableFileError, match=f"bundled file {file}"):
        load_counts()


def test_an_unknown_bundle_is_named_with_the_known_one():
    with pytest.raises(
        UnknownNameError, match=r"'milestone'.*Did you mean 'milestones'"
    ):
        load_counts("milestone")
