"""Decisions bind to numbers, act by their reasons, and silence is not consent."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

import devnorms as dn
from devnorms._base.errors import (
    BadValueError,
    EmptySelectionError,
    ResultMismatchError,
    UnreadableFileError,
)
from devnorms.schema.norms import POOLED, NormSet
from devnorms.schema.reviews import Review, load_review, rows_hash
from devnorms.simulate import draw_truth, simulate_curves


@pytest.fixture(scope="module")
def norms() -> NormSet:
    rng = np.random.default_rng(3)
    curves = simulate_curves(draw_truth(rng=rng), rng=rng)
    return dn.pass_ages(
        curves, shares=(0.25, 0.5, 0.75), milestones=["walks_alone", "kicks_ball"]
    )


def rows(norms: NormSet, population: str, milestone: str):
    table = norms.table
    return table[
        (table["population"] == population) & (table["milestone"] == milestone)
    ]


def pulled(folder: Path, *decisions: dict[str, object]) -> Path:
    folder.mkdir()
    text = "".join(json.dumps(one) + "\n" for one in decisions).encode()
    (folder / "decisions.jsonl").write_bytes(text)
    (folder / "notes.jsonl").write_bytes(b"")
    hashes = {
        "decisions.jsonl": hashlib.sha256(text).hexdigest(),
        "notes.jsonl": hashlib.sha256(b"").hexdigest(),
    }
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "sha256": hashes}))
    return folder


def decision(norms: NormSet, milestone: str, outcome: str, *reasons: str, **more: str):
    population = norms.table["population"].iloc[0]
    return {
        "population": population,
        "milestone": milestone,
        "norm_rows": rows_hash(rows(norms, population, milestone)),
        "outcome": outcome,
        "reasons": list(reasons),
        "community": "here",
        "decided_at": "2026-11-24T10:00:00",
        **more,
    }


def reviewed(norms: NormSet, tmp_path: Path, *decisions, policy="flag") -> NormSet:
    return norms.with_review(load_review(pulled(tmp_path / "r", *decisions)), policy)


def test_what_is_not_to_be_shared_is_gone_and_cannot_be_subtracted(norms, tmp_path):
    found = reviewed(norms, tmp_path, decision(norms, "kicks_ball", "withheld", "harm"))
    population = norms.table["population"].iloc[0]
    assert rows(norms, population, "kicks_ball").shape[0]
    assert rows(found, population, "kicks_ball").empty
    assert rows(found, POOLED, "kicks_ball").empty
    assert not rows(found, POOLED, "walks_alone").empty
    assert found.id != norms.id


def test_a_decision_binds_only_the_numbers_it_was_made_on(norms, tmp_path):
    other = decision(norms, "kicks_ball", "approved", norm_rows="0" * 64)
    found = reviewed(norms, tmp_path, other)
    population = norms.table["population"].iloc[0]
    assert set(rows(found, population, "kicks_ball")["review"]) == {
        "needs review again"
    }


def test_what_was_withheld_stays_so_when_the_numbers_change(norms, tmp_path):
    other = decision(norms, "kicks_ball", "withheld", norm_rows="0" * 64)
    assert rows(
        reviewed(norms, tmp_path, other),
        norms.table["population"].iloc[0],
        "kicks_ball",
    ).empty


def test_strict_keeps_what_was_approved_and_nothing_else(norms, tmp_path):
    found = reviewed(
        norms, tmp_path, decision(norms, "kicks_ball", "approved"), policy="strict"
    )
    assert set(found.table["milestone"]) == {"kicks_ball"}
    assert set(found.table["population"]) == {norms.table["population"].iloc[0]}


def test_strict_with_nothing_approved_says_what_to_do(norms, tmp_path):
    with pytest.raises(EmptySelectionError, match="policy='flag'"):
        reviewed(norms, tmp_path, policy="strict")


def test_ages_that_are_not_known_exactly_widen_the_interval_by_a_month(norms, tmp_path):
    unsure = decision(norms, "kicks_ball", "approved_with_note", "age")
    population = norms.table["population"].iloc[0]
    found = rows(reviewed(norms, tmp_path, unsure), population, "kicks_ball")
    before = rows(norms, population, "kicks_ball")
    widened = found["age_months_high"].to_numpy() - before["age_months_high"].to_numpy()
    assert widened == pytest.approx(1.0)
    assert (found["age_months_low"].to_numpy() >= 0).all()


def test_ignoring_changes_no_number_and_says_so(norms, tmp_path):
    found = reviewed(
        norms, tmp_path, decision(norms, "kicks_ball", "withheld"), policy="ignore"
    )
    assert found.table.equals(norms.table)
    assert "ignored" in found.card["community_review"]


def test_the_statement_calls_silence_silence(norms, tmp_path):
    found = reviewed(norms, tmp_path, decision(norms, "kicks_ball", "approved"))
    assert "1 approved" in found.card["community_review"]
    assert "silence is not consent" in found.card["community_review"]


def test_the_newest_decision_counts(norms, tmp_path):
    later = decision(norms, "kicks_ball", "approved", decided_at="2026-11-25T10:00:00")
    found = reviewed(norms, tmp_path, later, decision(norms, "kicks_ball", "withheld"))
    population = norms.table["population"].iloc[0]
    assert set(rows(found, population, "kicks_ball")["review"]) == {"approved"}


def test_a_file_that_was_changed_after_the_pull_is_refused(norms, tmp_path):
    folder = pulled(tmp_path / "r", decision(norms, "kicks_ball", "withheld"))
    (folder / "decisions.jsonl").write_bytes(b"")
    with pytest.raises(ResultMismatchError, match=r"decisions\.jsonl was changed"):
        load_review(folder)


def test_a_folder_that_is_no_review_is_told(tmp_path):
    with pytest.raises(UnreadableFileError, match="devnorms review pull"):
        load_review(tmp_path)


def test_an_unknown_policy_is_refused(norms):
    empty = Review(*(load_frame() for _ in range(2)))
    with pytest.raises(BadValueError, match="strict, flag, ignore"):
        norms.with_review(empty, "lenient")


def load_frame():
    import pandas as pd

    return pd.DataFrame({"outcome": []})
