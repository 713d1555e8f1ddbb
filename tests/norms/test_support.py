"""Where the data do not reach, no number stands without a flag."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from devnorms._base.errors import OutsideSupportWarning
from devnorms.norms import pass_ages
from devnorms.norms.support import Support, flag
from devnorms.schema.norms import POOLED
from devnorms.simulate import Design, Population, draw_truth, simulate_curves


def one_milestone(**cells: tuple[float, float, float, float, float]) -> xr.Dataset:
    """
    Curves of one milestone, every draw the same, slope 10.

    Each population is (age in months at 50 %, youngest asked, oldest asked, asked,
    passed).
    """
    design = Design(
        tuple(Population(name, name, "NLD", ("r",)) for name in cells),
        {"walks_alone": ("gross_motor", 12.0)},
    )
    truth = draw_truth(rng=np.random.default_rng(1), design=design)
    curves = simulate_curves(truth, rng=np.random.default_rng(1), sd=0, draws=3)
    values = np.array(list(cells.values()), dtype=float)
    curves["milestone_location"][:] = np.log1p(values[:, :1])
    curves["milestone_log_slope"][:] = np.log(10.0)
    known = ("support_low_months", "support_high_months", "asked", "passed")
    for position, name in enumerate(known, start=1):
        curves[name][:, 0] = values[:, position]
    return curves


def _row(curves: xr.Dataset, population: str, share: float = 0.5) -> dict:
    table = pass_ages(curves, shares=[share]).table
    return table.set_index("population").loc[population].to_dict()


def test_an_age_inside_the_ages_asked_is_said_with_its_interval():
    row = _row(one_milestone(A=(12.13, 1, 24, 100, 60)), "A")
    assert row["support"] == "within"
    assert row["statement"] == "12.1 months (12.1-12.1)"


def test_an_age_below_the_youngest_asked_is_only_said_to_be_before_it():
    with pytest.warns(OutsideSupportWarning, match="1 before"):
        row = _row(one_milestone(A=(5.2, 6, 24, 100, 60)), "A")
    assert row["support"] == "before"
    assert row["statement"] == "before 6.0 months"
    assert row["age_months"] == pytest.approx(5.2)


def test_an_age_above_the_oldest_asked_is_only_said_to_be_after_it():
    with pytest.warns(OutsideSupportWarning, match="1 after"):
        row = _row(one_milestone(A=(30, 6, 24, 100, 60)), "A")
    assert row["support"] == "after"
    assert row["statement"] == "after 24.0 months"


@pytest.mark.parametrize(
    ("passed", "support", "statement"),
    [(100, "before", "before 6.0 months"), (0, "after", "after 24.0 months")],
)
def test_all_or_none_passing_says_nothing_of_when(passed, support, statement):
    curves = one_milestone(A=(12, 6, 24, 100, passed), B=(12, 6, 24, 100, 50))
    with pytest.warns(OutsideSupportWarning, match="1 of 3"):
        row = _row(curves, "A")
    assert (row["support"], row["statement"]) == (support, statement)


def test_before_the_youngest_asked_at_birth_is_before_birth():
    with pytest.warns(OutsideSupportWarning, match="1 before"):
        row = _row(one_milestone(A=(1, 0, 24, 100, 90)), "A", share=0.0001)
    assert row["age_months"] < 0
    assert row["statement"] == "before birth"


def test_an_interval_that_leaves_the_data_names_their_edge():
    curves = one_milestone(A=(23, 6, 24, 100, 60), B=(6.5, 6, 24, 100, 60))
    # Draws at 21, 23 and 25 months for A; 5.5, 6.5 and 7.5 for B.
    for position, ages in enumerate(([21, 23, 25], [5.5, 6.5, 7.5])):
        curves["milestone_location"][:, :, position, 0] = np.log1p(ages)
    table = pass_ages(curves, shares=[0.5], level=0.999).table
    statements = table.set_index("population")["statement"]
    assert statements["A"] == "23.0 months (21.0 to after 24.0)"
    assert statements["B"] == "6.5 months (before 6.0 to 7.5)"


def test_the_centre_is_flagged_as_observed_nowhere():
    curves = one_milestone(A=(12, 6, 24, 100, 60), B=(14, 9, 30, 200, 90))
    row = _row(curves, POOLED)
    assert row["support"] == "not_observed"
    assert (row["asked"], row["passed"], row["items"]) == (300, 150, 2)
    assert (row["support_low_months"], row["support_high_months"]) == (6, 30)


def test_a_centre_outside_all_ages_asked_is_flagged_like_any_other():
    curves = one_milestone(A=(12, 13, 24, 100, 60))
    curves["pooled_location"][:] = np.log1p(12)
    with pytest.warns(OutsideSupportWarning, match="2 of 2"):
        assert _row(curves, POOLED)["statement"] == "before 13.0 months"


def test_the_warning_comes_once_with_counts_and_populations():
    curves = one_milestone(
        A=(5, 6, 24, 100, 60), B=(30, 9, 24, 200, 90), C=(12, 6, 24, 9, 5)
    )
    with pytest.warns(OutsideSupportWarning) as caught:
        pass_ages(curves, shares=[0.4, 0.5], pooled=False)
    assert len(caught) == 1
    message = str(caught[0].message)
    assert "4 of 6 ages" in message
    assert "(2 before, 2 after): A (2), B (2)" in message
    assert "C" not in message


@given(
    age=st.floats(-1, 100),
    edges=st.tuples(st.floats(0, 60), st.floats(0, 60)).map(sorted),
    asked=st.integers(1, 50),
    data=st.data(),
)
def test_an_age_is_within_only_if_the_data_lie_on_both_sides(age, edges, asked, data):
    passed = data.draw(st.integers(0, asked))
    reach = Support(*(np.array([value]) for value in (asked, passed, *edges)))
    (found,) = flag(np.array([age]), reach)
    bracketed = edges[0] <= age <= edges[1] and 0 < passed < asked
    assert (found == "within") == bracketed
