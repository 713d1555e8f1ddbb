"""
What two studies of one country do to each other on the same items.

Whatever one study's norm flags of the other's children is not culture, nor language,
nor wording: it is samples, years, assessors and chance. A figure about two countries
says nothing of countries until it leaves this range.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from devnorms._base.ages import months_from_log_age
from devnorms._base.checks import check_share
from devnorms.norms import asked
from devnorms.norms.draws import INTERVAL
from devnorms.norms.judged import CurveDraws, flagged, judged_share, reach, three
from devnorms.schema.curves import check_curves
from devnorms.schema.imported import FLAGS

_MIDDLE = 0.9
COLUMNS = (
    "reference", "population", "country", "item", "milestone", "flag", "share",
    "flagged", "flagged_low", "flagged_high", "interval", "level", "reference_asked",
    "asked", "reach",
)  # fmt: skip


class Floor(NamedTuple):
    """
    Range of shares flagged between studies of one country.

    Attributes
    ----------
    low, high : float
        Between them lie the middle 90 % of the comparisons' posterior medians; NaN
        where no country has two studies that share items.
    comparisons : int
        How many: item x pair of studies x direction, where the data reach.
    """

    low: float
    high: float
    comparisons: int

    def places(self, low: np.ndarray, high: np.ndarray) -> list[str]:
        """Say where intervals lie: beyond the floor, within it, or across its edge."""
        if not self.comparisons:
            return ["no floor"] * len(low)
        words = np.select(
            [
                (low > self.high) | (high < self.low),
                (low >= self.low) & (high <= self.high),
            ],
            ["beyond", "within"],
            "unclear",
        )
        return [str(word) for word in words]


def same_country_flags(
    curves: xr.Dataset,
    *,
    share: float = 0.9,
    milestones: Sequence[str] | None = None,
    level: float = 0.9,
) -> pd.DataFrame:
    """
    Share flagged by the norm of another study of the same country, item by item.

    Parameters
    ----------
    curves : xarray.Dataset
        See `devnorms.schema.curves.check_curves`.
    share : float
        Of the norm.
    milestones : sequence of str, optional
        Which milestones; all without it.
    level : float
        Probability in the equal-tailed interval.

    Returns
    -------
    pandas.DataFrame
        ``reference, population, country, item, milestone, flag, share, flagged,
        flagged_low, flagged_high, interval, level, reference_asked, asked, reach``;
        no row where no country has two studies that were asked the same item.

    Raises
    ------
    BadValueError
        If the share or the level does not lie between 0 and 1.
    UnknownNameError
        If a milestone is not in the curves.
    """
    check_curves(curves)
    check_share("share", share)
    check_share("level", level)
    every = asked.leaves(curves, milestones)
    country = dict(
        zip(
            curves["population"].values.astype(str),
            curves["population_country"].values.astype(str),
            strict=True,
        )
    )
    rows = every.rows.assign(
        country=every.rows["population"].map(country), at=np.arange(len(every.rows))
    )
    parts = []
    for _, people in rows.groupby("country"):
        for norm, children in permutations(people["population"].unique(), 2):
            both = people[people["population"] == norm].merge(
                people[people["population"] == children], on=["item", "milestone"]
            )
            if len(both):
                parts += [_pair(every, both, share, level, flag) for flag in FLAGS]
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def floor_of(table: pd.DataFrame, flag: str, without: str | None = None) -> Floor:
    """
    Give the range that a share flagged is set beside.

    Parameters
    ----------
    table : pandas.DataFrame
        From `same_country_flags`.
    flag : str
        ``late`` or ``early``.
    without : str, optional
        A country whose studies do not count, so that none is judged by itself.

    Returns
    -------
    Floor
    """
    mine = table[(table["flag"] == flag) & (table["reach"] == "within")]
    mine = mine[mine["country"] != (without or "")]
    if mine.empty:
        return Floor(np.nan, np.nan, 0)
    tail = (1 - _MIDDLE) / 2
    low, high = np.quantile(mine["flagged"].astype(float), [tail, 1 - tail])
    return Floor(float(low), float(high), len(mine))


def _pair(
    every: asked.Asked, both: pd.DataFrame, share: float, level: float, flag: str
) -> pd.DataFrame:
    """One study judged by another, on the items that both were asked."""
    draws = CurveDraws(every.location, every.log_slope)
    norm, children = (
        draws.take(both["at_x"].to_numpy()),
        draws.take(both["at_y"].to_numpy()),
    )
    log_age = norm.log_age_at(judged_share(share, flag))
    found = three("flagged", flagged(children, log_age, flag), level)
    theirs, ours = every.rows.loc[both["at_x"]], every.rows.loc[both["at_y"]]
    age = months_from_log_age(np.median(log_age, axis=0))
    return pd.DataFrame(
        {
            "reference": both["population_x"],
            "population": both["population_y"],
            "country": both["country_x"],
            "item": both["item"],
            "milestone": both["milestone"],
            "flag": flag,
            "share": share,
            **found,
            "interval": INTERVAL,
            "level": level,
            "reference_asked": theirs["asked"].to_numpy(),
            "asked": ours["asked"].to_numpy(),
            "reach": reach(age, theirs, ours),
        }
    )
