"""
How expected development grows with age in one group of children.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from devnorms._base.ages import DAYS_PER_MONTH

Floats = NDArray[np.float64]

_DAYS_BEFORE_BIRTH = -0.9 * DAYS_PER_MONTH


@dataclass(frozen=True, eq=False)
class Growth:
    """
    Departure of a group's mean from the key's prior mean: a natural cubic spline.

    Attributes
    ----------
    knots : numpy.ndarray
        On the scale of ``log(age_months + 1)``; one knot is a constant, two a line.
    coefficients : numpy.ndarray
        As many as knots; D-score units.
    """

    knots: Floats
    coefficients: Floats

    @classmethod
    def flat(cls, age_days: ArrayLike, knots: int) -> Growth:
        """
        Start at no departure, with knots where the group's ages are.

        Parameters
        ----------
        age_days : array-like
            Ages of the group's visits, in days.
        knots : int
            As many as the ages allow: not more than there are distinct ages.
        """
        log_age = _log_age(age_days)
        distinct = np.unique(log_age)
        number = min(knots, len(distinct))
        at = np.unique(np.quantile(log_age, np.linspace(0, 1, number)))
        if len(at) < number:
            at = np.quantile(distinct, np.linspace(0, 1, number))
        return cls(at, np.zeros(len(at)))

    def basis(self, age_days: ArrayLike) -> Floats:
        """
        Give the spline's basis at ages, one column per coefficient.

        Linear beyond the outer knots.

        Parameters
        ----------
        age_days : array-like
            Ages in days.

        References
        ----------
        Hastie T, Tibshirani R, Friedman J. The Elements of Statistical Learning. 2nd
        ed. Springer 2009, equation 5.4.
        """
        log_age = _log_age(age_days)
        span = max(self.knots[-1] - self.knots[0], 1e-9)
        at = (self.knots - self.knots[0]) / span
        x = (log_age - self.knots[0]) / span
        columns = [np.ones_like(x)]
        if len(at) > 1:
            columns.append(x)
        bends = [_bend(x, knot, at[-1]) for knot in at[:-1]]
        columns += [bend - bends[-1] for bend in bends[:-1]]
        return np.column_stack(columns)

    def at(self, age_days: ArrayLike) -> Floats:
        """
        Give the departure at ages.

        Parameters
        ----------
        age_days : array-like
            Ages in days.
        """
        departure: Floats = self.basis(age_days) @ self.coefficients
        return departure


def _bend(x: Floats, knot: float, last: float) -> Floats:
    """One truncated cubic, linear beyond the last knot."""
    cubes = np.maximum(x - knot, 0.0) ** 3 - np.maximum(x - last, 0.0) ** 3
    bend: Floats = cubes / (last - knot)
    return bend


def _log_age(age_days: ArrayLike) -> Floats:
    """Scale of ages; children before the expected date of birth count as newborn."""
    days = np.maximum(np.asarray(age_days, dtype=float), _DAYS_BEFORE_BIRTH)
    log_age: Floats = np.log1p(days / DAYS_PER_MONTH)
    return log_age
