"""
What is expected of a child at an age before any answer: the priors of the keys.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from devnorms._base.checks import check_known

Floats = NDArray[np.float64]

PRIOR_SD = 5.0
"""Standard deviation of the prior, in D-score units, at every age."""
AGE_DECIMALS = 4
DAYS_PER_YEAR = 365.25


def age_in_years(age_days: ArrayLike) -> Floats:
    """
    Turn days into years as the keys count them: rounded to four decimals.

    Parameters
    ----------
    age_days : array-like
        Ages in days; negative before the expected date of birth, NaN where not known.

    Returns
    -------
    numpy.ndarray
        Ages in years.

    Examples
    --------
    >>> float(age_in_years(21))
    0.0575
    """
    years = np.asarray(age_days, dtype=float) / DAYS_PER_YEAR
    return np.round(years, AGE_DECIMALS)


def prior_mean(base_population: str, age_years: ArrayLike) -> Floats:
    """
    Give the mean of the prior of a base population.

    Parameters
    ----------
    base_population : str
        ``"dutch"``, ``"gcdg"``, ``"phase1"`` or ``"preliminary_standards"``.
    age_years : array-like
        Ages in years.

    Returns
    -------
    numpy.ndarray
        Expected D-scores; NaN where the curve has no value.

    Raises
    ------
    UnknownNameError
        For another base population.

    References
    ----------
    van Buuren S, Eekhout I. Child development with the D-score: turning milestones
    into measurement. Gates Open Research 2021;5:81. doi:10.12688/gatesopenres.13222.1

    Examples
    --------
    >>> prior_mean("preliminary_standards", [0, 1]).round(6).tolist()
    [9.731266, 49.186179]
    """
    check_known("base population", [base_population], _CURVES)
    age = np.asarray(age_years, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = _CURVES[base_population](age)
    return np.where(np.isfinite(mean), mean, np.nan)


def _dutch(age: Floats) -> Floats:
    curve: Floats = 44.35 - 1.8 * age + 28.47 * np.log(age + 0.25)
    return curve


def _gcdg(age: Floats) -> Floats:
    curve: Floats = 47.65 - 3.05 * age + 26.70 * np.log(age + 0.19)
    return curve


def _phase1(age: Floats) -> Floats:
    infant = 20.5883 + 27.3376 * age + 6.4254 * np.log(age + 0.2)
    toddler = 14.63748 - 12.11774 * age + 69.05463 * np.log(age + 0.92)
    older = 61.37967 + 3.83513 * age
    return np.where(age <= 0.75, infant, np.where(age <= 3.5, toddler, older))


def _preliminary_standards(age: Floats) -> Floats:
    infant = 24.522 + 23.886 * age + 9.190 * np.log(age + 0.2)
    toddler = 18.434 - 9.206 * age + 61.255 * np.log(age + 0.92)
    older = 62.6268 + 4 * age
    born = np.where(age < -1 / 12, np.nan, infant)
    return np.where(age <= 0.75, born, np.where(age <= 3.5, toddler, older))


_CURVES: dict[str, Callable[[Floats], Floats]] = {
    "dutch": _dutch,
    "gcdg": _gcdg,
    "phase1": _phase1,
    "preliminary_standards": _preliminary_standards,
}
