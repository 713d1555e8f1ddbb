"""
Ages: the only place where units of age are converted.

A month is 30.4375 days (365.25 / 12). The models work on
``log_age = log(age_months + 1)``, the scale that predicted held-out responses best.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

DAYS_PER_MONTH = 365.25 / 12
FULL_TERM_DAYS = 280
PRETERM_BELOW_DAYS = 259
CORRECT_UNTIL_DAYS = 730


def months_from_days(age_days: ArrayLike) -> NDArray[np.float64]:
    """
    Turn days into months of 30.4375 days.

    Parameters
    ----------
    age_days : array-like
        Ages in days.

    Returns
    -------
    numpy.ndarray
        Ages in months.

    Examples
    --------
    >>> float(months_from_days(365.25))
    12.0
    """
    return np.asarray(age_days, dtype=float) / DAYS_PER_MONTH


def days_from_months(age_months: ArrayLike) -> NDArray[np.float64]:
    """
    Turn months of 30.4375 days into days.

    Parameters
    ----------
    age_months : array-like
        Ages in months.

    Returns
    -------
    numpy.ndarray
        Ages in days.
    """
    return np.asarray(age_months, dtype=float) * DAYS_PER_MONTH


def log_age_from_days(age_days: ArrayLike) -> NDArray[np.float64]:
    """
    Age on the scale of the models, ``log(age_months + 1)``.

    Parameters
    ----------
    age_days : array-like
        Ages in days, not negative.

    Returns
    -------
    numpy.ndarray
        Dimensionless.
    """
    return np.log1p(months_from_days(age_days))


def months_from_log_age(log_age: ArrayLike) -> NDArray[np.float64]:
    """
    Back from the scale of the models to months.

    Parameters
    ----------
    log_age : array-like
        Values of ``log(age_months + 1)``.

    Returns
    -------
    numpy.ndarray
        Ages in months; negative where ``log_age`` is, which means "before birth".

    Examples
    --------
    >>> round(float(months_from_log_age(log_age_from_days(400))), 4)
    13.1417
    """
    return np.expm1(np.asarray(log_age, dtype=float))


def corrected_age_days(
    age_days: ArrayLike, gestation_days: ArrayLike
) -> NDArray[np.float64]:
    """
    Age counted from the expected date of birth, for children born preterm.

    Only children born before 37 weeks (259 days) are corrected, only until two years
    of chronological age, and never below zero; all others keep their age. A child
    whose gestation is not known keeps the chronological age.

    Parameters
    ----------
    age_days : array-like
        Chronological ages in days.
    gestation_days : array-like
        Gestational ages at birth in days, NaN where not known.

    Returns
    -------
    numpy.ndarray
        Corrected ages in days.

    References
    ----------
    Engle WA, American Academy of Pediatrics Committee on Fetus and Newborn. Age
    terminology during the perinatal period. Pediatrics 2004;114:1362-1364.
    doi:10.1542/peds.2004-1915

    Examples
    --------
    >>> corrected_age_days([100.0, 100.0], [224.0, 280.0]).tolist()
    [44.0, 100.0]
    """
    age: NDArray[Any] = np.asarray(age_days, dtype=float)
    gestation: NDArray[Any] = np.asarray(gestation_days, dtype=float)
    preterm = (gestation < PRETERM_BELOW_DAYS) & (age < CORRECT_UNTIL_DAYS)
    corrected = np.maximum(age - (FULL_TERM_DAYS - gestation), 0.0)
    return np.where(preterm, corrected, age)
