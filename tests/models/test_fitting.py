"""The whole fit on simulated children whose norms are known."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from devnorms._base.errors import EmptySelectionError, InvalidTableError, NotConverged
from devnorms.models import Sampling, Spec, fit, logistic_regressions, preview
from devnorms.schema.curves import check_curves
from tests.models.conftest import SAMPLING, World, make_world


def in_order(fitted: xr.Dataset, world: World, column: str) -> np.ndarray:
    """True values in the order of the fitted leaves."""
    name = world.leaves["population"] + ":" + world.leaves["item"]
    return world.leaves.set_index(name)[column].loc[fitted["leaf"].values].to_numpy()


@pytest.mark.sampling
def test_known_locations_and_slopes_are_recovered(
    fitted: xr.Dataset, world: World
) -> None:
    for column in ("location", "log_slope"):
        draws = fitted[column].stack(sample=("chain", "draw"))
        truth = in_order(fitted, world, column)
        z = (draws.mean("sample").values - truth) / draws.std("sample").values
        low, high = draws.quantile([0.05, 0.95], "sample").values
        inside = (low <= truth) & (truth <= high)
        # 32 leaves: fewer than 23 of 32 inside has a chance below 0.1 %
        assert inside.sum() >= 23
        assert abs(z).max() < 4.5
        assert abs(z.mean()) < 0.6


@pytest.mark.sampling
def test_well_informed_leaves_agree_with_logistic_regression(
    fitted: xr.Dataset, world: World
) -> None:
    classical = logistic_regressions(world.counts)
    classical["leaf"] = classical["population"] + ":" + classical["item"]
    at = classical.set_index("leaf").loc[fitted["leaf"].values]
    draws = fitted["location"].stack(sample=("chain", "draw"))
    off = (draws.mean("sample").values - at["location"]) / at["location_se"]
    assert at["reason"].eq("").all()
    assert off.abs().median() < 0.3
    assert off.abs().max() < 1.5


@pytest.mark.sampling
def test_curves_carry_everything_and_are_valid(
    fitted: xr.Dataset, world: World
) -> None:
    check_curves(fitted)
    assert fitted.attrs["converged"] == "yes"
    assert int(fitted["asked"].sum()) == int(world.counts["asked"].sum())
    assert int(fitted["passed"].sum()) == int(world.counts["passed"].sum())
    record = json.loads(fitted.attrs["record"])
    assert record["seed"] == SAMPLING.seed
    assert "reason" in record["settings"]["spec"]["priors"]["sd_item"]


@pytest.mark.sampling
def test_effects_add_up_to_each_location(fitted: xr.Dataset) -> None:
    place = {str(m): i for i, m in enumerate(fitted["milestone"].values)}
    milestone = [place[m] for m in fitted["leaf_milestone"].values]
    study = {str(s): i for i, s in enumerate(fitted["study"].values)}
    population_study = dict(
        zip(
            fitted["population"].values,
            fitted["population_study"].values,
            strict=True,
        )
    )
    studies = [study[population_study[p]] for p in fitted["leaf_population"].values]
    item = [list(fitted["item"].values).index(i) for i in fitted["leaf_item"].values]
    domain = fitted["milestone_domain"].values[milestone]
    within = [
        list(fitted["study_domain"].values).index(f"{population_study[p]}::{d}")
        for p, d in zip(fitted["leaf_population"].values, domain, strict=True)
    ]
    instrument = [
        list(fitted["instrument_domain"].values).index(f"{r}::{d}")
        for r, d in zip(fitted["leaf_instrument"].values, domain, strict=True)
    ]
    total = (
        fitted["pooled_location"].values[..., milestone]
        + fitted["study_shift"].values[..., studies]
        + fitted["study_domain_shift"].values[..., within]
        + fitted["instrument_shift"].values[..., instrument]
        + fitted["item_effect"].values[..., item]
        + fitted["country_milestone_effect"].values
        + fitted["leaf_effect"].values
    )
    np.testing.assert_allclose(total, fitted["location"].values, atol=1e-9)


@pytest.mark.sampling
def test_the_same_seed_gives_the_same_draws(fitted: xr.Dataset, world: World) -> None:
    again = fit(world.counts, spec=Spec(), sampling=SAMPLING)
    np.testing.assert_array_equal(again["location"], fitted["location"])
    np.testing.assert_array_equal(again["item_effect"], fitted["item_effect"])


@pytest.mark.sampling
def test_too_few_draws_are_refused_with_the_worst_parameters(world: World) -> None:
    short = Sampling(chains=2, draws=20, tune=20, seed=1)
    with pytest.raises(NotConverged, match=r"not to be trusted.*R-hat.*ESS") as caught:
        fit(world.counts, sampling=short)
    assert caught.value.diagnostics is not None
    assert caught.value.diagnostics["ess_bulk"].min() < 400


@pytest.mark.sampling
def test_unconverged_draws_come_marked_when_asked_for(world: World) -> None:
    short = Sampling(chains=2, draws=20, tune=20, seed=1)
    curves = fit(world.counts, sampling=short, allow_unconverged=True)
    assert curves.attrs["converged"] == "no"


@pytest.mark.sampling
def test_the_preview_is_close_and_says_what_it_is(
    fitted: xr.Dataset, world: World
) -> None:
    quick = preview(world.counts)
    assert quick.attrs["converged"] == "no"
    assert quick.attrs["method"] == "preview"
    full = fitted["location"].mean(("chain", "draw"))
    sd = fitted["location"].std(("chain", "draw"))
    off = (quick["location"].mean(("chain", "draw")) - full) / sd
    assert float(abs(off).max()) < 1.0


def test_milestones_of_one_population_are_counted_as_not_fitted() -> None:
    counts = make_world().counts
    only = counts["milestone"] == "milestone_0"
    one = counts[~only | (counts["population"] == "NLD-A")]
    quick = preview(one)
    assert "milestone_0" not in quick["milestone"].values


def test_nothing_to_fit_is_an_error_that_says_why() -> None:
    counts = make_world().counts
    with pytest.raises(EmptySelectionError, match=r"9 or more populations.*linked"):
        fit(counts, spec=Spec(min_populations=9))


def test_wrong_counts_are_refused_with_all_faults() -> None:
    counts = make_world().counts
    wrong = counts.assign(passed=counts["asked"] + 1, sex="girl")
    with pytest.raises(InvalidTableError, match="2 faults"):
        fit(wrong)


def test_all_pass_gives_a_curve_bounded_by_the_other_populations() -> None:
    counts = make_world().counts
    here = (counts["population"] == "NLD-A") & (counts["milestone"] == "milestone_3")
    counts.loc[here, "passed"] = counts.loc[here, "asked"]
    quick = preview(counts)
    assert bool(np.isfinite(quick["location"]).all())


def test_regressions_without_an_answer_say_why() -> None:
    counts = make_world().counts
    counts = counts[counts["milestone"] == "milestone_0"].copy()
    first = counts["population"] == "NLD-A"
    counts.loc[first, "passed"] = counts.loc[first, "asked"]
    table = logistic_regressions(counts).set_index("population")
    assert table.loc["NLD-A", "reason"] == "all pass"
    assert pd.isna(table.loc["NLD-A", "age_months"])
    assert table.drop("NLD-A")["reason"].eq("").all()
