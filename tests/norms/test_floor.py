"""The floor is what two studies of one country differ by, on the same items."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.special import expit, logit

from devnorms._base.errors import BadValueError, EmptySelectionError
from devnorms.norms import floor
from devnorms.norms.effects import effects_of
from devnorms.norms.floor import EVERY, beside, same_country
from devnorms.simulate import Design, Population, Scales, Truth, draw_truth
from devnorms.simulate import simulate_curves as made
from tests.norms.worlds import milestones

WIDE = (
    Population("COL-A", "a", "COL", ("r", "s"), 0, 200),
    Population("COL-B", "b", "COL", ("r",), 0, 200),
    Population("JAM-A", "c", "JAM", ("t",), 0, 200),
    Population("JAM-B", "d", "JAM", ("t",), 0, 200),
    Population("NLD-A", "e", "NLD", ("r",), 0, 200),
)


def truth_of(*populations: Population, number: int = 9) -> Truth:
    """A world asked at all ages."""
    design = Design(populations, milestones(number, 6, 40))
    return draw_truth(rng=np.random.default_rng(8), design=design, scales=Scales())


@pytest.fixture(scope="module")
def truth() -> Truth:
    return truth_of(*WIDE)


@pytest.fixture(scope="module")
def curves(truth: Truth) -> xr.Dataset:
    return made(truth, rng=np.random.default_rng(8), sd=0, draws=3)


def log_ages(truth: Truth, population: str, instrument: str, share: float):
    """True log ages by milestone."""
    leaves = truth.leaves
    mine = leaves[
        (leaves["population"] == population) & (leaves["instrument"] == instrument)
    ].set_index("milestone")
    return mine["location"] + logit(share) / np.exp(mine["log_slope"])


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_medians_and_upper_values_are_those_of_the_true_ages(truth, curves, share):
    table = floor(curves, shares=[share]).set_index("population")
    gaps = {}
    for a, b, instrument in (("COL-A", "COL-B", "r"), ("JAM-A", "JAM-B", "t")):
        here = log_ages(truth, a, instrument, share)
        there = log_ages(truth, b, instrument, share)
        months = (np.exp(here) - np.exp(there)).abs()
        gaps[a] = (here - there).abs()
        row = table.loc[a]
        assert row["reference"] == b
        assert row["items"] == 9
        assert row["median_months"] == pytest.approx(np.median(months))
        assert row["upper_months"] == pytest.approx(np.quantile(months, 0.9))
        assert row["median_ratio"] == pytest.approx(np.median(gaps[a]))
        assert row["median_months_low"] == pytest.approx(row["median_months_high"])
    every = table.loc[EVERY]
    together = np.concatenate([gap.to_numpy() for gap in gaps.values()])
    assert every["items"] == 18
    assert every["median_ratio"] == pytest.approx(np.median(together))


def test_the_share_outside_counts_imports_that_flag_half_or_twice_too_many(
    truth, curves
):
    flagged = []
    leaves = truth.leaves[truth.leaves["instrument"] == "t"]
    a, b = (
        leaves[leaves["population"] == name].set_index("milestone")
        for name in ("JAM-A", "JAM-B")
    )
    for norm, children in ((a, b), (b, a)):
        limit = norm["location"] + np.log(9) / np.exp(norm["log_slope"])
        passed = expit(np.exp(children["log_slope"]) * (limit - children["location"]))
        flagged += (1 - passed).tolist()
    off = np.mean([not 0.05 <= late <= 0.2 for late in flagged])
    table = floor(curves, shares=[0.5]).set_index("population")
    assert 0 < off < 1
    assert table.loc["JAM-A", "outside"] == pytest.approx(off)


def test_only_studies_of_one_country_that_share_items_count(curves):
    pairs = same_country(effects_of(curves))
    assert [pair[:3] for pair in pairs] == [
        ("COL", "COL-A", "COL-B"),
        ("JAM", "JAM-A", "JAM-B"),
    ]
    # Items of the second Colombian instrument were asked in one study only.
    names = curves["leaf_instrument"].values[pairs[0].leaves]
    assert set(names) == {"r"}


def test_a_floor_without_a_country_is_that_of_the_others(curves):
    effects = effects_of(curves)
    table = floor(curves, shares=[0.5]).set_index("country")
    without = beside(effects, 0.5, "COL")
    assert without is not None
    assert without.median == pytest.approx(table.loc["JAM", "median_ratio"])
    assert without.upper == pytest.approx(table.loc["JAM", "upper_ratio"])
    assert without.pairs == ("JAM-A and JAM-B",)


def test_items_whose_age_lies_outside_the_ages_asked_do_not_count():
    early = [
        Population("COL-A", "a", "COL", ("r",), 0, 12),
        Population("COL-B", "b", "COL", ("r",), 0, 200),
    ]
    truth = truth_of(*early)
    curves = made(truth, rng=np.random.default_rng(8), sd=0, draws=3)
    inside = (np.expm1(log_ages(truth, "COL-A", "r", 0.5)) < 12).sum()
    assert 0 < inside < 9
    assert floor(curves, shares=[0.5])["items"].tolist() == [inside, inside]


def test_intervals_widen_with_the_scatter_of_the_draws(truth):
    widths = []
    for sd in (0.01, 0.05):
        curves = made(truth, rng=np.random.default_rng(9), sd=sd, draws=100)
        row = floor(curves, shares=[0.5]).set_index("country").loc[EVERY]
        assert row["median_months_low"] < row["median_months"]
        widths.append(row["median_months_high"] - row["median_months_low"])
    assert widths[1] > 2 * widths[0]


def test_no_country_with_two_studies_means_no_floor():
    lonely = truth_of(WIDE[1], WIDE[2], WIDE[4])
    curves = made(lonely, rng=np.random.default_rng(1))
    with pytest.raises(EmptySelectionError, match="there is no floor"):
        floor(curves)
    assert beside(effects_of(curves), 0.5) is None


@pytest.mark.parametrize("shares", [[0], [50], [], [0.5, 0.5]])
def test_shares_must_be_shares(curves, shares):
    with pytest.raises(BadValueError, match="shares"):
        floor(curves, shares=shares)
