"""
A stand-in for the sampler: each item of a population fitted by itself in milliseconds.

Used to test what the workflow does with curves, not the curves.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import expit

from devnorms._base.ages import log_age_from_days, months_from_days
from devnorms._base.provenance import Record
from devnorms.models.spec import Sampling, Spec
from devnorms.simulate import Design, Scales, Truth, simulate_curves


@dataclass
class QuickModels:
    """
    Fits like `devnorms.models`, only roughly.

    Attributes
    ----------
    seconds : float
        How long to pretend to work.
    shift : float
        Added to every location: a fit that is not the same any more.
    """

    seconds: float = 0.0
    shift: float = 0.0
    fits: int = 0

    def fit(
        self,
        counts: pd.DataFrame,
        *,
        spec: Spec,  # noqa: ARG002  (as the real one)
        sampling: Sampling,
        progress: Callable[[int, int], None] | None,
    ) -> xr.Dataset:
        """Give draws around each leaf's own logistic curve."""
        self.fits += 1
        time.sleep(self.seconds)
        if progress is not None:
            progress(1, 1)
        leaves = pd.DataFrame(
            [_leaf(cells) for _, cells in counts.groupby(["population", "item"])]
        )
        means = leaves.groupby(["milestone", "domain"], as_index=False)
        centres = means[["location", "log_slope"]].mean()
        truth = Truth(leaves, centres, Design(), Scales())
        rng = np.random.default_rng(sampling.seed)
        curves = simulate_curves(truth, rng=rng, draws=sampling.draws)
        for name in ("location", "milestone_location", "pooled_location"):
            curves[name] = curves[name] + self.shift
        record = Record.from_json(counts.attrs["record"])
        curves.attrs["record"] = replace(record, seed=sampling.seed).to_json()
        return curves

    def posterior_predictive(
        self,
        curves: xr.Dataset,  # noqa: ARG002  (as the real one)
        counts: pd.DataFrame,
    ) -> pd.DataFrame:
        """Give the observed shares back as if they had been predicted."""
        keys = ["population", "milestone"]
        table = counts.groupby(keys, as_index=False)[["asked", "passed"]].sum()
        share = table.pop("passed") / table["asked"]
        ages = counts.groupby(keys)["age_days_mean"].mean().to_numpy()
        return table.assign(
            age_months=months_from_days(ages),
            share_passing=share,
            predicted=share,
            predicted_low=share - 0.01,
            predicted_high=share + 0.01,
            interval="equal-tailed",
            level=0.9,
        )


def _leaf(cells: pd.DataFrame) -> dict[str, object]:
    """Fit one leaf by a few Newton steps, held back by a weak prior."""
    first = cells.iloc[0]
    age = log_age_from_days(cells["age_days_mean"])
    asked, passed = cells["asked"].to_numpy(), cells["passed"].to_numpy()
    start = np.array([-8 * age.mean(), 8.0])
    prior = np.diag([0.01, 0.1])
    design = np.column_stack([np.ones_like(age), age])
    beta = start.copy()
    for _ in range(25):
        share = expit(design @ beta)
        score = design.T @ (passed - asked * share) - prior @ (beta - start)
        weight = asked * share * (1 - share)
        beta += np.linalg.solve(design.T @ (weight[:, None] * design) + prior, score)
        beta[1] = np.clip(beta[1], 1, 30)
    months = months_from_days(cells["age_days_mean"])
    return {
        "leaf": f"{first['population']}:{first['item']}",
        **first[
            ["item", "population", "study", "country", "milestone", "domain"]
        ].to_dict(),
        "instrument": first["instrument"],
        "from_months": float(months.min()),
        "until_months": float(months.max()),
        "location": -beta[0] / beta[1],
        "log_slope": float(np.log(beta[1])),
    }
