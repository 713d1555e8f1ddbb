"""
The ledger: what a difference is made of, part by part, adding up in every draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from devnorms._base.checks import check_known, check_shares
from devnorms.norms.draws import INTERVAL, summarise
from devnorms.norms.effects import SPLIT
from devnorms.norms.gate_rows import gate_rows
from devnorms.norms.known import Known
from devnorms.norms.modes import Modes, modes_of
from devnorms.norms.pairs import Months, Pair, mean_row, pair_of
from devnorms.norms.setting import Setting, pairs_with, setting_of
from devnorms.norms.verdicts import PRIOR_DOMINATED
from devnorms.schema.differences import ALL, LEDGER, PARTS, REFUSE, check_ledger
from devnorms.schema.norms import POOLED

Floats = NDArray[np.float64]


def ledger(
    curves: xr.Dataset,
    reference: str | None = None,
    *,
    shares: Sequence[float] = (0.5,),
    level: float = 0.9,
    milestones: Sequence[str] | None = None,
    known: Known | None = None,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """
    Split each measured difference into what it is made of.

    Parts, in months: ``country`` (what a country's populations have in common at this
    milestone), ``study`` (a whole study earlier or later; with one study per country
    this holds the country as well), ``instrument``, ``wording`` (of the items),
    ``mode`` (asked of the child, told by the caregiver; only if modes are known),
    ``left over`` (this item in this study), ``slope`` (another steepness; zero at 50 %)
    and ``sampling noise``: what the number of children leaves open, the estimate less
    the draw. In every draw the parts add up to ``total``, the measured difference; the
    noise then fills up to the one number that is printed. ``months`` are posterior
    means, so that the printed numbers add up too.

    Parameters
    ----------
    curves : xarray.Dataset
        As `devnorms.fit` gives them.
    reference : str, optional
        A population; without it the centre of all.
    shares : sequence of float
        Shares passing.
    level : float
        Probability in the equal-tailed interval.
    milestones : sequence of str, optional
        Which; all without it, and ``(all)``.
    known : Known, optional
        Who was sampled, how sure links are, how items are asked.
    allow_unconverged : bool
        Whether to go on with draws that failed the sampler's checks.

    Returns
    -------
    pandas.DataFrame
        One row per population, reference, milestone, share and part: ``months,
        months_low, months_high, log_age`` (mean, in log(age in months + 1)),
        ``interval, level, prior_ratio`` (posterior over prior SD), ``standing``
        (``informed``; ``prior-dominated`` above a ratio of 0.8: the data do not speak;
        ``none``: zero by design, or no milestone that may be told; ``not split``:
        modes were not given), ``verdict, reason``.

    Raises
    ------
    UnknownNameError
        If a milestone or the reference is not in the curves.
    EmptySelectionError
        If there is one population only.
    NotConverged
        If the sampler's checks were not met.
    BadValueError
        If a share or the level is not one.

    References
    ----------
    Months from logarithms, exactly: see `devnorms.norms.pairs`.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth, simulate_curves
    >>> rng = np.random.default_rng(1)
    >>> curves = simulate_curves(draw_truth(rng=rng), rng=rng)
    >>> table = ledger(curves, "JAM-SIM", milestones=["walks_alone"])
    >>> zaf = table[table["population"] == "ZAF-SIM"].set_index("part")["months"]
    >>> parts = zaf.drop(["total", "sampling noise"])
    >>> bool(abs(parts.sum() - zaf["total"]) < 1e-9)
    True
    """
    wanted = check_shares("shares", shares)
    setting = setting_of(curves, known, level, allow_unconverged=allow_unconverged)
    if milestones is not None:
        check_known("milestone", milestones, [*setting.effects.milestones, ALL])
    modes = modes_of(setting.effects, setting.known)
    rows: list[dict[str, Any]] = []
    for population, other in pairs_with(
        setting, POOLED if reference is None else reference
    ):
        pair = pair_of(setting.effects, population, other)
        for share in wanted:
            rows += _pair_rows(setting, pair, modes, share, milestones)
    return check_ledger(pd.DataFrame(rows, columns=list(LEDGER.columns)))


def ledger_draws(
    pair: Pair, months: Months, modes: Modes | None
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """
    Give the parts of a pair's differences, draw by draw.

    Parameters
    ----------
    pair : Pair
        The two.
    months : Months
        From `Pair.months`.
    modes : Modes or None
        How items are asked.

    Returns
    -------
    dict of str to numpy.ndarray, dict of str to numpy.ndarray
        Parts in months and in log age, milestones x draws; without the noise.
    """
    logs = {part: pair.parts[part] for part in SPLIT}
    logs["mode"] = np.zeros_like(logs["wording"])
    if modes is not None:
        logs = modes.split(pair, logs)
    logs["slope"] = months.slope / months.factor
    found = {part: months.factor * logs[part] for part in logs}
    logs["total"] = months.total / months.factor
    return found | {"total": months.total}, logs


def _pair_rows(
    setting: Setting,
    pair: Pair,
    modes: Modes | None,
    share: float,
    milestones: Sequence[str] | None,
) -> list[dict[str, Any]]:
    """All parts of a pair at one share."""
    months = pair.months(share)
    judged = gate_rows(setting, pair, share, months)
    keep = np.array([row["verdict"] != REFUSE for row in judged[:-1]], dtype=bool)
    found, logs = (
        {part: np.vstack([draws, mean_row(draws, keep)]) for part, draws in of.items()}
        for of in ledger_draws(pair, months, modes)
    )
    estimate = found["total"].mean(axis=1, keepdims=True)
    found["sampling noise"] = estimate - found["total"]
    logs["sampling noise"] = logs["total"].mean(axis=1, keepdims=True) - logs["total"]
    priors = {part: pair.prior_sd((part,), keep) for part in SPLIT}
    if modes is not None:
        priors["mode"] = modes.prior_sd(pair, keep)
    rows = []
    for at, row in enumerate(judged):
        if milestones is not None and row["milestone"] not in milestones:
            continue
        head = {
            name: row[name]
            for name in (
                "population", "reference", "milestone", "share", "verdict", "reason",
            )
        }  # fmt: skip
        for part in PARTS:
            prior = priors[part][at] if part in priors else np.nan
            draws = (found[part][at], logs[part][at])
            rows.append(head | _part(part, draws, prior, setting.level))
            if part == "mode" and modes is None:
                rows[-1]["standing"] = "not split"
    return rows


def _part(
    part: str, draws: tuple[Floats, Floats], prior: float, level: float
) -> dict[str, Any]:
    """One row: a part's mean, interval and standing."""
    _, low, high = summarise(draws[0], level)
    ratio = float(draws[1].std() / prior) if prior > 0 else np.nan
    if part in {"total", "sampling noise"}:
        standing = "sum" if part == "total" else "informed"
    elif not np.nan_to_num(draws[0]).any() or prior == 0:
        standing = "none"
    else:
        standing = "prior-dominated" if ratio > PRIOR_DOMINATED else "informed"
    return {
        "part": part,
        "months": float(draws[0].mean()),
        "months_low": float(low),
        "months_high": float(high),
        "log_age": float(draws[1].mean()),
        "interval": INTERVAL,
        "level": level,
        "prior_ratio": ratio,
        "standing": standing,
    }
