"""What raw codes mean: rules that look at the codes of a set, never at its name."""

from __future__ import annotations

import pytest

from devnorms.sources.wordbank.codes import State, decode
from devnorms.sources.wordbank.instrument import Item, item_word, milestone_name

WG = {"2": "produces", "1": "understands", "0": ""}


def test_zero_is_no_and_a_blank_beside_it_is_no_answer() -> None:
    states = decode({"2": 5, "1": 9, "0": 80, "": 6}, WG).states
    assert states["0"] is State.NO
    assert states[""] is State.NOT_ANSWERED


@pytest.mark.parametrize("blank", ["", "na", "#null!"])
def test_where_nobody_writes_no_the_blank_is_an_empty_box(blank: str) -> None:
    found = decode({"1": 40, blank: 100}, {"1": "produces", blank: ""})
    assert found.states[blank] is State.NO
    assert found.empty_box == blank


def test_a_single_written_no_among_thousands_does_not_change_that() -> None:
    # Catalan WG: one 0 beside 172,016 NA
    found = decode({"1": 600, "na": 1720, "0": 1}, {"1": "understands", "0": ""})
    assert found.states == {"1": 1, "na": 0, "0": 0}


def test_a_form_with_a_word_for_no_has_no_empty_boxes() -> None:
    # Norwegian WS: "simple" is asked for, so a blank is a question not answered
    found = decode({"1": 70, "2": 10, "": 900}, {"1": "simple", "2": "complex", "": ""})
    assert found.states[""] is State.NOT_ANSWERED
    assert found.empty_box is None


def test_understood_only_is_no_on_a_form_that_asks_what_is_said() -> None:
    # Cantonese WS: 0 and 1 are mapped to nothing, 2 is produces
    found = decode({"0": 50, "1": 8, "2": 30}, {"0": "", "1": "", "2": "produces"})
    assert found.states["1"] is State.NO


@pytest.mark.parametrize("code", ["3", "10", "8.9e-315", "\\"])
def test_a_code_above_the_others_may_be_no_or_missing(code: str) -> None:
    found = decode({"2": 5, "1": 9, "0": 80, code: 3}, {**WG, code: ""})
    assert found.states[code] is State.UNCLEAR


@pytest.mark.parametrize("code", ["9", "99", "?", "missing", "na"])
def test_codes_for_missing_are_no_answer_unless_they_mean_something(code: str) -> None:
    found = decode({"1": 9, "0": 80, code: 3}, {"1": "produces", "0": "", code: ""})
    assert found.states[code] is State.NOT_ANSWERED
    said = decode({"1": 9, "0": 80, code: 3}, {"1": "produces", "0": "", code: "yes"})
    assert said.states[code] is State.PASSED


def test_a_code_that_nobody_explains_is_not_guessed() -> None:
    assert decode({"1": 9, "0": 80, "x": 3}, WG).states["x"] is State.UNKNOWN


def test_a_grade_is_no_pass() -> None:
    mapping = {"0": "0", "5": "5"}  # Mandarin WS: length of the longest utterances
    assert set(decode({"0": 9, "5": 3}, mapping).states.values()) == {State.GRADED}


@pytest.mark.parametrize(
    ("meaning", "state"),
    [
        ("often/sometimes", State.PASSED),
        ("not yet", State.NO),
        ("never", State.NO),
        ("simple", State.NO),
        ("complex", State.PASSED),
    ],
)
def test_answers_in_words(meaning: str, state: State) -> None:
    assert decode({"a": 1}, {"a": meaning}).states["a"] is state


def test_homonyms_are_milestones_of_their_own() -> None:
    assert milestone_name("chicken (animal)") != milestone_name("chicken (food)")
    assert milestone_name("TV") == milestone_name("tv") == "tv"


def test_an_item_is_named_in_its_language_where_that_can_be_written() -> None:
    assert item_word(Item(definition="Größe", gloss="size")) == "grosse"
    assert item_word(Item(definition="犬", gloss="dog")) == "dog"
    assert item_word(Item()) == ""
