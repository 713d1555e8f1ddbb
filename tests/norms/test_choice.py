"""One child, every norm: verdicts as the ages have them, and whether they change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from devnorms._base.errors import BadValueError, EmptySelectionError, UnknownNameError
from devnorms.norms import Child, pass_ages, printed_norm, reference_choice
from devnorms.schema.placement import NO_DIAGNOSIS


def ages_at(truth, share=0.9, milestone="runs"):
    """True ages at a share, by population."""
    ages = truth.pass_ages([share])
    return ages[ages["milestone"] == milestone].set_index("population")["age_months"]


def test_a_child_between_two_norms_is_late_by_one_only(truth, exact):
    ages = ages_at(truth)
    middle = float(np.sort(ages)[:2].mean())
    card = reference_choice(Child({"runs": "not_yet"}, age_months=middle), exact)
    verdict = card.table.set_index("reference")["verdict"]
    for population, age in ages.items():
        assert verdict[population] == ("late" if age < middle else "not late")
    assert card.changes
    assert "The verdict depends on the norm" in card.statement
    assert (card.table["certain"] == 1).all()


@pytest.mark.parametrize(
    ("answer", "months", "said"),
    [("not_yet", 60.0, "agree: late"), ("passed", 60.0, "agree: not late")],
)
def test_norms_that_agree_are_said_to_agree(exact, answer, months, said):
    card = reference_choice(Child({"runs": answer}, age_months=months), exact)
    assert not card.changes
    assert said in card.statement


def test_late_on_two_needs_two(exact):
    child = Child({"runs": "not_yet", "walks_alone": "passed"}, age_months=60)
    once, twice = (reference_choice(child, exact, at_least=k) for k in (1, 2))
    assert set(once.table["verdict"]) == {"late"}
    assert set(twice.table["verdict"]) == {"not late"}
    assert (once.table["late_milestones"] == "runs").all()


def test_certain_is_the_part_of_the_draws_that_agree(curves):
    age = curves["milestone_location"] + np.log(9) / np.exp(
        curves["milestone_log_slope"]
    )
    draws = np.expm1(age.sel(population="COL-Y", milestone="runs").values.ravel())
    months = float(np.quantile(draws, 0.8))
    card = reference_choice(Child({"runs": "not_yet"}, age_months=months), curves)
    row = card.table.set_index("reference").loc["COL-Y"]
    assert row["verdict"] == "late"
    assert row["certain"] == pytest.approx(np.mean(draws < months))


def test_samples_chosen_for_illness_and_norms_that_judge_little_are_set_aside(
    exact, people
):
    chosen = people.assign(sampling=["clinical", "community", "unknown"])
    short = exact.copy(deep=True)
    where = {"population": "COL-Y", "milestone": ["runs", "says_two_words"]}
    short["support_high_months"].loc[where] = 2.0
    child = Child(
        {"runs": "not_yet", "walks_alone": "passed", "says_two_words": "passed"},
        age_months=60,
    )
    card = reference_choice(child, short, populations=chosen)
    table = card.table.set_index("reference")
    assert "condition of health" in table.loc["NLD-X", "why_not"]
    assert "judges 1 of the milestones" in table.loc["COL-Y", "why_not"]
    assert table["defensible"].tolist() == [False, False, True]
    assert "The one defensible norm, COL-Z, says late" in card.statement


def test_a_norm_that_cannot_judge_says_so(exact):
    short = exact.copy(deep=True)
    short["support_high_months"][:] = 2.0
    card = reference_choice(Child({"runs": "not_yet"}, age_months=60), short)
    assert set(card.table["verdict"]) == {"cannot say"}
    assert card.table["certain"].isna().all()
    assert card.statement.startswith("No defensible norm can judge")


def test_printed_norms_stand_beside_the_populations(exact, people):
    norms = pass_ages(exact, people)
    card = reference_choice(
        Child({"runs": "not_yet"}, age_months=60),
        exact,
        printed=[
            printed_norm(norms, "NLD-X"),
            printed_norm(
                pd.DataFrame(
                    {"milestone": ["runs"], "share": [0.9], "age_months": [99.0]}
                ),
                "Slow & steady",
            ),
        ],
    )
    table = card.table.set_index("reference")
    assert table.loc[f"NLD-X (norm set {norms.id})", "verdict"] == "late"
    assert table.loc["Slow & steady", "verdict"] == "not late"
    page = card._repr_html_()
    assert "Slow &amp; steady" in page
    assert "Slow & steady" not in page


def test_no_card_leaves_out_that_it_is_no_diagnosis(exact):
    card = reference_choice(Child({"runs": "not_yet"}, age_months=60), exact)
    shown = (card.statement, repr(card), card._repr_html_(), *card.table["statement"])
    for words in shown:
        assert NO_DIAGNOSIS in words


def test_bad_choices_are_named(exact):
    child = Child({"runs": "not_yet"}, age_months=60)
    with pytest.raises(BadValueError, match="share"):
        reference_choice(child, exact, share=90)
    with pytest.raises(BadValueError, match="at_least"):
        reference_choice(child, exact, at_least=0)
    with pytest.raises(UnknownNameError, match="flies"):
        reference_choice(Child({"flies": "passed"}, age_months=60), exact)
    with pytest.raises(EmptySelectionError, match="nothing can be judged"):
        reference_choice(Child({"runs": "unsure"}, age_months=60), exact)


def test_a_verdict_that_half_of_the_draws_doubt_does_not_count(curves):
    age = curves["milestone_location"] + np.log(9) / np.exp(
        curves["milestone_log_slope"]
    )
    draws = np.expm1(age.sel(population="COL-Y", milestone="runs").values.ravel())
    months = float(np.quantile(draws, 0.6))
    card = reference_choice(Child({"runs": "not_yet"}, age_months=months), curves)
    row = card.table.set_index("reference").loc["COL-Y"]
    assert row["verdict"] == "late"
    assert 0.5 <= row["certain"] < 0.8
    assert "too close to tell" in row["statement"]
    assert "Too close to tell by" in card.statement
