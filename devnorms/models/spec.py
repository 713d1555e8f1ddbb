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

from devnorms._base.checks import check_at_least
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


@dataclass(frozen=True)
class Sampling:
    """
    How the posterior is sampled, and what the draws must meet.

    Attributes
    ----------
    chains, draws, tune : int
        Chains, kept draws per chain, warm-up draws per chain.
    seed : int
        Seed; the same seed on the same machine gives the same draws.
    target_accept : float
        Acceptance rate that the step size aims at.
    cores : int or None
        Chains run at once; all cores if None.
    max_rhat : float
        Largest rank-normalised split R-hat allowed for any parameter.
    min_ess : float
        Smallest bulk and tail effective sample size allowed for any parameter.
    """

    chains: int = 4
    draws: int = 1000
    tune: int = 400
    seed: int = 20261124
    target_accept: float = 0.85
    cores: int | None = None
    max_rhat: float = 1.01
    min_ess: float = 400.0

    def __post_init__(self) -> None:
        check_at_least("chains", self.chains, 1)
        check_at_least("draws", self.draws, 10)
        check_at_least("tune", self.tune, 10)

    def to_dict(self) -> dict[str, Any]:
        """Give the settings as plain values, for the record."""
        return asdict(self)
