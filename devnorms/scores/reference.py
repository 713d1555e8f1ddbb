"""
From a D-score to a z-score for age: the references of the keys.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from devnorms._base.errors import InvalidTableError

Floats = NDArray[np.float64]

LOWEST_D = 1.0
"""Lower D-scores are taken as this one by BCT references, which end at zero."""
_NEAR_ZERO = 0.01


@dataclass(frozen=True, eq=False)
class Reference:
    """
    The distribution of D-scores by age in one reference population.

    Attributes
    ----------
    name : str
        The population.
    distribution : str
        ``"LMS"`` (Box-Cox normal) or ``"BCT"`` (Box-Cox t).
    age_years : numpy.ndarray
        Ages of the table, ascending.
    parameters : numpy.ndarray
        Ages x (mu, sigma, nu, tau).
    """

    name: str
    distribution: str
    age_years: Floats
    parameters: Floats

    @classmethod
    def of(cls, table: pd.DataFrame) -> Reference:
        """
        Make a reference from the rows of one key and population.

        Parameters
        ----------
        table : pandas.DataFrame
            ``population, distribution, age, mu, sigma, nu, tau``.

        Raises
        ------
        InvalidTableError
            If there are several populations, distributions or rows for an age.
        """
        ordered = table.sort_values("age", kind="stable")
        for column in ("population", "distribution"):
            found = sorted(ordered[column].astype(str).unique())
            if len(found) != 1:
                raise InvalidTableError(
                    f"Reference: expected one {column}, found {', '.join(found)}. "
                    "Choose the rows of one key and population."
                )
        distribution = str(ordered["distribution"].iloc[0])
        twice = ordered["age"][ordered["age"].duplicated()]
        if len(twice) or distribution not in _Z:
            raise InvalidTableError(
                f"Reference {ordered['population'].iloc[0]!r}: expected a distribution "
                f"among {', '.join(_Z)} and one row per age; found {distribution!r} "
                f"and {len(twice)} repeated ages."
            )
        return cls(
            str(ordered["population"].iloc[0]),
            distribution,
            ordered["age"].to_numpy(dtype=float),
            ordered[["mu", "sigma", "nu", "tau"]].to_numpy(dtype=float),
        )

    def at(self, age_years: ArrayLike) -> Floats:
        """
        Interpolate the parameters linearly in age.

        Parameters
        ----------
        age_years : array-like
            Ages in years.

        Returns
        -------
        numpy.ndarray
            (mu, sigma, nu, tau) x ages; NaN outside the table.
        """
        age = np.asarray(age_years, dtype=float)
        columns = [
            np.interp(age, self.age_years, values, left=np.nan, right=np.nan)
            for values in self.parameters.T
        ]
        return np.array(columns)

    def daz(self, dscore: ArrayLike, age_years: ArrayLike) -> Floats:
        """
        Give the z-score for age of D-scores.

        Parameters
        ----------
        dscore : array-like
            D-scores; the last dim goes over ages.
        age_years : array-like
            Ages in years.

        Returns
        -------
        numpy.ndarray
            z-scores; NaN outside the ages of the reference and where not finite.

        References
        ----------
        Cole TJ, Green PJ. Smoothing reference centile curves: the LMS method and
        penalized likelihood. Statistics in Medicine 1992;11:1305-1319.
        doi:10.1002/sim.4780111005
        Rigby RA, Stasinopoulos DM. Using the Box-Cox t distribution in GAMLSS to model
        skewness and kurtosis. Statistical Modelling 2006;6:209-229.
        doi:10.1191/1471082X06st122oa
        """
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            z = _Z[self.distribution](
                np.asarray(dscore, dtype=float), self.at(age_years)
            )
        return np.where(np.isfinite(z), z, np.nan)


def _lms(dscore: Floats, parameters: Floats) -> Floats:
    """Box-Cox normal."""
    mu, sigma, nu, _ = parameters
    return _box_cox(dscore, mu, sigma, (nu, _NEAR_ZERO))


def _bct(dscore: Floats, parameters: Floats) -> Floats:
    """Box-Cox t: the quantile of the truncated t, on the scale of the normal."""
    from scipy.special import ndtri, stdtr

    mu, sigma, nu, df = parameters
    positive = np.where(dscore < LOWEST_D, LOWEST_D, dscore)
    z = _box_cox(positive, mu, sigma, (nu, 0.0))
    end = 1 / (sigma * np.abs(nu))
    below = np.where(nu > 0, stdtr(df, -end), 0.0)
    share: Floats = (stdtr(df, z) - below) / stdtr(df, end)
    quantile: Floats = ndtri(share)
    return quantile


def _box_cox(
    dscore: Floats, mu: Floats, sigma: Floats, power: tuple[Floats, float]
) -> Floats:
    """Standardise after a power transform; a power near zero is a logarithm."""
    nu, near_zero = power
    ratio = dscore / mu
    curved = np.abs(nu) > near_zero
    exponent = np.where(curved, nu, 1.0)
    powered = (ratio**exponent - 1) / (exponent * sigma)
    return np.where(curved, powered, np.log(ratio) / sigma)


_Z = {"LMS": _lms, "BCT": _bct}
