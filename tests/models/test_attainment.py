"""Ages of attainment: published examples, closed forms, known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import expit, logit
from scipy.stats import fisk, lognorm
from statsmodels.duration.survfunc import SurvfuncRight

from devnorms._base.errors import BadValueError, EmptySelectionError, NotConverged
from devnorms.models.attainment_fit import fit_attainment
from devnorms.models.attainment_spec import AttainmentSpec
from devnorms.models.attainment_start import leaf_modes
from devnorms.models.attainment_terms import log_probabilities, terms
from devnorms.models.attainment_turnbull import self_consistent, turnbull
from devnorms.models.spec import Sampling

INF = np.inf
# Months to breast retraction after radiotherapy: Finkelstein DM, Wolfe RA. A
# semiparametric model for regression analysis of interval-censored failure time data.
# Biometrics 1985;41:933-945. doi:10.2307/2530965
LEFT = (45, 6, 0, 46, 46, 7, 17, 7, 37, 0, 4, 15, 11, 22, 46, 46, 25, 46, 26, 46, 27,
        36, 46, 36, 37, 40, 17, 46, 11, 38, 5, 37, 0, 18, 24, 36, 5, 19, 17, 24, 32, 33,
        19, 37, 34, 36)  # fmt: skip
RIGHT = (INF, 10, 7, INF, INF, 16, INF, 14, 44, 8, 11, INF, 15, INF, INF, INF, 37, INF,
         40, INF, 34, 44, INF, 48, INF, INF, 25, INF, 18, INF, 12, INF, 5, INF, INF,
         INF, 11, 35, 25, INF, INF, INF, 26, INF, INF, INF)  # fmt: skip


def test_turnbull_gives_the_published_estimate_of_the_cosmesis_data() -> None:
    found = self_consistent(np.array(LEFT, float), np.array(RIGHT, float), np.ones(46))
    ends = found[["after_months", "by_months"]].to_numpy().tolist()
    assert ends == [
        [4, 5], [6, 7], [7, 8], [11, 12], [24, 25], [33, 34], [38, 40], [46, 48],
    ]  # fmt: skip
    published = [0.0463, 0.0334, 0.0887, 0.0708, 0.0926, 0.0818, 0.1209, 0.4656]
    np.testing.assert_allclose(found["mass"], published, atol=6e-5)


def test_turnbull_is_kaplan_meier_where_ages_are_exact_or_not_reached() -> None:
    rng = np.random.default_rng(1)
    true, seen = rng.weibull(2, 80) * 10, rng.uniform(2, 20, 80)
    reached = true <= seen
    time = np.where(reached, true, seen)
    found = self_consistent(time, np.where(reached, true, INF), np.ones(len(time)))
    kaplan_meier = SurvfuncRight(time, reached.astype(int))
    steps = found[np.isfinite(found["by_months"])]
    np.testing.assert_allclose(steps["by_months"], kaplan_meier.surv_times)
    np.testing.assert_allclose(1 - steps["share"], kaplan_meier.surv_prob, atol=1e-5)


def one_leaf(**columns: object) -> pd.DataFrame:
    """Patterns of one item."""
    rows = {
        "population": "A", "item": "walks", "milestone": None, "kind": "seen",
        "after_months": np.nan, "by_months": np.nan, "width_months": 0.0,
        "heap_after_months": np.nan, "heap_by_months": np.nan, "children": 1,
    }  # fmt: skip
    return pd.DataFrame({**rows, **columns})


@pytest.mark.parametrize("normal", [False, True])
def test_probabilities_of_patterns_are_those_of_the_distribution(
    normal: bool,
) -> None:
    location, log_slope = np.log(13.0), 2.0
    slope = np.exp(log_slope)
    ages = (
        lognorm(s=1 / slope, scale=13.0) if normal else fisk(slope, scale=13.0)
    )  # of age plus one month
    patterns = one_leaf(
        after_months=[np.nan, 9.0, 12.0, 30.0, 11.9],
        by_months=[9.0, 12.0, np.nan, np.nan, 11.95],
    )
    found = log_probabilities(
        terms(patterns, np.zeros(5, np.int64)), np.r_[location], np.r_[log_slope], 0.3,
        normal=normal,
    )  # fmt: skip
    cdf = ages.cdf
    expected = np.log(
        [cdf(10), cdf(13) - cdf(10), ages.sf(13), ages.sf(31), cdf(12.95) - cdf(12.9)]
    )
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_an_age_noted_in_whole_months_is_averaged_over_the_month() -> None:
    location, slope = np.log(13.0), np.exp(2.2)
    patterns = one_leaf(after_months=[9.0], by_months=[12.0], width_months=1.0)
    found = log_probabilities(
        terms(patterns, np.zeros(1, np.int64)), np.r_[location], np.r_[2.2], 0.3,
        normal=False,
    )  # fmt: skip

    def reached(age: float) -> float:
        return float(expit(slope * (np.log1p(age) - location)))

    expected = quad(reached, 12, 13)[0] - quad(reached, 9, 10)[0]
    np.testing.assert_allclose(np.exp(found), expected, rtol=1e-4)


def test_all_that_can_be_remembered_has_probability_one() -> None:
    # Every whole month said at 40 months, or not reached yet.
    from devnorms.tabulate.attainment_recalled import recalled_attainment

    said = [float(m) for m in range(60)] + [None]
    reports = pd.DataFrame(
        {
            "population": "A",
            "item": "walks",
            "asked_at_months": [60.0] * 60 + [60.0],
            "recalled_months": said,
        }
    )
    patterns = recalled_attainment(reports, heaps=(6, 12, 18, 24, 36, 48, 72))
    parts = terms(patterns, np.zeros(len(patterns), np.int64))
    found = log_probabilities(parts, np.r_[np.log(13.0)], np.r_[2.0], 0.4, normal=False)
    assert np.exp(found).sum() == pytest.approx(1.0, abs=2e-3)


def test_modes_of_many_leaves_are_those_of_each() -> None:
    middle, curve = np.array([1.0, 2.0, 3.0]), np.array([0.5, 1.0, 2.0])

    def density(location: np.ndarray, log_slope: np.ndarray) -> np.ndarray:
        return -0.5 * ((location - middle) / 0.1) ** 2 - (log_slope - curve) ** 2

    mode, factor = leaf_modes(density, np.zeros(3), np.zeros(3))
    np.testing.assert_allclose(mode, np.stack([middle, curve], 1), atol=1e-5)
    covariance = factor @ factor.transpose(0, 2, 1)
    np.testing.assert_allclose(covariance[0], [[0.01, 0], [0, 0.5]], atol=1e-5)


def grouped(location: float, slope: float, children: int) -> pd.DataFrame:
    """Expected numbers of children per pattern when seen monthly from 5 to 24."""
    edges = np.arange(5.0, 25.0)
    cdf = expit(slope * (np.log1p(edges) - location))
    mass = np.diff(np.r_[0.0, cdf, 1.0])
    table = one_leaf(
        after_months=np.r_[np.nan, edges],
        by_months=np.r_[edges, np.nan],
        children=np.rint(children * mass).astype(int),
    )
    return table[table["children"] > 0].reset_index(drop=True)


@pytest.mark.sampling
def test_a_fit_finds_the_ages_and_has_the_width_that_theory_gives() -> None:
    slope, children = 9.0, 2000
    parts = [
        grouped(np.log1p(age), slope, children).assign(item=f"item_{age}")
        for age in (9, 12)
    ]
    fitted = fit_attainment(
        pd.concat(parts, ignore_index=True),
        sampling=Sampling(draws=600, tune=400, chains=4, target_accept=0.9, cores=2),
    )
    # Fisher information of a logistic location: slope^2 / 3 per exact age.
    width = np.sqrt(3 / children) / slope
    for n, age in enumerate((12, 9)):
        draws = fitted["location"].values[..., n]
        assert abs(draws.mean() - np.log1p(age)) < 0.3 * width
        assert draws.std() == pytest.approx(width, rel=0.15)
    assert fitted.attrs["converged"] == "yes"
    turn = turnbull(parts[1])
    at_median = turn.loc[turn["by_months"] == 12.0, "share"].item()
    assert at_median == pytest.approx(0.5, abs=0.01)
    assert np.expm1(fitted["location"].values[..., 0].mean()) == pytest.approx(
        12.0, abs=0.05
    )


@pytest.mark.sampling
def test_draws_that_are_too_few_are_refused() -> None:
    patterns = grouped(np.log(13), 9.0, 300)
    with pytest.raises(NotConverged, match="not to be trusted"):
        fit_attainment(patterns, sampling=Sampling(draws=20, tune=20, chains=2))


def test_impossible_choices_are_refused() -> None:
    with pytest.raises(BadValueError, match="family"):
        AttainmentSpec(family="gamma")  # type: ignore[arg-type]
    with pytest.raises(EmptySelectionError, match="no row"):
        fit_attainment(one_leaf(by_months=[9.0]).iloc[:0])


def test_the_log_normal_family_starts_at_the_same_curve() -> None:
    # A logistic curve and the normal one that is nearest differ by 0.01 at most.
    assert AttainmentSpec(family="log-normal").mean_log_slope == pytest.approx(
        AttainmentSpec().mean_log_slope - np.log(1.702)
    )
    assert logit(0.5) == 0
