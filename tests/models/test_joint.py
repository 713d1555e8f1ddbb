"""Published figures as data: the WHO's printed widths, closed forms, one cohort."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import fisk, lognorm

from devnorms._base.errors import BadValueError, EmptySelectionError, InvalidTableError
from devnorms.models.attainment_spec import AttainmentSpec
from devnorms.models.joint_covariance import Published, sampling_covariance
from devnorms.models.joint_errors import published_errors
from devnorms.models.joint_figures import Figures, expected
from devnorms.models.joint_fit import joint
from devnorms.models.spec import Sampling
from devnorms.norms.attainment import ages_attained, source_bias
from devnorms.sources.published_figures import published

WHO = ("who2006_abstract", "who2006_table_secondary")
QUICK = Sampling(draws=600, tune=400, target_accept=0.9, cores=2, min_ess=200.0)


def figure(**columns: object) -> pd.DataFrame:
    """Published rows of one source."""
    rows = {
        "source_id": "s", "grade": "primary", "milestone": "walks_alone",
        "population": "P", "published_name": "walks", "n": 400, "operator": "=",
        "unit": "months",
    }  # fmt: skip
    return pd.DataFrame({**rows, **columns})


def percentiles(location: float, slope: float, shares: list[float]) -> pd.DataFrame:
    """Percentiles of a log-logistic age, not rounded."""
    ages = np.expm1(location + logit(shares) / slope)
    names = [f"p{round(100 * share):02d}" for share in shares]
    return figure(statistic=names, value=ages)


def test_the_widths_of_the_who_intervals_are_found() -> None:
    # Abstract: "95 % confidence interval widths varied among milestones between 0.2 and
    # 0.4 mo for the 1st percentile, and 0.5 and 1.0 mo for the 99th"; n = 816.
    figures = published()
    figures = figures[figures["source_id"].isin(WHO)]
    named = figures.assign(milestone=figures["published_name"])
    errors = published_errors(named, Published(followed=WHO))
    width = 2 * 1.96 * errors["sampling_se_months"]
    first, last = (width[errors["statistic"] == name] for name in ("p01", "p99"))
    assert len(first) == len(last) == 6
    assert 0.15 <= first.min() <= first.max() < 0.45
    assert 0.45 <= last.min() <= last.max() <= 1.05


@pytest.mark.parametrize("design", ["followed", "ranked", "asked once"])
def test_errors_of_percentiles_are_those_of_repeated_studies(design: str) -> None:
    location, slope, n = np.log(13.0), 9.0, 400
    shares = [0.25, 0.5, 0.9]
    rows = percentiles(location, slope, shares).assign(
        asked_from_months=6.0, asked_until_months=24.0
    )
    how = Published(
        followed=["s"] if design == "followed" else [],
        ranked=["s"] if design == "ranked" else [],
    )
    errors = published_errors(rows, how)
    assert set(errors["design"]) == {design}
    covariance = sampling_covariance(errors, how)
    rng = np.random.default_rng(1)
    drawn = np.array(
        [_study(design, location, slope, n, shares, rng) for _ in range(600)]
    )
    expected_sd, found_sd = drawn.std(axis=0), np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(found_sd, expected_sd, rtol=0.12)
    correlation = covariance[0, 2] / (found_sd[0] * found_sd[2])
    assert correlation == pytest.approx(np.corrcoef(drawn.T)[0, 2], abs=0.12)


def _study(
    design: str, location: float, slope: float, n: int, shares: list[float],
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Give the percentiles that one study would print, in log(age + 1)."""
    if design == "asked once":
        x = np.log1p(np.linspace(6, 24, n))
        passed = rng.random(n) < expit(slope * (x - location))
        coefficients = np.array([-slope * location, slope])
        design_matrix = np.stack([np.ones(n), x], axis=1)
        for _ in range(15):
            share = expit(design_matrix @ coefficients)
            weight = share * (1 - share)
            information = design_matrix.T @ (design_matrix * weight[:, None])
            coefficients = coefficients + np.linalg.solve(
                information, design_matrix.T @ (passed - share)
            )
        return (logit(shares) - coefficients[0]) / coefficients[1]
    ages = location + rng.logistic(size=n) / slope
    if design == "ranked":
        return np.quantile(ages, shares)
    from scipy.stats import logistic

    middle, scale = logistic.fit(ages)
    return middle + logit(shares) * scale


@pytest.mark.parametrize("normal", [False, True])
def test_means_and_sds_are_those_of_the_distribution(normal: bool) -> None:
    slope = 8.0
    ages = lognorm(s=1 / slope, scale=13.0) if normal else fisk(slope, scale=13.0)
    kinds = np.array(["percentile", "mean", "sd"])
    figures = Figures(
        leaf=np.zeros(3, int), source=np.zeros(3, int), kind=kinds,
        score=np.zeros(3), value=np.zeros(3), side=np.zeros(3), bound_se=np.ones(3),
        whitener=np.eye(3), counted=np.ones(3), sources=("s",),
        bias_factor=np.ones(1), leaf_source=np.zeros((1, 1)),
    )  # fmt: skip
    found = expected(
        figures, np.full(3, np.log(13.0)), np.full(3, np.log(slope)), normal=normal,
        library=np,
    )  # fmt: skip
    np.testing.assert_allclose(
        np.exp(found), [ages.median(), ages.mean(), ages.std()], rtol=1e-6
    )


def test_every_published_row_is_used_or_counted() -> None:
    figures = published()
    errors = published_errors(figures, Published(followed=WHO))
    assert len(errors) + sum(errors.attrs["left_out"].values()) == len(figures)
    assert not errors.duplicated(["population", "published_name", "statistic"]).any()
    assert (errors["children"] > 0).all()
    # Nobody says how many French children the norms rest on.
    french = errors[errors["source_id"] == "vaivre2011_defmot"]
    assert french["children_assumed"].all()


def test_what_was_printed_in_whole_months_is_known_less_well() -> None:
    rows = pd.concat(
        [
            figure(statistic=["p25", "p50"], value=[12.0, 13.0], source_id="whole"),
            figure(
                statistic=["p25", "p50"], value=[12.1, 13.0], source_id="tenths",
                population="Q",
            ),
        ]
    )  # fmt: skip
    error = published_errors(rows).groupby("source_id")["rounding_se_months"].first()
    # The SD of a uniform error: width / sqrt(12).
    assert error["whole"] == pytest.approx(1 / np.sqrt(12))
    assert error["tenths"] == pytest.approx(0.1 / np.sqrt(12))


def test_what_cannot_be_joined_is_refused() -> None:
    with pytest.raises(EmptySelectionError, match="nothing is given"):
        joint()
    with pytest.raises(EmptySelectionError, match="no published figure"):
        joint(figures=figure(statistic=["difference"], value=[1.0]))
    with pytest.raises(InvalidTableError, match="grade"):
        published_errors(figure(statistic=["p50"], value=[12.0]).drop(columns="grade"))
    with pytest.raises(BadValueError, match="low < high"):
        Published(asked_months={"s": (12.0, 6.0)})


def answers(population: str, age: float, slope: float, children: int) -> pd.DataFrame:
    """Counts with the expected number of passes at 60 ages."""
    months = np.linspace(age / 2.2, age * 1.9, 60)
    share = expit(slope * (np.log1p(months) - np.log1p(age)))
    asked = children // 60
    return pd.DataFrame(
        {
            "population": population,
            "study": population,
            "country": "NLD",
            "item": "walks",
            "milestone": "walks_alone",
            "domain": "gross_motor",
            "instrument": "own",
            "sex": "unknown",
            "age_days_low": months * 30.4375,
            "age_days_high": months * 30.4375,
            "age_days_mean": months * 30.4375,
            "asked": asked,
            "passed": np.rint(asked * share).astype(int),
        }
    )


@pytest.mark.sampling
def test_a_cohort_and_its_own_percentiles_say_the_same() -> None:
    others = [
        answers(name, age, 9.0, 6000)
        for name, age in (("A", 11.5), ("B", 12.5), ("C", 13.0))
    ]
    own = answers("OWN", 12.0, 9.0, 1200)
    raw = joint(counts=pd.concat([*others, own], ignore_index=True), sampling=QUICK)
    printed = percentiles(np.log(13.0), 9.0, [0.25, 0.5, 0.75, 0.9]).assign(
        population="OWN", n=1200, asked_from_months=12 / 2.2, asked_until_months=22.8
    )
    told = joint(
        counts=pd.concat(others, ignore_index=True), figures=printed,
        reading=Published(no_bias=["s"]), spec=AttainmentSpec(sd_shape=0.0),
        sampling=QUICK,
    )  # fmt: skip
    draws = []
    for fitted in (raw, told):
        mine = fitted["leaf_population"].values == "OWN"
        age = np.expm1(fitted["location"].values[..., mine])
        draws.append(age)
    raw_sd = draws[0].std()
    assert abs(draws[1].mean() - draws[0].mean()) < 0.35 * raw_sd
    assert draws[1].std() / raw_sd == pytest.approx(1.0, abs=0.25)
    table = ages_attained(told, shares=[0.5], level=0.8)
    row = table.set_index("population").loc["OWN"]
    assert (row["evidence"], row["support"], row["sources"]) == (
        "published", "published", "s",
    )  # fmt: skip
    assert row["age_months_low"] < 12.0 < row["age_months_high"]
    assert source_bias(told)["standing"].tolist() == ["none"]
    assert json.loads(told.attrs["left_out"]) == {}
