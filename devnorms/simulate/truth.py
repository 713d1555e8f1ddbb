"""
A made-up world in which every age at which a share passes is known exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.ages import months_from_log_age
from devnorms._base.checks import check_shares
from devnorms.simulate.design import Design, Scales, check_design


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
        Give the exact ages at which shares pass, per population and milestone.

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
        Give the exact ages at the centre of all populations.

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
        Give the exact ages at which shares pass, per leaf.

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
    check_design(design)
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


def _leaf_frame(design: Design) -> pd.DataFrame:
    """One row per population, instrument and milestone: an item is named by both."""
    rows = [
        {
            "leaf": f"{p.population}:{instrument}_{milestone}",
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
) -> NDArray[np.float64]:
    """One normal draw per level of the keys, given to all leaves of the level."""
    level = leaves.groupby(keys, sort=False).ngroup().to_numpy()
    drawn: NDArray[np.float64] = rng.normal(0.0, sd, size=(int(level.max()) + 1,))
    if keys == ["study"]:
        drawn = drawn - drawn.mean()
    return drawn[level]


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
