"""
The effects that a fit found, leaf by leaf, and what a comparison of them is made of.

For leaf l the location is ``centre of the milestone + country x milestone + study +
instrument + wording + left over``; a population's location for a milestone is the mean
over its leaves. A comparison is a weighted sum of leaves, so each of its parts is the
same weighted sum of that part's effects, in every draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from devnorms._base.errors import InvalidTableError
from devnorms.schema.curves import check_curves

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SPLIT = ("country", "study", "instrument", "wording", "left over")
"""Parts of a difference in location."""

OWN = ("country", "study", "left over")
"""Parts that stay when two populations are asked the same: not of the measure."""

MEASURE = ("instrument", "wording")

_NEEDED = (
    "country_milestone_effect", "study_shift", "study_domain_shift",
    "instrument_shift", "item_effect", "leaf_effect", "sd_country_milestone",
    "sd_study", "sd_study_domain", "sd_instrument", "sd_item", "sd_leaf",
    "sd_milestone",
)  # fmt: skip


class Unit(NamedTuple):
    """
    Draws of one kind of effect, and which of them each leaf has.

    Attributes
    ----------
    part : str
        The part of a difference that it belongs to.
    draws : numpy.ndarray
        Draws x groups; for effects given leaf by leaf, draws x leaves.
    of_leaf : numpy.ndarray
        Column of ``draws`` for each leaf.
    level : numpy.ndarray
        Which leaves share one value, for the prior.
    variance : float
        Mean over the draws of the squared scale: the prior variance of one value.
    groups : int
        How many values sum to zero; 0 where nothing ties them.
    """

    part: str
    draws: Floats
    of_leaf: Ints
    level: Ints
    variance: float
    groups: int = 0


@dataclass(frozen=True, eq=False)
class Effects:
    """
    Everything that comparisons are computed from.

    Attributes
    ----------
    curves : xarray.Dataset
        As given.
    units : tuple of Unit
        Together they make the location of a leaf, less the milestone's centre.
    population, milestone : numpy.ndarray of int
        Of each leaf.
    item, instrument, country : numpy.ndarray of str
        Of each leaf.
    """

    curves: xr.Dataset
    units: tuple[Unit, ...]
    population: Ints
    milestone: Ints
    item: NDArray[np.str_]
    instrument: NDArray[np.str_]
    country: NDArray[np.str_]

    @cached_property
    def populations(self) -> list[str]:
        """Ids, in the order of the curves."""
        return [str(name) for name in self.curves["population"].values]

    @cached_property
    def milestones(self) -> list[str]:
        """Ids, in the order of the curves."""
        return [str(name) for name in self.curves["milestone"].values]

    @cached_property
    def cells(self) -> NDArray[np.bool_]:
        """Say who was asked what: population x milestone."""
        asks = np.zeros((len(self.populations), len(self.milestones)), dtype=bool)
        asks[self.population, self.milestone] = True
        return asks

    @cached_property
    def reach(self) -> Floats:
        """Give asked, passed, youngest and oldest age: 4 x population x milestone."""
        names = ("asked", "passed", "support_low_months", "support_high_months")
        return np.stack([self.curves[name].values.astype(float) for name in names])

    @cached_property
    def countries(self) -> dict[str, str]:
        """Country by population."""
        country = self.curves["population_country"].values.astype(str).tolist()
        return dict(zip(self.populations, country, strict=True))

    def variance(self, *parts: str) -> float:
        """
        Prior variance of one value of each of these parts, summed.

        Parameters
        ----------
        *parts : str
            Of `SPLIT`.
        """
        return sum(unit.variance for unit in self.units if unit.part in parts)

    def scale(self, name: str) -> float:
        """
        Give the root mean square over the draws of a scale.

        Parameters
        ----------
        name : str
            For example ``sd_milestone``.
        """
        return float(np.sqrt(np.mean(np.square(self.curves[name].values))))


def effects_of(curves: xr.Dataset) -> Effects:
    """
    Lay the effects of curves out leaf by leaf.

    Parameters
    ----------
    curves : xarray.Dataset
        See `devnorms.schema.curves.check_curves`, with the effects and scales that
        `devnorms.fit` and `devnorms.preview` add.

    Returns
    -------
    Effects

    Raises
    ------
    InvalidTableError
        If the effects are not there, or do not add up to the locations.
    """
    check_curves(curves)
    missing = [name for name in _NEEDED if name not in curves]
    if missing:
        raise InvalidTableError(
            f"Curves: the effects {', '.join(missing)} are missing, so that no "
            "difference can be split or judged. Use curves as dn.fit gives them."
        )
    leaf = {
        name: curves[f"leaf_{name}"].values.astype(str)
        for name in ("item", "population", "milestone", "instrument")
    }
    population = _at(curves, "population", leaf["population"])
    milestone = _at(curves, "milestone", leaf["milestone"])
    country = curves["population_country"].values.astype(str)[population]
    effects = Effects(
        curves,
        _units(curves, leaf, population, milestone),
        population,
        milestone,
        leaf["item"],
        leaf["instrument"],
        country,
    )
    _check_sum(effects)
    return effects


def flat(curves: xr.Dataset, name: str) -> Floats:
    """
    Chains end to end: draws first.

    Parameters
    ----------
    curves : xarray.Dataset
        Curves.
    name : str
        A variable with dims ``chain, draw, ...``.
    """
    values = np.asarray(curves[name].values, dtype=float)
    return values.reshape(values.shape[0] * values.shape[1], *values.shape[2:])


def _units(
    curves: xr.Dataset, leaf: dict[str, NDArray[np.str_]], population: Ints, at: Ints
) -> tuple[Unit, ...]:
    """Give each kind of effect with the prior variance of its values."""
    domain = curves["milestone_domain"].values.astype(str)[at]
    study = curves["population_study"].values.astype(str)[population]
    country = curves["population_country"].values.astype(str)[population]
    each = np.arange(len(at))

    def unit(part: str, name: str, dim: str, names: NDArray[np.str_]) -> Unit:
        code = _at(curves, dim, names)
        scale = _SCALE[name]
        groups = curves.sizes[dim] if name == "study_shift" else 0
        return Unit(part, flat(curves, name), code, code, _mean2(curves, scale), groups)

    within = np.char.add(np.char.add(study, "::"), domain)
    tool = np.char.add(np.char.add(leaf["instrument"], "::"), domain)
    _, place = np.unique(np.char.add(country, leaf["milestone"]), return_inverse=True)
    by_country = flat(curves, "country_milestone_effect")
    sd = "sd_country_milestone"
    return (
        Unit("country", by_country, each, place, _mean2(curves, sd)),
        unit("study", "study_shift", "study", study),
        unit("study", "study_domain_shift", "study_domain", within),
        unit("instrument", "instrument_shift", "instrument_domain", tool),
        unit("wording", "item_effect", "item", leaf["item"]),
        Unit(
            "left over",
            flat(curves, "leaf_effect"),
            each,
            each,
            _mean2(curves, "sd_leaf"),
        ),
    )


_SCALE = {
    "study_shift": "sd_study",
    "study_domain_shift": "sd_study_domain",
    "instrument_shift": "sd_instrument",
    "item_effect": "sd_item",
}


def _mean2(curves: xr.Dataset, name: str) -> float:
    """Mean of the squared draws of a scale."""
    return float(np.mean(np.square(curves[name].values)))


def _at(curves: xr.Dataset, dim: str, names: NDArray[np.str_]) -> Ints:
    """Where each name stands along a dim; every one must be there."""
    where = {str(name): i for i, name in enumerate(curves[dim].values)}
    unknown = sorted(set(names.tolist()) - set(where))
    if unknown:
        raise InvalidTableError(
            f"Curves: {len(unknown)} name(s) of leaves are not along dim {dim!r}, "
            f"first {unknown[:3]}. Use curves as dn.fit gives them."
        )
    return np.array([where[name] for name in names.tolist()], dtype=np.int64)


def _check_sum(effects: Effects) -> None:
    """Refuse effects that were taken from another fit than the locations."""
    curves = effects.curves
    few = slice(0, 3)
    total = flat(curves, "pooled_location")[few][:, effects.milestone]
    for unit in effects.units:
        total = total + unit.draws[few][:, unit.of_leaf]
    gap = float(np.abs(total - flat(curves, "location")[few]).max())
    if gap > 1e-6:
        raise InvalidTableError(
            f"Curves: effects and locations differ by up to {gap:.2g}; they must add "
            "up in every draw. Use curves as dn.fit gives them."
        )
