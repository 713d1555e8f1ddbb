"""
How items are asked: of the child, or of somebody who knows the child.

The model that is fitted knows no modes: what they do lies in its items, countries and
leaves. Here it is found afterwards, with no new fit. Given the draws of everything
else, the locations of a milestone's leaves are ``X mode + r``, where r is normal with
the covariance of the milestone, its items, countries and leaves; all milestones
together give the modes' effects by conditional normal regression, and each part gives
up what the mode takes. Milestones asked in one mode only say nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devnorms._base.errors import InvalidTableError
from devnorms.norms.effects import SPLIT, Effects, flat
from devnorms.norms.known import Known
from devnorms.norms.pairs import Pair, mean_row

Floats = NDArray[np.float64]

PRIOR_SD = 0.06
"""Of a mode's effect in log age: as much as instruments differ as a whole."""

_GIVE_UP = ("wording", "country", "left over")
_SEED = 20261124


@dataclass(frozen=True, eq=False)
class Modes:
    """
    Effects of modes and what the other parts give up to them.

    Attributes
    ----------
    names : tuple of str
        Modes.
    of_leaf : numpy.ndarray
        Leaves x modes: 1 for the leaf's mode; a row of zeros where it is not known.
    draws : numpy.ndarray
        Draws x modes, log age.
    gives : dict of str to numpy.ndarray
        Leaves x modes: by how much a part shrinks, per unit of a mode's effect.
    centre : numpy.ndarray
        Leaves x modes: what the milestone's centre gives up.
    """

    names: tuple[str, ...]
    of_leaf: Floats
    draws: Floats
    gives: dict[str, Floats]
    centre: Floats

    def split(self, pair: Pair, logs: dict[str, Floats]) -> dict[str, Floats]:
        """
        Move what belongs to the mode out of the other parts; the sum stays.

        Parameters
        ----------
        pair : Pair
            The two.
        logs : dict of str to numpy.ndarray
            Parts in log age, milestones x draws.

        Returns
        -------
        dict of str to numpy.ndarray
            The same parts, and ``mode``.
        """
        found = dict(logs)
        mode = pair.weight @ (self.of_leaf - self.centre)
        for part in _GIVE_UP:
            found[part] = logs[part] - (pair.weight @ self.gives[part]) @ self.draws.T
        found["mode"] = mode @ self.draws.T
        return found

    def prior_sd(self, pair: Pair, keep: NDArray[np.bool_]) -> Floats:
        """
        Prior SD of the mode's part, per milestone and of their mean.

        Parameters
        ----------
        pair : Pair
            The two.
        keep : numpy.ndarray of bool
            The milestones that the mean is over.
        """
        rows = np.vstack([pair.weight, mean_row(pair.weight, keep)])
        contrast = rows @ (self.of_leaf - self.centre)
        return np.asarray(PRIOR_SD * np.sqrt((contrast**2).sum(axis=1)))


def modes_of(effects: Effects, known: Known) -> Modes | None:
    """
    Find what modes do.

    Parameters
    ----------
    effects : Effects
        The fit's.
    known : Known
        Its ``modes`` say how items are asked.

    Returns
    -------
    Modes or None
        None if modes are not given, or fewer than two occur.

    Raises
    ------
    InvalidTableError
        If the curves do not say where the domains lie.
    """
    if known.modes is None:
        return None
    if "domain_location" not in effects.curves:
        raise InvalidTableError(
            "Curves: 'domain_location' is missing, so that modes cannot be split from "
            "wording. Use curves as dn.fit gives them, or leave the modes out."
        )
    table = known.modes[
        known.modes["mode"].notna() & (known.modes["mode"] != "unknown")
    ]
    by_item = dict(
        zip(table["item"].astype(str), table["mode"].astype(str), strict=True)
    )
    given = [by_item.get(item, "") for item in effects.item.tolist()]
    names = tuple(sorted(set(given) - {""}))
    if len(names) < 2:
        return None
    of_leaf = np.array([[float(mode == name) for name in names] for mode in given])
    residual = _residual(effects)
    blocks = [_Block.of(effects, m) for m in np.unique(effects.milestone)]
    precision = np.eye(len(names)) / PRIOR_SD**2
    pull = np.zeros((len(residual), len(names)))
    gives = {part: np.zeros_like(of_leaf) for part in _GIVE_UP}
    centre = np.zeros_like(of_leaf)
    for block in blocks:
        at = block.leaves
        weighed = np.linalg.solve(block.total, of_leaf[at])
        precision += of_leaf[at].T @ weighed
        pull += residual[:, at] @ weighed
        for part in _GIVE_UP:
            gives[part][at] = block.parts[part] @ weighed
        centre[at] = block.parts["milestone"] @ weighed
    covariance = np.linalg.inv(precision)
    noise = np.random.default_rng(_SEED).multivariate_normal(
        np.zeros(len(names)), covariance, size=len(residual)
    )
    return Modes(names, of_leaf, pull @ covariance + noise, gives, centre)


@dataclass(frozen=True, eq=False)
class _Block:
    """The leaves of one milestone and the covariances of their parts."""

    leaves: NDArray[np.int64]
    parts: dict[str, Floats]

    @property
    def total(self) -> Floats:
        """Sum over the parts."""
        return np.asarray(sum(self.parts.values()))

    @classmethod
    def of(cls, effects: Effects, milestone: int) -> _Block:
        """Build the block of a milestone."""
        leaves = np.flatnonzero(effects.milestone == milestone).astype(np.int64)
        parts = {
            unit.part: unit.variance
            * (unit.level[leaves][:, None] == unit.level[leaves]).astype(float)
            for unit in effects.units
            if unit.part in _GIVE_UP
        }
        flat_prior = effects.scale("sd_milestone") ** 2
        parts["milestone"] = np.full((len(leaves), len(leaves)), flat_prior)
        return cls(leaves, parts)


def _residual(effects: Effects) -> Floats:
    """Draws x leaves: locations less domain, study and instrument."""
    curves = effects.curves
    domains = curves["milestone_domain"].values.astype(str)
    known = {str(name): i for i, name in enumerate(curves["domain"].values)}
    column = np.array([known[domains[m]] for m in effects.milestone])
    residual = flat(curves, "location") - flat(curves, "domain_location")[:, column]
    for unit in effects.units:
        if unit.part not in _GIVE_UP and unit.part in SPLIT:
            residual = residual - unit.draws[:, unit.of_leaf]
    return residual
