"""
Published figures as data: what each says, and how exactly it can be known.

The standard errors are derived: the covariance of sample percentiles where children
were followed, that of a fitted curve where they were asked once, half a printed digit
for rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tally:
    """
    Published numbers of children who passed at one age.

    Attributes
    ----------
    leaf, source : array of shape (rows,)
        Of which leaf, in which source.
    log_age, passed, asked : array of shape (rows,)
        log(age_months + 1), how many passed, of how many.
    """

    leaf: Ints
    source: Ints
    log_age: Floats
    passed: Floats
    asked: Floats


@dataclass(frozen=True)
class Figures:
    """
    Published figures as arrays.

    Attributes
    ----------
    leaf, source : array of shape (figures,)
        Of which leaf, in which source.
    kind : array of shape (figures,)
        percentile, mean, sd.
    score : array of shape (figures,)
        Logit (or normal score) of a percentile's share.
    value : array of shape (figures,)
        log(months + 1), or log(months) of a standard deviation.
    side : array of shape (figures,)
        0 for a figure, +1 if the age is at most the value, -1 if at least.
    bound_se : array of shape (figures,)
        How sharp a bound is.
    whitener : array of shape (exact, exact)
        Makes what figures miss independent with unit variance.
    counted : array of shape (exact,)
        Weight of each: a half where mean and percentiles of the same children are both
        given.
    sources : tuple of str
        Ids.
    bias_factor : array of shape (sources,)
        By how much a source's bias may exceed that of one read first-hand; 0 for none.
    leaf_source : array of shape (leaves, sources)
        1 where all that is known of a leaf is what one source says.
    tally : Tally or None
        Numbers who passed.
    """

    leaf: Ints
    source: Ints
    kind: NDArray[np.str_]
    score: Floats
    value: Floats
    side: Floats
    bound_se: Floats
    whitener: Floats
    counted: Floats
    sources: tuple[str, ...]
    bias_factor: Floats
    leaf_source: Floats
    tally: Tally | None = None


def expected(
    figures: Figures, location: Any, log_slope: Any, *, normal: bool, library: Any
) -> Any:
    """
    Give what the curves say that the figures should be.

    Parameters
    ----------
    figures : Figures
        Kinds: percentile, mean, sd.
    location, log_slope : array or tensor of shape (figures,)
        Of each figure's leaf, bias included.
    normal : bool
        Whether ages are log-normal.
    library : module
        numpy, or pytensor.tensor for a graph.

    Returns
    -------
    array or tensor of shape (figures,)
        log(months + 1) of percentiles and means, log(months) of standard deviations.

    References
    ----------
    Moments of the log-logistic distribution: Johnson NL, Kotz S, Balakrishnan N.
    Continuous Univariate Distributions, vol. 2, 2nd ed. Wiley, 1995, ch. 23.
    """
    slope = library.exp(log_slope)
    quantile = location + figures.score / slope
    if normal:
        variance = slope**-2
        mean = location + variance / 2
        sd = mean + 0.5 * library.log(library.expm1(variance))
    else:
        # Mean and variance exist for slopes above 1 and 2; real ones are near 8.
        angle = np.pi / library.maximum(slope, 2.2)
        first = angle / library.sin(angle)
        second = 2 * angle / library.sin(2 * angle)
        mean = location + library.log(first)
        sd = location + 0.5 * library.log(second - first**2)
    is_mean, is_sd = figures.kind == "mean", figures.kind == "sd"
    return library.where(is_mean, mean, library.where(is_sd, sd, quantile))
