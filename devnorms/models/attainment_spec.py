"""
What is assumed of ages of attainment: the family, the priors with reasons. No sampler.

Of leaf l (an item in a population, or a milestone in a published sample) and a random
child of it, with ``x = log(age_months + 1)``:

    P(reached by age) = F(exp(log_slope_l) * (x - location_l))

F is the logistic function (log-logistic ages) or the normal one (log-normal ages).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from devnorms._base.errors import BadValueError
from devnorms.models.spec import LogNormal, Normal, Sampling

Family = Literal["log-logistic", "log-normal"]
FAMILIES: tuple[Family, ...] = ("log-logistic", "log-normal")

PROBIT = math.log(1.702)
"""What a normal slope is less steep than a logistic one of much the same curve, log."""


_LOCATION = Normal(2.7, 0.7, "half pass between 3 and 57 months in 95 % of milestones")
_LOG_SLOPE = Normal(
    2.0, 0.5, "at 12 months, 10 % to 90 % pass within 3 to 20 months of age"
)
_SD_LOG_SLOPE = LogNormal(
    0.30, 0.5, "some milestones come suddenly, others over a year"
)
_SD_POPULATION = LogNormal(
    0.15, 0.5, "another population and wording moves a milestone by 10 to 20 %"
)
_SD_BIAS = LogNormal(
    0.04, 0.5, "completed months or another criterion move 12 months by half a month"
)


@dataclass(frozen=True)
class AttainmentSpec:
    """
    Family and priors; units are those of log(age in months + 1).

    Attributes
    ----------
    family : {"log-logistic", "log-normal"}
        Of the age (plus one month) at which children reach a milestone.
    location, log_slope : Normal
        Of a milestone's location, of the mean log slope (of the logistic family).
    sd_log_slope, sd_population : LogNormal
        How log slopes differ between leaves, and locations of one milestone between
        populations.
    heaping : tuple of float
        The two numbers of the beta prior of the share of remembered ages that are
        rounded to a heap.
    sd_bias : LogNormal
        How far whole published sources stand from what children of the same population
        would have shown, seen and counted as here.
    sd_shape : float
        Standard deviation of what the family's shape may miss at a published
        percentile; not estimated.
    """

    family: Family = "log-logistic"
    location: Normal = _LOCATION
    log_slope: Normal = _LOG_SLOPE
    sd_log_slope: LogNormal = _SD_LOG_SLOPE
    sd_population: LogNormal = _SD_POPULATION
    heaping: tuple[float, float] = (1.0, 2.0)
    sd_bias: LogNormal = _SD_BIAS
    sd_shape: float = 0.01

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise BadValueError.parameter("family", f"one of {FAMILIES}", self.family)
        if not (self.sd_shape >= 0 and min(self.heaping) > 0):
            raise BadValueError.parameter(
                "sd_shape and heaping",
                "not negative and above zero",
                (self.sd_shape, self.heaping),
            )

    @property
    def mean_log_slope(self) -> float:
        """Prior mean of the log slope, for the family."""
        return self.log_slope.mean - (PROBIT if self.family == "log-normal" else 0.0)

    def to_dict(self) -> dict[str, Any]:
        """Give the specification as plain values, for the record."""
        return asdict(self)


ATTAINMENT_SAMPLING = Sampling(draws=1500, tune=700, target_accept=0.95)
"""How these models are sampled, unless told otherwise."""
