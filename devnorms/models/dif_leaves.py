"""
The likelihood of one item in one group, as a table: what DIF is computed from.

An answer is passed with probability ``expit(a0 d + a (x - b))``, where x is what
children are matched on, b the item's centre and a0 its slope over all groups, a the
slope in this group, and d how much easier the item is in this group, in units of x.
Where x is only known with an error, the probability is its mean over that error. For
each d on a grid, the likelihood of log a is kept as a normal curve: its height, place
and width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from devnorms._base.quadrature import gauss_nodes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEP = 0.1
HALF_WIDTH = 5.0
GRID = np.arange(-HALF_WIDTH, HALF_WIDTH + STEP / 2, STEP)
"""Shifts (how much easier, units of the match) at which likelihoods are tabulated."""
WORKING_SD = 0.6
"""How far, at most, the log slope in a group strays from the item's."""
SLOPE_SD = 0.5
"""Prior of an item's log slope around zero: Rasch, or the typical slope on age."""
UNIT = {"ability": 1.0, "dscore": 1.0, "age": float(np.exp(2.0))}
"""What a match is multiplied by to be in logits of a typical item; that of ages is the
centre of the model's prior of slopes on log(age in months + 1)."""
_NODES = 5
_STRATA = 2
_ERROR_AT, _w = np.polynomial.hermite_e.hermegauss(5)
_ERROR_WEIGHT = _w / _w.sum()
_TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Leaves:
    """
    Likelihoods of items in groups.

    Attributes
    ----------
    items, groups : tuple of str
        Names.
    item, group : numpy.ndarray of int
        Of each leaf; sorted by item.
    asked, passed, low, high : numpy.ndarray
        Per leaf: answers, passes, youngest and oldest age in months.
    centre, log_slope, log_slope_se : numpy.ndarray
        Per item: where half pass over all groups, and its log slope.
    height, place, width : numpy.ndarray
        Leaves x grid: the log likelihood at the best log slope, that log slope, and
        its standard error.
    inflation : numpy.ndarray
        Per item: by how much repeated answers of the same children widen variances.
    """

    items: tuple[str, ...]
    groups: tuple[str, ...]
    item: Ints
    group: Ints
    asked: Ints
    passed: Ints
    low: Floats
    high: Floats
    centre: Floats
    log_slope: Floats
    log_slope_se: Floats
    height: Floats
    place: Floats
    width: Floats
    inflation: Floats


def leaves_of(matched: pd.DataFrame, *, clustered: bool = True) -> Leaves:
    """
    Tabulate the likelihoods of matched answers.

    Parameters
    ----------
    matched : pandas.DataFrame
        See `devnorms.schema.dif.check_matched`; ``match`` in logits, see `UNIT`.
    clustered : bool
        Whether the likelihood is flattened by as much as a sandwich estimate with
        children as clusters widens the variance.

    Returns
    -------
    Leaves
    """
    item, items = pd.factorize(matched["item"].astype("str"), sort=True)
    group, groups = pd.factorize(matched["group"].astype("str"), sort=True)
    child = pd.factorize(matched["child"])[0]
    x, sd = (matched[name].to_numpy(dtype=float) for name in ("match", "match_sd"))
    age = matched["age_months"].to_numpy(dtype=float)
    passed = matched["passed"].to_numpy(dtype=np.int64)
    order = np.lexsort((group, item))
    bounds = np.searchsorted(item[order], np.arange(len(items) + 1))
    centres, rows = [], []
    for j in range(len(items)):
        at = order[bounds[j] : bounds[j + 1]]
        whole = _compress(x[at], sd[at], passed[at])
        centre = _centre(whole)
        worth = _inflation(x[at], sd[at], passed[at], child[at], centre)
        inflation = worth if clustered else 1.0
        centres.append((*centre, inflation))
        for g in np.unique(group[at]):
            own = at[group[at] == g]
            nodes = _compress(x[own], sd[own], passed[own])
            table = _table(nodes, centre, inflation)
            few = (len(own), int(passed[own].sum()), age[own].min(), age[own].max())
            rows.append((j, int(g), few, table))
    per_item = np.array(centres)
    few_of = np.array([row[2] for row in rows], dtype=float)
    tables = np.array([row[3] for row in rows])
    return Leaves(
        tuple(map(str, items)),
        tuple(map(str, groups)),
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        few_of[:, 0].astype(np.int64),
        few_of[:, 1].astype(np.int64),
        few_of[:, 2],
        few_of[:, 3],
        per_item[:, 0],
        per_item[:, 1],
        per_item[:, 2],
        tables[:, 0],
        tables[:, 1],
        tables[:, 2],
        per_item[:, 3],
    )


@dataclass(frozen=True, eq=False)
class _Nodes:
    """Few weighted answers in place of many: place, its error, passed, weight."""

    x: Floats
    sd: Floats
    passed: Floats
    weight: Floats


def _compress(x: Floats, sd: Floats, passed: Ints) -> _Nodes:
    """Gauss nodes of the places, apart by outcome and by size of the error."""
    strata = np.zeros(len(x), dtype=np.int64)
    if np.ptp(sd) > 0:
        cuts = np.quantile(sd, np.arange(1, _STRATA) / _STRATA)
        strata = np.searchsorted(cuts, sd).astype(np.int64)
    key = strata * 2 + passed
    order = np.lexsort((x, key))
    kinds, starts, sizes = np.unique(key[order], return_index=True, return_counts=True)
    points, counts = x[order], np.ones(len(x))
    at, weight = gauss_nodes(points, counts, starts.astype(np.int64), _NODES)
    square = np.add.reduceat(sd[order] ** 2, starts) / sizes
    kept = weight.ravel() > 0
    return _Nodes(
        at.ravel()[kept],
        np.repeat(np.sqrt(square), _NODES)[kept],
        np.repeat((kinds % 2).astype(float), _NODES)[kept],
        weight.ravel()[kept],
    )


def probabilities(c: Floats, a: Floats, x: Floats, sd: Floats) -> Floats:
    """
    Probability of passing, averaged over the error of what was matched on.

    Parameters
    ----------
    c, a, x, sd : numpy.ndarray
        Logit at the centre, slope, distance from the centre and its error; they are
        broadcast against each other.

    Examples
    --------
    >>> float(probabilities(np.array(0.0), np.array(1.0), np.array(0.0), np.array(2.0)))
    0.5
    """
    error = _ERROR_AT * sd[..., None]
    logit = c[..., None] + a[..., None] * (x[..., None] + error)
    both: Floats = expit(logit) @ _ERROR_WEIGHT
    return both


def _slopes(
    nodes: _Nodes, centre: float, c: Floats, t: Floats
) -> tuple[Floats, Floats, Floats]:
    """Log likelihood and its first two derivatives in log slope t, for each c."""
    v = nodes.x[:, None] - centre + nodes.sd[:, None] * _ERROR_AT  # nodes x errors
    move = np.exp(t)[:, None, None] * v
    p = expit(c[:, None, None] + move)
    bend = p * (1 - p) * move
    mean = np.clip(p @ _ERROR_WEIGHT, 1e-12, 1 - 1e-12)
    first = bend @ _ERROR_WEIGHT
    second = (bend * ((1 - 2 * p) * move + 1)) @ _ERROR_WEIGHT
    sign = 2 * nodes.passed - 1
    of_answer = np.where(nodes.passed > 0, mean, 1 - mean)
    slope = sign * first / of_answer
    value: Floats = np.log(of_answer) @ nodes.weight
    up: Floats = slope @ nodes.weight
    down: Floats = (sign * second / of_answer - slope**2) @ nodes.weight
    return value, up, down


def _table(nodes: _Nodes, at: tuple[float, float, float], inflation: float) -> Floats:
    """Height, place and width of the likelihood of log slopes, for each c."""
    centre, log_slope, _ = at
    t = np.full(len(GRID), log_slope)
    c = np.exp(log_slope) * GRID
    thin = _Nodes(nodes.x, nodes.sd, nodes.passed, nodes.weight / inflation)
    hold = 1 / WORKING_SD**2
    for _ in range(25):
        _, up, down = _slopes(thin, centre, c, t)
        gradient = up - hold * (t - log_slope)
        step = gradient / np.maximum(hold - down, hold)
        t = t + np.clip(step, -0.4, 0.4)
        if np.abs(step).max() < 1e-3:
            break
    value, _, down = _slopes(thin, centre, c, t)
    height = value - 0.5 * hold * (t - log_slope) ** 2
    return np.stack([height, t, 1 / np.sqrt(np.maximum(hold - down, hold))])


def _centre(nodes: _Nodes) -> tuple[float, float, float]:
    """Find where half pass over all groups, the log slope, and its standard error."""
    from scipy.optimize import minimize

    middle = float(np.average(nodes.x, weights=nodes.weight))
    scale = max(
        float(np.sqrt(np.average((nodes.x - middle) ** 2, weights=nodes.weight))), 1e-3
    )

    def misfit(z: Floats) -> float:
        a, b = np.exp(z[1]), middle + scale * z[0]
        p = probabilities(
            np.zeros(len(nodes.x)), np.full(len(nodes.x), a), nodes.x - b, nodes.sd
        )
        p = np.where(nodes.passed > 0, p, 1 - p)
        fit = -float(nodes.weight @ np.log(np.maximum(p, _TINY)))
        return fit + 0.5 * float((z[1] / SLOPE_SD) ** 2) + 0.5 * float((z[0] / 5) ** 2)

    best = minimize(
        misfit,
        np.zeros(2),
        method="Nelder-Mead",
        options={"xatol": 1e-3, "fatol": 1e-3, "maxiter": 400},
    ).x
    centre, log_slope = middle + scale * float(best[0]), float(best[1])
    hold = 1 / SLOPE_SD**2
    _, _, down = _slopes(nodes, centre, np.zeros(1), np.array([log_slope]))
    return centre, log_slope, float(1 / np.sqrt(max(hold - float(down[0]), hold)))


def _inflation(
    x: Floats, sd: Floats, passed: Ints, child: Ints, at: tuple[float, float, float]
) -> float:
    """
    By how much repeated answers widen the variance of c; at least 1.

    The ratio of the sandwich variance with children as clusters to that without.
    """
    centre, log_slope, _ = at
    n = np.zeros(len(x))
    p = probabilities(n, n + np.exp(log_slope), x - centre, sd)
    left = passed - p
    alone = float((left**2).sum())
    together = float((np.bincount(child - child.min(), left) ** 2).sum())
    return max(together / alone, 1.0) if alone > 0 else 1.0
