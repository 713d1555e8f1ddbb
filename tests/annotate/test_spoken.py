"""Quoted speech and counts go where the codebook's rule 6 sends them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms.annotate.coding import Document, Proposal
from devnorms.annotate.embedded.spoken import with_spoken
from devnorms.annotate.languages import languages


def _found(text: str, lang: str, *proposals: Proposal) -> dict[str, str]:
    document = Document("a", lang, text, None, ())
    found = with_spoken(document, proposals)
    return {p.concept: text[p.start : p.end] for p in found}


@pytest.mark.parametrize(
    ("lang", "text", "concept"),
    [
        ("en", "about fifty words now", "says_many_words"),
        ("en", "has 5 words", "says_two_words"),
        ("es", "dice veinte palabras", "says_many_words"),
        ("sw", "ana maneno ishirini", "says_many_words"),
        ("zh", "会说三十个词", "says_many_words"),
        ("en", "a tower of seven", "stacks_tower"),
        ("es", "torres de cinco", "stacks_two_blocks"),
        ("nl", "een toren van acht", "stacks_tower"),
        ("en", 'says "ball" and "no"', "says_two_words"),
        ("fr", "il dit « chat », « tiens »", "says_two_words"),
        ("en", 'she said "mummy sit"', "combines_two_words"),
        ("en", '"Where is it?" all day', "asks_questions"),
        ("en", '"What is this?" "Tractor!"', "names_objects"),
        ("gl", '"Pecha a porta" e péchaa', "follows_instruction"),
        ("en", "mamamama all night", "babbles"),
        ("zh", "整天嘛嘛嘛", "babbles"),
        ("ar", "تاتاتا طول اليوم", "babbles"),
    ],
)
def test_what_is_quoted_or_counted(lang: str, text: str, concept: str) -> None:
    assert set(_found(text, lang)) == {concept}


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "hahaha so funny"),
        ("es", "jajaja qué risa"),
        ("en", "joins two words"),
        ("en", "sentences of three words"),
        ("en", "a tower of six?"),
        ("en", "weighs nine kilos"),
    ],
)
def test_what_is_not(lang: str, text: str) -> None:
    assert _found(text, lang) == {}


def test_what_was_read_into_a_quoted_word_is_taken_out() -> None:
    text = 'She says "sit" and "ball".'
    start = text.index("sit")
    misread = Proposal("sits_without_support", "achieved", start, start + 3, 0.9)
    outside = Proposal("waves_bye", "achieved", 0, 8, 0.9)
    assert set(_found(text, "en", misread, outside)) == {"says_two_words", "waves_bye"}


@given(st.text(alphabet='ab "«»?.5走 ', max_size=60), st.sampled_from(languages()))
def test_evidence_lies_within_the_text_and_milestones_come_once(
    text: str, lang: str
) -> None:
    found = with_spoken(Document("a", lang, text, None, ()), [])
    assert all(0 <= p.start < p.end <= len(text) for p in found)
    assert len({p.concept for p in found}) == len(found)
