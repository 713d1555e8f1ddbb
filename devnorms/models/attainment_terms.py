"""
Patterns and counts as arrays: what the likelihood of ages of attainment is a sum of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms.schema.attainment import RECALLED

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FAR = 1e3
"""Stands for an edge that is not there, on the scale of log(age_months + 1)."""

_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(3)


@dataclass(frozen=True)
class Terms:
    """
    Probabilities of patterns, each a weighted sum over a few intervals.

    Attributes
    ----------
    leaf : array of shape (rows,)
        Which leaf's children.
    children : array of shape (rows,)
        How many.
    after, by : array of shape (rows, parts)
        Ends of the intervals, in log(age_months + 1).
    log_weight : array of shape (rows, parts)
        Log of the weights, -inf for a part that is not needed.
    heaped : array of shape (rows, parts)
        1 for the interval in which one may round to a heap, -1 for the month itself of
        a remembered age, 0 for ages that were seen.
    recall : array of shape (rows,)
        Which population's habit of rounding; 0 where nothing was remembered.
    recalling : tuple of str
        Populations with remembered ages.
    """

    leaf: Ints
    children: Floats
    after: Floats
    by: Floats
    log_weight: Floats
    heaped: Floats
    recall: Ints
    recalling: tuple[str, ...]


def terms(patterns: pd.DataFrame, leaf: Ints) -> Terms:
    """
    Turn patterns into the terms of a likelihood.

    An age noted within a month is averaged over the month (three-point Gauss-Legendre
    rule); a remembered age is a mixture of its month and of its heap.

    Parameters
    ----------
    patterns : pandas.DataFrame
        See `devnorms.schema.attainment`.
    leaf : array of shape (rows,)
        Which leaf each pattern belongs to.

    Returns
    -------
    Terms
    """
    width = patterns["width_months"].to_numpy(dtype=float)
    remembered = (patterns["kind"] == RECALLED).to_numpy()
    heap = patterns["heap_by_months"].notna().to_numpy()
    inside = np.r_[0.5] if not width.any() else (_POINTS + 1) / 2
    weight = np.r_[1.0] if not width.any() else _WEIGHTS / 2
    after = _edge(patterns["after_months"], width, inside, -FAR)
    by = _edge(patterns["by_months"], width, inside, FAR)
    log_weight = np.tile(np.log(weight), (len(patterns), 1))
    heaped = np.where(remembered, -1.0, 0.0)[:, None] * np.ones(len(inside))
    if heap.any():
        zero = np.zeros(len(patterns))
        low = _edge(patterns["heap_after_months"], zero, np.r_[0.0], -FAR)
        high = _edge(patterns["heap_by_months"], zero, np.r_[0.0], FAR)
        after, by = np.hstack([after, low]), np.hstack([by, high])
        unused = np.where(heap, 0.0, -np.inf)[:, None]
        log_weight = np.hstack([log_weight, unused])
        heaped = np.hstack([heaped, np.ones((len(patterns), 1))])
    recall, recalling = _recalling(patterns["population"].astype(str), remembered)
    children = patterns["children"].to_numpy(dtype=float)
    return Terms(leaf, children, after, by, log_weight, heaped, recall, recalling)


def _edge(ages: pd.Series, width: Floats, inside: Floats, missing: float) -> Floats:
    """Give an edge in log age, at each point within the width it was noted with."""
    months = ages.to_numpy(dtype=float)[:, None] + width[:, None] * inside
    known = ~np.isnan(months)
    edge: Floats = np.full(months.shape, missing)
    edge[known] = np.log1p(months[known])
    return edge


def _recalling(
    population: pd.Series, remembered: NDArray[np.bool_]
) -> tuple[Ints, tuple[str, ...]]:
    """Give a number to the populations with remembered ages."""
    names = tuple(sorted(set(population[remembered])))
    at = {name: n for n, name in enumerate(names)}
    codes = population.map(at).fillna(0).to_numpy(dtype=np.int64)
    return codes, names


def log_probabilities(
    parts: Terms, location: Floats, log_slope: Floats, heaping: float, *, normal: bool
) -> Floats:
    """
    Log probability of every pattern, in plain numpy.

    Parameters
    ----------
    parts : Terms
        From `terms`.
    location, log_slope : array of shape (leaves,)
        Of every leaf.
    heaping : float
        Share of remembered ages that are rounded.
    normal : bool
        Whether ages are log-normal; log-logistic otherwise.

    Returns
    -------
    array of shape (rows,)
    """
    from scipy.special import log_expit, log_ndtr, logsumexp

    log_cdf = log_ndtr if normal else log_expit
    slope, middle = np.exp(log_slope)[parts.leaf, None], location[parts.leaf, None]
    after, by = slope * (parts.after - middle), slope * (parts.by - middle)
    # Both families are symmetric: take the side on which the logarithms are small.
    flip = after + by > 0
    high = log_cdf(np.where(flip, -after, by))
    low = log_cdf(np.where(flip, -by, after))
    with np.errstate(divide="ignore"):
        interval = high + np.log1p(-np.exp(np.minimum(low - high, -1e-15)))
    rounds = np.where(
        parts.heaped > 0,
        np.log(heaping),
        np.where(parts.heaped < 0, np.log1p(-heaping), 0.0),
    )
    total: Floats = logsumexp(interval + parts.log_weight + rounds, axis=1)
    return total
