"""DIF in months: against arithmetic by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from scipy.special import expit

from devnorms._base.errors import BadValueError, UnknownNameError
from devnorms.norms import dif_in_months
from devnorms.schema.dif import CENTRE

RISE = 8.0


def fitted(
    easier: np.ndarray, *, groups: tuple[str, ...] = ("girls", "zboys"),
    spread: float = 0.0, log_slope: float = 0.0,
) -> xr.Dataset:  # fmt: skip
    """One item with its centre at 12 months; draws x groups of what makes it easier."""
    number = easier.shape[1]
    ages = np.linspace(0.5, 60, 400)
    return xr.Dataset(
        {
            "easier": (("draw", "leaf"), easier),
            "log_slope": (("draw", "leaf"), np.full(easier.shape, log_slope)),
            "centre": ("item", [RISE * np.log(13)]),
            "reference_log_slope": ("item", [log_slope]),
            "asked": ("leaf", np.full(number, 100)),
            "passed": ("leaf", np.full(number, 60)),
            "low": ("leaf", np.full(number, 3.0)),
            "high": ("leaf", np.full(number, 30.0)),
        },
        coords={
            "item": ["walks"],
            "group": list(groups),
            "leaf_item": ("leaf", ["walks"] * number),
            "leaf_group": ("leaf", list(groups)),
        },
        attrs={
            "unit": 1.0,
            "prior": "mixture",
            "record": "{}",
            "growth": json.dumps(
                {
                    "age_months": ages.tolist(),
                    "match": (RISE * np.log1p(ages)).tolist(),
                    "sd": np.full(len(ages), spread or 1e-9).tolist(),
                }
            ),
        },
    )


def test_an_item_that_is_easier_is_passed_earlier_by_as_much_as_growth_says():
    table = dif_in_months(fitted(np.tile([0.8, 0.0], (50, 1))), shares=[0.5])
    row = table.iloc[0]
    by_hand = 13 * np.exp(-0.8 / RISE) - 13
    assert row["difference_months"] == pytest.approx(by_hand, abs=0.01)
    assert (row["group"], row["reference"]) == ("girls", "zboys")
    assert row["logits"] == pytest.approx(0.8)
    assert row["claim"] == "earlier"
    assert row["probability_beyond_threshold"] == 1.0
    assert row["support"] == "inside"


def test_at_ninety_percent_children_who_differ_are_averaged_over():
    spread, easier = 1.2, 0.6
    table = dif_in_months(fitted(np.tile([easier, 0.0], (9, 1)), spread=spread))
    row = table[table["share"] == 0.9].iloc[0]
    rng = np.random.default_rng(1)
    abilities = rng.normal(0, spread, 40_000)

    def age(shift: float) -> float:
        ages = np.linspace(5, 40, 3000)
        at = RISE * np.log1p(ages) - RISE * np.log(13) + shift
        share = np.array([expit(x + abilities).mean() for x in at[::20]])
        return float(np.interp(0.9, share, ages[::20]))

    expected = age(easier) - age(0.0)
    assert row["difference_months"] == pytest.approx(expected, abs=0.06)


def test_intervals_and_probabilities_are_those_of_the_draws():
    rng = np.random.default_rng(3)
    shift = rng.normal(0.5, 0.3, 4000)
    easier = np.column_stack([shift, np.zeros(4000)])
    row = dif_in_months(
        fitted(easier), shares=[0.5], threshold_months=0.5, level=0.8
    ).iloc[0]
    months = 13 * np.exp(-shift / RISE) - 13
    low, high = np.quantile(months, [0.1, 0.9])
    assert row["difference_months_low"] == pytest.approx(low, abs=0.02)
    assert row["difference_months_high"] == pytest.approx(high, abs=0.02)
    beyond = (np.abs(months) > 0.5).mean()
    assert row["probability_beyond_threshold"] == pytest.approx(beyond, abs=0.01)
    assert row["claim"] == "none"


def test_many_groups_are_laid_beside_their_mean_or_a_reference():
    easier = np.tile([0.6, 0.0, -0.6], (20, 1))
    fit = fitted(easier, groups=("a", "b", "c"))
    table = dif_in_months(fit, shares=[0.5]).set_index("group")
    assert set(table["reference"]) == {CENTRE}
    np.testing.assert_allclose(table["logits"], [0.6, 0.0, -0.6], atol=1e-9)
    assert table["difference_months"].sum() == pytest.approx(0, abs=1e-6)
    assert (table["asked_reference"] == 200).all()
    beside = dif_in_months(fit, shares=[0.5], reference="b").set_index("group")
    assert beside.index.tolist() == ["a", "c"]
    assert (beside["asked_reference"] == 100).all()


def test_a_slope_that_differs_moves_high_shares_more_than_the_middle():
    fit = fitted(np.zeros((30, 2)))
    fit["log_slope"][:, 0] = np.log(0.5)
    table = dif_in_months(fit).set_index("share")
    assert table.loc[0.5, "difference_months"] == pytest.approx(0, abs=1e-6)
    later = 13 * np.exp(2 * np.log(9) / RISE) - 13 * np.exp(np.log(9) / RISE)
    assert table.loc[0.9, "difference_months"] == pytest.approx(later, abs=0.03)
    assert table.loc[0.9, "slope_ratio"] == pytest.approx(0.5)


def test_an_age_outside_those_asked_is_marked():
    fit = fitted(np.zeros((5, 2)))
    fit["low"] = ("leaf", [14.0, 3.0])
    assert dif_in_months(fit, shares=[0.5])["support"].tolist() == ["before"]
    fit["passed"] = ("leaf", [100, 60])
    assert dif_in_months(fit, shares=[0.5])["support"].tolist() == ["no answer varies"]


def test_wrong_use_says_what_to_do():
    fit = fitted(np.zeros((5, 2)))
    with pytest.raises(UnknownNameError, match="Unknown group 'boys'"):
        dif_in_months(fit, reference="boys")
    with pytest.raises(BadValueError, match="'threshold_months' must be above zero"):
        dif_in_months(fit, threshold_months=0)
    with pytest.raises(BadValueError, match="'level' must be a share"):
        dif_in_months(fit, level=90)
