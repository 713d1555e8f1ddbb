"""The posterior predictive check accepts the truth and refuses a wrong model."""

from __future__ import annotations

import pytest
import xarray as xr

from devnorms._base.errors import PoorFitError
from devnorms.models import posterior_predictive, refuse_poor_fit
from tests.models.conftest import World


@pytest.mark.sampling
def test_data_from_the_model_are_given_back(fitted: xr.Dataset, world: World) -> None:
    table = posterior_predictive(fitted, world.counts, level=0.9)
    inside = table["share_passing"].between(
        table["predicted_low"], table["predicted_high"]
    )
    assert inside.mean() > 0.8
    assert table["asked"].sum() == world.counts["asked"].sum()
    refuse_poor_fit(table)


@pytest.mark.sampling
def test_data_from_elsewhere_are_refused(fitted: xr.Dataset, world: World) -> None:
    counts = world.counts.copy()
    other = counts["population"] == "ZAF-A"
    counts.loc[other, "passed"] = counts.loc[other, "asked"] // 2
    table = posterior_predictive(fitted, counts, by_milestone=True)
    with pytest.raises(PoorFitError, match=r"ZAF-A: 0\.\d+.*wrong link"):
        refuse_poor_fit(table)
