"""
What a model is: its terms and its priors, as values with reasons. No sampler here.

The model of leaf l (item i in study s; milestone m, country c, domain d, instrument r):

    passed_l ~ Binomial(asked_l, expit(a_l * (log_age - b_l)))
    b_l      = nu_d + beta_m + iota_i + gamma_mc + epsilon_l
               + delta_s + delta_sd + lambda_rd
    log a_l  = alpha_d + alpha_m + kappa_s + eta_l

with ``log_age = log(age_months + 1)``; delta_s and kappa_s sum to zero.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from devnorms._base.checks import check_at_least, check_share
from devnorms._base.errors import BadValueError


@dataclass(frozen=True)
class Normal:
    """
    A normal prior.

    Attributes
    ----------
    mean, sd : float
        Its mean and standard deviation.
    reason : str
        Why these values.
    """

    mean: float
    sd: float
    reason: str

    def __post_init__(self) -> None:
        if not self.sd > 0:
            raise BadValueError.parameter("sd", "above zero", self.sd)


@dataclass(frozen=True)
class LogNormal:
    """
    A log-normal prior of a scale (a standard deviation).

    Attributes
    ----------
    median : float
        Its median.
    log_sd : float
        Standard deviation of its logarithm; 0.5 puts 95 % within a factor of 2.7.
    reason : str
        Why these values.
    """

    median: float
    log_sd: float
    reason: str

    def __post_init__(self) -> None:
        if not (self.median > 0 and self.log_sd > 0):
            raise BadValueError.parameter(
                "median and log_sd", "above zero", (self.median, self.log_sd)
            )


@dataclass(frozen=True)
class Priors:
    """
    All priors of the item-curve model; units are those of log(age in months + 1).

    A scale of 0.10 means differences of about 10 % of age (+1 month).
    """

    domain_location: Normal = Normal(
        2.7,
        0.7,
        "half pass between 3 and 57 months in 95 % of domains: early childhood",
    )
    domain_log_slope: Normal = Normal(
        2.0, 0.5, "at 12 months, 10 % to 90 % pass within 3 to 20 months of age"
    )
    sd_milestone: LogNormal = LogNormal(
        0.7, 0.5, "milestones of a domain spread over the whole of early childhood"
    )
    sd_item: LogNormal = LogNormal(
        0.15, 0.5, "another wording or instrument moves a milestone by some 15 % of age"
    )
    sd_country_milestone: LogNormal = LogNormal(
        0.10, 0.5, "published medians of walking alone differ by some 10 % of age"
    )
    sd_leaf: LogNormal = LogNormal(
        0.07, 0.5, "two studies of one country differ by 6 to 10 % on one item"
    )
    sd_study: LogNormal = LogNormal(
        0.10, 0.5, "whole studies shift by about 10 % (sampling, assessors, age)"
    )
    sd_study_domain: LogNormal = LogNormal(
        0.05, 0.5, "a study's shift is much the same in all domains"
    )
    sd_instrument: LogNormal = LogNormal(
        0.06, 0.5, "instruments differ less as a whole than item by item"
    )
    sd_slope_milestone: LogNormal = LogNormal(
        0.25, 0.5, "some milestones come suddenly, others over a year"
    )
    sd_slope_leaf: LogNormal = LogNormal(
        0.25, 0.5, "clear and vague wordings of one milestone differ in steepness"
    )
    sd_slope_study: LogNormal = LogNormal(
        0.25, 0.5, "assessors differ in how reliably they score"
    )


SCALES = tuple(f.name for f in fields(Priors) if f.name.startswith("sd_"))


@dataclass(frozen=True)
class Spec:
    """
    Which leaves are fitted, and with which priors.

    Attributes
    ----------
    priors : Priors
        Values with reasons.
    min_populations : int
        A milestone is fitted only where at least so many populations were asked it.
    nodes : int
        Quadrature nodes per leaf, for the passes and for the not-yets each.
    """

    priors: Priors = field(default_factory=Priors)
    min_populations: int = 2
    nodes: int = 5

    def __post_init__(self) -> None:
        check_at_least("min_populations", self.min_populations, 1)
        check_at_least("nodes", self.nodes, 3)

    def to_dict(self) -> dict[str, Any]:
        """Give the specification as plain values, for the record."""
        return asdict(self)


SMALL_FIT = 400
"""Leaves (items times populations) below which a fit counts as small."""


@dataclass(frozen=True)
class Sampling:
    """
    How the posterior is sampled, and what the draws must meet.

    Attributes
    ----------
    chains : int
        Chains.
    draws, tune : int or None
        Kept draws and warm-up draws per chain; by the size of the fit if None, see
        `settled`.
    seed : int
        Seed; the same seed on the same machine gives the same draws.
    target_accept : float or None
        Acceptance rate that the step size aims at; by the size of the fit if None.
    cores : int or None
        Chains run at once; all cores if None.
    max_rhat : float
        Largest rank-normalised split R-hat allowed for any parameter.
    min_ess : float
        Smallest bulk and tail effective sample size allowed for any parameter.
    """

    chains: int = 4
    draws: int | None = None
    tune: int | None = None
    seed: int = 20261124
    target_accept: float | None = None
    cores: int | None = None
    max_rhat: float = 1.01
    min_ess: float = 400.0

    def __post_init__(self) -> None:
        check_at_least("chains", self.chains, 1)
        for name, value in (("draws", self.draws), ("tune", self.tune)):
            if value is not None:
                check_at_least(name, value, 10)
        if self.target_accept is not None:
            check_share("target_accept", self.target_accept)

    def settled(self, leaves: int) -> Settled:
        """
        Fill in what was left to the size of the fit.

        A few populations say little of how much they differ: the scales then reach
        towards zero, where the posterior narrows and long steps diverge. Small fits
        are quick, so they take small steps and more of them.

        Parameters
        ----------
        leaves : int
            Items times populations of the fit.

        Returns
        -------
        Settled
            How the sampler is run.

        Examples
        --------
        >>> Sampling().settled(20).target_accept, Sampling().settled(1300).draws
        (0.97, 1000)
        """
        small = leaves < SMALL_FIT
        draws, tune, accept = (2500, 1000, 0.97) if small else (1000, 400, 0.85)
        return Settled(
            chains=self.chains,
            draws=draws if self.draws is None else self.draws,
            tune=tune if self.tune is None else self.tune,
            seed=self.seed,
            target_accept=(
                accept if self.target_accept is None else self.target_accept
            ),
            cores=self.cores,
            max_rhat=self.max_rhat,
            min_ess=self.min_ess,
        )


@dataclass(frozen=True)
class Settled(Sampling):
    """`Sampling` with nothing left open."""

    draws: int = 0
    tune: int = 0
    target_accept: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Give the settings as plain values, for the record."""
        return asdict(self)
