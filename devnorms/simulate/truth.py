"""
A made-up world in which every age at which a share passes is known exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from devnorms._base.ages import months_from_log_age
from devnorms._base.checks import check_shares
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
    """

    children: int = 300
    visits: int = 1
    ability_sd: float = 0.0

    def __post_init__(self) -> None:
        if self.children < 1 or self.visits < 1:
            raise BadValueError.parameter(
                "children and visits",
                "whole numbers, 1 or more",
                (self.children, self.visits),
            )
        if not self.ability_sd >= 0:
            raise BadValueError.parameter("ability_sd", "0 or more", self.ability_sd)


@dataclass(frozen=True, eq=False)
class Truth:
    """
    A made-up world: all leaves with their true curves.

    Attributes
    ----------
    leaves : pandas.DataFrame
        One row per item and population: ``leaf, item, population, study, country,
        milestone, domain, instrument, from_months, until_months``, the effects, and
        ``location`` and ``log_slope``, their sums.
    centres : pandas.DataFrame
        One row per milestone: ``milestone, domain, location, log_slope`` with every
        effect of population, item and instrument at zero.
    design : Design
        Who is asked what.
    scales : Scales
        What the effects were drawn with.
    """

    leaves: pd.DataFrame
    centres: pd.DataFrame
    design: Design
    scales: Scales

    def milestone_means(self) -> pd.DataFrame:
        """
        Mean location and log slope over a population's items of a milestone.

        Returns
        -------
        pandas.DataFrame
            ``population, milestone, domain, location, log_slope, items``.
        """
        groups = self.leaves.groupby(
            ["population", "milestone", "domain"], as_index=False, sort=False
        )
        return groups.agg(
            location=("location", "mean"),
            log_slope=("log_slope", "mean"),
            items=("item", "size"),
        )

    def pass_ages(
        self, shares: Sequence[float] = (0.25, 0.5, 0.75, 0.9)
    ) -> pd.DataFrame:
        """
        The exact ages at which shares pass, per population and milestone.

        Parameters
        ----------
        shares : sequence of float
            Shares passing, between 0 and 1.

        Returns
        -------
        pandas.DataFrame
            ``population, milestone, domain, share, age_months``.

        Examples
        --------
        >>> import numpy as np
        >>> truth = draw_truth(rng=np.random.default_rng(1))
        >>> ages = truth.pass_ages([0.5])
        >>> list(ages.columns)
        ['population', 'milestone', 'domain', 'share', 'age_months']
        """
        wanted = check_shares("shares", shares)
        means = self.milestone_means()
        return _ages(means, ["population", "milestone", "domain"], wanted)

    def pooled_ages(
        self, shares: Sequence[float] = (0.25, 0.5, 0.75, 0.9)
    ) -> pd.DataFrame:
        """
        The exact ages at the centre of all populations.

        Parameters
        ----------
        shares : sequence of float
            Shares passing, between 0 and 1.

        Returns
        -------
        pandas.DataFrame
            ``milestone, domain, share, age_months``.
        """
        wanted = check_shares("shares", shares)
        return _ages(self.centres, ["milestone", "domain"], wanted)

    def item_ages(
        self, shares: Sequence[float] = (0.25, 0.5, 0.75, 0.9)
    ) -> pd.DataFrame:
        """
        The exact ages at which shares pass, per leaf.

        Parameters
        ----------
        shares : sequence of float
            Shares passing, between 0 and 1.

        Returns
        -------
        pandas.DataFrame
            ``leaf, item, population, milestone, share, age_months``.
        """
        wanted = check_shares("shares", shares)
        return _ages(self.leaves, ["leaf", "item", "population", "milestone"], wanted)


def draw_truth(
    *,
    rng: np.random.Generator,
    design: Design | None = None,
    scales: Scales | None = None,
) -> Truth:
    """
    Draw a world: effects from normal distributions, summed to a curve per leaf.

    For leaf l (item i, population s, milestone m, domain d, country c, instrument r)::

        location  = centre_m + item_i + milestone_country_mc + leaf_l
                    + study_s + study_domain_sd + instrument_domain_rd
        log_slope = log_slope + slope_milestone_m + slope_study_s + slope_leaf_l

    Study effects sum to zero over the populations, for locations and for slopes.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    design : Design, optional
        Who is asked what.
    scales : Scales, optional
        How much things differ.

    Returns
    -------
    Truth

    Raises
    ------
    BadValueError
        If there is no population or no milestone, or an id comes twice.
    """
    design = design or Design()
    scales = scales or Scales()
    _check_design(design)
    leaves = _leaf_frame(design)
    in_location = {
        "item_effect": (["item"], scales.item),
        "milestone_country_effect": (
            ["milestone", "country"],
            scales.milestone_country,
        ),
        "leaf_effect": (["leaf"], scales.leaf),
        "study_effect": (["study"], scales.study),
        "study_domain_effect": (["study", "domain"], scales.study_domain),
        "instrument_domain_effect": (
            ["instrument", "domain"],
            scales.instrument_domain,
        ),
    }
    in_slope = {
        "slope_milestone": (["milestone"], scales.slope_milestone),
        "slope_study": (["study"], scales.slope_study),
        "slope_leaf": (["leaf"], scales.slope_leaf),
    }
    drawn = {
        name: _effect(leaves, keys, sd, rng)
        for name, (keys, sd) in {**in_location, **in_slope}.items()
    }
    leaves = leaves.assign(**drawn)
    leaves["location"] = leaves["centre"] + leaves[list(in_location)].sum(axis=1)
    leaves["log_slope"] = scales.log_slope + leaves[list(in_slope)].sum(axis=1)
    return Truth(leaves, _centres(leaves, scales), design, scales)


def describe_populations(truth: Truth) -> pd.DataFrame:
    """
    Whom the made-up numbers speak for: nobody, and it says so.

    Parameters
    ----------
    truth : Truth
        From `draw_truth`.

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
        for p in truth.design.populations
    ]
    table = pd.DataFrame(rows)
    empty = ["place", "languages", "years", "eligibility", "context_notes"]
    numbers = dict.fromkeys(["children", "visits"], "Int64")
    return table.astype({**dict.fromkeys(empty, "str"), **numbers})


def _check_design(design: Design) -> None:
    """Refuse a world without anybody in it, or with one id for two things."""
    names = [p.population for p in design.populations]
    if not names or not design.milestones:
        raise BadValueError.parameter(
            "design", "at least one population and one milestone", design
        )
    if len(set(names)) != len(names):
        raise BadValueError.parameter("populations", "different ids", names)


def _leaf_frame(design: Design) -> pd.DataFrame:
    """One row per population, instrument and milestone: an item is named by both."""
    rows = [
        {
            "leaf": f"{instrument}_{milestone}@{p.population}",
            "item": f"{instrument}_{milestone}",
            "population": p.population,
            "study": p.study,
            "country": p.country,
            "milestone": milestone,
            "domain": domain,
            "instrument": instrument,
            "from_months": float(p.from_months),
            "until_months": float(p.until_months),
            "centre": float(np.log1p(age_months)),
        }
        for p in design.populations
        for instrument in p.instruments
        for milestone, (domain, age_months) in design.milestones.items()
    ]
    return pd.DataFrame(rows)


def _effect(
    leaves: pd.DataFrame, keys: list[str], sd: float, rng: np.random.Generator
) -> np.ndarray:
    """One normal draw per level of the keys, given to all leaves of the level."""
    level = leaves.groupby(keys, sort=False).ngroup().to_numpy()
    drawn = rng.normal(0.0, sd, size=level.max() + 1)
    if keys == ["study"]:
        drawn = drawn - drawn.mean()
    return np.asarray(drawn[level])


def _centres(leaves: pd.DataFrame, scales: Scales) -> pd.DataFrame:
    """Each milestone without any effect of population, item or instrument."""
    first = leaves.drop_duplicates("milestone")
    return pd.DataFrame(
        {
            "milestone": first["milestone"].to_numpy(),
            "domain": first["domain"].to_numpy(),
            "location": first["centre"].to_numpy(),
            "log_slope": scales.log_slope + first["slope_milestone"].to_numpy(),
        }
    )


def _ages(
    curves: pd.DataFrame, keys: list[str], shares: tuple[float, ...]
) -> pd.DataFrame:
    """Solve share = expit(exp(log_slope) (log(age + 1) - location)) for the age."""
    parts = [
        curves[keys].assign(
            share=share,
            age_months=months_from_log_age(
                curves["location"]
                + np.log(share / (1 - share)) / np.exp(curves["log_slope"])
            ),
        )
        for share in shares
    ]
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values([*keys, "share"], ignore_index=True)
