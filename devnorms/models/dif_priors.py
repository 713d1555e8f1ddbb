"""
Priors of differential item functioning: normal, heavy-tailed, sparse.

Each is a distribution of the shift u of an item in a group, logits, symmetric around
zero, with scales that the data inform. All families are given by their distribution
function, so that a shift's probability on a grid is exact however narrow the prior is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, ndtr, stdtr

from devnorms._base.checks import check_known

Floats = NDArray[np.float64]


class Family(Protocol):
    """A family of priors; its hyper-parameters are unconstrained numbers."""

    name: ClassVar[str]
    hyper: ClassVar[tuple[str, ...]]
    centre: ClassVar[tuple[float, ...]]
    spread: ClassVar[tuple[float, ...]]
    reason: ClassVar[str]

    def cdf(self, at: Floats, z: Floats) -> Floats:
        """Distribution function of a shift, given the hyper-parameters z."""

    def natural(self, z: Floats) -> dict[str, float]:
        """Hyper-parameters on their natural scale, named."""


@dataclass(frozen=True)
class NoShifts:
    """No item differs by anything that matters: u ~ Normal(0, 0.03)."""

    name: ClassVar[str] = "none"
    hyper: ClassVar[tuple[str, ...]] = ()
    centre: ClassVar[tuple[float, ...]] = ()
    spread: ClassVar[tuple[float, ...]] = ()
    reason: ClassVar[str] = "0.03 logits move no age by as much as a week"

    def cdf(self, at: Floats, z: Floats) -> Floats:  # noqa: ARG002
        """Distribution function."""
        return np.asarray(ndtr(at / 0.03))

    def natural(self, z: Floats) -> dict[str, float]:  # noqa: ARG002
        """Hyper-parameters on their natural scale."""
        return {}


@dataclass(frozen=True)
class NormalShifts:
    """Every item differs a little: u ~ Normal(0, sd)."""

    name: ClassVar[str] = "normal"
    hyper: ClassVar[tuple[str, ...]] = ("log_sd",)
    centre: ClassVar[tuple[float, ...]] = (float(np.log(0.3)),)
    spread: ClassVar[tuple[float, ...]] = (0.8,)
    reason: ClassVar[str] = "items of one key differ by some 0.3 logits between groups"

    def cdf(self, at: Floats, z: Floats) -> Floats:
        """Distribution function."""
        return np.asarray(ndtr(at / np.exp(z[0])))

    def natural(self, z: Floats) -> dict[str, float]:
        """Hyper-parameters on their natural scale."""
        return {"sd": float(np.exp(z[0]))}


@dataclass(frozen=True)
class StudentShifts:
    """Most differ little, some a lot: u ~ Student t(df) times a scale."""

    name: ClassVar[str] = "student"
    hyper: ClassVar[tuple[str, ...]] = ("log_scale", "log_df")
    centre: ClassVar[tuple[float, ...]] = (float(np.log(0.2)), float(np.log(3.0)))
    spread: ClassVar[tuple[float, ...]] = (0.8, 0.6)
    reason: ClassVar[str] = "as normal, with tails between Cauchy and nearly normal"

    def cdf(self, at: Floats, z: Floats) -> Floats:
        """Distribution function."""
        return np.asarray(stdtr(np.exp(z[1]), at / np.exp(z[0])))

    def natural(self, z: Floats) -> dict[str, float]:
        """Hyper-parameters on their natural scale."""
        return {"scale": float(np.exp(z[0])), "df": float(np.exp(z[1]))}


@dataclass(frozen=True)
class MixtureShifts:
    """A few differ: with probability `share` from a wide normal, else a narrow one."""

    name: ClassVar[str] = "mixture"
    hyper: ClassVar[tuple[str, ...]] = ("log_narrow", "log_ratio", "logit_share")
    centre: ClassVar[tuple[float, ...]] = (
        float(np.log(0.08)), float(np.log(8.0)), -2.0,
    )  # fmt: skip
    spread: ClassVar[tuple[float, ...]] = (0.6, 0.5, 1.2)
    reason: ClassVar[str] = (
        "spike of 0.08 logits, too small to matter; slab some eight times as wide; "
        "between 1.5 and 50 % of items in the slab"
    )

    def cdf(self, at: Floats, z: Floats) -> Floats:
        """Distribution function."""
        narrow, wide = np.exp(z[0]), np.exp(z[0]) * (1 + np.exp(z[1]))
        share = expit(z[2])
        both: Floats = (1 - share) * ndtr(at / narrow) + share * ndtr(at / wide)
        return both

    def natural(self, z: Floats) -> dict[str, float]:
        """Hyper-parameters on their natural scale."""
        narrow = float(np.exp(z[0]))
        wide = narrow * float(1 + np.exp(z[1]))
        return {"narrow": narrow, "wide": wide, "share": float(expit(z[2]))}


_QUANTILES = (np.arange(60) + 0.5) / 60
_HALF_CAUCHY = np.tan(np.pi * _QUANTILES / 2)


@dataclass(frozen=True)
class HorseshoeShifts:
    """
    Sparse without two classes: the regularised horseshoe.

    u ~ Normal(0, tau l), l half-Cauchy, large values shrunk like Normal(0, slab).

    References
    ----------
    Piironen J, Vehtari A. Sparsity information and regularization in the horseshoe and
    other shrinkage priors. Electronic Journal of Statistics 2017;11:5018-5051.
    doi:10.1214/17-EJS1337SI
    """

    name: ClassVar[str] = "horseshoe"
    hyper: ClassVar[tuple[str, ...]] = ("log_tau", "log_slab")
    centre: ClassVar[tuple[float, ...]] = (float(np.log(0.08)), 0.0)
    spread: ClassVar[tuple[float, ...]] = (0.8, 0.5)
    reason: ClassVar[str] = "a tenth of items beyond 0.5 logits, none far beyond 2"

    def cdf(self, at: Floats, z: Floats) -> Floats:
        """Distribution function: the half-Cauchy scales at 60 quantiles."""
        wide, slab = np.exp(z[0]) * _HALF_CAUCHY, np.exp(z[1])
        sd = slab * wide / np.sqrt(slab**2 + wide**2)
        return np.asarray(ndtr(at[..., None] / sd).mean(axis=-1))

    def natural(self, z: Floats) -> dict[str, float]:
        """Hyper-parameters on their natural scale."""
        return {"tau": float(np.exp(z[0])), "slab": float(np.exp(z[1]))}


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        NoShifts(),
        NormalShifts(),
        StudentShifts(),
        MixtureShifts(),
        HorseshoeShifts(),
    )
}

SLOPE_CENTRE, SLOPE_SPREAD = float(np.log(0.1)), 0.7
"""Prior of the log of the standard deviation of log slopes between groups."""
SHIFT_SD = 1.0
"""Prior of how far a group as a whole is from what it was matched to, logits."""


def family_of(name: str) -> Family:
    """
    Look a family up.

    Parameters
    ----------
    name : str
        One of `FAMILIES`.

    Raises
    ------
    UnknownNameError
        For another name.

    Examples
    --------
    >>> family_of("mixture").hyper
    ('log_narrow', 'log_ratio', 'logit_share')
    """
    return FAMILIES[check_known("prior", [name], FAMILIES)[0]]


def share_of_slab(family: Family, z: Floats, at: Floats) -> Floats:
    """
    Give the probability that a shift of this size is from the wide part of a mixture.

    Parameters
    ----------
    family : Family
        Any; NaN unless it is the mixture.
    z : numpy.ndarray
        Its hyper-parameters.
    at : numpy.ndarray
        Shifts, logits.
    """
    if family.name != "mixture":
        return np.full(np.shape(at), np.nan)
    narrow, wide = np.exp(z[0]), np.exp(z[0]) * (1 + np.exp(z[1]))
    log_narrow = log_expit(-z[2]) - np.log(narrow) - 0.5 * (at / narrow) ** 2
    log_wide = log_expit(z[2]) - np.log(wide) - 0.5 * (at / wide) ** 2
    return np.asarray(expit(log_wide - log_narrow))
