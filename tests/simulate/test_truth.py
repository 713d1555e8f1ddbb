"""Made-up worlds: known exactly, and different only where a scale is above zero."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy.optimize import brentq

from devnorms._base.errors import BadValueError
from devnorms.schema.curves import check_curves
from devnorms.schema.populations import check_populations
from devnorms.simulate import (
    Design,
    Population,
    Scales,
    Truth,
    describe_populations,
    draw_truth,
    simulate_curves,
)

FLAT = Scales(**dict.fromkeys((f.name for f in dataclasses.fields(Scales)), 0.0))


def _draw(scales: Scales | None = None, seed: int = 3) -> Truth:
    return draw_truth(rng=np.random.default_rng(seed), scales=scales)


def test_without_any_effect_every_population_passes_at_the_age_given():
    ages = _draw(dataclasses.replace(FLAT, log_slope=2.0)).pass_ages([0.5])
    given = {name: age for name, (_, age) in Design().milestones.items()}
    assert ages["age_months"].to_numpy() == pytest.approx(ages["milestone"].map(given))


def test_an_age_at_a_share_is_the_root_of_the_curve():
    truth = _draw()
    leaf = truth.leaves.iloc[5]

    def beyond(age: float) -> float:
        logit = math.exp(leaf["log_slope"]) * (math.log1p(age) - leaf["location"])
        return 1 / (1 + math.exp(-logit)) - 0.9

    ages = truth.item_ages([0.9])
    found = ages.loc[ages["leaf"] == leaf["leaf"], "age_months"].item()
    assert found == pytest.approx(brentq(beyond, 0.1, 200), rel=1e-8)


def test_a_milestone_is_the_mean_over_a_populations_items():
    truth = _draw()
    two = truth.leaves[
        (truth.leaves["population"] == "COL-SIM-A")
        & (truth.leaves["milestone"] == "walks_alone")
    ]
    assert len(two) == 2
    means = truth.milestone_means().set_index(["population", "milestone"])
    row = means.loc[("COL-SIM-A", "walks_alone")]
    assert row["items"] == 2
    assert row["location"] == pytest.approx(two["location"].sum() / 2)
    assert row["log_slope"] == pytest.approx(two["log_slope"].sum() / 2)


@pytest.mark.parametrize(
    ("scale", "keys"),
    [
        ("item", ["item"]),
        ("milestone_country", ["milestone", "country"]),
        ("leaf", ["leaf"]),
        ("study", ["study"]),
        ("study_domain", ["study", "domain"]),
        ("instrument_domain", ["instrument", "domain"]),
    ],
)
def test_each_effect_is_shared_by_its_level_and_by_nothing_else(scale, keys):
    leaves = _draw(dataclasses.replace(FLAT, **{scale: 0.3})).leaves
    shift = (leaves["location"] - leaves["centre"]).round(12)
    levels = shift.groupby([leaves[key] for key in keys])
    assert (levels.nunique() == 1).all()
    assert levels.first().nunique() == levels.ngroups
    assert leaves["log_slope"].nunique() == 1


def test_the_spread_of_an_effect_is_the_scale_it_was_drawn_with():
    populations = tuple(
        Population(f"P{i}", f"s{i}", "NLD", (f"r{i}",)) for i in range(400)
    )
    truth = draw_truth(
        rng=np.random.default_rng(1),
        design=Design(populations),
        scales=dataclasses.replace(FLAT, item=0.2),
    )
    spread = (truth.leaves["location"] - truth.leaves["centre"]).std()
    assert spread == pytest.approx(0.2, rel=0.05)  # 3200 draws: SE 1.3 %


def test_studies_sum_to_zero_so_that_the_centre_is_the_centre():
    leaves = _draw().leaves.drop_duplicates("study")
    assert leaves["study_effect"].sum() == pytest.approx(0, abs=1e-12)
    assert leaves["slope_study"].sum() == pytest.approx(0, abs=1e-12)


def test_the_same_seed_gives_the_same_world_and_another_another():
    assert _draw(seed=1).leaves.equals(_draw(seed=1).leaves)
    assert not _draw(seed=1).leaves.equals(_draw(seed=2).leaves)


@pytest.mark.parametrize(
    ("design", "words"),
    [
        (Design(populations=()), "at least one population and one milestone"),
        (Design(milestones={}), "at least one population and one milestone"),
        (Design((Population("A", "a", "NLD", ("x",)),) * 2), "different ids"),
        (Design((Population("A", "a", "NLD", ()),)), "with an instrument"),
        (
            Design((Population("A", "a", "NLD", ("x",), 9, 9),)),
            "from_months < until_months",
        ),
    ],
)
def test_a_world_that_cannot_be_is_refused(design, words):
    with pytest.raises(BadValueError, match=words):
        draw_truth(rng=np.random.default_rng(1), design=design)


def test_made_up_populations_say_that_nobody_was_sampled():
    table = check_populations(describe_populations(Design()))
    assert table["who"].str.contains("nobody was sampled").all()
    assert (table["sampling"] == "unknown").all()


def test_made_up_curves_are_valid_and_without_scatter_are_the_truth():
    truth = _draw()
    curves = check_curves(simulate_curves(truth, rng=np.random.default_rng(1), sd=0))
    assert curves["location"].std().item() > 0
    assert np.ptp(curves["location"].values, axis=(0, 1)).max() == 0
    means = truth.milestone_means().set_index(["population", "milestone"])
    found = curves["milestone_location"].isel(chain=0, draw=0).to_series()
    assert found.to_numpy() == pytest.approx(means["location"].reindex(found.index))


def test_made_up_curves_scatter_as_told():
    rng = np.random.default_rng(1)
    curves = simulate_curves(_draw(), rng=rng, sd=0.05, draws=500)
    spread = curves["location"].std(("chain", "draw")).mean().item()
    assert spread == pytest.approx(0.05, rel=0.02)


def test_made_up_curves_say_that_nothing_was_fitted():
    curves = simulate_curves(_draw(), rng=np.random.default_rng(1))
    assert "nothing was fitted" in curves.attrs["method"]
    assert "simulated" in curves.attrs["record"]


def test_ages_asked_are_those_of_the_population():
    curves = simulate_curves(_draw(), rng=np.random.default_rng(1))
    row = curves.sel(population="JAM-SIM")
    assert (row["support_low_months"] == 9).all()
    assert (row["support_high_months"] == 48).all()
    assert (row["passed"] <= row["asked"]).all()
