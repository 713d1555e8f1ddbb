"""
Shares passing by age: the finished tables that figures of curves are drawn from.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import xarray as xr

from devnorms._base.checks import check_share
from devnorms._base.errors import BadValueError
from devnorms.norms import asked
from devnorms.norms.draws import INTERVAL, share_table
from devnorms.schema.curves import check_curves


def shares_passing(
    curves: xr.Dataset,
    ages_months: Sequence[float],
    *,
    level: float = 0.9,
    milestones: Sequence[str] | None = None,
    pooled: bool = True,
) -> pd.DataFrame:
    """
    Share passing at each age, per population and milestone, with an interval.

    Parameters
    ----------
    curves : xarray.Dataset
        See `devnorms.schema.curves.check_curves`.
    ages_months : sequence of float
        Ages in months, 0 or more.
    level : float
        Probability in the equal-tailed interval.
    milestones : sequence of str, optional
        Which milestones; all without it.
    pooled : bool
        Whether to add the centre of the populations.

    Returns
    -------
    pandas.DataFrame
        One row per population, milestone and age: ``population, country, milestone,
        domain, asked, passed, items, support_low_months, support_high_months,
        age_months, share_passing`` (posterior median), ``share_passing_low,
        share_passing_high, interval, level, within_support`` (whether children were
        asked at that age; for the centre: in any population).

    Raises
    ------
    BadValueError
        If an age is negative or not a number, or the level is not a share.
    UnknownNameError
        If a milestone is not in the curves.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth, simulate_curves
    >>> rng = np.random.default_rng(1)
    >>> curves = simulate_curves(draw_truth(rng=rng), rng=rng)
    >>> table = shares_passing(curves, [6, 12, 18], milestones=["walks_alone"])
    >>> len(table)
    21
    """
    check_curves(curves)
    ages = _check_ages(ages_months)
    check_share("level", level)
    parts = [asked.cells(curves, milestones)]
    if pooled:
        parts.append(asked.centres(curves, parts[0]))
    return pd.concat([_table(part, ages, level) for part in parts], ignore_index=True)


def item_shares_passing(
    curves: xr.Dataset,
    ages_months: Sequence[float],
    *,
    level: float = 0.9,
    milestones: Sequence[str] | None = None,
) -> pd.DataFrame:
    """
    Share passing at each age, per item and population, with an interval.

    Parameters
    ----------
    curves : xarray.Dataset
        See `devnorms.schema.curves.check_curves`.
    ages_months : sequence of float
        Ages in months, 0 or more.
    level : float
        Probability in the equal-tailed interval.
    milestones : sequence of str, optional
        Which milestones; all without it.

    Returns
    -------
    pandas.DataFrame
        One row per leaf and age: ``leaf, item, population, milestone, instrument,
        asked, passed, support_low_months, support_high_months, age_months,
        share_passing, share_passing_low, share_passing_high, interval, level,
        within_support``.

    Raises
    ------
    BadValueError
        If an age is negative or not a number, or the level is not a share.
    UnknownNameError
        If a milestone is not in the curves.
    """
    check_curves(curves)
    ages = _check_ages(ages_months)
    check_share("level", level)
    return _table(asked.leaves(curves, milestones), ages, level)


def _check_ages(ages_months: Sequence[float]) -> tuple[float, ...]:
    """Ages in months, at least one, none negative."""
    ages = tuple(float(age) for age in ages_months)
    if not ages or not all(0 <= age < float("inf") for age in ages):
        raise BadValueError.parameter(
            "ages_months", "one or more ages in months, 0 or more", ages_months
        )
    return ages


def _table(part: asked.Asked, ages: tuple[float, ...], level: float) -> pd.DataFrame:
    """Put what is known of each curve beside its shares."""
    found = share_table(part.location, part.log_slope, ages, level)
    rows = part.rows.take(found["curve"].to_numpy()).reset_index(drop=True)
    table = pd.concat([rows, found.drop(columns="curve")], axis=1)
    within = table["age_months"].between(
        table["support_low_months"], table["support_high_months"]
    )
    return table.assign(interval=INTERVAL, level=level, within_support=within)
