"""
The parts of a made-up world that somebody chooses: who is asked what, how much differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from devnorms._base.errors import BadValueError


@dataclass(frozen=True)
class Population:
    """
    One made-up population, and at which ages its study saw children.

    Attributes
    ----------
    population, study, country : str
        Ids; two populations may share a country, so that study and country differ.
    instruments : tuple of str
        Instruments used. Populations with the same instrument answer the same items.
    from_months, until_months : float
        The youngest and the oldest age at which children were seen.
    """

    population: str
    study: str
    country: str
    instruments: tuple[str, ...]
    from_months: float = 1.0
    until_months: float = 48.0


DEFAULT_POPULATIONS = (
    Population("NLD-SIM", "sim_nld", "NLD", ("dutch",), 1, 24),
    Population("COL-SIM-A", "sim_col_a", "COL", ("bay", "bat"), 6, 42),
    Population("COL-SIM-B", "sim_col_b", "COL", ("bay",), 10, 45),
    Population("CHN-SIM", "sim_chn", "CHN", ("bay",), 6, 30),
    Population("ZAF-SIM", "sim_zaf", "ZAF", ("gri", "vin"), 4, 48),
    Population("JAM-SIM", "sim_jam", "JAM", ("gri",), 9, 48),
)
DEFAULT_MILESTONES: Mapping[str, tuple[str, float]] = {
    "sits_without_support": ("gross_motor", 6.0),
    "stands_alone": ("gross_motor", 11.0),
    "walks_alone": ("gross_motor", 12.5),
    "kicks_ball": ("gross_motor", 19.0),
    "pincer_grasp": ("fine_motor", 9.0),
    "stacks_two_blocks": ("fine_motor", 15.0),
    "says_two_words": ("language", 14.0),
    "combines_two_words": ("language", 22.0),
}


@dataclass(frozen=True)
class Design:
    """
    Who is asked what: the part of a made-up world that is not random.

    Attributes
    ----------
    populations : tuple of Population
        Who there is.
    milestones : mapping of str to (str, float)
        Milestone id to its domain and the age in months at which half pass where every
        other effect is zero.
    """

    populations: tuple[Population, ...] = DEFAULT_POPULATIONS
    milestones: Mapping[str, tuple[str, float]] = field(
        default_factory=lambda: dict(DEFAULT_MILESTONES)
    )


@dataclass(frozen=True)
class Scales:
    """
    Standard deviations of the effects, in log(age in months + 1) and in log slope.

    The defaults are near what real milestone data show; zero switches an effect off.

    Attributes
    ----------
    item, milestone_country, leaf, study, study_domain, instrument_domain : float
        Of the locations: wording, country x milestone, item x study, study, and study
        and instrument within a domain.
    log_slope : float
        The mean log slope.
    slope_milestone, slope_study, slope_leaf : float
        Of the log slopes.
    """

    item: float = 0.15
    milestone_country: float = 0.10
    leaf: float = 0.07
    study: float = 0.11
    study_domain: float = 0.04
    instrument_domain: float = 0.05
    log_slope: float = 2.1
    slope_milestone: float = 0.2
    slope_study: float = 0.2
    slope_leaf: float = 0.2


@dataclass(frozen=True)
class Occasions:
    """
    How children are seen.

    Attributes
    ----------
    children : int
        Children per population.
    visits : int
        Times each child is seen, at ages spread evenly at random over the
        population's range of ages.
    ability_sd : float
        Standard deviation of a child's own logit shift, the same at all its visits
        and items. Above zero the share passing at an age is no longer the leaf's
        curve but that curve averaged over children; see `simulate_observations`.
    keeps : bool
        Whether a child passes at every later visit what it has passed once. Without
        it visits are independent, so that a pass can be followed by a fail.
    """

    children: int = 300
    visits: int = 1
    ability_sd: float = 0.0
    keeps: bool = True

    def __post_init__(self) -> None:
        if self.children < 1 or self.visits < 1:
            raise BadValueError.parameter(
                "children and visits",
                "whole numbers, 1 or more",
                (self.children, self.visits),
            )
        if not self.ability_sd >= 0:
            raise BadValueError.parameter("ability_sd", "0 or more", self.ability_sd)


def describe_populations(design: Design) -> pd.DataFrame:
    """
    Whom the made-up numbers speak for: nobody, and it says so.

    Parameters
    ----------
    design : Design
        Who there is.

    Returns
    -------
    pandas.DataFrame
        A table that `devnorms.schema.populations.check_populations` accepts.
    """
    rows = [
        {
            "population": p.population,
            "study": p.study,
            "country": p.country,
            "country_name": f"{p.country} (made up)",
            "place": None,
            "languages": None,
            "years": None,
            "sampling": "unknown",
            "who": "Made-up children drawn from known curves; nobody was sampled.",
            "eligibility": None,
            "children": None,
            "visits": None,
            "instruments": ", ".join(p.instruments),
            "age_precision": "exact",
            "licence": "CC0-1.0",
            "citation": "devnorms.simulate",
            "context_notes": None,
        }
        for p in design.populations
    ]
    table = pd.DataFrame(rows)
    empty = ["place", "languages", "years", "eligibility", "context_notes"]
    numbers = dict.fromkeys(["children", "visits"], "Int64")
    return table.astype({**dict.fromkeys(empty, "str"), **numbers})


def check_design(design: Design) -> None:
    """
    Refuse a world without anybody in it, or with one id for two things.

    Parameters
    ----------
    design : Design
        Who is asked what.

    Raises
    ------
    BadValueError
        If there is no population or no milestone, an id comes twice, or a population
        has no instrument or no range of ages.
    """
    names = [p.population for p in design.populations]
    if not names or not design.milestones:
        raise BadValueError.parameter(
            "design", "at least one population and one milestone", design
        )
    if len(set(names)) != len(names):
        raise BadValueError.parameter("populations", "different ids", names)
    for p in design.populations:
        if not p.instruments or not 0 <= p.from_months < p.until_months:
            raise BadValueError.parameter(
                "populations",
                "populations with an instrument and 0 <= from_months < until_months",
                p,
            )
