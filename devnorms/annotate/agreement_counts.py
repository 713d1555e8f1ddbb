"""
Ratings as counts per unit, and the averages that coefficients of agreement share.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from devnorms._base.errors import BadValueError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Floats = NDArray[np.float64]


class Counted(NamedTuple):
    """
    Ratings as counts: what every coefficient of named values is made from.

    Attributes
    ----------
    counts : numpy.ndarray
        Units by categories: how many coders gave each.
    categories : tuple
        In order.
    """

    counts: Floats
    categories: tuple[Any, ...]


def counted(ratings: Sequence[Sequence[Any]] | NDArray[Any]) -> Counted:
    """
    Count which categories each unit was given.

    Parameters
    ----------
    ratings : two-dimensional, units by coders
        Names or numbers; ``None`` and NaN are missing.

    Returns
    -------
    Counted

    Raises
    ------
    BadValueError
        If it is not two-dimensional, or no unit has a rating.

    Examples
    --------
    >>> found = counted([["a", "b"], ["a", None]])
    >>> found.counts.tolist()
    [[1.0, 1.0], [1.0, 0.0]]
    """
    table = np.asarray(ratings, dtype=object)
    if table.ndim != 2:
        raise BadValueError.parameter(
            "ratings", "a table, units by coders", f"{table.ndim} dimension(s)"
        )
    given = there(table)
    categories = tuple(sorted(set(table[given].tolist()), key=lambda v: (str(v), v)))
    if not categories:
        raise BadValueError.parameter("ratings", "a table with any rating", "none")
    counts = np.stack([(given & (table == c)).sum(axis=1) for c in categories], axis=1)
    return Counted(counts.astype(float), categories)


def there(table: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a rating is: neither None nor NaN."""
    return np.array(
        [[v is not None and v == v for v in row] for row in table.tolist()], dtype=bool
    ).reshape(table.shape)


def unit_weights(weights: ArrayLike | None, units: int) -> Floats:
    """
    Give weights of units; of one sample, or of many at once.

    Parameters
    ----------
    weights : array_like or None
        Units, or samples by units; equal if not given.
    units : int
        How many there are.

    Returns
    -------
    numpy.ndarray, samples by units

    Raises
    ------
    BadValueError
        If there are not as many as units, or one is below 0.
    """
    if weights is None:
        return np.ones((1, units))
    w = np.atleast_2d(np.asarray(weights, dtype=float))
    if w.shape[1] != units or not (w >= 0).all():
        raise BadValueError.parameter(
            "weights", f"{units} numbers, none below 0", f"shape {w.shape}"
        )
    return w


class Pairable(NamedTuple):
    """
    The units that two coders or more have rated.

    Attributes
    ----------
    counts : numpy.ndarray, units by categories
    weights : numpy.ndarray, samples by units
    size : numpy.ndarray, units
        Ratings of each.
    """

    counts: Floats
    weights: Floats
    size: Floats


def pairable(counts: ArrayLike, weights: ArrayLike | None) -> Pairable:
    """
    Keep the units that two coders or more have rated.

    Parameters
    ----------
    counts : array_like, units by categories
        How many coders gave each.
    weights : array_like, optional
        Units, or samples by units.

    Returns
    -------
    Pairable
    """
    n = np.asarray(counts, dtype=float)
    w = unit_weights(weights, len(n))
    size = n.sum(axis=1)
    more = size > 1
    return Pairable(n[more], w[:, more], size[more])


def agreeing_many(units: Pairable) -> Floats:
    """
    Give the share of pairs of coders that agree, for each sample.

    Parameters
    ----------
    units : Pairable
        Rated by two coders or more.

    Returns
    -------
    numpy.ndarray, samples
    """
    n, w, size = units
    return average(((n * (n - 1)).sum(axis=1)) / (size * (size - 1)), w)


def alpha_many(units: Pairable) -> Floats:
    """
    Give Krippendorff's alpha of named values, for each sample.

    Parameters
    ----------
    units : Pairable
        Rated by two coders or more.

    Returns
    -------
    numpy.ndarray, samples
    """
    n, w, size = units
    total = w @ size
    disagreeing = w @ ((size**2 - (n**2).sum(axis=1)) / (size - 1))
    pairs = total**2 - ((w @ n) ** 2).sum(axis=1)
    return ratio(disagreeing * (total - 1), pairs, less_from=1.0)


def ac1_many(counts: ArrayLike, weights: ArrayLike | None, categories: int) -> Floats:
    """
    Give Gwet's AC1, for each sample.

    Parameters
    ----------
    counts : array_like, units by categories
        How many coders gave each; single ratings count for the shares.
    weights : array_like, optional
        Units, or samples by units.
    categories : int
        How many there could be.

    Returns
    -------
    numpy.ndarray, samples
    """
    everything = np.asarray(counts, dtype=float)
    rated = everything.sum(axis=1) > 0
    shares = everything[rated] / everything[rated].sum(axis=1, keepdims=True)
    share = average(shares, unit_weights(weights, len(everything))[:, rated])
    chance = (share * (1 - share)).sum(axis=1) / (categories - 1)
    return beyond_chance(agreeing_many(pairable(counts, weights)), chance)


def average(values: Floats, w: Floats) -> Floats:
    """
    Average over units, for each sample; NaN where it has none.

    Parameters
    ----------
    values : numpy.ndarray
        Units first.
    w : numpy.ndarray, samples by units
        Weights.

    Returns
    -------
    numpy.ndarray
        Samples first.
    """
    total = w.sum(axis=1)
    shares = np.divide(
        w, total[:, None], out=np.full_like(w, np.nan), where=total[:, None] > 0
    )
    if not w.shape[1]:
        return np.full((len(w), *values.shape[1:]), np.nan)
    found: Floats = np.tensordot(shares, values, axes=1)
    return found


def beyond_chance(observed: Floats, chance: Floats) -> Floats:
    """
    Give agreement beyond chance, as a share of what there could be.

    Parameters
    ----------
    observed, chance : numpy.ndarray
        Shares that agree.

    Returns
    -------
    numpy.ndarray
        NaN where chance alone makes everything agree.
    """
    return ratio(observed - chance, 1 - chance)


def ratio(above: Floats, below: Floats, *, less_from: float | None = None) -> Floats:
    """
    Divide, with NaN where nothing is divided by nothing.

    Parameters
    ----------
    above, below : numpy.ndarray
        Of the same shape.
    less_from : float, optional
        What the ratio is taken from.

    Returns
    -------
    numpy.ndarray
    """
    a, b = np.atleast_1d(above), np.atleast_1d(below)
    found: Floats = np.divide(a, b, out=np.full(a.shape, np.nan), where=b > 1e-12)
    if less_from is not None:
        found = less_from - found
    return found
