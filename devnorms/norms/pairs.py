"""
Two populations, milestone by milestone: differences of ages and their parts, per draw.

The age at which a share p passes is ``exp(location + logit(p) / slope) - 1`` months. A
difference of two such ages is turned into parts with the logarithmic mean L of both
(ages plus one): ``age - age_reference = L * (difference of the logarithms)``, exactly,
and the difference of the logarithms is a sum. So the parts add up in months as well,
in every draw, in whatever order they are taken.

References
----------
Carlson BC. The logarithmic mean. Am Math Monthly 1972;79:615-618. doi:10.2307/2317088.
Ang BW. Decomposition analysis for policymaking in energy: which is the preferred
method? Energy Policy 2004;32:1131-1139. doi:10.1016/S0301-4215(03)00076-4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from devnorms.norms.effects import MEASURE, OWN, SPLIT, Effects, flat
from devnorms.schema.norms import POOLED

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Months(NamedTuple):
    """
    A difference at one share, in months; each of milestones x draws.

    Attributes
    ----------
    age, age_reference : numpy.ndarray
        The two ages.
    factor : numpy.ndarray
        Months per unit of log age: the logarithmic mean of both ages plus one.
    slope : numpy.ndarray
        What comes of a different steepness; zero at a share of one half.
    """

    age: Floats
    age_reference: Floats
    factor: Floats
    slope: Floats

    @property
    def total(self) -> Floats:
        """The difference as norms of both give it."""
        return self.age - self.age_reference


@dataclass(frozen=True, eq=False)
class Pair:
    """
    Two populations, or one and the centre of all.

    Attributes
    ----------
    effects : Effects
        What it is made from.
    population, reference : str
        Ids; the reference may be ``(pooled)``.
    milestones : numpy.ndarray of int
        Those asked of both.
    weight : numpy.ndarray
        Milestones x leaves: how much each leaf counts; the reference's with a minus.
    parts : dict of str to numpy.ndarray
        Milestones x draws, in log age: the parts named in `SPLIT`.
    """

    effects: Effects
    population: str
    reference: str
    milestones: Ints
    weight: Floats
    parts: dict[str, Floats]

    @property
    def pooled(self) -> bool:
        """Whether the reference is the centre."""
        return self.reference == POOLED

    def names(self) -> list[str]:
        """Ids of the milestones."""
        known = self.effects.milestones
        return [known[m] for m in self.milestones]

    def own(self) -> Floats:
        """Log age: what would stay if both had been asked the same."""
        return sum((self.parts[p] for p in OWN), np.zeros(()))

    def linking(self) -> Floats:
        """Log age: what instrument and wording put in; the linking error."""
        return sum((self.parts[p] for p in MEASURE), np.zeros(()))

    def months(self, share: float) -> Months:
        """
        Solve for the ages at which a share passes.

        Parameters
        ----------
        share : float
            Share passing.
        """
        turn = float(np.log(share / (1 - share)))
        place, spread = _curves(self, self.population)
        place_ref, spread_ref = _curves(self, self.reference)
        log_age, log_ref = place + turn * spread, place_ref + turn * spread_ref
        factor = log_mean(log_age, log_ref)
        return Months(
            np.expm1(log_age),
            np.expm1(log_ref),
            factor,
            factor * turn * (spread - spread_ref),
        )

    def prior_sd(self, parts: tuple[str, ...], keep: NDArray[np.bool_]) -> Floats:
        """
        Prior SD of the sum of parts, per milestone and of their mean.

        Parameters
        ----------
        parts : tuple of str
            Of `SPLIT`.
        keep : numpy.ndarray of bool
            The milestones that the mean is over.

        Returns
        -------
        numpy.ndarray
            One value per milestone and, last, that of the mean (NaN if none is kept).
        """
        rows = np.vstack([self.weight, mean_row(self.weight, keep)])
        return np.sqrt(prior_variance(self.effects, rows, parts))


def pair_of(effects: Effects, population: str, reference: str) -> Pair:
    """
    Lay two populations side by side.

    Parameters
    ----------
    effects : Effects
        From `devnorms.norms.effects.effects_of`.
    population, reference : str
        Ids; the reference may be ``(pooled)``.

    Returns
    -------
    Pair
        Without milestones if the two were asked none in common.
    """
    asks = effects.cells
    here = asks[effects.populations.index(population)]
    if reference != POOLED:
        here = here & asks[effects.populations.index(reference)]
    milestones = np.flatnonzero(here).astype(np.int64)
    weight = _weight(effects, population, milestones)
    if reference != POOLED:
        weight = weight - _weight(effects, reference, milestones)
    parts = _parts(effects, weight)
    return Pair(effects, population, reference, milestones, weight, parts)


def log_mean(log_a: Floats, log_b: Floats) -> Floats:
    """
    Logarithmic mean of two numbers given by their logarithms.

    Parameters
    ----------
    log_a, log_b : numpy.ndarray
        Logarithms.

    Returns
    -------
    numpy.ndarray
        ``(a - b) / (log a - log b)``, and ``a`` where both are the same.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(log_mean(np.log(4.0), np.log(2.0))), 4)
    2.8854
    """
    gap = np.asarray(log_a - log_b)
    same = np.abs(gap) < 1e-12
    safe = np.where(same, 1.0, gap)
    return np.exp(log_b) * np.where(same, 1.0, np.expm1(gap) / safe)


def mean_row(rows: Floats, keep: NDArray[np.bool_]) -> Floats:
    """
    Average some of the rows.

    Parameters
    ----------
    rows : numpy.ndarray
        Milestones first.
    keep : numpy.ndarray of bool
        Which.

    Returns
    -------
    numpy.ndarray
        One row; NaN if none is kept.
    """
    if not keep.any():
        return np.full(rows.shape[1], np.nan)
    return np.asarray(rows[keep].mean(axis=0))


def prior_variance(effects: Effects, rows: Floats, parts: tuple[str, ...]) -> Floats:
    """
    Prior variance of weighted sums of leaves, over the posterior of the scales.

    Parameters
    ----------
    effects : Effects
        The effects.
    rows : numpy.ndarray
        Sums x leaves: the weights.
    parts : tuple of str
        Which parts are summed.

    Returns
    -------
    numpy.ndarray
        One per row.
    """
    total = np.zeros(len(rows))
    there = np.flatnonzero(np.nan_to_num(rows).any(axis=0))
    for unit in effects.units:
        if unit.part in parts:
            _, weights = _gathered(rows[:, there], unit.level[there])
            squares = (weights**2).sum(axis=1)
            if unit.groups:  # values that sum to zero vary less
                squares = squares - weights.sum(axis=1) ** 2 / unit.groups
            total += unit.variance * np.where(squares > 1e-12, squares, 0.0)
    return np.where(np.isnan(rows).any(axis=1), np.nan, total)


def _weight(effects: Effects, population: str, milestones: Ints) -> Floats:
    """Milestones x leaves: a population's leaves of a milestone, all alike."""
    mine = effects.population == effects.populations.index(population)
    chosen = (effects.milestone == milestones[:, None]) & mine
    number = chosen.sum(axis=1, keepdims=True)
    return np.asarray(chosen / np.where(number, number, 1), dtype=float)


def _parts(effects: Effects, weight: Floats) -> dict[str, Floats]:
    """Milestones x draws for each part of the difference in location."""
    there = np.flatnonzero(weight.any(axis=0))
    draws = effects.curves.sizes["chain"] * effects.curves.sizes["draw"]
    found = {part: np.zeros((len(weight), draws)) for part in SPLIT}
    for unit in effects.units:
        columns, weights = _gathered(weight[:, there], unit.of_leaf[there])
        found[unit.part] += weights @ unit.draws[:, columns].T
    return found


def _gathered(weight: Floats, group: Ints) -> tuple[Ints, Floats]:
    """Sum the weights of leaves that share a value; what both sides share cancels."""
    columns, place = np.unique(group, return_inverse=True)
    onto = np.zeros((len(group), len(columns)))
    onto[np.arange(len(group)), place] = 1.0
    weights = weight @ onto
    weights[np.abs(weights) < 1e-12] = 0.0  # exactly, not only up to rounding
    return columns, weights


def _curves(pair: Pair, population: str) -> tuple[Floats, Floats]:
    """Location and one over the slope, milestones x draws."""
    curves, at = pair.effects.curves, pair.milestones
    if population == POOLED:
        location = flat(curves, "pooled_location")[:, at]
        log_slope = flat(curves, "pooled_log_slope")[:, at]
    else:
        row = pair.effects.populations.index(population)
        location = flat(curves, "milestone_location")[:, row, at]
        log_slope = flat(curves, "milestone_log_slope")[:, row, at]
    return location.T, np.exp(-log_slope.T)
