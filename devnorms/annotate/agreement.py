"""
How far coders agree beyond chance: Cohen, Fleiss, Krippendorff, Gwet.

Every coefficient is worked out from counts per unit, so that units can be weighted: by
how often a bootstrap sample drew them, or by one over the probability with which a
stratified draw took them. Where nobody ever disagrees and all give one and the same
value, coefficients that correct for chance are 0/0: they are NaN here, never 1, and
agreement is then told by the share that agrees and by Gwet's AC1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from devnorms._base.errors import BadValueError
from devnorms.annotate.agreement_counts import (
    ac1_many,
    agreeing_many,
    alpha_many,
    average,
    beyond_chance,
    pairable,
    ratio,
    there,
    unit_weights,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def share_agreeing(counts: ArrayLike, weights: ArrayLike | None = None) -> float:
    """
    Give the share of pairs of coders, over units, that agree.

    Parameters
    ----------
    counts : array_like, units by categories
        How many coders gave each; units with one rating do not count.
    weights : array_like, optional
        Of units; equal if not given.

    Returns
    -------
    float

    Examples
    --------
    >>> share_agreeing([[2, 0], [1, 1], [0, 2], [0, 2]])
    0.75
    """
    return float(agreeing_many(pairable(counts, weights))[0])


def cohen_kappa(
    first: Sequence[Any],
    second: Sequence[Any],
    weights: ArrayLike | None = None,
) -> float:
    """
    Give Cohen's kappa of two coders.

    Parameters
    ----------
    first, second : sequence
        What each coder gave to the same units; units that one of them left out
        (``None``, NaN) do not count.
    weights : array_like, optional
        Of units.

    Returns
    -------
    float
        NaN where both gave one and the same value to all.

    References
    ----------
    Cohen (1960). doi:10.1177/001316446002000104

    Examples
    --------
    >>> round(cohen_kappa(["a", "a", "b", "b"], ["a", "a", "b", "a"]), 2)
    0.5
    """
    pair = np.empty((len(first), 2), dtype=object)
    pair[:, 0], pair[:, 1] = list(first), list(second)
    w = unit_weights(weights, len(pair))[0]
    both = there(pair).all(axis=1)
    a, b, w = pair[both, 0], pair[both, 1], w[both]
    if not w.sum():
        return float("nan")
    share = w / w.sum()
    categories = sorted(set(a.tolist()) | set(b.tolist()), key=str)
    expected = sum(share[a == c].sum() * share[b == c].sum() for c in categories)
    return float(beyond_chance(share[a == b].sum(), 1.0 * expected)[0])


def fleiss_kappa(counts: ArrayLike, weights: ArrayLike | None = None) -> float:
    """
    Give Fleiss' kappa of any number of coders.

    Parameters
    ----------
    counts : array_like, units by categories
        How many coders gave each; every unit by equally many coders.
    weights : array_like, optional
        Of units.

    Returns
    -------
    float
        NaN where all gave one and the same value.

    Raises
    ------
    BadValueError
        If units were rated by different numbers of coders: Krippendorff's alpha and
        Gwet's AC1 are for those.

    References
    ----------
    Fleiss (1971). doi:10.1037/h0031619

    Examples
    --------
    >>> round(fleiss_kappa([[2, 0], [1, 1], [0, 2], [0, 2]]), 3)
    0.467
    """
    units = pairable(counts, weights)
    sizes = np.asarray(counts, dtype=float).sum(axis=1)
    if len(units.size) != len(sizes) or len(set(sizes.tolist())) > 1:
        raise BadValueError.parameter(
            "counts",
            "rated by equally many coders in every unit, two or more (with missing "
            "ratings use Krippendorff's alpha or Gwet's AC1)",
            sorted({int(k) for k in sizes}),
        )
    share = average(units.counts / units.size[:, None], units.weights)
    chance = (share**2).sum(axis=1)
    return float(beyond_chance(agreeing_many(units), chance)[0])


def krippendorff_alpha(counts: ArrayLike, weights: ArrayLike | None = None) -> float:
    """
    Give Krippendorff's alpha of named values; ratings may be missing.

    Parameters
    ----------
    counts : array_like, units by categories
        How many coders gave each; units with one rating do not count.
    weights : array_like, optional
        As if each unit came so many times.

    Returns
    -------
    float
        NaN where all gave one and the same value.

    References
    ----------
    Hayes & Krippendorff (2007). doi:10.1080/19312450709336664

    Examples
    --------
    >>> round(krippendorff_alpha([[2, 0], [1, 1], [0, 2], [0, 2]]), 3)
    0.533
    """
    return float(alpha_many(pairable(counts, weights))[0])


def krippendorff_alpha_interval(
    ratings: ArrayLike, weights: ArrayLike | None = None
) -> float:
    """
    Give Krippendorff's alpha of numbers, such as ages in months.

    Parameters
    ----------
    ratings : array_like, units by coders
        NaN is missing; units with one rating do not count.
    weights : array_like, optional
        As if each unit came so many times.

    Returns
    -------
    float
        NaN where all numbers are the same.

    References
    ----------
    Hayes & Krippendorff (2007). doi:10.1080/19312450709336664

    Examples
    --------
    >>> round(krippendorff_alpha_interval([[9, 9], [12, 13], [6, 6]]), 3)
    0.981
    """
    x = np.asarray(ratings, dtype=float)
    w = unit_weights(weights, len(x))[0]
    size = (~np.isnan(x)).sum(axis=1)
    x, w, size = x[size > 1], w[size > 1], size[size > 1]
    if not w.sum():
        return float("nan")
    # Around one centre, so that squares of large numbers do not swallow the difference.
    x = x - np.nanmean(x)
    sums, squares = np.nansum(x, axis=1), np.nansum(x**2, axis=1)
    disagreeing = (w * (size * squares - sums**2) / (size - 1)).sum()
    total = (w * size).sum()
    spread = total * (w * squares).sum() - (w * sums).sum() ** 2
    return float(ratio(disagreeing * (total - 1), spread, less_from=1.0)[0])


def gwet_ac1(
    counts: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    categories: int | None = None,
) -> float:
    """
    Give Gwet's AC1, which skewed shares of categories do not upset.

    Parameters
    ----------
    counts : array_like, units by categories
        How many coders gave each.
    weights : array_like, optional
        Of units.
    categories : int, optional
        How many there could be, if more than columns; two at least.

    Returns
    -------
    float

    References
    ----------
    Gwet (2008). doi:10.1348/000711006X126600

    Examples
    --------
    >>> round(gwet_ac1([[2, 0], [1, 1], [0, 2], [0, 2]]), 3)
    0.529
    """
    there_are = np.asarray(counts).shape[1]
    return float(ac1_many(counts, weights, max(2, there_are, categories or 0))[0])
