"""Worlds with known norms, small enough to work out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from devnorms.simulate import (
    Design,
    Population,
    Truth,
    describe_populations,
    draw_truth,
    simulate_curves,
)

WIDE = (
    Population("NLD-X", "x", "NLD", ("ddi",), 0, 200),
    Population("COL-Y", "y", "COL", ("by3", "bat"), 0, 200),
    Population("COL-Z", "z", "COL", ("by3",), 0, 200),
)
MILESTONES = {
    "walks_alone": ("gross_motor", 12.0),
    "runs": ("gross_motor", 17.0),
    "says_two_words": ("language", 14.0),
}


@pytest.fixture(scope="session")
def truth() -> Truth:
    """Three populations, asked at all ages up to 200 months."""
    return draw_truth(rng=np.random.default_rng(4), design=Design(WIDE, MILESTONES))


@pytest.fixture(scope="session")
def curves(truth: Truth) -> xr.Dataset:
    """Curves scattered around the truth."""
    return simulate_curves(truth, rng=np.random.default_rng(5), draws=100)


@pytest.fixture(scope="session")
def exact(truth: Truth) -> xr.Dataset:
    """Curves that are the truth in every draw."""
    curves = simulate_curves(truth, rng=np.random.default_rng(5), sd=0, draws=2)
    for name in ("pooled_location", "pooled_log_slope"):
        assert np.ptp(curves[name].values, axis=(0, 1)).max() == 0
    return curves


@pytest.fixture(scope="session")
def people(truth: Truth) -> pd.DataFrame:
    """Who was sampled: nobody."""
    return describe_populations(truth.design)
