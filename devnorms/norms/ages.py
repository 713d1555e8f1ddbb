"""
Ages at which shares pass, per population and at the centre of the populations.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import xarray as xr

from devnorms._base.checks import check_known, check_share, check_shares
from devnorms._base.errors import ForbiddenUseError
from devnorms._base.provenance import USES, Record
from devnorms.norms import asked
from devnorms.norms.cards import card, undescribed
from devnorms.norms.draws import INTERVAL, age_table
from devnorms.norms.support import Support, flag, statements, warn_outside
from devnorms.norms.trust import check_converged
from devnorms.schema.curves import check_curves
from devnorms.schema.norms import POOLED, SCHEMA, NormSet
from devnorms.schema.populations import check_populations

SHARES = (0.25, 0.5, 0.75, 0.9)


def pass_ages(
    curves: xr.Dataset,
    populations: pd.DataFrame | None = None,
    *,
    shares: Sequence[float] = SHARES,
    level: float = 0.9,
    milestones: Sequence[str] | None = None,
    pooled: bool = True,
    allow_unconverged: bool = False,
) -> NormSet:
    """
    Ages in months at which shares of each population pass each milestone.

    For every draw the age at which a share p passes solves
    ``logit(p) = exp(log_slope) * (log(age_months + 1) - location)``; the posterior
    median and the equal-tailed interval are taken of these ages. A population's curve
    for a milestone is the mean over its items. Rows exist only where a population was
    asked. Ages outside the ages asked are flagged, and ``statement`` then names no age
    but the edge of the data.

    Parameters
    ----------
    curves : xarray.Dataset
        See `devnorms.schema.curves.check_curves`.
    populations : pandas.DataFrame, optional
        Who was sampled, see `devnorms.schema.populations.check_populations`; it may
        hold further populations. Without it the card says that nobody described them.
    shares : sequence of float
        Shares passing, between 0 and 1.
    level : float
        Probability in the equal-tailed interval.
    milestones : sequence of str, optional
        Which milestones; all without it.
    pooled : bool
        Whether to add the centre of the populations (nobody lives there).
    allow_unconverged : bool
        Whether to go on with draws that failed the sampler's checks; the card says so.

    Returns
    -------
    NormSet

    Raises
    ------
    BadValueError
        If a share or the level does not lie between 0 and 1.
    UnknownNameError
        If a milestone is not in the curves, or a population is not described.
    NotConverged
        If the sampler's checks were not met.
    ForbiddenUseError
        If the terms of a source that entered allow comparing only.

    Warns
    -----
    OutsideSupportWarning
        If ages lie outside the ages asked, with counts.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth, simulate_curves
    >>> rng = np.random.default_rng(1)
    >>> curves = simulate_curves(draw_truth(rng=rng), rng=rng)
    >>> norms = pass_ages(curves, shares=[0.5], milestones=["walks_alone"])
    >>> len(norms.table)
    7
    """
    check_curves(curves)
    wanted = check_shares("shares", shares)
    check_share("level", level)
    converged = check_converged(curves, allow_unconverged)
    _refuse_forbidden(Record.from_json(curves.attrs["record"]))
    parts = [asked.cells(curves, milestones)]
    if pooled:
        parts.append(asked.centres(curves, parts[0]))
    table = pd.concat([age_rows(part, wanted, level) for part in parts])
    table = table[list(SCHEMA.columns)].reset_index(drop=True)
    warn_outside(table)
    record = Record.from_json(curves.attrs["record"]).with_settings(
        pass_ages={
            "shares": list(wanted),
            "level": level,
            "interval": INTERVAL,
            "milestones": None if milestones is None else list(milestones),
            "pooled": pooled,
            "allow_unconverged": allow_unconverged,
        }
    )
    described = _describe(curves, table, populations)
    words = card(curves, table, described, record, converged=converged)
    return NormSet(table, described, words, record)


def item_ages(
    curves: xr.Dataset,
    *,
    shares: Sequence[float] = SHARES,
    level: float = 0.9,
    milestones: Sequence[str] | None = None,
) -> pd.DataFrame:
    """
    Ages in months at which shares pass each item, where it was asked.

    Items are what was really asked; use this to see how far the items of one milestone
    lie apart. It is no norm set: an item belongs to an instrument.

    Parameters
    ----------
    curves : xarray.Dataset
        See `devnorms.schema.curves.check_curves`.
    shares : sequence of float
        Shares passing, between 0 and 1.
    level : float
        Probability in the equal-tailed interval.
    milestones : sequence of str, optional
        Which milestones; all without it.

    Returns
    -------
    pandas.DataFrame
        One row per leaf and share: ``leaf, item, population, milestone, instrument,
        asked, passed, support_low_months, support_high_months, share, age_months,
        age_months_low, age_months_high, interval, level, support, statement``.

    Raises
    ------
    BadValueError
        If a share or the level does not lie between 0 and 1.
    UnknownNameError
        If a milestone is not in the curves.
    """
    check_curves(curves)
    wanted = check_shares("shares", shares)
    check_share("level", level)
    return age_rows(asked.leaves(curves, milestones), wanted, level)


def age_rows(
    part: asked.Asked, shares: tuple[float, ...], level: float
) -> pd.DataFrame:
    """
    Put what is known of each curve, its flag and its words beside its ages.

    Parameters
    ----------
    part : Asked
        Curves of one kind.
    shares : tuple of float
        Shares passing.
    level : float
        Probability in the interval.

    Returns
    -------
    pandas.DataFrame
        The rows of ``part`` once per share, with ``share, age_months, age_months_low,
        age_months_high, interval, level, support, statement``.
    """
    found = age_table(part.location, part.log_slope, shares, level)
    rows = part.rows.take(found["curve"].to_numpy()).reset_index(drop=True)
    table = pd.concat([rows, found.drop(columns="curve")], axis=1)
    columns = ["asked", "passed", "support_low_months", "support_high_months"]
    reach = Support(*(table[column].to_numpy() for column in columns))
    support = flag(table["age_months"].to_numpy(), reach)
    centre = (table["population"] == POOLED).to_numpy()
    support[centre & (support == "within")] = "not_observed"
    table = table.assign(interval=INTERVAL, level=level, support=support)
    table["support"] = table["support"].astype("str")
    return table.assign(statement=statements(table))


def _refuse_forbidden(record: Record) -> None:
    """Refuse to make norms of a source that may only be compared with."""
    ids = record.forbidden().get("norms")
    if ids:
        raise ForbiddenUseError.by_terms(
            USES["norms"],
            ids,
            "Count and fit without them, and lay their figures beside the norms.",
        )


def _describe(
    curves: xr.Dataset, table: pd.DataFrame, populations: pd.DataFrame | None
) -> pd.DataFrame:
    """Who was sampled, for the populations with rows, in the order of the curves."""
    rows = set(table["population"])
    known = curves["population"].values.astype(str).tolist()
    names = [name for name in known if name in rows]
    if populations is None:
        return undescribed(curves, names)
    valid = check_populations(populations)
    check_known("population", names, valid["population"])
    return valid.set_index("population").loc[names].reset_index()
