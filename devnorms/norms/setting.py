"""
What all comparisons of some curves have in common.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import xarray as xr

from devnorms._base.checks import check_known, check_share
from devnorms._base.errors import BadValueError, EmptySelectionError
from devnorms.norms.effects import Effects, effects_of
from devnorms.norms.floor import Beside, beside, same_country
from devnorms.norms.known import Known
from devnorms.norms.linked import Graph, graph_of
from devnorms.norms.trust import check_converged
from devnorms.schema.norms import POOLED


@dataclass(frozen=True, eq=False)
class Setting:
    """
    What all comparisons of some curves have in common.

    Attributes
    ----------
    effects : Effects
        Of the fit.
    graph : Graph
        What joins populations.
    known : Known
        Who was sampled, how sure links are.
    floors : frozenset of str
        Countries of which two studies share items.
    level : float
        Probability in the intervals.
    remembered : dict
        Floors already computed.
    """

    effects: Effects
    graph: Graph
    known: Known
    floors: frozenset[str]
    level: float
    remembered: dict[tuple[float, str], Beside | None] = field(default_factory=dict)

    def floor(self, share: float, without: str) -> Beside | None:
        """
        Give the floor at a share; None where no two studies of one country meet.

        Parameters
        ----------
        share : float
            Share passing.
        without : str
            A country whose own studies do not count.
        """
        key = (share, without)
        if key not in self.remembered:
            self.remembered[key] = beside(self.effects, share, without)
        return self.remembered[key]

    def country(self, population: str) -> str:
        """
        Give the country of a population; empty for the centre.

        Parameters
        ----------
        population : str
            Its id.
        """
        return self.effects.countries.get(population, "")


def setting_of(
    curves: xr.Dataset, known: Known | None, level: float, *, allow_unconverged: bool
) -> Setting:
    """
    Check what was given, and lay out what all comparisons need.

    Parameters
    ----------
    curves : xarray.Dataset
        Curves.
    known : Known or None
        What is known besides.
    level : float
        Probability in the intervals.
    allow_unconverged : bool
        Whether draws that failed their checks may be used.

    Returns
    -------
    Setting

    Raises
    ------
    EmptySelectionError
        If there is one population only.
    """
    check_share("level", level)
    effects = effects_of(curves)
    check_converged(curves, allow_unconverged)
    names = effects.populations
    if len(names) < 2:
        raise EmptySelectionError(
            f"Only one population is in these curves ({names[0]}): there is nobody to "
            "compare it with. Count and fit it together with others."
        )
    known = known or Known()
    known.check_describes(names)
    floors = frozenset(pair.country for pair in same_country(effects))
    return Setting(effects, graph_of(effects, known), known, floors, level)


def pairs_with(setting: Setting, reference: str) -> list[tuple[str, str]]:
    """
    Pair every population with a reference.

    Parameters
    ----------
    setting : Setting
        What is compared.
    reference : str
        A population, or ``"(pooled)"``.

    Returns
    -------
    list of (str, str)

    Raises
    ------
    BadValueError
        If it is not text.
    UnknownNameError
        If there is no such population.
    """
    names = setting.effects.populations
    if not isinstance(reference, str):
        raise BadValueError.parameter("reference", "the id of a population", reference)
    check_known("population", [reference], [*names, POOLED])
    return [(name, reference) for name in names if name != reference]
