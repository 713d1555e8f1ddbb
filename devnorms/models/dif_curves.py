"""
Heavy-tailed shifts of milestones in countries, from a fit that took them as normal.

In the curve model the shifts of a milestone in a country are normal and are integrated
out, which is what makes it fast. Here their posterior is taken apart again: what the
answers say is what the posterior says less what the normal prior said, and any other
prior is put in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from devnorms._base.ages import months_from_log_age
from devnorms._base.checks import check_share
from devnorms._base.errors import EmptySelectionError, InvalidTableError
from devnorms.models.dif_hyper import Hyper, hyper_of
from devnorms.models.dif_leaves import GRID, STEP, UNIT
from devnorms.models.dif_priors import Family, family_of
from devnorms.schema.curves import check_curves

Floats = NDArray[np.float64]

_TINY = 1e-300
_LEAST_INFORMATION = 0.05
"""Posterior precision over prior precision, less one, below which a shift is not told
from its prior."""
_NEEDED = ("country_milestone_effect", "sd_country_milestone", "pooled_location")


def reshaped_shifts(
    curves: xr.Dataset,
    *,
    prior: str = "student",
    level: float = 0.9,
    seed: int = 20261124,
) -> pd.DataFrame:
    """
    Give the shifts of milestones in countries under another prior than the normal one.

    Parameters
    ----------
    curves : xarray.Dataset
        From `devnorms.fit`.
    prior : str
        ``"normal", "student", "mixture"`` or ``"horseshoe"``.
    level : float
        Level of the intervals.
    seed : int
        Seed.

    Returns
    -------
    pandas.DataFrame
        One row per country and milestone, the largest shift first: ``country,
        milestone, shift_months`` at 50 % (positive: later than the milestone's centre)
        with ``_low`` and ``_high``, ``normal_months`` (posterior mean of the fit),
        ``information`` (posterior over prior precision, less one), ``interval,
        level``. ``attrs``: ``prior, log_evidence`` (to compare priors on one fit),
        ``pareto_k``.

    Raises
    ------
    InvalidTableError
        If the curves hold no such effects.
    EmptySelectionError
        If the answers say nothing of any shift.
    NotConverged
        If the posterior of the prior's scales could not be drawn.

    Notes
    -----
    Shifts are taken as independent given the fit, and their likelihoods as normal.
    """
    check_share("level", level)
    check_curves(curves)
    missing = [name for name in _NEEDED if name not in curves]
    if missing:
        raise InvalidTableError(
            f"Curves: {', '.join(missing)} are missing. Use curves as dn.fit gives "
            "them."
        )
    means = _Means.of(curves, family_of(prior))
    rng = np.random.default_rng(seed)
    hyper = hyper_of(means, 100, rng)
    table = _table(means, hyper, level)
    table.attrs = {
        "prior": prior,
        "log_evidence": hyper.log_evidence,
        "pareto_k": hyper.pareto_k,
        "scales": {
            name: float(np.mean([means.family.natural(z)[name] for z in hyper.draws]))
            for name in means.family.natural(hyper.mode)
        },
    }
    return table


@dataclass(frozen=True, eq=False)
class _Means:
    """Normal likelihoods of shifts, logits of a typical item, and their prior."""

    family: Family
    where: pd.DataFrame
    value: Floats
    error: Floats

    @classmethod
    def of(cls, curves: xr.Dataset, family: Family) -> _Means:
        """Divide the normal prior out of the posterior of each shift."""
        milestone = curves["leaf_milestone"].values.astype(str)
        names = curves["population"].values.astype(str)
        country_of = dict(
            zip(names, curves["population_country"].values.astype(str), strict=True)
        )
        country = [country_of[str(p)] for p in curves["leaf_population"].values]
        leaves = pd.DataFrame({"country": country, "milestone": milestone})
        first = ~leaves.duplicated().to_numpy()
        effect = curves["country_milestone_effect"].values.astype(float)
        drawn = effect.reshape(-1, effect.shape[-1])[:, first]
        prior = float(np.mean(curves["sd_country_milestone"].values ** 2))
        mean, variance = drawn.mean(axis=0), drawn.var(axis=0)
        pooled = curves["pooled_location"].values.astype(float)
        centre = pooled.reshape(-1, pooled.shape[-1]).mean(axis=0)
        at = pd.Series(centre, index=curves["milestone"].values.astype(str))
        where = leaves[first].assign(
            centre=at.reindex(leaves.loc[first, "milestone"]).to_numpy(),
            normal=mean,
            information=prior / variance - 1,
        )
        told = where["information"].to_numpy() > _LEAST_INFORMATION
        if not told.any():
            raise EmptySelectionError(
                "The answers say nothing of how milestones shift between countries: "
                "all shifts come from their prior."
            )
        precision = 1 / variance[told] - 1 / prior
        unit = UNIT["age"]
        return cls(
            family,
            where[told].reset_index(drop=True),
            unit * mean[told] / variance[told] / precision,
            unit / np.sqrt(precision),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Hyper-parameters of the family."""
        return self.family.hyper

    @property
    def centre(self) -> Floats:
        """Prior means of the hyper-parameters."""
        return np.array(self.family.centre)

    @property
    def spread(self) -> Floats:
        """Prior standard deviations of the hyper-parameters."""
        return np.array(self.family.spread)

    @cached_property
    def likelihood(self) -> Floats:
        """Density of what was found, for each shift: shifts x grid."""
        away = (self.value[:, None] - GRID) / self.error[:, None]
        scale = self.error[:, None] * np.sqrt(2 * np.pi)
        return np.asarray(np.exp(-0.5 * away**2) / scale)

    def weights(self, z: Floats) -> Floats:
        """
        Give prior times likelihood: shifts x grid.

        Parameters
        ----------
        z : numpy.ndarray
            Hyper-parameters.
        """
        edges = np.append(GRID - STEP / 2, GRID[-1] + STEP / 2)
        return np.asarray(self.likelihood * np.diff(self.family.cdf(edges, z)))

    def log_posterior(self, z: Floats) -> float:
        """
        Give the log of prior times likelihood of hyper-parameters.

        Parameters
        ----------
        z : numpy.ndarray
            Hyper-parameters.
        """
        away = (z - self.centre) / self.spread
        if np.abs(away).max(initial=0.0) > 6:
            return -np.inf
        each = np.log(np.maximum(self.weights(z).sum(axis=1), _TINY))
        return float(each.sum() - 0.5 * (away**2).sum())


def _table(means: _Means, hyper: Hyper, level: float) -> pd.DataFrame:
    """Average over the hyper-parameters, and read medians and ends off the grid."""
    weight = np.zeros_like(means.likelihood)
    for z in hyper.draws:
        one = means.weights(z)
        weight += one / np.maximum(one.sum(axis=1, keepdims=True), _TINY)
    total = np.cumsum(weight, axis=1) / weight.sum(axis=1, keepdims=True)
    ends = (0.5 - level / 2, 0.5, 0.5 + level / 2)
    edges = GRID + STEP / 2
    found = np.array([[np.interp(end, row, edges) for end in ends] for row in total])
    where = means.where
    centre = where["centre"].to_numpy()[:, None]
    months = months_from_log_age(centre + found / UNIT["age"])
    months -= months_from_log_age(centre)
    normal = months_from_log_age(where["centre"] + where["normal"])
    table = where[["country", "milestone"]].assign(
        shift_months=months[:, 1],
        shift_months_low=months[:, 0],
        shift_months_high=months[:, 2],
        normal_months=normal - months_from_log_age(where["centre"]),
        information=where["information"],
        interval="equal-tailed",
        level=level,
    )
    order = table["shift_months"].abs().sort_values(ascending=False).index
    return table.loc[order].reset_index(drop=True)
