"""
Posterior predictive check: the shares that the model gives back beside the observed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit

from devnorms._base.ages import log_age_from_days, months_from_days
from devnorms._base.checks import check_share
from devnorms._base.errors import PoorFitError
from devnorms.models.design import select_counts
from devnorms.schema.curves import check_curves

Floats = NDArray[np.float64]

AGE_EDGES_MONTHS = (
    0.0, 1.5, 3.0, 4.5, 6.0, 7.5, 9.0, 10.5, 12.0, 13.5, 15.0, 16.5, 18.0, 21.0, 24.0,
    27.0, 30.0, 33.0, 36.0, 42.0, 48.0, 60.0, 72.0, 96.0, 240.0,
)  # fmt: skip
INTERVAL = "posterior predictive, equal-tailed"
_DRAWS = 200
_CHUNK = 5000


def posterior_predictive(
    curves: xr.Dataset,
    counts: pd.DataFrame,
    *,
    level: float = 0.9,
    by_milestone: bool = False,
    seed: int = 0,
) -> pd.DataFrame:
    """
    Compare observed shares passing with replicated ones, by population and age.

    Each of 200 draws spread over the posterior gives one replicate of every cell of
    the counts (binomial, responses independent given the curves), summed within
    population and age bin.

    Parameters
    ----------
    curves : xarray.Dataset
        The fitted curves.
    counts : pandas.DataFrame
        The counts they were fitted to; what was not fitted is left out here too.
    level : float
        Level of the interval.
    by_milestone : bool
        One row per population, milestone and age bin; otherwise all milestones of a
        population together.
    seed : int
        Seed of the replicates.

    Returns
    -------
    pandas.DataFrame
        ``population, milestone`` (null: all together), ``age_months`` (mean of the
        bin), ``asked, share_passing`` (observed), ``predicted`` (median),
        ``predicted_low, predicted_high, interval, level``.

    Raises
    ------
    BadValueError
        If `level` is not a share.

    References
    ----------
    Gelman A, Meng X-L, Stern H. Posterior predictive assessment of model fitness via
    realized discrepancies. Statistica Sinica 1996;6:733-760.
    """
    check_share("level", level)
    check_curves(curves)
    cells = _fitted_cells(curves, counts)
    keys = ["population", *(["milestone"] if by_milestone else []), "bin"]
    groups = cells.groupby(keys, observed=True, sort=True)
    cells["group"] = groups.ngroup()
    replicated = _replicates(curves, cells, np.random.default_rng(seed))
    weighted = cells["age_days_mean"] * cells["asked"]
    table = groups[["asked", "passed"]].sum().reset_index()
    age_sum = weighted.groupby(cells["group"]).sum().to_numpy()
    asked = table["asked"].to_numpy(dtype=float)
    shares = replicated / asked
    tail = (1 - level) / 2
    low, middle, high = np.quantile(shares, [tail, 0.5, 1 - tail], axis=0)
    return pd.DataFrame(
        {
            "population": table["population"].astype(str),
            "milestone": table["milestone"].astype(str) if by_milestone else None,
            "age_months": months_from_days(age_sum / asked),
            "asked": table["asked"],
            "share_passing": table["passed"] / asked,
            "predicted": middle,
            "predicted_low": low,
            "predicted_high": high,
            "interval": INTERVAL,
            "level": level,
        }
    )


def refuse_poor_fit(
    predictive: pd.DataFrame, *, largest: float = 0.05, least_asked: int = 100
) -> None:
    """
    Raise when observed shares stray too far from what the model gives back.

    With hundreds of thousands of responses even a harmless misfit is significant, so
    the check is on its size: the mean absolute difference between the observed and the
    predicted share passing, over the age bins of a population, weighted by responses.

    Parameters
    ----------
    predictive : pandas.DataFrame
        See `posterior_predictive`.
    largest : float
        Largest mean absolute difference allowed for a population.
    least_asked : int
        Populations with fewer responses are not judged: chance alone may exceed it.

    Raises
    ------
    PoorFitError
        Naming the populations and how far off they are.
    """
    off = (predictive["share_passing"] - predictive["predicted"]).abs()
    total = predictive.groupby("population")["asked"].sum()
    mean = (off * predictive["asked"]).groupby(predictive["population"]).sum() / total
    bad = mean[(mean > largest) & (total >= least_asked)].sort_values(ascending=False)
    if not bad.empty:
        listed = "; ".join(f"{name}: {value:.3f}" for name, value in bad.items())
        raise PoorFitError(
            "The model does not give back the shares it was fitted to. Mean absolute "
            f"difference by population (allowed: {largest:g}): {listed}. Look at the "
            "posterior predictive check by milestone; an item that falls with age, or "
            "a wrong link, may be the cause."
        )


def _fitted_cells(curves: xr.Dataset, counts: pd.DataFrame) -> pd.DataFrame:
    """Give the cells whose leaf was fitted, with the leaf's place and the age bin."""
    cells = select_counts(counts, 1)
    place = {str(leaf): i for i, leaf in enumerate(curves["leaf"].values)}
    name = cells["population"].astype(str) + ":" + cells["item"].astype(str)
    cells = cells.assign(leaf=name.map(place))
    cells = cells[cells["leaf"].notna()].reset_index(drop=True)
    months = months_from_days(cells["age_days_mean"].to_numpy(dtype=float))
    cells["bin"] = np.digitize(months, AGE_EDGES_MONTHS)
    return cells.astype({"leaf": int})


def _replicates(
    curves: xr.Dataset, cells: pd.DataFrame, rng: np.random.Generator
) -> Floats:
    """Replicated passes by draw and group, of shape (draws, groups)."""
    location = curves["location"].stack(sample=("chain", "draw")).values
    log_slope = curves["log_slope"].stack(sample=("chain", "draw")).values
    chosen = np.linspace(0, location.shape[1] - 1, _DRAWS).astype(int)
    location, slope = location[:, chosen].T, np.exp(log_slope[:, chosen].T)
    log_age = log_age_from_days(cells["age_days_mean"].to_numpy(dtype=float))
    leaf, asked = cells["leaf"].to_numpy(), cells["asked"].to_numpy()
    group = cells["group"].to_numpy()
    total = np.zeros((_DRAWS, int(group.max()) + 1))
    for first in range(0, len(cells), _CHUNK):
        at = slice(first, first + _CHUNK)
        eta = slope[:, leaf[at]] * (log_age[at] - location[:, leaf[at]])
        passed = rng.binomial(asked[at], expit(eta))
        for draw in range(_DRAWS):
            total[draw] += np.bincount(group[at], passed[draw], total.shape[1])
    return total
