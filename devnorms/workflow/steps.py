"""
From counts to a report: the rooms joined in the order in which data flow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from devnorms.workflow.analysis import Analysis
from devnorms.workflow.entering import Entering
from devnorms.workflow.watching import Clock

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from devnorms.models.spec import Sampling, Spec
    from devnorms.schema.norms import NormSet

STEP_MONTHS = 0.5
"""Curves are drawn from ages this far apart."""


class Models(Protocol):
    """What is needed of the room `devnorms.models`; a test may bring another."""

    def fit(
        self,
        counts: pd.DataFrame,
        *,
        spec: Spec,
        sampling: Sampling,
        progress: Callable[[int, int], None] | None,
    ) -> xr.Dataset:
        """
        Fit the curves.

        Parameters
        ----------
        counts : pandas.DataFrame
            See `devnorms.schema.counts`.
        spec : devnorms.models.spec.Spec
            The model.
        sampling : devnorms.models.spec.Sampling
            The sampler's settings.
        progress : callable, optional
            Called with draws done and draws in all.
        """

    def posterior_predictive(
        self, curves: xr.Dataset, counts: pd.DataFrame, *, level: float
    ) -> pd.DataFrame:
        """
        Say how well the curves give the data back.

        Parameters
        ----------
        curves : xarray.Dataset
            What `fit` gave.
        counts : pandas.DataFrame
            What it was given.
        level : float
            Level of the intervals.
        """

    def refuse_poor_fit(self, predictive: pd.DataFrame) -> None:
        """
        Raise where the curves do not give the data back.

        Parameters
        ----------
        predictive : pandas.DataFrame
            What `posterior_predictive` gave.
        """


@dataclass(frozen=True, eq=False)
class Made:
    """
    What the steps made.

    Attributes
    ----------
    curves : xarray.Dataset
        The draws.
    norms : NormSet
        The norms.
    shares, predictive, published : pandas.DataFrame
        Share passing by age; the posterior predictive check; our ages beside
        published ones.
    """

    curves: xr.Dataset
    norms: NormSet
    shares: pd.DataFrame
    predictive: pd.DataFrame
    published: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give every table of results by name."""
        return {
            "norms": self.norms.table,
            "shares": self.shares,
            "predictive": self.predictive,
            "published": self.published,
        }


def compute(
    analysis: Analysis, entering: Entering, models: Models, clock: Clock
) -> Made:
    """
    Fit, check and make norms; nothing is written.

    Parameters
    ----------
    analysis : Analysis
        All choices.
    entering : Entering
        The tables to start from.
    models : Models
        The room `devnorms.models`.
    clock : Clock
        Times the steps and tells its watcher.

    Returns
    -------
    Made

    Raises
    ------
    NotConverged
        If the draws are not to be trusted.
    PoorFitError
        If the curves do not give the data back.
    """
    from devnorms import norms

    wanted = analysis.norms
    with clock.step("fit", "fitting the curves"):
        curves = models.fit(
            entering.counts,
            spec=analysis.model,
            sampling=analysis.sampling,
            progress=clock.watcher.advance,
        )
    with clock.step("check", "comparing the fit with the data"):
        predictive = models.posterior_predictive(
            curves, entering.counts, level=wanted.level
        )
        models.refuse_poor_fit(predictive)
    with clock.step("norms", "finding the ages at which shares pass"):
        made = norms.pass_ages(
            curves, entering.populations, shares=wanted.shares, level=wanted.level
        )
        named = made.with_card(title=analysis.title)
        shares = norms.shares_passing(curves, ages_drawn(curves), level=wanted.level)
        published = norms.compare_published(named, curves, *_published())
    return Made(curves, named, shares, predictive, published)


def _published() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give published figures in their own words, and the links to our milestones."""
    from devnorms import sources

    figures = sources.published()
    links = figures[["published_name", "milestone"]].drop_duplicates("published_name")
    in_their_words = figures.assign(
        milestone=figures["published_name"],
        country_iso3=figures["country"],
        source=figures["citation"],
    )
    return in_their_words, links.rename(
        columns={"published_name": "published_milestone"}
    )


def ages_drawn(curves: xr.Dataset) -> list[float]:
    """
    Ages at which curves are drawn: from birth to where the data end.

    Parameters
    ----------
    curves : xarray.Dataset
        See `devnorms.schema.curves`.

    Returns
    -------
    list of float
        In months.
    """
    import numpy as np

    last = float(curves["support_high_months"].max()) + STEP_MONTHS
    return [float(age) for age in np.arange(0, last + STEP_MONTHS, STEP_MONTHS)]
