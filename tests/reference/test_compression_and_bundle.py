"""
Compressed and bundled ages against the unbinned likelihood, on the real data.

The comparison is the one that ``benchmarks/compression.py`` prints.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import warnings
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from devnorms import sources
from devnorms._base.errors import DevnormsWarning
from devnorms.schema.nodes import nodes_from_counts
from devnorms.sources.bundled import load_counts
from devnorms.tabulate import count


def script(path: Path) -> ModuleType:
    """Import a script of the checkout."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def benchmark(root) -> ModuleType:
    return script(root / "benchmarks" / "compression.py")


@pytest.fixture(scope="module")
def observations(data_folder) -> pd.DataFrame:
    return sources.load("childdevdata", path=data_folder / "childdevdata")


@pytest.fixture(scope="module")
def exact(observations) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DevnormsWarning)
        return count(observations)


@pytest.fixture(scope="module")
def costs(benchmark, exact) -> pd.DataFrame:
    others = benchmark.representations(exact)
    return benchmark.compare(exact, others)


def test_modes_are_those_of_a_general_optimiser_on_every_response(
    benchmark, observations, exact
):
    leaves = benchmark.informative_leaves(exact)
    points = benchmark.points_from_counts(exact, leaves)
    found = benchmark.modes(points, len(leaves))
    answered = observations[["population", "item", "age_days", "response"]]
    for number in range(0, len(leaves), 291):
        population, item = leaves[number].split(":")
        own = answered[
            (answered["population"] == population) & (answered["item"] == item)
        ]
        x = np.log(own["age_days"].to_numpy() / 30.4375 + 1)
        sign = np.where(own["response"] == "passed", 1.0, -1.0)

        def loss(at, x=x, sign=sign):
            eta = np.exp(at[1]) * (x - at[0])
            prior = ((at[0] - 2.7) / 0.7) ** 2 + ((at[1] - 2) / 0.5) ** 2
            return np.logaddexp(0, -sign * eta).sum() + prior / 2

        best = minimize(loss, [2.7, 2.0], method="Nelder-Mead", tol=1e-10)
        assert found.location[number] == pytest.approx(best.x[0], abs=1e-5)
        assert found.log_slope[number] == pytest.approx(best.x[1], abs=1e-5)


def test_five_nodes_for_passes_and_not_yets_lose_next_to_nothing(costs):
    # Published with the data's exploration: 0.021 posterior SD, 0.23 days.
    cost = costs.loc["5+5 nodes"]
    assert costs.attrs["leaves"] > 1400
    assert cost["location_sd_rms"] < 0.025
    assert cost["location_sd_max"] < 0.3
    assert cost["log_slope_sd_rms"] < 0.035
    assert cost["age50_days_rms"] < 0.25
    assert cost["points"] < 20_000


def test_more_nodes_lose_less(costs):
    split = costs.loc[["4+4 nodes", "5+5 nodes", "6+6 nodes", "8+8 nodes"]]
    assert (split["location_sd_rms"].diff().dropna() < 0).all()
    assert split.loc["8+8 nodes", "location_sd_rms"] < 0.002


def test_months_at_their_midpoint_are_a_posterior_deviation_off(costs):
    cost = costs.loc["months at midpoint"]
    assert cost["location_sd_rms"] > 0.9
    assert cost["age50_days_rms"] > 20 * costs.loc["5+5 nodes", "age50_days_rms"]


def test_no_leaf_has_a_likelihood_above_one_at_any_slope(exact):
    nodes = nodes_from_counts(exact)
    asked = nodes.passed + nodes.not_yet
    low = np.where(asked > 0, nodes.log_age, np.inf).min(axis=1)
    high = np.where(asked > 0, nodes.log_age, -np.inf).max(axis=1)
    for slope in 10.0 ** np.arange(-2, 7):
        for share in np.linspace(-0.5, 1.5, 21):
            location = low + share * (high - low)
            eta = slope * (nodes.log_age - location[:, None])
            terms = nodes.passed * np.logaddexp(0, -eta)
            terms += nodes.not_yet * np.logaddexp(0, eta)
            assert (terms.sum(axis=1) >= 0).all()


def test_counts_add_up_to_all_responses_of_the_source(observations, exact):
    left_out = exact.attrs["left_out"]
    assert exact["asked"].sum() + sum(left_out.values()) == 918_707
    assert exact["asked"].sum() == len(observations)


def test_the_bundle_is_made_again_byte_by_byte(root, observations, tmp_path):
    folder = root / "datasets" / "milestones"
    script(folder / "prepare.py").prepare(observations, tmp_path)
    made = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    shipped = sorted(
        p.relative_to(folder)
        for pattern in ("*.csv", "*.json", "README.md")
        for p in folder.rglob(pattern)
    )
    assert made == shipped
    differ = [
        p for p in made if (tmp_path / p).read_bytes() != (folder / p).read_bytes()
    ]
    assert differ == [], "run: python datasets/milestones/prepare.py --data FOLDER"


def test_bundled_counts_add_up_to_the_responses_they_were_made_of(exact):
    bundle = load_counts()
    items = set(bundle["item"])
    key = ["population", "item", "sex"]
    sums = [
        table.groupby(key)[["asked", "passed"]].sum()
        for table in (bundle, exact[exact["item"].isin(items)])
    ]
    pd.testing.assert_frame_equal(*sums)
    assert bundle["asked"].sum() + sum(bundle.attrs["left_out"].values()) == 918_707


def test_the_coarser_ages_of_the_bundle_cost_what_its_card_says(root, benchmark, exact):
    bundle = load_counts()
    linked = exact[exact["item"].isin(set(bundle["item"]))]
    others = benchmark.binned(bundle, "bundle")
    cost = benchmark.compare(linked, others).loc["bundle, 5+5 nodes"]
    card = (root / "datasets" / "milestones" / "README.md").read_text()
    said = json.loads(card.partition("<!-- cost: ")[2].partition(" -->")[0])
    for name, value in said.items():
        assert cost[name] == pytest.approx(value, rel=0.1), name
