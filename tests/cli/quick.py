"""
A stand-in for the sampler: `devnorms.models.preview`, passed off as converged.

Used to test what the workflow does with curves, not the curves; the sampler itself is
behind the tests marked `sampling`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from devnorms import models
from devnorms.models.spec import Sampling, Spec


@dataclass
class QuickModels:
    """
    Fits in a second.

    Attributes
    ----------
    seconds : float
        How long to pretend to work.
    shift : float
        Added to every location: a fit that is not the same any more.
    fits : int
        How often it was asked to fit.
    """

    seconds: float = 0.0
    shift: float = 0.0
    fits: int = 0

    def fit(
        self,
        counts: pd.DataFrame,
        *,
        spec: Spec,
        sampling: Sampling,
        progress: Callable[[int, int], None] | None,
    ) -> xr.Dataset:
        """Give draws of a normal approximation."""
        self.fits += 1
        time.sleep(self.seconds)
        draws = sampling.settled(100).draws
        if progress is not None:
            progress(draws, draws)
        curves = models.preview(counts, spec=spec, draws=draws, seed=sampling.seed)
        for name in ("location", "milestone_location", "pooled_location"):
            curves[name] = curves[name] + self.shift
        curves.attrs["converged"] = "yes"
        return curves

    def posterior_predictive(
        self, curves: xr.Dataset, counts: pd.DataFrame, *, level: float
    ) -> pd.DataFrame:
        """Compare the draws with the data; this is the real one."""
        return models.posterior_predictive(curves, counts, level=level)

    def refuse_poor_fit(self, predictive: pd.DataFrame) -> None:
        """Look whether the data come back; this is the real one."""
        models.refuse_poor_fit(predictive)
