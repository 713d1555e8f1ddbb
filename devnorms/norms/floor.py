"""
The floor: how far two studies of the same country differ on the same items.

Whatever lies between them is not country, culture, instrument or wording. A difference
between countries means little before it stands beside this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from devnorms._base.checks import check_share, check_shares
from devnorms._base.errors import EmptySelectionError
from devnorms.norms.draws import INTERVAL, summarise
from devnorms.norms.effects import Effects, effects_of, flat
from devnorms.norms.support import Support, flag
from devnorms.schema.differences import check_floor

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

UPPER = 0.9
"""The upper floor is the difference that one in ten items exceeds."""

FLAGGED_BY = 0.9
FLAGGED_WITHIN = (0.05, 0.2)
"""An imported norm at 90 % should flag 10 %; outside these it is off by twofold."""

EVERY = "(all pairs)"


class Shared(NamedTuple):
    """
    Items that two studies of one country both asked.

    Attributes
    ----------
    country, population, reference : str
        Who.
    leaves, leaves_reference : numpy.ndarray of int
        One per item.
    """

    country: str
    population: str
    reference: str
    leaves: Ints
    leaves_reference: Ints


@dataclass(frozen=True)
class Beside:
    """
    The floor for one share, in log age, as it is set beside other differences.

    Attributes
    ----------
    median, upper : float
        Half of the items differ by more than ``median``, one in ten by more than
        ``upper``.
    items : int
        How many items it rests on.
    pairs : tuple of str
        Which studies.
    """

    median: float
    upper: float
    items: int
    pairs: tuple[str, ...]


def floor(
    curves: xr.Dataset, *, shares: Sequence[float] = (0.5, 0.9), level: float = 0.9
) -> pd.DataFrame:
    """
    Differences between studies of the same country on the same items.

    Only items whose age at that share lies within the ages asked in both studies
    count. Every draw gives a median over items, an upper value (one item in ten
    differs by more) and the share of imported norms that are off; these are then
    summarised. Studies of one country may sample different children; what they show is
    how far samples differ, not an error of anybody.

    Parameters
    ----------
    curves : xarray.Dataset
        As `devnorms.fit` gives them.
    shares : sequence of float
        Shares passing.
    level : float
        Probability in the equal-tailed interval.

    Returns
    -------
    pandas.DataFrame
        One row per pair of studies and share, and one over all pairs: ``country,
        population, reference, share, items, median_months`` (median over items of the
        difference, its sign dropped), ``upper_months`` (one item in ten differs by
        more), both with ends of the interval, ``median_ratio, upper_ratio`` (the same
        as parts of age, 0.05 is 5 %), ``outside`` (share of imports of an age at 90 %
        that flag fewer than 5 % or more than 20 % of the other study's children, both
        ways; null where no age at 90 % lies within the ages asked), ``outside_low,
        outside_high, interval, level``.

    Raises
    ------
    EmptySelectionError
        If no two studies of one country share an item.
    BadValueError
        If a share or the level is not one.
    InvalidTableError
        If the curves hold no effects.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth, simulate_curves
    >>> rng = np.random.default_rng(1)
    >>> curves = simulate_curves(draw_truth(rng=rng), rng=rng)
    >>> floor(curves, shares=[0.5])[["country", "items"]].to_numpy().tolist()
    [['COL', 6], ['(all pairs)', 6]]
    """
    wanted = check_shares("shares", shares)
    check_share("level", level)
    effects = effects_of(curves)
    pairs = same_country(effects)
    rows = [
        _row(effects, [pair], share, level, pair[:3])
        for pair in pairs
        for share in wanted
    ]
    name = (EVERY, EVERY, EVERY)
    if pairs:
        rows += [_row(effects, pairs, share, level, name) for share in wanted]
    found = [row for row in rows if row["items"]]
    if not found:
        raise EmptySelectionError(
            "No two studies of one country asked the same item at ages that reach "
            f"the shares {list(wanted)}, so there is no floor. Differences between "
            "countries cannot be told from differences between studies."
        )
    return check_floor(pd.DataFrame(found))


def same_country(effects: Effects) -> list[Shared]:
    """
    Find pairs of studies of one country that share items.

    Parameters
    ----------
    effects : Effects
        From `devnorms.norms.effects.effects_of`.

    Returns
    -------
    list of Shared
        In the order of the populations.
    """
    country = effects.curves["population_country"].values.astype(str)
    study = effects.curves["population_study"].values.astype(str)
    names = effects.populations
    found = []
    for i, j in combinations(range(len(names)), 2):
        if country[i] != country[j] or study[i] == study[j]:
            continue
        here, there = (np.flatnonzero(effects.population == at) for at in (i, j))
        _, mine, other = np.intersect1d(
            effects.item[here], effects.item[there], return_indices=True
        )
        if len(mine):
            both = (here[mine], there[other])
            found.append(Shared(str(country[i]), names[i], names[j], *both))
    return found


def beside(effects: Effects, share: float, without: str = "") -> Beside | None:
    """
    Give the floor that is set beside a difference.

    Parameters
    ----------
    effects : Effects
        From `devnorms.norms.effects.effects_of`.
    share : float
        Share passing.
    without : str
        A country whose own studies do not count, so that no comparison of its studies
        is judged by itself.

    Returns
    -------
    Beside or None
        None where no two studies of one country share items.
    """
    pairs = [p for p in same_country(effects) if p.country != without]
    gaps = [_gaps(effects, pair, share) for pair in pairs]
    gaps = [gap for gap in gaps if len(gap)]
    if not gaps:
        return None
    together = np.concatenate(gaps)
    names = tuple(f"{p.population} and {p.reference}" for p in pairs)
    return Beside(
        float(np.median(np.median(together, axis=0))),
        float(np.median(np.quantile(together, UPPER, axis=0))),
        len(together),
        names,
    )


def _gaps(effects: Effects, pair: Shared, share: float) -> Floats:
    """Items x draws: differences of log age, sign dropped, where both were asked."""
    here, there, inside = _log_ages(effects, pair, share)
    return np.abs(here - there)[inside]


def _log_ages(
    effects: Effects, pair: Shared, share: float
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Log ages of both studies, items x draws, and where both lie within ages asked."""
    turn = float(np.log(share / (1 - share)))
    found, inside = [], np.ones(len(pair.leaves), dtype=bool)
    for leaves in (pair.leaves, pair.leaves_reference):
        location = flat(effects.curves, "location")[:, leaves].T
        log_age = location + turn * np.exp(
            -flat(effects.curves, "log_slope")[:, leaves].T
        )
        inside &= _within(effects.curves, leaves, np.expm1(np.median(log_age, axis=1)))
        found.append(log_age)
    return found[0], found[1], inside


def _within(curves: xr.Dataset, leaves: Ints, ages: Floats) -> NDArray[np.bool_]:
    """Whether the data carry these ages."""
    names = ("asked", "passed", "support_low_months", "support_high_months")
    reach = Support(*(curves[f"leaf_{name}"].values[leaves] for name in names))
    return np.asarray(flag(ages, reach) == "within")


def _row(
    effects: Effects,
    pairs: list[Shared],
    share: float,
    level: float,
    name: tuple[str, str, str],
) -> dict[str, object]:
    """One row of the floor, over the items of some pairs."""
    ages = [_log_ages(effects, pair, share) for pair in pairs]
    here, there = (
        np.concatenate([part[side][part[2]] for part in ages]) for side in (0, 1)
    )
    row: dict[str, object] = dict(
        zip(("country", "population", "reference"), name, strict=True)
    )
    row |= {"share": share, "items": len(here), "interval": INTERVAL, "level": level}
    if not len(here):
        return row
    months, ratio = np.abs(np.exp(here) - np.exp(there)), np.abs(here - there)
    for key, at in (("median", 0.5), ("upper", UPPER)):
        middle, low, high = summarise(np.quantile(months, at, axis=0), level)
        row |= {f"{key}_months": middle, f"{key}_months_low": low}
        row |= {f"{key}_months_high": high}
        row[f"{key}_ratio"] = float(np.median(np.quantile(ratio, at, axis=0)))
    off = np.concatenate([_off(effects, pair) for pair in pairs])
    part = summarise(off.mean(axis=0), level) if len(off) else np.full(3, np.nan)
    row |= dict(zip(("outside", "outside_low", "outside_high"), part, strict=True))
    return row


def _off(effects: Effects, pair: Shared) -> Floats:
    """Give 1 where an age at 90 % flags far too few or too many; imports x draws."""
    from scipy.special import expit

    turn = float(np.log(FLAGGED_BY / (1 - FLAGGED_BY)))
    both = (pair.leaves, pair.leaves_reference)
    location = [flat(effects.curves, "location")[:, at].T for at in both]
    slope = [np.exp(flat(effects.curves, "log_slope")[:, at].T) for at in both]
    _, _, inside = _log_ages(effects, pair, FLAGGED_BY)
    found = []
    for norm, children in ((0, 1), (1, 0)):
        limit = location[norm] + turn / slope[norm]
        late = 1 - expit(slope[children] * (limit - location[children]))
        low, high = FLAGGED_WITHIN
        found.append(((late < low) | (late > high))[inside].astype(float))
    return np.concatenate(found)
