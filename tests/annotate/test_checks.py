"""The rules of the codebook hold for every proposal, whoever made it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from devnorms.annotate import checks
from devnorms.annotate.attaching import with_ages
from devnorms.annotate.checks import checked
from devnorms.annotate.coding import Document, Proposal
from devnorms.annotate.segments import segment

GOOD = Proposal("walks_alone", "achieved", 0, 4, 0.8, "child", 9.0, 10.0)


def _document(text: str, lang: str = "en", age: float | None = 12.0) -> Document:
    return Document("a", lang, text, age, segment(text, lang))


def _span(text: str, part: str, concept: str, status: str = "achieved") -> Proposal:
    start = text.index(part)
    return Proposal(concept, status, start, start + len(part), 0.9)


def test_an_age_later_than_the_childs_is_left_out_and_counted() -> None:
    outcomes = Counter[str]()
    late = replace(GOOD, age_months_low=14.0, age_months_high=14.0)
    (kept,) = checked(_document("walks"), [late], (), outcomes)
    assert (kept.age_months_low, kept.age_months_high) == (None, None)
    assert outcomes == {checks.TOO_OLD: 1}


def test_an_interval_ends_at_the_childs_age() -> None:
    around = replace(GOOD, age_months_low=11.0, age_months_high=13.0)
    (kept,) = checked(_document("walks"), [around], (), Counter())
    assert (kept.age_months_low, kept.age_months_high) == (11.0, 12.0)


def test_without_the_childs_age_any_age_stands() -> None:
    (kept,) = checked(_document("walks", age=None), [GOOD], (), Counter())
    assert kept == GOOD


@pytest.mark.parametrize("status", ["not_yet", "unclear"])
def test_what_is_not_achieved_has_no_age(status: str) -> None:
    (kept,) = checked(_document("walks"), [replace(GOOD, status=status)], (), Counter())
    assert kept.age_months_low is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"subject": "sibling"}, checks.NOT_THIS_CHILD),
        ({"end": 99}, checks.OUTSIDE),
        ({"start": -1}, checks.OUTSIDE),
        ({"start": 4}, checks.OUTSIDE),
        ({"status": "maybe"}, checks.UNKNOWN),
        ({"concept": "flies"}, checks.UNKNOWN),
    ],
)
def test_what_cannot_stand_is_left_out_and_counted(
    change: dict[str, object], reason: str
) -> None:
    outcomes = Counter[str]()
    bad = replace(GOOD, **change)  # type: ignore[arg-type]
    kept = checked(_document("walks"), [bad, GOOD], {"walks_alone"}, outcomes)
    assert kept == [GOOD]
    assert outcomes == {reason: 1}


def test_one_code_per_milestone_the_surest() -> None:
    outcomes = Counter[str]()
    surer = replace(GOOD, status="not_yet", probability=0.9)
    (kept,) = checked(_document("walks"), [GOOD, surer], (), outcomes)
    assert kept.status == "not_yet"
    assert outcomes == {checks.TWICE: 1}


def test_each_age_goes_to_its_own_code() -> None:
    text = "At six months she sat, at nine months she crawled, and she walks."
    proposals = [
        _span(text, "she sat", "sits_without_support"),
        _span(text, "at nine months she crawled", "crawls"),
        _span(text, "and she walks", "walks_alone"),
    ]
    ages = [p.age_months_low for p in with_ages(_document(text), proposals)]
    assert ages == [6.0, 9.0, None]


def test_an_age_of_another_sentence_or_of_no_achievement_is_not_taken() -> None:
    text = "He is nine months now. He crawls. At ten months he did not walk."
    proposals = [
        _span(text, "He crawls", "crawls"),
        _span(text, "At ten months he did not walk", "walks_alone", "not_yet"),
    ]
    found = with_ages(_document(text), proposals)
    assert [p.age_months_low for p in found] == [None, None]
