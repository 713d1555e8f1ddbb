"""Grouping of counts: sums by hand, and nothing of fewer than five."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms._base.errors import BadValueError, UnknownNameError
from devnorms.report.tables import asked_by_age, observed_shares, within_interval

MONTH = 30.4375


def cell(age_months: float, asked: int, passed: int, **other: object) -> dict:
    """One row of counts."""
    days = age_months * MONTH
    return {
        "population": "A",
        "study": "a",
        "country": "NLD",
        "item": "i",
        "milestone": "walks_alone",
        "domain": "gross_motor",
        "instrument": "x",
        "sex": "female",
        "age_days_low": days,
        "age_days_high": days,
        "age_days_mean": days,
        "asked": asked,
        "passed": passed,
        **other,
    }


def test_cells_of_one_bin_are_added_and_their_ages_averaged_by_responses():
    counts = pd.DataFrame(
        [cell(12.2, 10, 3), cell(12.8, 30, 15), cell(13.5, 8, 6, sex="male")]
    )
    table = observed_shares(counts, bins=(0, 12, 13, 14))
    assert table["asked"].tolist() == [40, 8]
    assert table["passed"].tolist() == [18, 6]
    assert table["share_passing"].tolist() == [18 / 40, 6 / 8]
    assert table["age_months"].tolist() == pytest.approx([12.65, 13.5])
    assert table["age_months_low"].tolist() == [12, 13]
    assert table["age_months_high"].tolist() == [13, 14]


def test_the_left_edge_belongs_to_the_bin():
    table = observed_shares(pd.DataFrame([cell(12, 9, 1)]), bins=(0, 12, 24))
    assert table["age_months_low"].tolist() == [12]


def test_two_items_of_four_children_are_not_taken_for_eight_children():
    counts = pd.DataFrame([cell(12.1, 4, 2), cell(12.1, 4, 2, item="j")])
    table = observed_shares(counts)
    assert table.empty
    assert table.attrs["suppressed"] == 8
    assert asked_by_age(counts).empty


def test_only_the_milestone_named_is_counted():
    counts = pd.DataFrame(
        [
            cell(12.1, 10, 2),
            cell(12.1, 20, 9, milestone="runs", item="r"),
            cell(12.1, 30, 9, milestone=None, item="n"),
        ]
    )
    assert observed_shares(counts, milestone="runs")["asked"].tolist() == [20]
    assert observed_shares(counts)["asked"].sum() == 30
    with pytest.raises(UnknownNameError, match=r"Unknown milestone 'run'.*'runs'"):
        observed_shares(counts, milestone="run")


def test_fewest_must_be_a_number_of_children():
    with pytest.raises(BadValueError, match="'fewest' must be a whole number, 1"):
        observed_shares(pd.DataFrame([cell(12, 9, 1)]), fewest=0)


cells = st.lists(
    st.tuples(
        st.integers(0, 2100), st.integers(1, 12), st.sampled_from("AB"), st.booleans()
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda drawn: (drawn[0], drawn[2]),
)


@given(cells)
def test_what_is_shown_and_what_is_suppressed_make_up_all_responses(drawn):
    counts = pd.DataFrame(
        [
            cell(days / MONTH, asked, asked if all_pass else 0, population=name)
            for days, asked, name, all_pass in drawn
        ]
    )
    table = observed_shares(counts)
    total = counts["asked"].sum()
    assert table["asked"].sum() + table.attrs["suppressed"] == total
    assert (table["asked"] >= 5).all()
    assert (table["passed"] <= table["asked"]).all()
    inside = table["age_months"].between(
        table["age_months_low"] - 1e-9, table["age_months_high"] + 1e-9
    )
    assert inside.all()
    assert asked_by_age(counts)["asked"].sum() == table["asked"].sum()


def test_bins_inside_their_intervals_are_counted_per_population():
    table = pd.DataFrame(
        {
            "population": ["A", "A", "A", "B"],
            "share_passing": [0.1, 0.5, 0.9, 0.5],
            "predicted_low": [0.0, 0.6, 0.9, 0.4],
            "predicted_high": [0.2, 0.7, 0.95, 0.6],
            "level": 0.9,
        }
    )
    counted = within_interval(table).set_index("population")
    assert counted["bins"].to_dict() == {"A": 3, "B": 1}
    assert counted["within"].to_dict() == {"A": 2, "B": 1}
