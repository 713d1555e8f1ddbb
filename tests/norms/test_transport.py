"""What is foretold of populations that nobody measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.special import logit, logsumexp
from scipy.stats import multivariate_normal, norm
from scipy.stats import t as student

import devnorms as dn
from devnorms.models import logistic_regressions
from devnorms.norms.transport_blocks import Blocks
from devnorms.norms.transport_check import folds, leave_out
from devnorms.norms.transport_choice import foretell_one
from devnorms.norms.transport_fit import reaches
from devnorms.norms.transport_learning import aligned
from devnorms.norms.transport_leaves import Leaves, leaves_of, log_likelihood, some
from devnorms.norms.transport_local import with_local
from devnorms.norms.transport_methods import DEFAULT
from devnorms.norms.transport_mixture import Mixture
from devnorms.norms.transport_near import Method, Surroundings, nearness
from devnorms.norms.transport_parts import location_parts
from devnorms.norms.transport_predict import World, world_of
from devnorms.norms.transport_rivals import local_only
from devnorms.norms.transport_scores import age_at, counts_log_score
from devnorms.norms.transport_summary import summarise_scores
from devnorms.schema.norms import load_norms
from devnorms.simulate import simulate_counts
from devnorms.sources.context import geographic_distance, linguistic_distance
from tests.norms.transport_worlds import COUNTRIES, PLAIN, ranks, world_of_many


@pytest.fixture(scope="module")
def counts() -> pd.DataFrame:
    return world_of_many(1, number=5, size=8)[1]


@pytest.fixture(scope="module")
def leaves(counts: pd.DataFrame) -> Leaves:
    return leaves_of(counts)


@pytest.fixture(scope="module")
def world(leaves: Leaves) -> World:
    return world_of(leaves, DEFAULT, Surroundings())


def country_of(leaves: Leaves) -> np.ndarray:
    return leaves.rows["country"].to_numpy(dtype=str)


# --- calibration: the truth is known


@pytest.mark.slow
def test_intervals_hold_the_true_ages_as_often_as_they_say_at_every_share() -> None:
    for share in (0.5, 0.9):
        table = pd.concat([ranks(seed, DEFAULT, share) for seed in range(20)])
        off = (table["rank"] - 0.5).abs()
        for level in (0.5, 0.8, 0.95):
            # 160 countries count as so many: their ages are off together.
            chance = 2.6 * np.sqrt(level * (1 - level) / 160)
            assert abs((off <= level / 2).mean() - level) < chance


def test_intervals_hold_the_true_ages_as_often_as_they_say() -> None:
    table = pd.concat([ranks(seed) for seed in range(30, 33)])
    off = (table["rank"] - 0.5).abs()
    # 24 countries, whose ages are off together; three standard errors.
    assert abs((off <= 0.4).mean() - 0.8) < 3 * np.sqrt(0.16 / 24) / 1.5
    assert (off <= 0.25).mean() < (off <= 0.4).mean() < (off <= 0.475).mean()


# --- nothing of the population left out enters


def test_what_a_country_answers_does_not_change_what_is_foretold_of_it(
    counts: pd.DataFrame, leaves: Leaves, world: World
) -> None:
    mine = counts["country"] == "ZAF"
    turned = counts.assign(
        passed=counts["passed"].where(~mine, counts["asked"] - counts["passed"])
    )
    other = world_of(leaves_of(turned), DEFAULT, Surroundings())
    fold = next(f for f in folds(leaves, country_of(leaves)) if f.group == "ZAF")
    first, _ = foretell_one(world, fold, country_of(leaves))
    second, _ = foretell_one(other, fold, country_of(leaves))
    assert len(fold.wanted)
    np.testing.assert_allclose(first.location, second.location, rtol=1e-8)
    np.testing.assert_allclose(
        first.log_slope_cov, second.log_slope_cov, rtol=1e-6, atol=1e-12
    )


def test_studies_of_one_country_are_left_out_together() -> None:
    leaves = leaves_of(dn.load_counts("milestones"))
    country = country_of(leaves)
    fold = next(f for f in folds(leaves, country) if f.group == "COL")
    assert set(leaves.rows["population"].iloc[fold.wanted]) == {
        "COL-LT42M",
        "COL-LT45M",
    }
    assert not (country[fold.given] == "COL").any()


# --- against other software and closed forms


def test_each_leaf_alone_agrees_with_a_logistic_regression(
    counts: pd.DataFrame, leaves: Leaves
) -> None:
    well_known = leaves.rows["log_slope_se"] < 0.2  # elsewhere the weak prior speaks
    rows = leaves.rows[well_known & (leaves.rows["location_se"] < 0.06)]
    named = counts["population"].astype(str) + ":" + counts["item"].astype(str)
    sure = counts[named.isin(rows["leaf"])]
    other = logistic_regressions(sure).set_index(["population", "item"])
    theirs = other.loc[list(zip(rows["population"], rows["item"], strict=True))]
    off = rows["location"].to_numpy() - theirs["location"].to_numpy()
    assert len(rows) > 20
    assert np.abs(off / rows["location_se"]).max() < 0.2


def test_the_height_of_the_scales_is_the_normal_log_density(world: World) -> None:
    field, rows = world.location, np.flatnonzero(world.known)
    blocks = Blocks(field, rows)
    rng = np.random.default_rng(2)
    at = rng.normal(-2, 0.3, len(field.parts) + field.milestone.max() + 1)
    log, uneven = at[: len(field.parts)], at[len(field.parts) :] / 10
    at = np.r_[log, uneven]
    stretch = np.exp(uneven[field.milestone[rows]])
    covariance = np.diag(field.variance[rows])
    same = field.milestone[rows][:, None] == field.milestone[rows][None, :]
    for part, value in zip(field.parts, np.exp(2 * log), strict=True):
        kernel = part.kernel(rows[:, None], rows[None, :])
        if part.within:
            kernel = kernel * same
        if part.name in ("wording", "country_milestone", "leaf"):
            kernel = kernel * np.outer(stretch, stretch)
        covariance += value * kernel
    density = multivariate_normal(np.full(len(rows), field.mean), covariance)
    prior = sum(
        0.5 * ((log[k] - np.log(part.scale.median)) / part.scale.log_sd) ** 2
        for k, part in enumerate(field.parts)
        if part.scale.log_sd
    ) + 0.5 * np.sum((uneven / field.unevenness) ** 2)
    height, slope = blocks.height(at)
    constant = 0.5 * len(rows) * np.log(2 * np.pi)
    exact = -density.logpdf(field.estimate[rows]) + prior - constant
    assert height == pytest.approx(exact, abs=1e-6)
    np.testing.assert_allclose(
        blocks.inverse(log, uneven) @ covariance, np.eye(len(rows)), atol=1e-8
    )
    for k in (1, 4, 5, 6, len(log) + 2):
        step = np.zeros_like(at)
        step[k] = 1e-5
        numeric = (blocks.height(at + step)[0] - blocks.height(at - step)[0]) / 2e-5
        assert slope[k] == pytest.approx(numeric, rel=1e-4, abs=1e-4)


def test_leaving_out_in_closed_form_is_leaving_out(leaves: Leaves) -> None:
    field = world_of(leaves, PLAIN, Surroundings()).location
    rows, country = np.flatnonzero(leaves.known), country_of(leaves)
    scales = field.fit(rows, draws=2)
    error, variance = field.left_out(scales, rows, country[rows])
    mine = country[rows] == "CHN"
    mean, covariance = field.predict(scales, rows[~mine], rows[mine])
    np.testing.assert_allclose(
        error[0, mine], field.estimate[rows[mine]] - mean[0], atol=1e-8
    )
    np.testing.assert_allclose(variance[0, mine], np.diag(covariance[0]), atol=1e-8)


def test_evenly_spread_reaches_make_a_t_distribution() -> None:
    sd = np.exp(reaches(3.0, 400))
    for at in (0.5, 1.0, 2.0, 3.0):
        assert norm.cdf(at / sd).mean() == pytest.approx(student.cdf(at, 3), abs=0.002)


def test_the_score_of_counts_is_the_integral_over_what_was_foretold(
    leaves: Leaves,
) -> None:
    known = np.flatnonzero(leaves.known)[[0, 7]]
    nodes = some(leaves.nodes, known)
    first = leaves.location[known]
    mixture = Mixture(
        np.array([0.7, 0.3]),
        np.stack([first + 0.1, first - 0.2]),
        np.array([[0.02, 0.02], [0.1, 0.1]]),
        np.full((2, 2), 2.0),
        np.array([[0.05, 0.05], [0.2, 0.2]]),
    )
    found = counts_log_score(mixture, nodes)
    for leaf in (0, 1):
        one = some(nodes, np.array([leaf]))
        middle = leaves.location[known[leaf]]
        at = np.linspace(middle - 0.4, middle + 0.4, 601)
        slopes = np.linspace(-0.5, 5.5, 401)
        location, slope = (g.ravel() for g in np.meshgrid(at, slopes, indexing="ij"))
        fit = log_likelihood(one, location[:, None], slope[:, None])[:, 0]
        prior = sum(
            w * norm.pdf(location, m[leaf], v[leaf] ** 0.5)
            * norm.pdf(slope, 2.0, vs[leaf] ** 0.5)
            for w, m, v, vs in zip(
                mixture.weight, mixture.location, mixture.location_var,
                mixture.log_slope_var, strict=True,
            )
        )  # fmt: skip
        cell = (at[1] - at[0]) * (slopes[1] - slopes[0])
        exact = logsumexp(fit, b=prior * cell)
        assert found[leaf] == pytest.approx(exact, abs=0.01)


def test_ages_at_a_share_are_those_of_draws_of_location_and_slope() -> None:
    rng = np.random.default_rng(3)
    mixture = Mixture(np.ones(1), *(np.array([[v]]) for v in (2.6, 0.03, 2.0, 0.06)))
    slope = rng.normal(2.0, np.sqrt(0.06), 400_000)
    drawn = rng.normal(2.6, np.sqrt(0.03), 400_000) + logit(0.9) * np.exp(-slope)
    found = age_at(mixture, 0.9).quantiles([0.1, 0.5, 0.9])[:, 0]
    np.testing.assert_allclose(found, np.quantile(drawn, [0.1, 0.5, 0.9]), atol=0.003)


# --- local children


def test_many_local_children_have_the_last_word(leaves: Leaves, world: World) -> None:
    fold = next(f for f in folds(leaves, country_of(leaves)) if f.group == "ZAF")
    predicted, _ = foretell_one(world, fold, country_of(leaves))
    known = leaves.known[fold.wanted]
    moved = with_local(predicted, some(leaves.nodes, fold.wanted), 100_000)
    alone = local_only(some(leaves.nodes, fold.wanted)).location[0]
    mean, sd = moved.mixture().moments()
    error = leaves.rows["location_se"].to_numpy()[fold.wanted]
    sure = known & (error < 0.05)
    assert sure.sum() >= 3
    assert np.abs((mean[sure, 0] - alone[sure]) / error[sure]).max() < 1.0
    assert (sd[sure, 0] < 1.1 * error[sure]).all()


def test_few_local_children_move_milestones_that_they_were_not_asked(
    leaves: Leaves, world: World
) -> None:
    fold = next(f for f in folds(leaves, country_of(leaves)) if f.group == "ZAF")
    predicted, _ = foretell_one(world, fold, country_of(leaves))
    nodes = some(leaves.nodes, fold.wanted)
    items = leaves.rows["item"].iloc[fold.wanted].astype(str).tolist()
    asked = aligned(some(nodes, np.arange(1, len(items))), items)
    assert asked.passed[0].sum() == asked.not_yet[0].sum() == 0
    moved = with_local(predicted, asked, 40)
    before, after = (p.mixture().moments() for p in (predicted, moved))
    assert after[1][0, 0] < before[1][0, 0]
    assert after[0][0, 0] != before[0][0, 0]


def test_the_pace_of_few_children_is_not_taken_for_that_of_the_population(
    leaves: Leaves, world: World
) -> None:
    fold = next(f for f in folds(leaves, country_of(leaves)) if f.group == "ZAF")
    predicted, _ = foretell_one(world, fold, country_of(leaves))
    nodes = some(leaves.nodes, fold.wanted)
    few, many = (with_local(predicted, nodes, n).mixture().moments() for n in (4, 4000))
    # Ten in a hundred of age, over the root of four: no location is known better.
    assert (few[1][:, 0] > 0.04).all()
    assert (many[1][:, 0] < few[1][:, 0]).all()


# --- distances and covariates


def test_nearness_is_a_matrix_of_correlations_for_every_distance() -> None:
    for distance, reach in ((geographic_distance(), 3000.0),
                            (linguistic_distance(), 0.3)):  # fmt: skip
        table = nearness(distance, reach)
        values = np.linalg.eigvalsh(table.to_numpy())
        assert values.min() > -1e-8
        np.testing.assert_allclose(np.diag(table), 1.0)
    near = nearness(geographic_distance(), 3000.0)
    assert near.loc["COL", "ECU"] > near.loc["COL", "CHN"]


def test_a_missing_covariate_says_nothing_and_stays_missing(leaves: Leaves) -> None:
    table = pd.DataFrame({"hdi": [0.9, 0.7, 0.5, np.nan]}, ["NLD", "COL", "CHN", "ZAF"])
    method = Method("hdi", covariates=("hdi",))
    parts = location_parts(leaves.rows, method, Surroundings(table))
    part = next(p for p in parts if p.name == "hdi")
    country = country_of(leaves)
    missing, known = (int(np.flatnonzero(country == c)[0]) for c in ("ZAF", "NLD"))
    rows = np.array([missing, known])
    kernel = part.kernel(rows[:, None], rows[None, :])
    assert kernel[0, 1] == kernel[1, 0] == 0
    assert kernel[0, 0] == 1
    assert kernel[1, 1] == pytest.approx(1.0)  # one SD above the mean of the known


def test_a_method_that_needs_what_is_not_given_is_refused(leaves: Leaves) -> None:
    with pytest.raises(dn.DevnormsError, match="'near' must be one of the distances"):
        world_of(leaves, Method("far", near="moon", reach=1.0), Surroundings())
    with pytest.raises(dn.DevnormsError, match="'covariates' must be columns"):
        world_of(leaves, Method("rich", covariates=("gdp",)), Surroundings())
    with pytest.raises(dn.DevnormsError, match="'reach' must be above zero"):
        Method("near", near="geographic")


# --- the norm set


def test_a_transported_norm_says_that_nobody_there_was_measured(
    counts: pd.DataFrame, tmp_path: Path
) -> None:
    norms = dn.transport(counts, "Kilifi", country="KEN", shares=[0.5, 0.9])
    assert norms.card["title"].endswith("predicted; nobody there was measured")
    assert "Nobody there was measured" in norms.populations["who"].item()
    table = norms.table
    assert (table["asked"] == 0).all()
    assert table["statement"].str.contains("predicted").all()
    assert table["statement"].str.contains("nobody there was asked").all()
    assert set(table["support"]) <= {"not_observed", "before", "after"}
    assert load_norms(norms.save(tmp_path / "kilifi")) == norms


def test_a_milestone_of_one_population_is_not_carried_over(
    counts: pd.DataFrame,
) -> None:
    rare = (counts["milestone"] == "m03") & (counts["country"] != "NLD")
    norms = dn.transport(counts[~rare], "Kilifi", shares=[0.5])
    assert "m03" not in set(norms.table["milestone"])
    left_out = norms.table.attrs["left_out"]
    assert left_out == {"asked in fewer than 2 populations": 1}
    asked = counts.loc[~rare, "milestone"].nunique()
    assert norms.table["milestone"].nunique() + sum(left_out.values()) == asked
    with pytest.raises(dn.DevnormsError, match="Unknown milestone 'm03'"):
        dn.transport(counts[~rare], "Kilifi", milestones=["m03"])


def test_a_milestone_of_one_country_is_marked() -> None:
    counts = dn.load_counts("milestones").query("domain == 'social'")
    both = counts[counts["country"].isin(["COL", "CHN", "ZAF"])]
    norms = dn.transport(both, "Kilifi", shares=[0.5])
    one = norms.table["countries"] == 1
    assert (norms.table["mark"].ne("") == one).all()


def test_a_measured_population_is_not_transported_to(counts: pd.DataFrame) -> None:
    with pytest.raises(dn.DevnormsError, match="it was measured"):
        dn.transport(counts, "NLD-SIM")


def test_a_country_that_was_measured_is_known_better(counts: pd.DataFrame) -> None:
    new, known = (
        dn.transport(counts, "again", country=c, shares=[0.5]).table
        for c in ("KEN", "NLD")
    )
    width = [np.log1p(t["age_months_high"]) - np.log1p(t["age_months_low"])
             for t in (new, known)]  # fmt: skip
    assert width[1].mean() < width[0].mean()


def test_local_children_narrow_a_transported_norm() -> None:
    truth, counts = world_of_many(5, number=6, size=8)
    rng = np.random.default_rng(1)
    drawn = simulate_counts(truth, rng=rng, ages_months=range(2, 49, 6), asked=4)
    local = drawn[drawn["country"] == "ECU"]
    others = counts[counts["country"] != "ECU"]
    none = dn.transport(others, "here", country="ECU", shares=[0.5]).table
    some_ = dn.transport(
        others, "here", country="ECU", shares=[0.5], local=local, children=30
    ).table
    both = none.merge(some_, on="milestone", suffixes=("", "_local"))
    widths = [both[f"age_months_high{e}"] - both[f"age_months_low{e}"]
              for e in ("", "_local")]  # fmt: skip
    assert (widths[1] < widths[0]).all()
    assert (both["asked_local"] > 0).all()
    assert not both["predicted_local"].any()


def test_place_and_imported_take_a_transported_norm(counts: pd.DataFrame) -> None:
    shares = [0.1, 0.25, 0.5, 0.75, 0.9]
    norms = dn.transport(counts, "Kilifi", country="KEN", shares=shares)
    half = norms.table.query("share == 0.5").set_index("milestone")["age_months"]
    age = float(half.median())
    answers = {m: "passed" if at < age else "not_yet" for m, at in half.items()}
    child = dn.Child(answers, age_months=age, population="Kilifi")
    table = dn.place(child, norms).table.set_index("uncertainty")
    assert table["used"].iloc[0] >= 3
    # What is not known of the norm lowers what answers tell.
    known = table["known"]
    assert known.iloc[0] > known.iloc[1] > known.iloc[2]
    curves = dn.preview(counts, draws=50)
    flagged = dn.imported(curves, norms, allow_unconverged=True)
    assert flagged["reference"].str.startswith("Kilifi").all()


# --- leave-out tables


def test_scores_cover_all_methods_and_add_up(leaves: Leaves) -> None:
    table = leave_out(leaves, country_of(leaves), [PLAIN, DEFAULT], shares=[0.5])
    per_method = table.groupby("method").size()
    full = per_method[[PLAIN.name, DEFAULT.name, "pooled", "pooled + SD"]]
    assert full.nunique() == 1
    left_out = sum(table.attrs["left_out"].values())
    assert full.iloc[0] + left_out == len(leaves.rows)
    choice = pd.DataFrame(table.attrs["choice"]).set_index("group")
    best = choice.idxmax(axis=1)
    chosen = table[table["method"] == "transport (chosen)"]
    assert (chosen["chosen"] == chosen["group"].map(best)).all()
    summary = summarise_scores(table).set_index("method")
    assert summary.loc["pooled", "coverage_80"] < 0.6
    assert summary.loc["pooled + SD", "log_score"] > summary.loc["pooled", "log_score"]


def test_two_groups_are_too_few(leaves: Leaves) -> None:
    with pytest.raises(dn.DevnormsError, match="three groups or more"):
        leave_out(leaves, ["a", "b"] * (len(leaves.rows) // 2), [PLAIN])


def test_made_up_countries_are_eight() -> None:
    truth, _ = world_of_many(0)
    assert set(truth.leaves["country"].astype(str)) == set(COUNTRIES)


@pytest.mark.slow
def test_leaving_real_countries_out_meets_the_aim() -> None:
    leaves = leaves_of(dn.load_counts("milestones"))
    table = leave_out(leaves, country_of(leaves), [DEFAULT], shares=[0.5])
    found = summarise_scores(table).set_index("method")
    ours, pooled = found.loc[DEFAULT.name], found.loc["pooled + SD"]
    assert 0.75 <= ours["coverage_80"] <= 0.87
    assert 0.75 <= ours["coverage_80_groups"] <= 0.87
    assert ours["log_score_age"] > pooled["log_score_age"]
    assert ours["log_score"] > pooled["log_score"]
    assert ours["width_months"] <= pooled["width_months"]


def test_distances_by_country_are_taken_by_name() -> None:
    km = xr.DataArray(
        [[0.0, 1.0], [1.0, 0.0]],
        dims=("country", "other_country"),
        coords={"country": ["NLD", "COL"], "other_country": ["NLD", "COL"]},
    )
    _, counts = world_of_many(2, number=4, size=6)
    leaves = leaves_of(counts)
    method = Method("near", near="made", reach=1.0)
    parts = location_parts(leaves.rows, method, Surroundings(distances={"made": km}))
    near = next(p for p in parts if p.name == "near")
    place = {c: int(np.flatnonzero(country_of(leaves) == c)[0]) for c in COUNTRIES[:4]}
    pairs = {
        ("NLD", "COL"): np.exp(-1), ("NLD", "ZAF"): 0.0, ("ZAF", "ZAF"): 1.0
    }  # fmt: skip
    for (a, b), expected in pairs.items():
        found = near.kernel(np.array([place[a]]), np.array([place[b]]))
        assert found.item() == pytest.approx(expected)
