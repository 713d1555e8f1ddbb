"""
A child's standing, given answers: the posterior of its pace on a grid.

The pace ``z`` is standard normal among the children of a population
(`devnorms.norms.pace`), so that the percentile is ``100 Phi(z)``. What is not known is
integrated out by quadrature, not by luck of the draw:

- each milestone's own curve, and how another population's would differ from it on this
  milestone alone: by the draws, milestone by milestone. The draws of two milestones of
  one population hardly hang together (correlations below 0.01 in the bundled data),
  because each rests on its own answers;
- what another population has in common, as a whole and within a domain: on a grid of
  shifts in log age;
- how much children differ in pace: at a few nodes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr, ndtri

from devnorms.norms.judged import CurveDraws
from devnorms.norms.pace import (
    PACE_LOG_SD,
    PACE_SD,
    loadings,
    probit_of_logit,
    share_given_pace,
)

Floats = NDArray[np.float64]

GRID = np.linspace(-4.5, 4.5, 61)

SCALES = {
    "sd_study": 0.11,
    "sd_study_domain": 0.04,
    "sd_country_milestone": 0.095,
    "sd_leaf": 0.07,
}
"""How far populations lie apart, in log age, where a norm does not say it itself."""

_SHIFTS = np.linspace(-1.0, 1.0, 41)
_DRAWS_HOME, _DRAWS_AWAY = 100, 24
_PACE_NODES_HOME, _PACE_NODES_AWAY = 5, 3
_GOLDEN = (np.sqrt(5) - 1) / 2


class Asked(NamedTuple):
    """
    What a child was asked, and what it did.

    Attributes
    ----------
    log_age : float
        ``log(age_months + 1)``.
    passed : numpy.ndarray of bool
        Per milestone.
    domain : numpy.ndarray of str
        Per milestone.
    """

    log_age: float
    passed: NDArray[np.bool_]
    domain: NDArray[np.str_]


class Standing(NamedTuple):
    """
    Where a child stands among children of its age.

    Attributes
    ----------
    percentile, low, high : float
        Median and equal-tailed interval, 0 to 100.
    known : float
        Part of the variance of pace that the answers tell, 0 to 1.
    """

    percentile: float
    low: float
    high: float
    known: float


def by_measurement(asked: Asked, curves: CurveDraws, level: float) -> Standing:
    """
    Give the standing as if the norm were exact: only the answers are uncertain.

    Parameters
    ----------
    asked : Asked
        Answers.
    curves : CurveDraws
        Of the norm, draws x milestones; their medians are used.
    level : float
        Probability in the interval.
    """
    middle = CurveDraws(*(np.median(part, axis=0, keepdims=True) for part in curves))
    return _summary(_at_home(asked, middle, PACE_SD), level)


def with_norm(asked: Asked, curves: CurveDraws, level: float) -> Standing:
    """
    Give the standing when the norm's curves and the spread of pace are uncertain too.

    Parameters
    ----------
    asked : Asked
        Answers.
    curves : CurveDraws
        Of the norm, draws x milestones.
    level : float
        Probability in the interval.
    """
    some = _thinned(curves, _DRAWS_HOME)
    parts = [
        weight + _at_home(asked, some, sd)
        for sd, weight in _pace_nodes(_PACE_NODES_HOME)
    ]
    return _summary(np.asarray(logsumexp(parts, axis=0)), level)


def with_transport(
    asked: Asked, curves: CurveDraws, scales: dict[str, Floats], level: float
) -> Standing:
    """
    Give the standing among children of another population, which the norm did not see.

    Norm and other population are two of many populations alike, asked the same items,
    so that the difference of their effects has twice the variance of one: of the whole
    study, of the study within a domain, of milestone within country and item within
    study.

    Parameters
    ----------
    asked : Asked
        Answers.
    curves : CurveDraws
        Of the norm, draws x milestones.
    scales : dict of str to numpy.ndarray
        Draws of `SCALES`; those that lack are taken from there.
    level : float
        Probability in the interval.
    """
    sd = {name: scales.get(name, np.array([value])) for name, value in SCALES.items()}
    single = np.hypot(np.median(sd["sd_country_milestone"]), np.median(sd["sd_leaf"]))
    some = _thinned(curves, _DRAWS_AWAY)
    shifted = some.location + np.sqrt(2) * single * _spread_evenly(some.location.shape)
    away = CurveDraws(shifted, some.log_slope)
    within = _shift_kernel(sd["sd_study_domain"])
    whole = _shift_kernel(sd["sd_study"])[len(_SHIFTS) // 2]
    parts = []
    for pace_sd, weight in _pace_nodes(_PACE_NODES_AWAY):
        at_shift = np.stack(
            [_milestones(asked, away, pace_sd, shift) for shift in _SHIFTS]
        )
        total = -0.5 * GRID**2 + whole[:, None]
        for domain in np.unique(asked.domain):
            one = at_shift[:, asked.domain == domain].sum(axis=1)
            total = total + logsumexp(within[:, :, None] + one[None], axis=1)
        parts.append(weight + logsumexp(total, axis=0))
    return _summary(np.asarray(logsumexp(parts, axis=0)), level)


def transported_scales(
    common: tuple[float, float],
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """
    Give the scales of a transported norm, among its own children and among others.

    Parameters
    ----------
    common : tuple of float
        SD of what all milestones, and those of one domain, may be off by together.

    Returns
    -------
    here, abroad : dict of str to numpy.ndarray
        For `with_transport`, which doubles variances.
    """
    names = ("sd_study", "sd_study_domain")
    nothing = dict.fromkeys(("sd_country_milestone", "sd_leaf"), np.zeros(1))
    here = {
        name: np.array([sd / np.sqrt(2)])
        for name, sd in zip(names, common, strict=True)
    }
    abroad = {name: np.hypot(here[name], SCALES[name]) for name in names}
    return {**here, **nothing}, abroad


def _at_home(asked: Asked, curves: CurveDraws, pace_sd: float) -> Floats:
    """Log posterior of pace on the grid, up to a constant."""
    likelihood = _milestones(asked, curves, pace_sd, 0.0).sum(axis=0)
    found: Floats = likelihood - 0.5 * GRID**2
    return found


def _milestones(
    asked: Asked, curves: CurveDraws, pace_sd: float, shift: float
) -> Floats:
    """Log probability of each answer at each pace, averaged over the draws."""
    probit = probit_of_logit(curves.logit_at(np.array(asked.log_age - shift)))
    loading = loadings(curves.log_slope, pace_sd)
    # Not yet is passing with the sign turned: 1 - p would lose its small numbers.
    sign = np.where(asked.passed, 1.0, -1.0)
    at = ((sign * probit)[..., None], (sign * loading)[..., None])
    chance = share_given_pace(*at, GRID).mean(axis=0)
    return np.log(np.maximum(chance, 1e-300))


def _summary(log_weight: Floats, level: float) -> Standing:
    """Median, interval and information of a posterior on the grid."""
    weight = np.exp(log_weight - logsumexp(log_weight))
    tail = (1 - level) / 2
    # A weight stands for the cell around its point.
    edges = np.concatenate([[GRID[0]], (GRID[1:] + GRID[:-1]) / 2, [GRID[-1]]])
    cumulative = np.concatenate([[0.0], np.cumsum(weight)])
    at = np.interp([0.5, tail, 1 - tail], cumulative / cumulative[-1], edges)
    middle, low, high = (100 * float(x) for x in ndtr(at))
    mean = float(weight @ GRID)
    variance = float(weight @ GRID**2) - mean**2
    return Standing(middle, low, high, min(1.0, max(0.0, 1 - variance)))


def _thinned(curves: CurveDraws, number: int) -> CurveDraws:
    """Take some draws, evenly."""
    step = max(1, len(curves.location) // number)
    return CurveDraws(*(part[::step][:number] for part in curves))


def _pace_nodes(number: int) -> list[tuple[float, float]]:
    """Nodes of the spread of pace with log weights: log-normal."""
    at, weight = np.polynomial.hermite_e.hermegauss(number)
    sd = PACE_SD * np.exp(PACE_LOG_SD * at)
    log_weight = np.log(weight / weight.sum())
    return list(zip(sd.tolist(), log_weight.tolist(), strict=True))


def _shift_kernel(sd: Floats) -> Floats:
    """Log probability to be moved from one shift to another, by twice the variance."""
    apart = (_SHIFTS[:, None] - _SHIFTS[None, :])[..., None]
    some = np.sqrt(2) * sd[:: max(1, len(sd) // 50)]
    # A scale far below the spacing of the grid would leave only the place itself.
    some = np.maximum(some, 0.25 * (_SHIFTS[1] - _SHIFTS[0]))
    density = (np.exp(-0.5 * (apart / some) ** 2) / some).mean(axis=-1)
    kernel: Floats = np.log(
        np.maximum(density / density.sum(axis=1, keepdims=True), 1e-300)
    )
    return kernel


def _spread_evenly(shape: tuple[int, ...]) -> Floats:
    """Give normal quantiles, spread evenly over draws, each column in another order."""
    draw, column = np.indices(shape)
    order = np.argsort(
        np.argsort((draw * _GOLDEN + (column + 1) ** 2 * np.e) % 1, axis=0), axis=0
    )
    found: Floats = ndtri((order + 0.5) / shape[0])
    return found
