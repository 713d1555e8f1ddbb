"""
Group means: domains, studies, instruments; what they are called and how they add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import helmert

from devnorms.models.design import Design
from devnorms.models.spec import Priors

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Groups:
    """
    The group means as one vector, and how they make the leaves' means.

    The vector holds, for the location: domains, studies (coordinates of a zero-sum
    vector), studies within domains and instruments within domains (both standardised);
    for the log slope: domains, studies.

    Attributes
    ----------
    sizes : tuple of int
        Lengths of these six parts.
    location, log_slope : arrays of shape (leaves, groups)
        Design matrices at the reference scales.
    mean, sd : arrays of shape (groups,)
        Prior at the reference scales.
    """

    sizes: tuple[int, ...]
    location: Floats
    log_slope: Floats
    mean: Floats
    sd: Floats

    def predict(self, group: Floats) -> Floats:
        """
        Give the mean location and log slope of every leaf.

        Parameters
        ----------
        group : array of shape (groups,)
            The group means.

        Returns
        -------
        array of shape (leaves, 2)
        """
        return np.column_stack([self.location @ group, self.log_slope @ group])

    def block(self, at: slice) -> Floats:
        """
        Stack the design matrices of some leaves: all locations, then all log slopes.

        Parameters
        ----------
        at : slice
            Which leaves.

        Returns
        -------
        array of shape (2 x leaves, groups)
        """
        return np.vstack([self.location[at], self.log_slope[at]])


def zero_sum_basis(size: int) -> Floats:
    """
    Orthonormal columns that span all vectors of a length that sum to zero.

    Parameters
    ----------
    size : int
        Length of the vectors.

    Returns
    -------
    array of shape (size, size - 1)

    Examples
    --------
    >>> bool(abs(zero_sum_basis(4).sum(axis=0)).max() < 1e-12)
    True
    """
    if size == 1:
        return np.zeros((1, 0))
    return np.asarray(helmert(size).T, dtype=float)


def group_means(design: Design, priors: Priors) -> Groups:
    """
    Set up the group means of a design.

    Parameters
    ----------
    design : Design
        The leaves.
    priors : Priors
        The priors; their medians are the reference scales.

    Returns
    -------
    Groups
    """
    domain = design.domain.matrix()
    study = design.study.matrix() @ zero_sum_basis(len(design.study.names))
    within = design.study_domain.matrix() * priors.sd_study_domain.median
    instrument = design.instrument_domain.matrix() * priors.sd_instrument.median
    parts = [domain, study, within, instrument, domain, study]
    nothing = [np.zeros_like(part) for part in parts]
    prior = [
        (priors.domain_location.mean, priors.domain_location.sd),
        (0.0, priors.sd_study.median),
        (0.0, 1.0),
        (0.0, 1.0),
        (priors.domain_log_slope.mean, priors.domain_log_slope.sd),
        (0.0, priors.sd_slope_study.median),
    ]
    sizes = tuple(part.shape[1] for part in parts)
    return Groups(
        sizes=sizes,
        location=np.hstack([*parts[:4], *nothing[4:]]),
        log_slope=np.hstack([*nothing[:4], *parts[4:]]),
        mean=np.repeat([mean for mean, _ in prior], sizes),
        sd=np.repeat([sd for _, sd in prior], sizes),
    )
