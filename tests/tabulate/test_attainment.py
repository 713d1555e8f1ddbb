"""Patterns of attainment: by hand, against made-up children, against SMOCC's totals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devnorms._base.errors import (
    BadValueError,
    EmptySelectionError,
    InvalidTableError,
)
from devnorms.simulate.asking import (
    Asking,
    attained_ages,
    draw_milestones,
    recall_ages,
    simulate_asking,
)
from devnorms.tabulate.attainment import attainment
from devnorms.tabulate.attainment_asking import RULES, asked_again
from devnorms.tabulate.attainment_recalled import recalled_attainment

MONTH = 30.4375


def seen(answers: dict[str, list[tuple[float, str]]]) -> pd.DataFrame:
    """Observations of one item: per child its ages in months and answers (P, N)."""
    rows = [
        (child, age * MONTH, {"P": "passed", "N": "not_yet"}.get(word, word))
        for child, visits in answers.items()
        for age, word in visits
    ]
    table = pd.DataFrame(rows, columns=["child", "age_days", "response"])
    return table.assign(population="A", item="walks")


def ends(table: pd.DataFrame) -> list[tuple[float, float, int]]:
    """After, by, children; -1 where there is no edge."""
    rounded = table[["after_months", "by_months"]].round(1).fillna(-1)
    pairs = rounded.itertuples(index=False)
    return sorted((*p, n) for p, n in zip(pairs, table["children"], strict=True))


def test_a_child_is_between_its_last_not_yet_and_its_first_pass() -> None:
    table = attainment(
        seen(
            {
                "between": [(6, "N"), (9, "N"), (12, "P"), (15, "P")],
                "also between": [(9, "N"), (12, "P")],
                "before": [(9, "P")],
                "not yet": [(9, "N"), (12, "N")],
            }
        )
    )
    assert ends(table) == [(-1.0, 9.0, 1), (9.0, 12.0, 2), (12.0, -1.0, 1)]
    assert table.attrs["contradictions"]["children"] == 0


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("widest", (6.0, 15.0, 1)),
        ("first_pass", (6.0, 9.0, 1)),
        ("last_not_yet", (12.0, 15.0, 1)),
    ],
)
def test_a_pass_undone_is_read_by_the_rule(
    rule: str, expected: tuple[float, float, int]
) -> None:
    child = {"a": [(6, "N"), (9, "P"), (12, "N"), (15, "P")]}
    table = attainment(seen(child), contradiction=rule)  # type: ignore[arg-type]
    assert ends(table) == [expected]
    assert table.attrs["contradictions"] == {
        "children": 1,
        "seen again after a pass": 1,
    }


def test_a_child_that_says_nothing_is_counted_as_left_out() -> None:
    children = {"a": [(9, "P"), (12, "N")], "b": [(9, "N"), (12, "P")]}
    table = attainment(seen(children))
    assert table["children"].sum() == 1
    assert table.attrs["left_out"] == {"contradicts itself and says nothing": 1}


def test_not_asked_is_no_answer() -> None:
    children = {"a": [(6, "not_asked"), (9, "N"), (12, "P"), (15, "unsure")]}
    assert ends(attainment(seen(children))) == [(9.0, 12.0, 1)]


def test_whole_months_stand_for_all_ages_within_them() -> None:
    children = {"a": [(9.8, "N"), (12.3, "P")], "b": [(9.1, "N"), (12.9, "P")]}
    table = attainment(seen(children), noted_as="completed_months")
    assert ends(table) == [(9.0, 12.0, 2)]
    assert table["width_months"].tolist() == [1.0]


def test_a_not_yet_and_a_pass_in_one_month_leave_that_month() -> None:
    table = attainment(
        seen({"a": [(9.1, "N"), (9.9, "P")]}), noted_as="completed_months"
    )
    assert ends(table) == [(9.0, 10.0, 1)]
    assert table["width_months"].tolist() == [0.0]


def test_every_fault_of_a_choice_is_told() -> None:
    table = seen({"a": [(9, "P")]})
    with pytest.raises(BadValueError, match="contradiction"):
        attainment(table, contradiction="newest")  # type: ignore[arg-type]
    with pytest.raises(InvalidTableError, match="child"):
        attainment(table.drop(columns="child"))
    with pytest.raises(EmptySelectionError, match="no answer"):
        attainment(table.assign(response="not_asked"))
    two = pd.concat([table.assign(milestone="m"), table.assign(milestone="n")])
    with pytest.raises(InvalidTableError, match="two milestones"):
        attainment(two)


@settings(max_examples=6)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(1, 30), st.sampled_from(["P", "N"])),
        min_size=1,
        max_size=40,
        unique_by=lambda row: row[:2],
    ),
    st.sampled_from(["widest", "first_pass", "last_not_yet"]),
    st.randoms(use_true_random=False),
)
def test_every_child_is_counted_once_whatever_the_order(
    rows: list[tuple[int, int, str]], rule: str, random: object
) -> None:
    children: dict[str, list[tuple[float, str]]] = {}
    for child, age, word in rows:
        children.setdefault(str(child), []).append((float(age), word))
    table = seen(children)
    first = attainment(table, contradiction=rule)  # type: ignore[arg-type]
    silent = sum(first.attrs["left_out"].values())
    assert first["children"].sum() + silent == len(children)
    shuffled = table.sample(frac=1, random_state=random.randrange(99))  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(
        first, attainment(shuffled, contradiction=rule)  # type: ignore[arg-type]
    )  # fmt: skip
    other = attainment(pl.from_pandas(table), contradiction=rule)  # type: ignore[arg-type]
    assert ends(other) == ends(first)


@pytest.mark.parametrize("again", ["always", "not_passed", "carry_over"])
def test_the_true_ages_lie_in_the_intervals_under_every_rule(again: str) -> None:
    # Each child apart, so that its true age can be looked up.
    truth = draw_milestones(4, rng=np.random.default_rng(1))
    asking = Asking(again=again, missed=0.2)  # type: ignore[arg-type]
    table = simulate_asking(truth, 300, asking, rng=np.random.default_rng(2))
    ages = attained_ages(truth, 300, rng=np.random.default_rng(2))
    # Ages are noted in whole days.
    slack = 0.6 / MONTH
    for n, item in enumerate(truth.names):
        own = table[table["item"] == item]
        apart = own.assign(item=own["item"] + "/" + own["child"])
        patterns = attainment(apart, bin_days=1)
        child = patterns["item"].str.split("/").str[1].astype(int)
        true = ages[child.to_numpy(), n]
        assert (true >= patterns["after_months"].fillna(0) - slack).all()
        assert (true <= patterns["by_months"].fillna(np.inf) + slack).all()


@pytest.mark.parametrize(
    ("again", "slip", "expected"),
    [
        ("always", 0.05, "asked again whatever was answered"),
        ("not_passed", 0.05, "passes not asked again"),
        ("carry_over", 0.05, "passes carried over"),
    ],
)
def test_the_answers_show_by_which_rule_they_were_asked(
    again: str, slip: float, expected: str
) -> None:
    rng = np.random.default_rng(5)
    truth = draw_milestones(12, rng=rng)
    asking = Asking(again=again, slip=slip, missed=0.0)  # type: ignore[arg-type]
    table = simulate_asking(truth, 900, asking, rng=rng)
    found = asked_again(table)
    judged = found[(found["again_after_pass"] + found["again_after_not_yet"]).notna()]
    assert len(judged) > 8
    assert (judged["rule"] == expected).mean() > 0.9
    assert set(found["rule"]) <= set(RULES)


def test_in_smocc_passes_are_seldom_undone(data_folder: Path) -> None:
    import devnorms as dn

    observed = dn.load(
        "childdevdata",
        path=data_folder / "childdevdata",
        studies=["gcdg_nld_smocc"],
    )
    patterns = attainment(observed)
    # 104,607 pairs of a child and an item with an answer and an age, counted apart.
    pairs = observed.drop_duplicates(["child", "item"])
    silent = sum(patterns.attrs["left_out"].values())
    assert patterns["children"].sum() + silent == len(pairs) == 104_607
    found = asked_again(observed)
    again = found[found["pairs"] > 0]
    undone = (again["undone"] * again["pairs"]).sum() / again["pairs"].sum()
    # childdevdata as a whole: 0.5 to 1.6 % of consecutive pairs (README of the data).
    assert 0.005 < undone < 0.016


def test_remembered_ages_by_hand() -> None:
    reports = pd.DataFrame(
        {
            "population": "A",
            "item": "walks",
            "asked_at_months": [24.0, 24.0, 12.2, 10.0],
            "recalled_months": [12.0, 14.0, 12.0, None],
        }
    )
    table = recalled_attainment(reports, heaps=(6, 12, 18))
    rows = table.set_index(["kind", "after_months"]).sort_index()
    twelve = rows.loc[("recalled", 12.0)]
    assert len(twelve) == 2
    assert set(twelve["heap_after_months"]) == {9.0}
    # What was remembered at 12.2 months had happened by then.
    assert set(twelve["heap_by_months"]) == {15.0, 12.2}
    assert np.isnan(rows.loc[("recalled", 14.0), "heap_by_months"])
    assert np.isnan(rows.loc[("seen", 10.0), "by_months"])


def test_remembered_ages_that_cannot_be_are_refused_all_at_once() -> None:
    reports = pd.DataFrame(
        {
            "population": "A",
            "item": "walks",
            "asked_at_months": [10.0, -1.0, 20.0],
            "recalled_months": [12.0, None, -3.0],
        }
    )
    with pytest.raises(InvalidTableError, match="from the future") as caught:
        recalled_attainment(reports)
    assert "negative" in str(caught.value)
    assert "asked_at_months" in str(caught.value)


def test_caregivers_who_round_give_heaps() -> None:
    rng = np.random.default_rng(3)
    true = rng.normal(13, 2, 4000)
    said = recall_ages(true, np.full(4000, 36.0), heaping=0.5, rng=rng)
    share = (said["recalled_months"] == 12).mean()
    # Half of those between 9 and 15 months, and half of those in their thirteenth.
    inside = ((true >= 9) & (true < 15)).mean()
    month = ((true >= 12) & (true < 13)).mean()
    assert abs(share - (0.5 * inside + 0.5 * month)) < 0.03
