"""
Imported norms of several milestones: children flagged on at least k of m.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from devnorms._base.ages import months_from_log_age
from devnorms._base.checks import check_at_least, check_share
from devnorms._base.errors import BadValueError, EmptySelectionError
from devnorms.norms.at_least import bounds, flagged_at_least
from devnorms.norms.draws import INTERVAL
from devnorms.norms.imported_words import percent
from devnorms.norms.judged import Floats, flagged, judged_share, reach, three
from devnorms.norms.known import Known
from devnorms.norms.pace import PACE_SD, loadings
from devnorms.norms.pairing import Pair, Reference, World, look, pairs
from devnorms.schema.imported import (
    BATTERY,
    DEPENDENCES,
    FLAGS,
    check_imported_battery,
)

_DRAWS = 400


def imported_battery(
    curves: xr.Dataset,
    reference: Reference,
    milestones: Sequence[str],
    *,
    at_least: int = 2,
    share: float = 0.9,
    level: float = 0.9,
    known: Known | None = None,
) -> pd.DataFrame:
    """
    Share of children that an imported norm flags on at least k of m milestones.

    A child counts as late on a milestone if it passes it later than the age at which
    `share` of the reference's children do; early likewise, see `imported`. How many are
    late on k or more depends on whether the same children are late on everything, which
    no share per milestone tells. So each row has two answers and the bounds:

    - ``independent``: lateness on one milestone says nothing of another; too few
      children late on many milestones.
    - ``one pace per child``: a child's pace shifts the log ages of all its milestones,
      with standard deviation ``pace_sd`` among children (`devnorms.norms.pace`), and
      given the pace milestones are independent.
    - ``bound_low, bound_high``: no dependence whatever leaves them (at the posterior
      medians of the shares per milestone).

    Children who change class are counted one by one against their *own* norms:
    ``newly_per_1000`` are flagged by the imported and not by their own norms.

    Parameters
    ----------
    curves : xarray.Dataset
        See `devnorms.schema.curves.check_curves`; converged.
    reference : str, sequence of str, NormSet, PrintedNorm or None
        See `imported`.
    milestones : sequence of str
        The battery. A population that was not asked all of them, or a reference
        without ages for all, has no row.
    at_least : int
        k.
    share : float
        Of the norm.
    level : float
        Probability in the equal-tailed interval (of the curves; the dependence is an
        assumption, not estimated here).
    known : Known, optional
        Who was sampled.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.schema.imported.check_imported_battery`. ``attrs["left_out"]``
        counts pairs of reference and population without all milestones.

    Raises
    ------
    BadValueError
        If k is not between 1 and m, a milestone comes twice, or a share is none.
    UnknownNameError
        If a reference or milestone is not in the curves.
    EmptySelectionError
        If no pair has all milestones.
    NotConverged
        If the sampler's checks were not met.
    """
    check_share("share", share)
    check_share("level", level)
    battery = _check_battery(milestones, at_least)
    world = look(curves, battery, known, allow_unconverged=False)
    parts, left_out = [], 0
    for flag in FLAGS:
        for pair in pairs(world, reference, judged_share(share, flag)):
            if len(pair.children) < len(battery):
                left_out += 1
                continue
            parts.append(_rows(world, pair, (share, level, flag), at_least))
    if not parts:
        raise EmptySelectionError(
            f"Imported norms: no population was asked all of {list(battery)} and is "
            "judged by a reference with ages for all of them. Choose fewer milestones."
        )
    table = check_imported_battery(
        pd.concat(parts, ignore_index=True)[list(BATTERY.columns)]
    )
    table.attrs["left_out"] = {"pairs without all milestones, per flag": left_out}
    table.attrs["record"] = curves.attrs["record"]
    return table


def _check_battery(milestones: Sequence[str], at_least: int) -> tuple[str, ...]:
    """At least one milestone, none twice; k of them can be flagged."""
    battery = (milestones,) if isinstance(milestones, str) else tuple(milestones)
    if not battery or len(set(battery)) != len(battery):
        raise BadValueError.parameter("milestones", "different milestones", milestones)
    check_at_least("at_least", at_least, 1)
    if at_least > len(battery):
        raise BadValueError.parameter(
            "at_least", f"at most the number of milestones, {len(battery)}", at_least
        )
    return battery


def _thinned(draws: Floats) -> Floats:
    """Give some hundred draws, evenly taken: enough for an interval."""
    step = max(1, len(draws) // _DRAWS)
    return draws[::step]


def _rows(
    world: World, pair: Pair, choices: tuple[float, float, str], at_least: int
) -> pd.DataFrame:
    """One norm, one population: a row per assumption on dependence."""
    share, level, flag = choices
    children = pair.children
    by_norm = _thinned(flagged(pair.curves, pair.log_age, flag))
    by_own = np.full_like(by_norm, 1 - share)
    low, high = bounds(np.median(by_norm, axis=0), at_least)
    country = pair.country
    name = str(children["population"].iloc[0])
    age = np.median(months_from_log_age(pair.log_age), axis=0)
    outside = [word != "within" for word in reach(age, pair.norm, children)]
    common = {
        "reference": pair.reference,
        "population": name,
        "country": country,
        "share": share,
        "flag": flag,
        "at_least": at_least,
        "of": len(children),
        "milestones": ", ".join(children["milestone"]),
        "bound_low": float(low),
        "bound_high": float(high),
        "interval": INTERVAL,
        "level": level,
        "asked": int(children["asked"].sum()),
        "reference_sampling": pair.reference_sampling,
        "sampling": world.known.sampling(name),
        "same_country": pair.reference_country == country,
        "outside_reach": sum(outside),
    }
    rows = []
    for dependence in DEPENDENCES:
        paced = dependence != DEPENDENCES[0]
        sd = PACE_SD if paced else 0.0
        loading = _thinned(loadings(pair.curves.log_slope, sd)) if paced else None
        norm, own, both = flagged_at_least(by_norm, by_own, at_least, loading)
        found = three("flagged", norm[:, None], level)
        row = {
            **common,
            "dependence": dependence,
            "pace_sd": sd,
            **{key: float(value[0]) for key, value in found.items()},
            "flagged_at_home": float(np.median(own)),
            "newly_per_1000": float(1000 * np.median(np.maximum(norm - both, 0))),
            "no_longer_per_1000": float(1000 * np.median(np.maximum(own - both, 0))),
        }
        rows.append({**row, "statement": _statement(row)})
    return pd.DataFrame(rows)


def _statement(row: dict[str, object]) -> str:
    """One row in words."""
    if row["outside_reach"]:
        return (
            f"Cannot say: {row['outside_reach']} of {row['of']} milestones would be "
            "judged at ages where nobody was asked."
        )
    return (
        f"{percent(row['flagged'])} ({percent(row['flagged_low'])} to "
        f"{percent(row['flagged_high'])}) are {row['flag']} on {row['at_least']} or "
        f"more of {row['of']} milestones if {_IF[str(row['dependence'])]}; their own "
        f"norms flag {percent(row['flagged_at_home'])}. Of 1,000 children "
        f"{float(str(row['newly_per_1000'])):.0f} are flagged who would not be at "
        f"home, and {float(str(row['no_longer_per_1000'])):.0f} no longer. Whatever "
        f"the dependence: {percent(row['bound_low'])} to {percent(row['bound_high'])}."
    )


_IF = {
    "independent": "milestones are independent",
    "one pace per child": "each child has one pace",
}
