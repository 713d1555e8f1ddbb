"""DIF: likelihoods, priors and draws against brute force and closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from devnorms._base.errors import (
    BadValueError,
    EmptySelectionError,
    InvalidTableError,
    NotConverged,
    UnknownNameError,
)
from devnorms.models import dif_evidence, fit_dif
from devnorms.models.dif import draw_leaves
from devnorms.models.dif_evidence import Evidence
from devnorms.models.dif_hyper import hyper_of
from devnorms.models.dif_leaves import (
    GRID,
    WORKING_SD,
    Leaves,
    leaves_of,
    probabilities,
)
from devnorms.models.dif_priors import FAMILIES, family_of

Floats = NDArray[np.float64]


def answers(
    rng: np.random.Generator, easier: dict[str, float], *, children: int = 900,
    error: float = 0.8, slope: float = 1.0,
) -> pd.DataFrame:  # fmt: skip
    """Answers of boys and girls whose ability is known with an error."""
    parts = []
    for item, shift in easier.items():
        for group, own in (("boys", 0.0), ("girls", shift)):
            match = rng.normal(0, 2, children // 2)
            ability = match + rng.normal(0, error, len(match))
            passed = rng.uniform(size=len(match)) < expit(slope * ability + own)
            parts.append(
                pd.DataFrame(
                    {
                        "child": [f"{group}{item}{i}" for i in range(len(match))],
                        "group": group,
                        "item": item,
                        "age_months": 12.0,
                        "passed": passed.astype("int64"),
                        "match": match,
                        "match_sd": error,
                        "score": match,
                    }
                )
            )
    table = pd.concat(parts, ignore_index=True)
    table.attrs = {"match": "ability", "growth": "{}"}
    return table


def normal_leaves(value: Floats, error: Floats) -> Leaves:
    """Leaves with normal likelihoods: items x groups of what was found, and its SE."""
    items, groups = value.shape
    item, group = (a.ravel() for a in np.indices(value.shape))
    away = (GRID - value.ravel()[:, None]) / error.ravel()[:, None]
    flat = np.zeros((len(item), len(GRID)))
    ones = np.ones(len(item))
    return Leaves(
        items=tuple(f"item{i:03d}" for i in range(items)),
        groups=tuple(f"group{g}" for g in range(groups)),
        item=item.astype(np.int64),
        group=group.astype(np.int64),
        asked=(100 * ones).astype(np.int64),
        passed=(50 * ones).astype(np.int64),
        low=ones,
        high=30 * ones,
        centre=np.zeros(items),
        log_slope=np.zeros(items),
        log_slope_se=np.full(items, 0.05),
        height=-0.5 * away**2,
        place=flat,
        width=flat + 0.05,
        inflation=np.ones(items),
    )


def test_a_probability_averaged_over_an_error_is_its_integral():
    for c, a, x, sd in ((0.3, 1.0, 0.5, 0.8), (-1.0, 0.6, 2.0, 1.2), (2.0, 1.5, -1, 0)):
        got = probabilities(*map(np.array, (c, a, x, float(sd))))
        if sd == 0:
            expected = expit(c + a * x)
        else:
            expected, _ = quad(
                lambda e: expit(c + a * (x + e)) * norm.pdf(e, scale=sd),  # noqa: B023
                -10 * sd, 10 * sd,
            )  # fmt: skip
        assert float(got) == pytest.approx(expected, abs=2e-3)


def test_the_table_of_a_leaf_is_the_likelihood_of_all_its_answers():
    rng = np.random.default_rng(3)
    table = answers(rng, {"a": 0.7})
    table["match_sd"] = rng.uniform(0.5, 1.1, len(table))
    leaves = leaves_of(table, clustered=False)
    for leaf, group in enumerate(leaves.groups):
        own = table[table["group"] == group]
        passed = own["passed"].to_numpy()
        x, sd = (own[name].to_numpy() for name in ("match", "match_sd"))

        def full(d: float, t: float) -> float:
            n = np.zeros(len(x))  # noqa: B023
            c = n + np.exp(leaves.log_slope[0]) * d
            p = probabilities(c, n + np.exp(t), x - leaves.centre[0], sd)  # noqa: B023
            hold = ((t - leaves.log_slope[0]) / WORKING_SD) ** 2
            return float(np.log(np.where(passed, p, 1 - p)).sum() - 0.5 * hold)  # noqa: B023

        at = np.flatnonzero(leaves.height[leaf] > leaves.height[leaf].max() - 4)
        assert len(at) > 4
        assert leaves.height[leaf].max() <= 0
        gaps = np.empty((len(at), 3))
        for row, k in enumerate(at):
            place, width = leaves.place[leaf, k], leaves.width[leaf, k]
            for column, step in enumerate((-1.0, 0.0, 1.0)):
                got = leaves.height[leaf, k] - 0.5 * step**2
                gaps[row, column] = got - full(GRID[k], place + step * width)
        # a constant does not matter, a slope would
        assert np.ptp(gaps[:, 1]) < 0.25
        assert np.ptp(gaps) < 0.35  # in log slope, a normal curve stands for it


def test_an_item_that_all_pass_gives_a_likelihood_that_only_rises():
    table = answers(np.random.default_rng(1), {"a": 0.0, "b": 0.0})
    everybody = (table["item"] == "a") & (table["group"] == "girls")
    table.loc[everybody, "passed"] = 1
    leaves = leaves_of(table, clustered=False)
    leaf = np.flatnonzero((leaves.item == 0) & (leaves.group == 1))[0]
    assert (np.diff(leaves.height[leaf]) > -1e-9).all()
    assert leaves.height[leaf].max() <= 0


def test_answers_given_twice_count_once_when_children_are_clusters():
    table = answers(np.random.default_rng(5), {"a": 0.4})
    twice = pd.concat([table, table], ignore_index=True)
    twice.attrs = table.attrs
    once = leaves_of(table, clustered=False)
    counted = leaves_of(twice, clustered=True)
    assert counted.inflation[0] == pytest.approx(2.0, rel=1e-6)
    for leaf in range(2):
        difference = counted.height[leaf] - once.height[leaf]
        near = once.height[leaf] > once.height[leaf].max() - 6
        assert np.ptp(difference[near]) < 0.25


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_every_prior_is_symmetric_and_complete(name):
    family = family_of(name)
    z = np.array(family.centre)
    at = np.array([-50.0, -1.0, -0.1, 0.0, 0.1, 1.0, 50.0])
    p = family.cdf(at, z)
    np.testing.assert_allclose(p + p[::-1], 1.0, atol=1e-9)
    assert p[0] < 0.02
    assert (np.diff(p) >= 0).all()


def test_priors_are_the_distributions_that_they_are_named_after():
    rng = np.random.default_rng(8)
    at = np.array([-1.0, -0.3, 0.05, 0.4, 1.2])
    n = 200_000
    narrow, ratio, share = 0.1, 7.0, 0.2
    wide = rng.uniform(size=n) < share
    drawn = {
        "normal": 0.3 * rng.standard_normal(n),
        "student": 0.2 * rng.standard_t(3, n),
        "mixture": np.where(wide, narrow * (1 + ratio), narrow)
        * rng.standard_normal(n),
    }
    local = 0.1 * np.abs(rng.standard_cauchy(n))
    drawn["horseshoe"] = local / np.sqrt(1 + local**2) * rng.standard_normal(n)
    z = {
        "normal": np.log([0.3]),
        "student": np.log([0.2, 3.0]),
        "mixture": np.array(
            [np.log(narrow), np.log(ratio), np.log(share / (1 - share))]
        ),
        "horseshoe": np.array([np.log(0.1), 0.0]),
    }
    for name, values in drawn.items():
        shares = (values[:, None] < at).mean(axis=0)
        np.testing.assert_allclose(family_of(name).cdf(at, z[name]), shares, atol=0.006)


def test_with_a_normal_prior_two_groups_give_the_conjugate_posterior():
    value = np.array([[0.9, -0.3], [0.2, 0.1], [-1.0, 0.4]])
    error = np.array([[0.2, 0.3], [0.4, 0.15], [0.25, 0.25]])
    sd = 0.5
    evidence = Evidence(normal_leaves(value, error), family_of("normal"))
    z = np.array([np.log(sd), np.log(0.05), 0.0])
    shift, *_ = draw_leaves(evidence, np.tile(z, (300, 1)), np.random.default_rng(1))
    difference = shift[:, 0::2] - shift[:, 1::2]
    found = value[:, 0] - value[:, 1]
    noise = (error**2).sum(axis=1)
    kept = 2 * sd**2 / (2 * sd**2 + noise)
    np.testing.assert_allclose(difference.mean(axis=0), kept * found, atol=0.03)
    expected = np.sqrt(kept * noise)
    np.testing.assert_allclose(difference.std(axis=0), expected, rtol=0.05)


def test_the_evidence_is_that_of_normal_numbers():
    rng = np.random.default_rng(6)
    error = rng.uniform(0.2, 0.4, (12, 3))
    value = rng.normal(0, 0.4, (12, 3)) + rng.normal(0, error)
    evidence = Evidence(normal_leaves(value, error), family_of("normal"))

    def expected(sd: float, shift: Floats) -> float:
        total = 0.0
        for y, se in zip(value - shift, error, strict=True):
            v = sd**2 + se**2
            weight = 1 / v
            mean = (weight @ y) / weight.sum()
            total += -0.5 * np.log(v).sum() - 0.5 * (weight * (y - mean) ** 2).sum()
            total -= 0.5 * np.log(weight.sum())
        return float(total)

    first = np.array([np.log(0.3), np.log(0.05), 0.0, 0.0])
    second = np.array([np.log(0.6), np.log(0.05), 0.3, -0.2])

    def prior(z: Floats) -> float:
        return float(-0.5 * (((z - evidence.centre) / evidence.spread) ** 2).sum())

    got = evidence.log_posterior(second) - prior(second)
    got -= evidence.log_posterior(first) - prior(first)
    want = expected(0.6, np.array([0, 0.3, -0.2])) - expected(0.3, np.zeros(3))
    assert got == pytest.approx(want, abs=0.05)


def test_without_anchors_a_sparse_prior_follows_the_items_that_do_not_differ():
    rng = np.random.default_rng(9)
    true = np.zeros(24)
    true[:8] = 1.2  # a third, all in favour of one group, which is behind by 0.5
    error = np.full((24, 2), 0.12)
    value = np.column_stack([true, np.full(24, 0.5)]) + rng.normal(0, 0.12, (24, 2))
    medians = {}
    for name in ("normal", "mixture"):
        evidence = Evidence(normal_leaves(value, error), family_of(name))
        hyper = hyper_of(evidence, 40, np.random.default_rng(2))
        medians[name] = float(np.median(hyper.draws[:, -1]))
    assert medians["mixture"] == pytest.approx(0.5, abs=0.12)
    # a normal prior splits the difference: what it calls DIF is partly the others'
    assert medians["normal"] == pytest.approx(0.5 - 1.2 * 8 / 24, abs=0.12)


class Target:
    """A density of one number to draw from."""

    def __init__(self, log_density) -> None:
        self._log_density = log_density
        self.names = ("x",)
        self.centre = np.zeros(1)
        self.spread = np.ones(1)

    def log_posterior(self, z: Floats) -> float:
        """Log density."""
        return float(self._log_density(z[0]))


def test_draws_of_hyper_parameters_have_mean_spread_and_evidence_of_the_target():
    target = Target(lambda x: -0.5 * ((x - 1) / 0.4) ** 2)
    found = hyper_of(target, 4000, np.random.default_rng(3))
    assert found.draws.mean() == pytest.approx(1.0, abs=0.1)
    assert found.draws.std() == pytest.approx(0.4, rel=0.15)
    # the prior's constant is taken off, the integral of the density is 0.4 root 2 pi
    assert found.log_evidence == pytest.approx(np.log(0.4), abs=0.1)


def test_a_posterior_that_the_proposal_does_not_reach_is_refused():
    target = Target(lambda x: np.logaddexp(-0.5 * (100 * x) ** 2, -2 - 1e-4 * x**2))
    with pytest.raises(NotConverged, match="Pareto k"):
        hyper_of(target, 100, np.random.default_rng(3))


def test_what_differs_is_found_what_does_not_is_shrunk_and_a_wide_one_stays_wide():
    rng = np.random.default_rng(12)
    easier = {f"i{k:02d}": 0.0 for k in range(8)} | {"girl": 1.0, "boy": -1.0}
    table = answers(rng, easier, children=2400)
    rare = (table["item"] == "i00") & (table["passed"] == 0)
    keep = rare.cumsum() <= 3
    table = table[~rare | keep]
    table.attrs = {"match": "ability", "growth": "{}"}
    fitted = fit_dif(table, prior="mixture", draws=400)
    e = fitted["easier"].values
    difference = pd.Series(
        np.median(e[:, 1::2] - e[:, 0::2], axis=0),
        index=fitted["leaf_item"].values[::2],
    )
    assert difference["girl"] == pytest.approx(1.0, abs=0.35)
    assert difference["boy"] == pytest.approx(-1.0, abs=0.35)
    assert difference.drop(["girl", "boy"]).abs().max() < 0.3
    assert abs(difference["i00"]) < 0.2


def test_draws_are_the_same_for_the_same_seed_and_keep_their_record():
    table = answers(np.random.default_rng(2), {"a": 0.5, "b": 0.0, "c": 0.0})
    one, two = (fit_dif(table, prior="student", draws=100, seed=7) for _ in range(2))
    np.testing.assert_array_equal(one["easier"].values, two["easier"].values)
    assert '"prior": "student"' in one.attrs["record"]
    assert one.attrs["pareto_k"] < 0.7


def test_children_left_out_are_foretold_better_by_a_prior_that_lets_items_differ():
    rng = np.random.default_rng(4)
    easier = {f"i{k}": 0.0 for k in range(3)} | {"x": 1.5, "y": -1.5}
    table = answers(rng, easier, children=600)
    found = dif_evidence(table, priors=("none", "mixture"), folds=2)
    assert found["prior"].tolist() == ["mixture", "none"]
    assert found.loc[1, "difference"] < -3 * found.loc[1, "difference_se"] < 0
    assert found.loc[1, "log_evidence"] < found.loc[0, "log_evidence"]
    assert set(found["answers"]) == {len(table)}


def test_wrong_use_says_what_to_do():
    table = answers(np.random.default_rng(2), {"a": 0.5})
    with pytest.raises(UnknownNameError, match="Unknown prior 'lasso'"):
        fit_dif(table, prior="lasso")
    alone = table[table["group"] == "boys"]
    alone.attrs = table.attrs
    with pytest.raises(EmptySelectionError, match="all answers are of 'boys'"):
        fit_dif(alone)
    with pytest.raises(InvalidTableError, match="'match_sd'"):
        fit_dif(table.drop(columns="match_sd"))
    with pytest.raises(BadValueError, match="'folds' must be at most 900"):
        dif_evidence(table, folds=901)
