"""
Differences between populations in months of age, and whether they may be told at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from devnorms._base.checks import check_shares
from devnorms._base.errors import BadValueError
from devnorms._base.provenance import Record
from devnorms.norms.difference_words import cannot_be_told_apart, claim, statement
from devnorms.norms.draws import INTERVAL, summarise
from devnorms.norms.floor import Beside
from devnorms.norms.gate_rows import gate_rows
from devnorms.norms.known import Known
from devnorms.norms.pairs import Months, Pair, pair_of
from devnorms.norms.setting import Setting, pairs_with, setting_of
from devnorms.schema.differences import ALL, DIFFERENCES, REFUSE, check_differences
from devnorms.schema.norms import POOLED

Floats = NDArray[np.float64]


def compare(
    curves: xr.Dataset,
    reference: str | None = None,
    *,
    shares: Sequence[float] = (0.5, 0.9),
    threshold_months: float = 1.0,
    level: float = 0.9,
    known: Known | None = None,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """
    Compare populations, milestone by milestone, in months of age.

    ``measured`` is the difference between the ages that norms of both give.
    ``difference`` is what is left of it on the same items: the measured one less what
    the model puts down to instrument and wording, per draw, with all that is not known
    of these in its interval. Populations asked the same items only have the same in
    both. ``uniform`` and ``slope`` are its two parts: everybody later by the same
    proportion, and children lying further apart. Positive means that the population
    passes later than the reference. No anchor items are picked: all items of all
    populations were fitted at once.

    A row whose verdict is "do not compare" keeps its numbers for those who study the
    method; its statement, made to be read, holds none and it claims nothing.

    Parameters
    ----------
    curves : xarray.Dataset
        As `devnorms.fit` gives them.
    reference : str, optional
        The population that the others are compared with; without it, the centre of
        all populations.
    shares : sequence of float
        Shares passing.
    threshold_months : float
        A difference that matters; the probability that it is exceeded is given.
    level : float
        Probability in the equal-tailed intervals, and what a claim needs.
    known : Known, optional
        Who was sampled, and how sure links are. Without it, every comparison is one
        with caution at best.
    allow_unconverged : bool
        Whether to go on with draws that failed the sampler's checks.

    Returns
    -------
    pandas.DataFrame
        One row per population, milestone and share, and a row ``(all)`` for the mean
        over the milestones that are not refused. Columns: ``population, reference,
        milestone, share, verdict, reason``; ``difference_months, uniform_months,
        slope_months, measured_months, linking_months`` (instrument and wording), each
        posterior median with ``_low, _high``; ``interval, level, threshold_months,
        probability_beyond_threshold``; the floor beside it: ``floor_months`` (half of
        the items differ by more between studies of one country), ``floor_upper_months``
        (one in ten), ``probability_beyond_floor`` (of exceeding the upper one); and
        ``claim, link, link_probability, milestones, asked, asked_reference, who,
        who_reference, cannot_separate, statement``. ``attrs["record"]`` says how it
        was made.

    Raises
    ------
    BadValueError
        If the threshold is not above zero, or a share or the level is not one.
    UnknownNameError
        If the reference is no population of the curves, or one is not described.
    EmptySelectionError
        If there is one population only.
    NotConverged
        If the sampler's checks were not met.
    InvalidTableError
        If the curves hold no effects.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth, simulate_curves
    >>> rng = np.random.default_rng(1)
    >>> curves = simulate_curves(draw_truth(rng=rng), rng=rng)
    >>> table = compare(curves, "JAM-SIM", shares=[0.5]).set_index("population")
    >>> table.loc["ZAF-SIM", "link"].unique().tolist()
    ['same items']
    """
    wanted = check_shares("shares", shares)
    threshold = check_threshold(threshold_months)
    setting = setting_of(curves, known, level, allow_unconverged=allow_unconverged)
    rows: list[dict[str, Any]] = []
    for population, other in pairs_with(
        setting, POOLED if reference is None else reference
    ):
        pair = pair_of(setting.effects, population, other)
        for share in wanted:
            rows += _pair_rows(setting, pair, share, threshold)
    table = pd.DataFrame(rows)[list(DIFFERENCES.columns)]
    table.attrs = {"record": _record(curves, reference, wanted, threshold, level)}
    return check_differences(table)


def check_threshold(threshold_months: float) -> float:
    """
    Check that a threshold is above zero.

    Parameters
    ----------
    threshold_months : float
        Months.

    Raises
    ------
    BadValueError
        If it is not.
    """
    number = isinstance(threshold_months, int | float)
    if not number or not 0 < threshold_months < float("inf"):
        raise BadValueError.parameter(
            "threshold_months", "a number of months above 0", threshold_months
        )
    return float(threshold_months)


def _pair_rows(
    setting: Setting, pair: Pair, share: float, threshold: float
) -> list[dict[str, Any]]:
    """All rows of a pair at one share; the last is the mean of those to be told."""
    months = pair.months(share)
    rows = gate_rows(setting, pair, share, months)
    keep = np.array([row["verdict"] != REFUSE for row in rows[:-1]], dtype=bool)
    home = setting.country(pair.population)
    own = home if home == setting.country(pair.reference) else ""
    floor = setting.floor(share, own)
    draws = {
        name: _with_mean(values, keep)
        for name, values in _differences(pair, months).items()
    }
    factor = np.append(
        np.median(months.factor, axis=1),
        np.median(months.factor[keep]) if keep.any() else np.nan,
    )
    numbers = _numbers(draws, setting.level)
    beyond = _beyond(draws["difference"], floor, threshold, factor)
    for at, row in enumerate(rows):
        row.update({name: values[at] for name, values in (numbers | beyond).items()})
        row["threshold_months"] = threshold
        row["cannot_separate"] = cannot_be_told_apart(setting, pair, row["milestone"])
        row["claim"] = claim(row, setting.level)
        row.update(_who(setting, pair, row["milestone"], keep))
        row["statement"] = statement(row)
    return rows


def _differences(pair: Pair, months: Months) -> dict[str, Floats]:
    """Differences in months and their parts, milestones x draws."""
    uniform = months.factor * pair.own()
    return {
        "difference": uniform + months.slope,
        "uniform": uniform,
        "slope": months.slope,
        "measured": months.total,
    }


def _with_mean(values: Floats, keep: NDArray[np.bool_]) -> Floats:
    """Add the mean over the milestones that may be told, draw by draw, as last row."""
    nothing = np.full((1, values.shape[1]), np.nan)
    mean = values[keep].mean(axis=0, keepdims=True) if keep.any() else nothing
    return np.vstack([values, mean])


def _numbers(draws: dict[str, Floats], level: float) -> dict[str, Floats]:
    """Medians and intervals."""
    found: dict[str, Floats] = {}
    for name, values in draws.items():
        three = summarise(values, level)
        ends = ("", "_low", "_high")
        found |= {f"{name}_months{e}": v for e, v in zip(ends, three, strict=True)}
    return found


def _beyond(
    difference: Floats, floor: Beside | None, threshold: float, factor: Floats
) -> dict[str, Floats]:
    """Probabilities of exceeding the threshold and the floor, and the floor itself."""
    there = np.isfinite(difference).all(axis=1)
    size = np.abs(difference)
    over = np.where(there, (size > threshold).mean(axis=1), np.nan)
    nothing = np.full(len(difference), np.nan)
    if floor is None:
        return {
            "probability_beyond_threshold": over,
            "floor_months": nothing,
            "floor_upper_months": nothing,
            "probability_beyond_floor": nothing,
        }
    upper = floor.upper * factor
    past = (size > np.maximum(upper, threshold)[:, None]).mean(axis=1)
    return {
        "probability_beyond_threshold": over,
        "floor_months": floor.median * factor,
        "floor_upper_months": upper,
        "probability_beyond_floor": np.where(there, past, np.nan),
    }


def _who(
    setting: Setting, pair: Pair, milestone: str, keep: NDArray[np.bool_]
) -> dict[str, object]:
    """Who was sampled, and how many responses of theirs there are."""
    names = pair.names()
    at = (
        pair.milestones[keep]
        if milestone == ALL
        else pair.milestones[[names.index(milestone)]]
    )
    asked = setting.effects.reach[0][:, at]
    here = asked[setting.effects.populations.index(pair.population)].sum()
    if pair.pooled:
        there = np.nansum(asked)
        centre = f"The centre of {len(setting.effects.populations)} populations."
    else:
        there = asked[setting.effects.populations.index(pair.reference)].sum()
        centre = setting.known.who(pair.reference)
    return {
        "asked": int(here),
        "asked_reference": int(there),
        "who": setting.known.who(pair.population),
        "who_reference": centre,
    }


def _record(
    curves: xr.Dataset,
    reference: str | None,
    shares: tuple[float, ...],
    threshold: float,
    level: float,
) -> str:
    """Say how the table was made."""
    record = Record.from_json(curves.attrs["record"]).with_settings(
        compare={
            "reference": reference,
            "shares": list(shares),
            "threshold_months": threshold,
            "level": level,
            "interval": INTERVAL,
        }
    )
    return record.to_json()
