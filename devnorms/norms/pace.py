"""
How the milestones of one child hang together: a pace of its own.

A child's pace ``z`` is standard normal among the children of its population. It shifts
the log age at which the child passes *every* milestone by about ``pace_sd * z``; what
is left of the spread belongs to the single milestone. Attainment ages on the log scale
are logistic with standard deviation ``pi / (sqrt(3) slope)``, so that the pace carries
the part ``loading = pace_sd * slope * sqrt(3) / pi`` of it. Given the pace, milestones
are independent, and

    P(passes | z) = Phi((probit(p) + loading * z) / sqrt(1 - loading^2))

where ``p`` is the share of the population that passes: averaged over children this is
``p`` exactly, whatever the loading (a Gaussian copula with one factor).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr, ndtri

Floats = NDArray[np.float64]

PACE_SD = 0.10
"""Standard deviation of children's pace in log(age in months + 1): some 10 % of age."""

PACE_LOG_SD = 0.2
"""How far that is known: ten studies show 0.08 to 0.13."""

_LARGEST = 0.95
_FAR = 35.0


def loadings(log_slope: Floats, pace_sd: Floats | float) -> Floats:
    """
    Give the correlation of a child's pace with each milestone's log age.

    Parameters
    ----------
    log_slope : numpy.ndarray
        Of the population's curves.
    pace_sd : numpy.ndarray or float
        See `PACE_SD`; must fit the shape.

    Returns
    -------
    numpy.ndarray
        Between 0 and 0.95: pace never is all.
    """
    full = pace_sd * np.exp(log_slope) * np.sqrt(3) / np.pi
    return np.asarray(np.minimum(full, _LARGEST))


def probit_of_logit(logits: Floats) -> Floats:
    """
    Give the normal quantile of the share that a logit stands for; never infinite.

    Parameters
    ----------
    logits : numpy.ndarray
        Any values.
    """
    found: Floats = ndtri(expit(np.clip(logits, -_FAR, _FAR)))
    return found


def share_given_pace(probit: Floats, loading: Floats, pace: Floats | float) -> Floats:
    """
    Give the probability of passing for children of one pace.

    Parameters
    ----------
    probit : numpy.ndarray
        Normal quantile of the share passing in the population.
    loading : numpy.ndarray
        From `loadings`.
    pace : numpy.ndarray or float
        ``z``; above zero is early.

    Examples
    --------
    Over all children the share is the population's own.

    >>> import numpy as np
    >>> z, weight = np.polynomial.hermite_e.hermegauss(60)
    >>> share = share_given_pace(np.array(ndtri(0.9)), np.array(0.4), z)
    >>> round(float(share @ weight / weight.sum()), 6)
    0.9
    """
    found: Floats = ndtr((probit + loading * pace) / np.sqrt(1 - loading**2))
    return found
