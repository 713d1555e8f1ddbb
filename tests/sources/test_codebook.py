"""The packaged codebook: fixed concepts, honest links, and how they are compared."""

from __future__ import annotations

import os
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms._base.errors import EmptySelectionError, InvalidTableError
from devnorms.sources import codebook

CORE = [
    "lifts_head",
    "rolls_over",
    "sits_without_support",
    "crawls",
    "pulls_to_stand",
    "walks_with_support",
    "stands_alone",
    "walks_alone",
    "squats",
    "runs",
    "climbs_stairs",
    "kicks_ball",
    "throws_ball",
    "jumps",
    "transfers_object",
    "pincer_grasp",
    "stacks_two_blocks",
    "stacks_tower",
    "scribbles",
    "draws_line",
    "draws_circle",
    "turns_pages",
    "smiles_socially",
    "turns_to_sound",
    "responds_to_name",
    "babbles",
    "says_mama_dada",
    "says_two_words",
    "says_many_words",
    "names_objects",
    "combines_two_words",
    "uses_sentences",
    "asks_questions",
    "follows_instruction",
    "points_to_body_part",
    "points_to_show",
    "waves_bye",
    "plays_peekaboo",
    "finds_hidden_object",
    "puts_in_container",
    "imitates_chores",
    "matches_shapes",
    "pretends",
    "counts_to_five",
    "drinks_from_cup",
    "eats_with_spoon",
    "undresses",
    "uses_toilet",
    "plays_with_children",
]

REASONS = {
    "single_country", "one_instrument", "other_level", "no_concept",
    "not_a_skill", "mixed", "unclear_label", "double_credit",
}  # fmt: skip


def links_as(**milestones: str) -> pd.DataFrame:
    """Links of a few items."""
    return pd.DataFrame(milestones.items(), columns=["item", "milestone"])


def groups_as(**groups: str) -> pd.DataFrame:
    """Groups of a few items."""
    return pd.DataFrame(groups.items(), columns=["item", "equate"])


def test_core_ids_are_fixed_and_come_first() -> None:
    table = codebook.milestones()
    core = table.loc[table["origin"] == "core", "milestone"]
    assert core.tolist() == CORE
    assert core.index.tolist() == list(range(49))


def test_core_concepts_are_as_in_the_shared_codebook(root: Path) -> None:
    data = Path(os.environ.get("DEVNORMS_DATA", root / "../shared/data"))
    file = data.resolve().parent / "codebook" / "core.csv"
    if not file.is_file():
        pytest.skip(f"needs the shared codebook: no {file}; set DEVNORMS_DATA")
    shared = pd.read_csv(file, dtype=str, keep_default_na=False)
    ours = codebook.milestones().query("origin == 'core'")
    ours = ours.rename(columns={"milestone": "concept"})[list(shared.columns)]
    pd.testing.assert_frame_equal(ours, shared)


def test_every_milestone_has_its_own_words() -> None:
    table = codebook.milestones()
    assert table["milestone"].is_unique
    assert table["name"].is_unique
    assert table["counts_as"].is_unique
    assert table["question"].is_unique
    assert table["question"].str.endswith("?").all()
    assert table["question"].str.contains("your child").all()
    # What does not count may be empty for core concepts only.
    added = table["origin"] == "added"
    assert (table.loc[added, "does_not_count"] != "").all()


def test_links_refer_to_milestones_and_each_milestone_is_asked() -> None:
    assert set(codebook.links()["milestone"]) == set(codebook.milestones()["milestone"])


def test_confidence_is_the_probability_in_a_word() -> None:
    table = codebook.links()
    words = pd.cut(
        table["probability"],
        [0.4, 0.6, 0.85, 1.0],
        right=False,
        labels=["low", "medium", "high"],
    )
    assert words.astype(str).tolist() == table["confidence"].tolist()


def test_no_item_is_judged_twice() -> None:
    linked, left = codebook.links()["item"], codebook.unlinked()["item"]
    assert linked.is_unique
    assert left.is_unique
    assert not set(linked) & set(left)
    assert len(linked) + len(left) == 1299


def test_unlinked_items_have_a_known_reason() -> None:
    assert set(codebook.unlinked()["reason"]) == REASONS


def test_every_judgement_says_that_no_person_reviewed_it() -> None:
    assert codebook.links()["judged_by"].str.contains("not yet reviewed").all()


@pytest.mark.parametrize(
    ("item", "milestone"),
    [
        ("grigmd203", "first_steps"),
        ("grigmd207", "walks_well"),
        ("mdsgmd006", "walks_alone"),
        ("ddifmd015", "stacks_three_blocks"),
        ("ddifmd017", "stacks_tower"),
        ("griehd303", "stacks_eight_blocks"),
        ("grihsd211", "says_many_words"),
        ("dengmd030", "balances_on_one_foot"),
    ],
)
def test_levels_of_a_skill_are_kept_apart(item: str, milestone: str) -> None:
    assert codebook.links().set_index("item").loc[item, "milestone"] == milestone


def test_a_doubly_credited_answer_is_linked_once() -> None:
    twice = codebook.unlinked().query("reason == 'double_credit'")["item"]
    assert "griehd214" in set(twice)
    assert "griehd213" in set(codebook.links()["item"])


def test_agreement_counted_by_hand() -> None:
    # Pairs: ab both, cd links only, none in groups only of the six.
    found = codebook.compare_links(
        groups_as(a="G1", b="G1", c="G2", d="G3"),
        links_as(a="m", b="m", c="n", d="n"),
    )
    assert (found.pairs_both, found.pairs_links_only, found.pairs_groups_only) == (
        1,
        1,
        0,
    )
    assert (found.precision, found.recall) == (0.5, 1.0)
    assert found.f1 == pytest.approx(2 / 3)
    # (1 - 2·1/6) / (1.5 - 2·1/6), Hubert & Arabie 1985.
    assert found.adjusted_rand == pytest.approx((1 - 1 / 3) / (1.5 - 1 / 3))
    assert found.disagreements.to_dict("records") == [
        {"kind": "merged", "equate": "G2 G3", "milestones": "n", "items": "c d"}
    ]


def test_the_same_grouping_agrees_wholly() -> None:
    found = codebook.compare_links(
        groups_as(a="G1", b="G1", c="G2"), links_as(a="m", b="m", c="n")
    )
    assert (found.f1, found.adjusted_rand, len(found.disagreements)) == (1.0, 1.0, 0)


def test_single_items_on_both_sides_are_the_same_grouping() -> None:
    found = codebook.compare_links(groups_as(a="G1", b="G2"), links_as(a="m", b="n"))
    assert found.adjusted_rand == 1.0
    assert pd.isna(found.precision)


@given(
    st.lists(
        st.tuples(st.sampled_from("mno"), st.sampled_from("GHI")),
        min_size=2,
        max_size=12,
    )
)
def test_pairs_agree_with_counting_them_one_by_one(
    labels: list[tuple[str, str]],
) -> None:
    table = pd.DataFrame(labels, columns=["milestone", "equate"])
    table["item"] = [f"i{n}" for n in range(len(table))]
    found = codebook.compare_links(table, table)
    together = [(x[0] == y[0], x[1] == y[1]) for x, y in combinations(labels, 2)]
    assert found.pairs_both == together.count((True, True))
    assert found.pairs_links_only == together.count((True, False))
    assert found.pairs_groups_only == together.count((False, True))
    assert found.adjusted_rand <= 1.0


def test_items_without_a_group_are_not_compared() -> None:
    found = codebook.compare_links(
        groups_as(a="G1", b="G1", c="", d="G9"), links_as(a="m", b="m", c="m")
    )
    assert found.items == 2


def test_comparing_refuses_what_it_cannot_compare() -> None:
    with pytest.raises(InvalidTableError, match=r"missing column\(s\) 'equate'"):
        codebook.compare_links(pd.DataFrame({"item": ["a"]}))
    twice = pd.DataFrame({"item": ["a", "a"], "equate": ["G", "H"]})
    with pytest.raises(InvalidTableError, match="come more than once"):
        codebook.compare_links(twice)
    with pytest.raises(EmptySelectionError, match="Are the item codes the same"):
        codebook.compare_links(groups_as(nobody="G1"))
