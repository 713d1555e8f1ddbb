"""The planner: what it promises, studies made up afterwards keep."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import approx_fprime
from scipy.special import expit

from devnorms._base.errors import BadValueError, NotConverged, UnknownNameError
from devnorms.norms import Aim, expected_widths, plan
from devnorms.norms.information import told
from devnorms.norms.judged import CurveDraws
from devnorms.schema.plans import ALL


def estimated_age(location, slope, children, ages, share, rng):
    """Age at a share from one made-up study, by logistic regression."""
    log_age = np.log1p(rng.uniform(*ages, children))
    passed = rng.uniform(size=children) < expit(slope * (log_age - location))
    design = sm.add_constant(log_age)
    fit = sm.GLM(passed.astype(float), design, family=sm.families.Binomial()).fit()
    intercept, steep = fit.params
    return np.expm1((np.log(share / (1 - share)) - intercept) / steep)


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_as_many_children_as_planned_leave_the_width_aimed_at(truth, exact, share):
    aim = Aim(share=share, half_width_months=1.0, level=0.9)
    row = plan(exact, ["runs"], aim, population="NLD-X").iloc[0]
    means = truth.milestone_means().set_index(["population", "milestone"])
    location, log_slope = means.loc[("NLD-X", "runs"), ["location", "log_slope"]]
    slope = float(np.exp(log_slope))
    ages = (row["from_months"], row["until_months"])
    rng = np.random.default_rng(5)
    found = [
        estimated_age(location, slope, row["children"], ages, share, rng)
        for _ in range(400)
    ]
    true = np.expm1(location + np.log(share / (1 - share)) / slope)
    off = np.abs(np.array(found) - true)
    # 90 % lie within a month; three standard errors of 400 studies are 4.5 points.
    assert np.mean(off < 1.0) == pytest.approx(0.9, abs=0.05)


def test_information_is_the_curvature_of_the_likelihood():
    location, log_slope, ages = 2.6, 2.0, (8.0, 20.0)
    part = (np.arange(25) + 0.5) / 25
    log_age = np.log1p(ages[0] + part * (ages[1] - ages[0]))
    true = expit(np.exp(log_slope) * (log_age - location))

    def log_likelihood(at):
        p = expit(np.exp(at[1]) * (log_age - at[0]))
        return np.mean(true * np.log(p) + (1 - true) * np.log1p(-p))

    def slope_of(at):
        return approx_fprime(at, log_likelihood, 1e-5)

    curvature = -approx_fprime(np.array([location, log_slope]), slope_of, 1e-4)
    draws = CurveDraws(np.array([[location]]), np.array([[log_slope]]))
    found = told(draws, ages, 0.9).matrix[0, 0]
    assert found == pytest.approx(curvature, rel=0.01)


def test_four_times_the_children_halve_the_width(exact):
    widths = expected_widths(
        exact, ["runs"], [100, 400], (8, 30), population="NLD-X"
    ).set_index("children")
    halves = widths["half_width_months"]
    assert halves[100] / halves[400] == pytest.approx(2)
    prior = widths["half_width_with_prior_months"]
    assert (prior < halves).all()


def test_plan_and_expected_widths_agree(exact):
    row = plan(exact, ["runs"], Aim(assurance=0.5), population="NLD-X").iloc[0]
    ages = (row["from_months"], row["until_months"])
    (width,) = expected_widths(
        exact, ["runs"], [int(row["children"])], ages, population="NLD-X"
    )["half_width_months"]
    assert width == pytest.approx(1.0, rel=0.02)
    assert width <= 1.0


def test_the_ages_chosen_need_no_more_children_than_others(exact):
    best = plan(exact, ["runs"], population="NLD-X").iloc[0]
    for ages in ((5.0, 15.0), (10.0, 40.0), (18.0, 30.0), (20.0, 24.0)):
        other = plan(exact, ["runs"], population="NLD-X", ages_months=ages).iloc[0]
        assert other["children"] >= 0.99 * best["children"]
        assert (other["from_months"], other["until_months"]) == ages


def test_one_sample_for_all_milestones_is_no_smaller_than_for_the_hardest(exact):
    table = plan(exact, ["runs", "walks_alone"], population="COL-Y")
    whole = table[table["milestone"] == ALL]["children"].item()
    assert whole >= table["children"].max()


def test_children_that_are_alike_are_needed_in_proportion(exact):
    single, double = (
        plan(exact, ["runs"], Aim(design_effect=d), population="NLD-X")
        for d in (1.0, 2.0)
    )
    ratio = double["children"] / single["children"]
    assert ratio.to_numpy() == pytest.approx(2, rel=0.02)


def test_a_population_that_nobody_measured_needs_more(exact):
    known = plan(exact, ["runs"], population="NLD-X").iloc[0]
    new = plan(exact, ["runs"]).iloc[0]
    assert new["children"] > known["children"]
    assert new["age_months_high"] - new["age_months_low"] > 3
    assert "nobody measured" in new["statement"]


def test_the_same_plan_is_made_every_time(exact):
    assert plan(exact, ["runs"]).equals(plan(exact, ["runs"]))


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        ({"milestones": []}, BadValueError, "different milestones"),
        ({"milestones": ["runs", "runs"]}, BadValueError, "different milestones"),
        ({"milestones": ["flies"]}, UnknownNameError, "flies"),
        ({"population": "NLD-Q"}, UnknownNameError, "NLD-X"),
        ({"ages_months": (20, 10)}, BadValueError, "an older age"),
        ({"ages_months": (100, 400)}, BadValueError, r"days\?"),
        ({"ages_months": (-1, 10)}, BadValueError, "an older age"),
    ],
)
def test_bad_plans_are_named(exact, how, error, words):
    given = {"milestones": ["runs"]} | how
    with pytest.raises(error, match=words):
        plan(exact, **given)


@pytest.mark.parametrize(
    ("aim", "words"),
    [
        ({"share": 90}, "share"),
        ({"half_width_months": 0}, "half_width_months"),
        ({"assurance": 1.0}, "assurance"),
        ({"design_effect": 0.5}, "design_effect"),
    ],
)
def test_bad_aims_are_named(aim, words):
    with pytest.raises(BadValueError, match=words):
        Aim(**aim)


def test_other_faults_of_a_plan_are_named(exact):
    with pytest.raises(BadValueError, match="whole numbers of children"):
        expected_widths(exact, ["runs"], [0], (8, 30))
    with pytest.raises(NotConverged, match="sampler"):
        plan(exact.assign_attrs(converged="no"), ["runs"])
    gap = exact.copy(deep=True)
    for name in ("asked", "passed", "items"):
        gap[name].loc[{"population": "COL-Z", "milestone": "runs"}] = np.nan
    with pytest.raises(UnknownNameError, match="asked in COL-Z"):
        plan(gap, ["runs"], population="COL-Z")
