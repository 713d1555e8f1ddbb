"""Each fault, put into a clean set, is found, graded, and not found without it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from devnorms.quality import check_quality
from devnorms.simulate import Occasions
from tests.quality.made import AGES, STUDY, clean, plain

Spoil = Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame]


@cache
def _clean() -> pd.DataFrame:
    return clean(1, instruments=("aaa", "bbb", "ccc"))


@cache
def _raised_clean() -> frozenset[tuple[str, str]]:
    return _raised(_clean())


def _raised(observations: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """Grade and name of all that is found."""
    findings = check_quality(observations).findings
    return frozenset(zip(findings["grade"], findings["what"], strict=True))


def _children(table: pd.DataFrame, n: int, rng: np.random.Generator) -> pd.Series:
    """Mark the rows of some children."""
    return table["child"].isin(rng.choice(table["child"].unique(), n, replace=False))


def _flip(response: pd.Series) -> pd.Series:
    return response.map({"passed": "not_yet", "not_yet": "passed"})


def all_passed(t: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    return t.assign(response="passed")


def ages_shuffled(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    visits = t[["child", "occasion", "age_days"]].drop_duplicates(["child", "occasion"])
    visits["age_days"] = rng.permutation(visits["age_days"].to_numpy())
    return t.drop(columns="age_days").merge(visits, on=["child", "occasion"])


def all_reversed(t: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    return t.assign(response=_flip(t["response"]))


def ten_straight_lined(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    young = t.loc[(t["age_days"] < 600) & (t["age_days"] > 200), "child"].unique()
    chosen = t["child"].isin(rng.choice(young, 10, replace=False))
    return t.assign(
        response=t["response"].mask(chosen & (t["age_days"] < 600), "passed")
    )


def three_refused(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    old = t.loc[t["age_days"] > 700, "child"].unique()
    chosen = t["child"].isin(rng.choice(old, 3, replace=False))
    return t.assign(
        response=t["response"].mask(chosen & (t["age_days"] > 700), "not_yet")
    )


def two_items_reversed(t: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    odd = t["item"].isin(["aaa_m15", "bbb_m22"])
    return t.assign(response=t["response"].mask(odd, _flip(t["response"])))


def one_item_fades(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    odd = (t["item"] == "aaa_m05") & (t["age_days"] > 700)
    return t.assign(
        response=t["response"].mask(odd & (rng.random(len(t)) < 0.6), "not_yet")
    )


def columns_copied(t: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    wide = t.pivot(index=["child", "occasion"], columns="item", values="response")
    for k in ("20", "22"):
        wide[f"bbb_m{k}"] = wide[f"aaa_m{k}"]
    long = wide.stack().rename("response").reset_index()
    return t.drop(columns="response").merge(long, on=["child", "occasion", "item"])


def eight_entered_twice(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    again = t[_children(t, 8, rng)]
    return pd.concat([t, again.assign(child=again["child"] + "-b")], ignore_index=True)


def eight_carried_forward(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    span = t.groupby("child")["age_days"].agg(np.ptp)
    chosen = t["child"].isin(rng.choice(span.index[span > 400], 8, replace=False))
    first = t[t["occasion"] == "0"].set_index(["child", "item"])["response"]
    at = pd.MultiIndex.from_frame(t[["child", "item"]])
    return t.assign(response=t["response"].mask(chosen, first.reindex(at).to_numpy()))


def many_at_the_same_age(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    first = t[t["occasion"] == "0"].drop_duplicates("child").set_index("child")
    age = t["child"].map(first["age_days"])
    return t.assign(age_days=t["age_days"].mask(_children(t, 20, rng), age))


def a_wave_at_one_age(t: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    wave = t["age_days"].between(680, 780)
    return t.assign(age_days=t["age_days"].mask(wave, 730.0))


def whole_months(t: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    return t.assign(age_days=np.round(np.floor(t["age_days"] / 30.4375) * 30.4375))


def a_quarter_rounded_to_months(
    t: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    rounded = np.round(np.round(t["age_days"] / 30.4375) * 30.4375)
    return t.assign(age_days=t["age_days"].mask(_children(t, 75, rng), rounded))


def two_years_slipped(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    slipped = _children(t, 2, rng) & (t["occasion"] == "0")
    return t.assign(age_days=t["age_days"].mask(slipped, t["age_days"] + 3652))


def months_for_days(t: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    return t.assign(age_days=np.floor(t["age_days"] / 30.4375))


def no_ages(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return t.assign(age_days=t["age_days"].mask(_children(t, 30, rng)))


def both_sexes(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    odd = _children(t, 3, rng) & (t["occasion"] == "1")
    other = t["sex"].map({"female": "male", "male": "female"})
    return t.assign(sex=t["sex"].mask(odd, other))


def mostly_boys(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return t.assign(sex=t["sex"].mask(_children(t, 150, rng), "male"))


def answers_flip(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    flip = rng.random(len(t)) < 0.1
    return t.assign(response=t["response"].mask(flip, _flip(t["response"])))


def ids_shuffled(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    second = t["occasion"] == "1"
    names = t["child"].unique()
    other = dict(zip(names, rng.permutation(names), strict=True))
    return t.assign(child=t["child"].mask(second, t["child"].map(other)))


def a_tenth_lost(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return t[rng.random(len(t)) > 0.1]


def one_lenient_interviewer(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    names = t["child"].unique()
    who = t["child"].map(dict(zip(names, rng.integers(0, 8, len(names)), strict=True)))
    lenient = (who == 3) & (rng.random(len(t)) < 0.25)
    return t.assign(
        interviewer=who.map("i{}".format),
        response=t["response"].mask(lenient, "passed"),
    )


def one_item_of_another(t: pd.DataFrame, _: np.random.Generator) -> pd.DataFrame:
    wide = t.pivot(index=["child", "occasion"], columns="item", values="response")
    taken = wide["aaa_m03"].rename("taken").reset_index()
    merged = t.merge(taken, on=["child", "occasion"])
    odd = merged["item"] == "aaa_m30"
    return merged.assign(response=merged["response"].mask(odd, merged["taken"])).drop(
        columns="taken"
    )


def a_third_by_default(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    young = t[t["age_days"] < 600]
    return young.assign(
        response=young["response"].mask(_children(young, 100, rng), "passed")
    )


def many_unsure(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return t.assign(response=t["response"].mask(rng.random(len(t)) < 0.15, "unsure"))


def twenty_children(t: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return t[_children(t, 20, rng)]


FAULTS: list[tuple[Spoil, str, str]] = [
    (all_passed, "stop", "every child has the same answer: passed"),
    (a_third_by_default, "stop", "forms passed whole, the others far from it"),
    (ages_shuffled, "stop", "answers do not rise with age"),
    (all_reversed, "stop", "answers do not rise with age"),
    (ten_straight_lined, "look", "visits with only one answer: passed"),
    (three_refused, "note", "visits with only one answer: not yet"),
    (two_items_reversed, "look", "passed by fewer of the older children"),
    (one_item_fades, "look", "passed by fewer of the older children"),
    (columns_copied, "look", "items copied between instruments"),
    (eight_entered_twice, "look", "visits of different children with the same answers"),
    (eight_carried_forward, "look", "visits of one child with the same answers"),
    (many_at_the_same_age, "look", "a child seen twice at the same age"),
    (a_wave_at_one_age, "look", "nominal age"),
    (whole_months, "note", "ages in whole months"),
    (a_quarter_rounded_to_months, "look", "ages heaped at whole months"),
    (two_years_slipped, "look", "ages far from all others"),
    (months_for_days, "look", "ages that may be months, not days"),
    (no_ages, "look", "no age"),
    (both_sexes, "look", "contradictory sex"),
    (mostly_boys, "note", "far more of one sex"),
    (answers_flip, "look", "passed, then not yet"),
    (ids_shuffled, "look", "visits of one child are like those of two"),
    (a_tenth_lost, "look", "holes"),
    (one_lenient_interviewer, "look", "interviewers differ (interviewer)"),
    (one_item_of_another, "look", "items out of their order"),
    (many_unsure, "look", "answers that are not counted"),
    (twenty_children, "look", "few children"),
]


@pytest.mark.parametrize(
    ("spoil", "grade", "what"), FAULTS, ids=[f"{f.__name__}-{w}" for f, _, w in FAULTS]
)
def test_a_planted_fault_is_found_and_graded(
    spoil: Spoil, grade: str, what: str
) -> None:
    assert (grade, what) not in _raised_clean()
    assert (grade, what) in _raised(spoil(plain(_clean()), np.random.default_rng(7)))


def test_a_reversed_item_is_found_among_children_of_one_age() -> None:
    t = plain(clean(6, occasions=Occasions(children=1500, ability_sd=2.0)))
    of_an_age = t[t["age_days"].between(420, 560)]
    assert ("look", "answers go against all other items") not in _raised(of_an_age)
    odd = of_an_age["item"] == "aaa_m30"
    spoilt = of_an_age.assign(
        response=of_an_age["response"].mask(odd, _flip(of_an_age["response"]))
    )
    row = (
        check_quality(spoilt)
        .findings.set_index("what")
        .loc["answers go against all other items"]
    )
    assert (row["n"], row["grade"]) == (1, "look")
    assert row["where"].startswith("aaa_m30 (correlation -0.")


def test_the_items_named_are_those_that_were_spoilt() -> None:
    rng = np.random.default_rng(7)
    for spoil, what, items in (
        (
            two_items_reversed,
            "passed by fewer of the older children",
            "aaa_m15 bbb_m22",
        ),
        (one_item_fades, "passed by fewer of the older children", "aaa_m05"),
        (columns_copied, "items copied between instruments", "bbb_m20 bbb_m22"),
        (one_item_of_another, "items out of their order", "aaa_m30"),
    ):
        findings = check_quality(spoil(plain(_clean()), rng)).findings
        row = findings[(findings["what"] == what) & (findings["grade"] == "look")].iloc[
            0
        ]
        assert row["n"] == len(items.split())
        assert all(item in row["where"] for item in items.split())


def test_the_interviewer_named_is_the_lenient_one() -> None:
    spoilt = one_lenient_interviewer(plain(_clean()), np.random.default_rng(7))
    row = (
        check_quality(spoilt)
        .findings.set_index("what")
        .loc["interviewers differ (interviewer)"]
    )
    assert row["where"].startswith("i3 (more passed, ")
    assert row["n"] == 1


def test_interviewers_who_see_other_ages_do_not_differ() -> None:
    observations = plain(_clean())
    young = np.where(observations["age_days"] < 500, "i1", "i2")
    found = check_quality(observations.assign(interviewer=young)).findings
    assert "surroundings" not in set(found["check"])


def test_names_of_interviewers_are_not_shown() -> None:
    spoilt = one_lenient_interviewer(plain(_clean()), np.random.default_rng(7))
    named = spoilt.assign(
        interviewer=spoilt["interviewer"].map({"i3": "Maria"}).fillna("Jo Doe")
    )
    report = check_quality(named)
    assert "(a name)" in " ".join(report.findings["where"])
    assert "Maria" not in report.findings.to_csv()


def test_items_asked_around_the_level_of_the_child_are_by_design() -> None:
    """A start and stop rule: eight items to either side of what the child can do."""
    t = plain(_clean())
    t["place"] = t["item"].str[-2:].astype(int)
    key = ["child", "occasion", "instrument"]
    level = t[t["response"] == "passed"].groupby(key).size().rename("level")
    t = t.join(level, on=key).fillna({"level": 0})
    asked = t[(t["place"] - t["level"]).abs() <= 8].drop(columns=["place", "level"])
    found = check_quality(asked).findings.set_index("what")
    assert "who is asked depends on the child" in found.index
    assert found["grade"].get("not asked by design") == "note"
    assert found["grade"].get("holes", "note") == "note"
    assert (found["grade"] == "stop").sum() == 0


def test_an_item_asked_of_those_who_failed_before_is_not_called_faulty() -> None:
    t = plain(clean(3, occasions=Occasions(children=1000, visits=2, keeps=False)))
    early = t[(t["occasion"] == "0") & (t["response"] == "passed")]
    passed = pd.MultiIndex.from_frame(early[["child", "item"]])
    again = pd.MultiIndex.from_frame(t[["child", "item"]]).isin(passed)
    asked = t[(t["occasion"] == "0") | ~again]
    found = check_quality(asked).findings.set_index("what")
    assert "passed by fewer of the older children" not in found.index


def test_a_milestone_unlike_all_other_populations_is_named() -> None:
    t = plain(clean(4, populations=5, instruments=("aaa",)))
    here = (t["study"] == STUDY) & (t["item"] == "aaa_m12")
    t["response"] = t["response"].mask(here & (t["age_days"] > 120), "passed")
    found = check_quality(t).findings
    row = found[(found["check"] == "elsewhere") & (found["study"] == STUDY)]
    said = re.search(
        r"aaa_m12 \(m12: half at ([\d.]+) months, elsewhere at ([\d.]+)\)",
        " ".join(row["where"]),
    )
    assert said is not None
    assert float(said[1]) < float(said[2]) == pytest.approx(AGES[12], rel=0.25)


def test_faults_stay_with_the_study_that_has_them() -> None:
    t = plain(clean(5, populations=2))
    spoilt = t.assign(response=t["response"].mask(t["study"] == STUDY, "passed"))
    report = check_quality(spoilt)
    assert report.grade(STUDY) == "stop"
    assert report.grade(f"{STUDY}_1") != "stop"


def test_what_a_loader_left_out_is_told_and_must_add_up() -> None:
    t = _clean().copy()
    n = len(t)
    ledger = {"responses_in": n + 700, "used": n, "left_out": {"no age": 700}}
    t.attrs["left_out"] = {**ledger, "by_study": {STUDY: ledger}}
    whats = check_quality(t).findings.set_index("what")
    assert whats.loc["left out: no age", "n"] == 700
    assert "responses that nobody accounts for" not in whats.index
    lost = {**ledger, "responses_in": n + 800}
    t.attrs["left_out"] = {**lost, "by_study": {STUDY: lost}}
    whats = check_quality(t).findings.set_index("what")
    assert whats.loc["responses that nobody accounts for", "n"] == 100
    filtered = t.iloc[: n // 2].copy()
    filtered.attrs = dict(t.attrs)
    whats = check_quality(filtered).findings.set_index("what")
    assert whats.loc["not all that was loaded", "n"] == n - n // 2


def test_counts_of_cells_too_small_are_those_counted_by_hand() -> None:
    t = _clean()
    month = np.floor(t["age_days"] / 30.4375 + 1e-9)
    cells = t.groupby([t["item"], t["sex"], month], observed=True).size()
    row = check_quality(t).findings.set_index("what").loc["cells too small to share"]
    assert (row["n"], row["of"]) == ((cells < 5).sum(), len(cells))
