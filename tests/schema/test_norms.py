"""Norm sets: tables that say whom they speak for, with an id for every word."""

from __future__ import annotations

import html
import math

import pandas as pd
import pytest

from devnorms._base.errors import BadValueError, InvalidTableError
from devnorms._base.provenance import Record
from devnorms.schema.norms import POOLED, NormSet, card_text, check_norms


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"share": 90.0}, r"'share'.*in_range.*90\.0.*0\.9, not 90"),
        ({"share": 1.0}, r"'share'.*in_range"),
        ({"level": 0.0}, r"'level'.*in_range.*0\.9, not 90"),
        ({"share": 0.5}, r"the same key comes more than once"),
        ({"age_months_low": 14.5}, r"age_months_low <= age_months <= age_months_high"),
        ({"age_months_high": 14.0}, r"age_months_low <= age_months <= age_months_high"),
        ({"age_months": math.nan}, r"'age_months': empty cells"),
        ({"asked": -1}, r"'asked'.*greater_than_or_equal_to\(0\)"),
        ({"passed": 101}, r"passed <= asked"),
        ({"support": "outside"}, r"'support'.*Allowed: within, before, after"),
        ({"support": "after"}, r"a flagged row's statement opens with its flag"),
        ({"support": "before"}, r"a flagged row's statement opens with its flag"),
        ({"statement": ""}, r"'statement'.*str_length"),
        ({"milestone": None}, r"'milestone': empty cells"),
    ],
)
def test_each_rule_of_the_table_is_told_in_words(norm_table, changes, words):
    for column, value in changes.items():
        norm_table.loc[1, column] = value
    with pytest.raises(InvalidTableError, match=words):
        check_norms(norm_table)


def test_a_population_that_nobody_described_is_refused(norm_table, populations):
    with pytest.raises(InvalidTableError, match=r"who was sampled in \['COL-B'\]"):
        NormSet(norm_table, populations.head(1), {}, Record())


def test_the_centre_needs_no_description(norm_table, populations):
    centre = norm_table[norm_table["population"] == POOLED]
    assert len(NormSet(centre, populations, {}, Record()).table) == 1


@pytest.mark.parametrize("entry", [object(), math.nan, {1, 2}])
def test_a_card_that_json_cannot_hold_is_refused(norm_set, entry):
    with pytest.raises(BadValueError, match="'card' must be text, numbers, lists"):
        norm_set.with_card(remark=entry)


def test_settings_that_json_cannot_hold_are_refused(norm_table, populations):
    record = Record(settings={"spec": object()})
    with pytest.raises(BadValueError, match="'record' must be text, numbers, lists"):
        NormSet(norm_table, populations, {}, record)


def test_later_changes_of_what_it_was_made_from_do_not_reach_it(
    norm_table, populations
):
    card = {"not_for": ["Diagnosis."]}
    norms = NormSet(norm_table, populations, card, Record())
    before = norms.id
    norm_table.loc[0, "age_months"] = 12.2
    populations.loc[0, "who"] = "Others"
    card["not_for"].append("Ranking.")
    assert norms.id == before


def test_the_index_is_not_part_of_a_norm_set(norm_table, populations):
    moved = norm_table.set_axis(range(7, 7 + len(norm_table)))
    first, second = (
        NormSet(table, populations, {}, Record()) for table in (norm_table, moved)
    )
    assert first == second
    assert hash(first) == hash(second)
    assert second.table.index.tolist() == [0, 1, 2, 3]


def _change_number(norms: NormSet) -> NormSet:
    table = norms.table.copy()
    table.loc[0, "age_months"] += 1e-12
    return NormSet(table, norms.populations, norms.card, norms.record)


def _change_attrs(norms: NormSet) -> NormSet:
    table = norms.table.copy()
    table.attrs["note"] = "another"
    return NormSet(table, norms.populations, norms.card, norms.record)


def _change_people(norms: NormSet) -> NormSet:
    people = norms.populations.assign(who="Other children")
    return NormSet(norms.table, people, norms.card, norms.record)


def _change_record(norms: NormSet) -> NormSet:
    record = norms.record.with_settings(level=0.8)
    return NormSet(norms.table, norms.populations, norms.card, record)


def _change_card(norms: NormSet) -> NormSet:
    return norms.with_card(title="Two populations.")


@pytest.mark.parametrize(
    "change",
    [_change_number, _change_attrs, _change_people, _change_record, _change_card],
)
def test_the_id_changes_with_any_number_and_any_word(norm_set, change):
    changed = change(norm_set)
    assert changed.id != norm_set.id
    assert changed != norm_set


def test_the_id_is_sixteen_hexadecimal_digits(norm_set):
    assert len(norm_set.id) == 16
    assert int(norm_set.id, 16) >= 0


def test_a_norm_set_equals_nothing_of_another_kind(norm_set):
    assert norm_set != norm_set.id


def test_the_text_form_names_id_title_and_sizes(norm_set):
    shown = repr(norm_set)
    assert norm_set.id in shown
    assert "Two populations; 2 population(s), 1 milestone(s), 4 rows" in shown


def test_the_notebook_shows_statements_asked_units_and_the_kind_of_interval(norm_set):
    page = norm_set._repr_html_()
    for part in ("months", "90 % equal-tailed", "asked", "before 9.0 months", "50 %"):
        assert part in page
    assert ">5.0<" not in page  # the flagged number is not shown bare


def test_what_comes_from_data_cannot_become_markup(norm_table, populations):
    nasty = "<script>alert(1)</script>"
    norm_table.loc[:1, "milestone"] = nasty
    norms = NormSet(norm_table, populations, {"title": nasty}, Record())
    page = norms._repr_html_()
    assert "<script" not in page
    assert page.count(html.escape(nasty)) == 2


def test_a_long_norm_set_is_cut_in_the_notebook_and_says_so(norm_table, populations):
    row = norm_table.head(1)
    many = [row.assign(milestone=f"milestone_{i:03}") for i in range(75)]
    norms = NormSet(pd.concat(many), populations, {}, Record())
    page = norms._repr_html_()
    assert "and 15 more rows" in page
    assert "milestone_074" not in page


def test_the_card_in_words_names_people_sampling_licence_and_every_heading(norm_set):
    text = card_text(norm_set)
    for part in (
        "# Two populations",
        norm_set.id,
        "## Not for",
        "- Diagnosis.",
        "**NLD-A** (Netherlands; representative): Live-born children",
        "childdevdata 1.1.0 (CC BY 4.0). van Buuren S.",
    ):
        assert part in text


def test_a_card_that_names_people_itself_is_not_completed(norm_set):
    text = card_text(norm_set.with_card(speaks_for=["Nobody yet."]))
    assert "- Nobody yet." in text
    assert "**NLD-A**" not in text
