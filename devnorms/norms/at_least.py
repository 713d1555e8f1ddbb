"""
How many children are flagged on at least k of m milestones.

The shares per milestone do not say it: it depends on whether the same children are late
on everything. Three answers: the bounds that hold whatever the dependence, the answer
if milestones were independent, and that if each child has a pace of its own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from devnorms.norms.pace import share_given_pace

Floats = NDArray[np.float64]

_NODES = 24


def bounds(shares: Floats, at_least: int) -> tuple[Floats, Floats]:
    """
    Give the least and the greatest share flagged that the shares allow.

    Parameters
    ----------
    shares : numpy.ndarray
        Flagged per milestone; milestones in the last axis.
    at_least : int
        k, from 1 to the number of milestones.

    Returns
    -------
    numpy.ndarray, numpy.ndarray
        Sharp: some dependence reaches each.

    References
    ----------
    Rüger B. Das maximale Signifikanzniveau des Tests: "Lehne H0 ab, wenn k unter n
    gegebenen Tests zur Ablehnung führen". Metrika 1978;25:171-178.
    doi:10.1007/BF02204362

    Examples
    --------
    Two of two, each at 10 %: from nobody to the same tenth of the children.

    >>> import numpy as np
    >>> low, high = bounds(np.array([0.1, 0.1]), 2)
    >>> float(low), float(high)
    (0.0, 0.1)
    """
    number = shares.shape[-1]
    low = 1 - _greatest(1 - shares, number - at_least + 1)
    return np.clip(low, 0, 1), _greatest(shares, at_least)


def _greatest(shares: Floats, at_least: int) -> Floats:
    """Upper bound: the smallest m - j shares, spread over k - j places each."""
    number = shares.shape[-1]
    sums = np.cumsum(np.sort(shares, axis=-1), axis=-1)
    each = [sums[..., number - j - 1] / (at_least - j) for j in range(at_least)]
    return np.minimum(np.min(each, axis=0), 1.0)


def flagged_at_least(
    norm: Floats, own: Floats, at_least: int, loading: Floats | None = None
) -> tuple[Floats, Floats, Floats]:
    """
    Give the shares flagged by a norm, by their own, and by both, on k milestones.

    On each milestone the two norms draw their line at two ages, so that whoever is
    flagged by the stricter is flagged by the other.

    Parameters
    ----------
    norm, own : numpy.ndarray
        Flagged per milestone by the imported and by the own norm, draws x milestones.
    at_least : int
        k.
    loading : numpy.ndarray, optional
        From `devnorms.norms.pace.loadings`, same shape; independent without it.

    Returns
    -------
    numpy.ndarray, numpy.ndarray, numpy.ndarray
        By the imported norm, by their own, by both; a value per draw.
    """
    if loading is None:
        return _count(norm, own, at_least)
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    by_norm, by_own = (ndtri(np.clip(q, 1e-15, 1 - 1e-15)) for q in (norm, own))
    total = np.zeros((3, len(norm)))
    for node, weight in zip(nodes, weights, strict=True):
        late = share_given_pace(by_norm, loading, node)
        at_home = share_given_pace(by_own, loading, node)
        total += weight * np.stack(_count(late, at_home, at_least))
    return total[0], total[1], total[2]


def _count(norm: Floats, own: Floats, at_least: int) -> tuple[Floats, Floats, Floats]:
    """Count both at once, milestone by milestone; k stands for k or more."""
    draws, number = norm.shape
    chance = np.zeros((draws, at_least + 1, at_least + 1))
    chance[:, 0, 0] = 1.0
    for column in range(number):
        q, p = norm[:, column], own[:, column]
        both = np.minimum(q, p)
        none = 1 - np.maximum(q, p)
        new = none[:, None, None] * chance
        for weight, by_norm, by_own in (
            (both, 1, 1), (q - both, 1, 0), (p - both, 0, 1),
        ):  # fmt: skip
            new += weight[:, None, None] * _moved(chance, by_norm, by_own)
        chance = new
    flagged_by_norm = chance[:, at_least, :].sum(axis=-1)
    flagged_by_own = chance[:, :, at_least].sum(axis=-1)
    return flagged_by_norm, flagged_by_own, chance[:, at_least, at_least]


def _moved(chance: Floats, by_norm: int, by_own: int) -> Floats:
    """One more flag; whoever has k already stays there."""
    moved = chance
    for axis, step in ((1, by_norm), (2, by_own)):
        if step:
            along = np.moveaxis(moved, axis, -1)
            next_ = np.zeros_like(along)
            next_[..., 1:] = along[..., :-1]
            next_[..., -1] += along[..., -1]
            moved = np.moveaxis(next_, -1, axis)
    return moved
