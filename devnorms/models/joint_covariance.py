"""
How published figures of one sample hang together: the covariance of what they miss.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from devnorms._base.errors import BadValueError

Floats = NDArray[np.float64]

_ABOUT = 0.05


@dataclass(frozen=True)
class Published:
    """
    How published figures are to be read.

    Attributes
    ----------
    followed : collection of str
        Sources (ids) that saw the same children again and again and fitted a
        distribution to the ages. All others are taken to have asked each child once,
        which tells less per child.
    ranked : collection of str
        Sources that followed children and printed percentiles of the ages as they lie
        in order, which are less exact in the tails.
    asked_months : mapping of str to (float, float)
        Of sources that asked once: between which ages their n children were spread.
        Without it: where between 1 % and 99 % pass.
    assumed_children : int
        Children behind a figure whose source does not say how many.
    no_bias : collection of str
        Sources that are known to say what their children are like.
    """

    followed: Collection[str] = ()
    ranked: Collection[str] = ()
    asked_months: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    assumed_children: int = 100
    no_bias: Collection[str] = ()

    def __post_init__(self) -> None:
        if self.assumed_children < 1:
            raise BadValueError.parameter(
                "assumed_children", "1 or more", self.assumed_children
            )
        for source, (low, high) in self.asked_months.items():
            if not 0 <= low < high:
                raise BadValueError.parameter(
                    "asked_months", f"low < high for {source!r}", (low, high)
                )


def sampling_covariance(part: pd.DataFrame, how: Published) -> Floats:
    """
    Covariance of the figures of one sample and milestone, on the log scale.

    Parameters
    ----------
    part : pandas.DataFrame
        Rows of `published_errors` (without its errors) of one population and name.
    how : Published
        How the sources are to be read.

    Returns
    -------
    array of shape (rows, rows)
        Of log(months + 1), and of log(months) for standard deviations; tallies have
        ones.
    """
    slope = float(part["slope"].iloc[0])
    kind = part["kind"].to_numpy()
    children = part["children"].to_numpy(float)
    n = np.sqrt(np.outer(children, children))
    covariance = np.eye(len(part))
    ages = np.flatnonzero(kind == "percentile")
    if len(ages):
        block = _of_percentiles(part.iloc[ages], slope, how)
        covariance[np.ix_(ages, ages)] = block / n[np.ix_(ages, ages)]
    relative = np.expm1(np.pi / np.sqrt(3) / slope)
    for name, variance in (("mean", relative**2), ("sd", _VARIANCE_OF_LOG_SD)):
        rows = np.flatnonzero(kind == name)
        covariance[rows, rows] = variance / children[rows]
    return covariance


def _of_percentiles(part: pd.DataFrame, slope: float, how: Published) -> Floats:
    """Covariance, times n, of percentiles; sources of one sample as the first does."""
    design = str(part["design"].iloc[0])
    share = part["share"].to_numpy(float)
    if design == "ranked":
        low, high = np.minimum.outer(share, share), np.maximum.outer(share, share)
        ranked: Floats = 1 / ((1 - low) * high) / slope**2
        return ranked
    if design == "followed":
        # Fisher information of a logistic location and log scale, per age.
        information = np.diag([slope**2 / 3, (3 + np.pi**2) / 9])
    else:
        information = _asked_once(part, slope, how)
    z = logit(share)
    gradient = np.stack([np.ones_like(z), -z / slope], axis=1)
    covariance: Floats = gradient @ np.linalg.inv(information) @ gradient.T
    return covariance


_VARIANCE_OF_LOG_SD = (6.5 - 1) / 4
"""Of n ages with kurtosis 6.5, as log-logistic ages with a slope near 8 have."""


def _asked_once(part: pd.DataFrame, slope: float, how: Published) -> Floats:
    """Information of one answer a child on location and log slope, per child."""
    exact = part[part["operator"] != "<="]
    middle = exact if len(exact) else part
    location = float(
        np.mean(
            np.log1p(middle["value"].to_numpy(float))
            - logit(middle["share"].to_numpy(float)) / slope
        )
    )
    between = _asked_between(part, how)
    if between is None:
        x = np.linspace(location - 4.6 / slope, location + 4.6 / slope, 400)
    else:
        x = np.log1p(np.linspace(*between, 2000))
    u = slope * (x - location)
    weight = expit(u) * expit(-u)
    # Of (location, log slope); the derivative of the logit is (-slope, u).
    information: Floats = np.array(
        [
            [slope**2 * weight.mean(), -slope * (weight * u).mean()],
            [-slope * (weight * u).mean(), (weight * u**2).mean()],
        ]
    )
    return information


def _asked_between(part: pd.DataFrame, how: Published) -> tuple[float, float] | None:
    """Between which ages the children were spread, if anybody says."""
    ends = ("asked_from_months", "asked_until_months")
    if all(name in part and part[name].notna().all() for name in ends):
        return float(part[ends[0]].min()), float(part[ends[1]].max())
    return how.asked_months.get(str(part["source_id"].iloc[0]))


def total_covariance(part: pd.DataFrame, how: Published, sd_shape: float) -> Floats:
    """
    Covariance of what the figures of one sample and milestone miss.

    Parameters
    ----------
    part : pandas.DataFrame
        Rows of `published_errors` of one population and name.
    how : Published
        How the sources are to be read.
    sd_shape : float
        What the family's shape may miss, see `AttainmentSpec`.

    Returns
    -------
    array of shape (rows, rows)
        Sampling, rounding, shape, and 5 % of age where a figure is "about".
    """
    scale = np.where(part["kind"] == "sd", part["value"], part["value"] + 1)
    rounding = part["rounding_se_months"].to_numpy(float) / scale.astype(float)
    about = np.where(part["operator"] == "~", _ABOUT, 0.0)
    # A thousandth of age: percentiles of one fitted curve hold two numbers only.
    extra = rounding**2 + about**2 + sd_shape**2 + 1e-6
    total: Floats = sampling_covariance(part, how) + np.diag(extra)
    return total
