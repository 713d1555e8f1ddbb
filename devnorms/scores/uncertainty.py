"""
What is not known about items and norm, and the likelihood averaged over it.

An item's difficulty is not known exactly, and in another population it may differ
(differential item functioning, DIF). For one visit the answers' likelihood is averaged
over those errors: over an error of each item by quadrature of its response curve, over
one shared by the items of an instrument by convolution, over errors that are correlated
in other ways by draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import log_expit, logsumexp

from devnorms._base.errors import BadValueError
from devnorms.scores.answers import Answers
from devnorms.scores.keys import Key
from devnorms.scores.posterior import log_likelihood
from devnorms.scores.scoring import difficulties

Floats = NDArray[np.float64]

_NODES = 21
_WIDEST = 4.0
_ROWS_AT_ONCE = 500


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """
    What is not known about items and norm; all zero is the plain score.

    Attributes
    ----------
    item_sd : float or pandas.Series
        Standard error of difficulties, D-score units: one number, or one per item.
    dif_sd : float or pandas.Series
        How much an item's difficulty in this population differs from the key's,
        D-score units: see `devnorms.scores.item_shifts`.
    instrument_sd : float
        How much all items of an instrument differ together.
    difficulty_errors : pandas.DataFrame or None
        Draws x items (column names in lower case): errors of difficulties with any
        correlation, for example from `ItemErrors.draws`. They replace ``item_sd``.
    norm_children : float
        How many children the reference rests on at an age; for a smooth reference,
        children divided by the curve's degrees of freedom. Infinite: the norm is exact.
    """

    item_sd: float | pd.Series = 0.0
    dif_sd: float | pd.Series = 0.0
    instrument_sd: float = 0.0
    difficulty_errors: pd.DataFrame | None = None
    norm_children: float = np.inf

    def __post_init__(self) -> None:
        for name in ("item_sd", "dif_sd", "instrument_sd"):
            value = getattr(self, name)
            if not np.all(np.asarray(value, dtype=float) >= 0):
                raise BadValueError.parameter(name, "zero or more D-score units", value)
        if not self.norm_children > 1:
            raise BadValueError.parameter(
                "norm_children", "more than 1 child", self.norm_children
            )

    def sd_of(self, items: pd.Index) -> Floats:
        """
        Give the standard deviation of independent errors, per item.

        Parameters
        ----------
        items : pandas.Index
            In lower case; an item that a Series does not name has no error.
        """
        item_sd = 0.0 if self.difficulty_errors is not None else self.item_sd
        parts = [_per_item(sd, items) for sd in (item_sd, self.dif_sd)]
        return np.sqrt(parts[0] ** 2 + parts[1] ** 2)


def averaged_log_likelihood(
    answers: Answers, key: Key, uncertainty: Uncertainty
) -> Floats:
    """
    Give the log of the likelihood averaged over what is not known of the items.

    Parameters
    ----------
    answers : Answers
        Visits x items.
    key : Key
        The key.
    uncertainty : Uncertainty
        What is not known.

    Returns
    -------
    numpy.ndarray
        Visits x grid.
    """
    difficulty = difficulties(answers, key)
    errors = uncertainty.difficulty_errors
    if errors is None:
        return _over_instruments(answers, key, difficulty, uncertainty)
    drawn = errors.reindex(columns=answers.items, fill_value=0.0).to_numpy(dtype=float)
    total: Floats | None = None
    for error in drawn:
        one = _over_instruments(answers, key, difficulty + error, uncertainty)
        total = one if total is None else np.logaddexp(total, one)
    if total is None:
        raise BadValueError.parameter("difficulty_errors", "one draw or more", 0)
    total -= np.log(len(drawn))
    return total


def _over_instruments(
    answers: Answers, key: Key, difficulty: Floats, uncertainty: Uncertainty
) -> Floats:
    """Average over the error that the items of an instrument share."""
    sd = uncertainty.instrument_sd
    item_sd = uncertainty.sd_of(answers.items)
    if sd == 0:
        return _over_items(answers, key, difficulty, (item_sd, key.grid))
    step = key.grid[1] - key.grid[0]
    reach = int(np.ceil(_WIDEST * sd / step))
    shifts = step * np.arange(-reach, reach + 1)
    wide = np.concatenate(
        [key.grid[0] + shifts[:reach], key.grid, key.grid[-1] + shifts[reach + 1 :]]
    )
    share = np.exp(-0.5 * (shifts / sd) ** 2)
    log_share = np.log(share / share.sum())
    instrument = answers.items.str[:3]
    total = np.zeros((len(answers), len(key.grid)))
    for name in instrument[np.isfinite(difficulty)].unique():
        own = np.flatnonzero((instrument == name) & np.isfinite(difficulty))
        items = answers.only(answers.items[own])
        rows = np.flatnonzero(items.asked.sum(axis=1) > 0)
        errors = (item_sd[own], wide)
        one = _over_items(items.take(rows), key, difficulty[own], errors)
        windows = np.lib.stride_tricks.sliding_window_view(one, len(shifts), axis=1)
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            total[rows[part]] += logsumexp(windows[part] + log_share, axis=2)
    return total


def _over_items(
    answers: Answers, key: Key, difficulty: Floats, errors: tuple[Floats, Floats]
) -> Floats:
    """Average each item's response curve over the error of its difficulty."""
    sd, grid = errors
    if not (sd > 0).any():
        return log_likelihood(
            answers.asked, answers.passed, difficulty, (grid, key.slope)
        )
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    log_weights = np.log(weights / weights.sum())
    known = np.isfinite(difficulty)
    tau = np.where(known, difficulty, 0.0)
    passes = np.full((len(tau), len(grid)), -np.inf)
    fails = passes.copy()
    for node, log_weight in zip(nodes, log_weights, strict=True):
        logit = (grid[None, :] - (tau + node * sd)[:, None]) / key.slope
        passes = np.logaddexp(passes, log_weight + log_expit(logit))
        fails = np.logaddexp(fails, log_weight + log_expit(-logit))
    passes[~known], fails[~known] = 0.0, 0.0
    total: Floats = answers.asked @ fails + answers.passed @ (passes - fails)
    return total


def _per_item(sd: float | pd.Series, items: pd.Index) -> Floats:
    """Give one standard deviation per item."""
    if isinstance(sd, pd.Series):
        named = sd.rename(index=lambda name: str(name).lower())
        return named.reindex(items).fillna(0.0).to_numpy(dtype=float)
    return np.full(len(items), float(sd))
