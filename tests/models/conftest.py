"""One small world, simulated with known norms and fitted once for all tests here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from devnorms.models import Sampling, Spec, fit

STUDIES = {"NLD-A": "NLD", "NLD-B": "NLD", "ZAF-A": "ZAF", "COL-A": "COL"}
AGES_DAYS = np.arange(60, 1100, 30)
SAMPLING = Sampling(chains=4, draws=500, tune=400, seed=7, cores=2)


@dataclass(frozen=True)
class World:
    """The truth and the counts drawn from it."""

    leaves: pd.DataFrame
    counts: pd.DataFrame


def make_world(children_per_age: int = 12, seed: int = 3) -> World:
    """Eight milestones of two domains in four studies; true curves of every leaf."""
    rng = np.random.default_rng(seed)
    study_shift = dict(zip(STUDIES, (-0.06, 0.0, 0.1, -0.04), strict=True))
    milestones = np.linspace(1.9, 3.2, 8)
    rows = []
    for m, middle in enumerate(milestones):
        for study, country in STUDIES.items():
            rows.append(
                {
                    "population": study,
                    "study": study.lower(),
                    "country": country,
                    "item": f"i{country}{m}",
                    "milestone": f"milestone_{m}",
                    "domain": "gross_motor" if m < 4 else "language",
                    "instrument": f"i{country}"[:3].lower(),
                    "location": middle + study_shift[study] + 0.1 * rng.normal(),
                    "log_slope": 2.1 + 0.2 * rng.normal(),
                }
            )
    leaves = pd.DataFrame(rows)
    cells = leaves.merge(
        pd.DataFrame({"age_days_low": AGES_DAYS.astype(float)}), "cross"
    )
    log_age = np.log1p(cells["age_days_low"] / 30.4375)
    eta = np.exp(cells["log_slope"]) * (log_age - cells["location"])
    cells["asked"] = children_per_age
    cells["passed"] = rng.binomial(children_per_age, 1 / (1 + np.exp(-eta)))
    counts = cells.assign(
        sex="unknown",
        age_days_high=cells["age_days_low"],
        age_days_mean=cells["age_days_low"],
    ).drop(columns=["location", "log_slope"])
    return World(leaves, counts)


@pytest.fixture(scope="session")
def world() -> World:
    """The small world."""
    return make_world()


@pytest.fixture(scope="session")
def fitted(world: World) -> xr.Dataset:
    """The small world, fitted for real."""
    return fit(world.counts, spec=Spec(), sampling=SAMPLING)
