"""The floor under languages: pairs sorted by what lies between, months by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from devnorms._base.errors import (
    EmptySelectionError,
    OutsideSupportWarning,
    UnknownNameError,
)
from devnorms.norms import pass_ages
from devnorms.norms.language_floor import language_floor
from devnorms.simulate import describe_populations, draw_truth, simulate_curves

TAGS = {
    "COL-SIM-A": "es-CO", "COL-SIM-B": "es-CO", "CHN-SIM": "zh", "JAM-SIM": "en-JM",
    "ZAF-SIM": "en-ZA", "NLD-SIM": "nl",
}  # fmt: skip


@pytest.fixture(scope="module")
def curves() -> xr.Dataset:
    """Curves of six populations, in a few draws."""
    rng = np.random.default_rng(1)
    return simulate_curves(draw_truth(rng=rng), rng=rng, draws=30)


def spoken(tags: dict[str, str] | None = None) -> pd.DataFrame:
    """Cards of the populations, with their languages."""
    cards = describe_populations(draw_truth(rng=np.random.default_rng(1)).design)
    return cards.assign(languages=cards["population"].map(tags or TAGS))


def test_pairs_are_sorted_by_what_lies_between_them(curves: xr.Dataset) -> None:
    table = language_floor(curves, spoken()).set_index("between")
    assert table.loc["same form, another sample", "pairs"] == 1
    assert table.loc["same language, another dialect", "pairs"] <= 1
    assert table["pairs"].sum() <= 15
    assert "same dialect, another form" not in table.index


def test_months_are_those_between_the_ages_of_both(curves: xr.Dataset) -> None:
    two = {"COL-SIM-A": "es-CO", "COL-SIM-B": "es-CO"}
    cards = spoken().assign(languages=spoken()["population"].map(two))
    table = language_floor(curves, cards)
    with pytest.warns(OutsideSupportWarning):
        ages = pass_ages(curves, shares=(0.5,), pooled=False).table
    ages = ages[(ages["support"] == "within") & ages["population"].isin(list(two))]
    wide = ages.pivot(index="milestone", columns="population", values="age_months")
    gaps = (wide["COL-SIM-A"] - wide["COL-SIM-B"]).abs().dropna()
    assert table["differences"].tolist() == [len(gaps)]
    # Ours is the median of draws of the median, by hand it is that of medians.
    assert table["median_months"].iloc[0] == pytest.approx(gaps.median(), abs=0.6)
    assert table["median_months_low"].iloc[0] <= table["median_months"].iloc[0]


def test_a_population_of_two_languages_or_none_has_no_pair(curves: xr.Dataset) -> None:
    only = {**TAGS, "COL-SIM-B": "es-CO;en", "NLD-SIM": None}
    less = language_floor(curves, spoken(only))  # type: ignore[arg-type]
    assert "same form, another sample" not in set(less["between"])
    with pytest.raises(EmptySelectionError, match="known language"):
        language_floor(curves, spoken({"CHN-SIM": "zh"}))
    with pytest.raises(UnknownNameError, match="described population"):
        language_floor(curves, spoken().head(2))
