"""Cards say whom norms speak for, and what cannot be told from the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from devnorms._base.provenance import Record, Source
from devnorms.norms import pass_ages
from devnorms.norms.separation import cannot_separate, groups_sharing_items

HEADINGS = {
    "title", "purpose", "speaks_for", "not_for", "interval", "outside_the_data",
    "cannot_separate", "how_fitted", "sources", "status",
}  # fmt: skip


@pytest.fixture
def described(people: pd.DataFrame) -> pd.DataFrame:
    """Populations of which one is clinical and one poor."""
    return people.assign(
        sampling=["representative", "clinical", "poor"],
        who=["Live-born children.", "Low-birth-weight infants", "Poor families"],
        years=["1988-1989", None, None],
        country_name=["Netherlands", "Colombia", "Colombia"],
    )


@pytest.fixture
def card(curves: xr.Dataset, described: pd.DataFrame) -> dict:
    """A card."""
    return pass_ages(curves, described).card


def test_a_card_has_every_heading_and_no_empty_one(card):
    assert set(card) == HEADINGS
    assert all(card.values())


def test_it_speaks_for_named_people_with_sampling_and_responses(card):
    # 500 responses a leaf; NLD-X has 1 leaf a milestone, COL-Y 2; 3 milestones.
    assert card["speaks_for"][:2] == [
        "NLD-X (Netherlands, 1988-1989; sampling: representative): Live-born children. "
        "1,500 responses, 3 milestones.",
        "COL-Y (Colombia; sampling: clinical): Low-birth-weight infants. "
        "3,000 responses, 3 milestones.",
    ]


def test_the_centre_speaks_for_nobody(curves, card):
    assert "Nobody lives there" in card["speaks_for"][-1]
    alone = pass_ages(curves, pooled=False).card
    assert not any("Nobody lives there" in line for line in alone["speaks_for"])


@pytest.mark.parametrize("word", ["Diagnosis", "standard", "countries", "imported"])
def test_it_says_what_norms_are_not(card, word):
    assert any(word in line for line in card["not_for"])


def test_it_names_kind_and_level_of_the_interval(curves):
    card = pass_ages(curves, level=0.8).card
    assert "80 % equal-tailed credible interval" in card["interval"]


def test_it_counts_the_ages_outside_the_data(curves):
    spoilt = curves.copy(deep=True)
    spoilt["support_low_months"].loc[{"population": "COL-Z"}] = 150.0
    with pytest.warns(UserWarning, match="12 of 48"):
        card = pass_ages(spoilt).card
    assert card["outside_the_data"].startswith("12 of 48 ages")
    assert "(12 before, 0 after)" in card["outside_the_data"]


def test_it_says_how_the_curves_were_made(curves):
    fitted = curves.assign_attrs(
        method="NUTS (nutpie)",
        diagnostics='{"max_rhat": 1.004, "divergences": 0, "note": "x"}',
        record=Record(seed=7).to_json(),
    )
    text = " ".join(pass_ages(fitted).card["how_fitted"])
    for part in ("NUTS (nutpie); 2 chains of 100 draws; seed 7", "max rhat 1.004"):
        assert part in text
    assert "divergences 0." in text


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"count": {"corrected_age": True}}, "from the expected date of birth"),
        ({"count": {"corrected_age": False}}, "from birth, also of children born"),
        ({}, "is not stated"),
    ],
)
def test_it_says_from_when_ages_are_counted(curves, settings, words):
    record = Record(settings=settings).to_json()
    card = pass_ages(curves.assign_attrs(record=record)).card
    assert any(words in line for line in card["how_fitted"])


def test_it_counts_what_was_not_used(curves):
    record = Record(settings={"left_out": {"no age": 6384}}).to_json()
    card = pass_ages(curves.assign_attrs(record=record)).card
    assert card["left_out"] == ["6,384 responses: no age."]


def test_it_lists_every_source_with_its_licence(curves):
    sources = (
        Source("a", "1", licence="CC BY 4.0", citation="A (2001)."),
        Source("b"),
    )
    record = Record(sources).to_json()
    assert pass_ages(curves.assign_attrs(record=record)).card["sources"] == [
        "a 1 (licence: CC BY 4.0). A (2001).",
        "b (licence: not stated).",
    ]


def _sentence(lines: list[str], start: str) -> str:
    (found,) = [line for line in lines if line.startswith(start)]
    return found


def test_countries_with_one_study_and_with_several_are_told_apart(card):
    lines = card["cannot_separate"]
    assert "one study only in NLD." in _sentence(lines, "Country and study")
    assert _sentence(lines, "More than one study").startswith(
        "More than one study in COL:"
    )


def test_populations_with_identical_items_are_named_and_the_others_too(card):
    lines = card["cannot_separate"]
    assert _sentence(lines, "Identical items") == "Identical items join COL-Y, COL-Z."
    assert "NLD-X, who share no item with anybody" in _sentence(lines, "Between these")


def test_instruments_of_one_population_are_named(card):
    line = _sentence(card["cannot_separate"], "Instrument and population")
    assert "bat (COL-Y), ddi (NLD-X)" in line
    assert "by3" not in line


def test_samples_chosen_for_health_or_poverty_are_named(card):
    lines = card["cannot_separate"]
    assert "growth: COL-Y." in _sentence(lines, "Chosen for a condition of health")
    assert "poverty: COL-Z." in _sentence(lines, "Chosen for poverty")
    assert not any("No population here is a representative" in line for line in lines)


def test_without_a_representative_sample_the_card_says_so(curves, described):
    lines = cannot_separate(curves, described.assign(sampling="clinical"))
    assert lines[-1] == "No population here is a representative sample."


def test_only_populations_of_the_norm_set_are_spoken_of(curves, described):
    lines = cannot_separate(curves, described[described["country"] == "COL"])
    assert not any("NLD" in line for line in lines)
    assert not any("Between these" in line for line in lines)


@given(
    st.lists(
        st.tuples(st.sampled_from("ABCDEF"), st.sampled_from("uvwxyz")),
        min_size=1,
        max_size=14,
        unique=True,
    )
)
def test_groups_are_what_walking_from_item_to_item_reaches(pairs):
    leaves = pd.DataFrame(pairs, columns=["population", "item"])

    def reach(start: str) -> frozenset[str]:
        seen = {start}
        while True:
            items = {item for name, item in pairs if name in seen}
            more = {name for name, item in pairs if item in items}
            if more == seen:
                return frozenset(seen)
            seen = more

    walked = {reach(name) for name, _ in pairs}
    found = groups_sharing_items(leaves)
    assert {frozenset(group) for group in found} == walked
    assert sum(len(group) for group in found) == leaves["population"].nunique()
    assert np.all(np.diff([len(group) for group in found]) <= 0)
