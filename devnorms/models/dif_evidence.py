"""
How likely answers are under a prior of DIF: items and groups put together.

For item i in group g the shift is ``d = c_i + s_g + u_ig``: the item's own place (flat
prior), how far the group as a whole is from what it was matched to, and DIF, which has
the prior in question. Nothing else holds a group in place: with a prior that lets a few
items differ a lot, s follows the many that do not, so that no item is an anchor by
choice. Given c and the item's slope, groups are independent, so everything is a product
of sums over a grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from devnorms.models.dif_leaves import GRID, SLOPE_SD, STEP, Leaves
from devnorms.models.dif_priors import (
    SHIFT_SD,
    SLOPE_CENTRE,
    SLOPE_SPREAD,
    Family,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SLOPES = np.linspace(-2.2, 2.2, 5)
_SIZE = len(GRID)
_OFFSETS = STEP * np.arange(-_SIZE + 1, _SIZE)
_TOEPLITZ = np.arange(_SIZE)[None, :] - np.arange(_SIZE)[:, None] + _SIZE - 1
_TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Evidence:
    """
    The likelihood as a function of a family's hyper-parameters.

    Attributes
    ----------
    leaves : Leaves
        Likelihoods of items in groups.
    family : Family
        Prior of DIF.
    """

    leaves: Leaves
    family: Family

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Hyper-parameters: of the family, of slopes, and a shift per further group."""
        shifts = tuple(f"shift::{name}" for name in self.leaves.groups[1:])
        return (*self.family.hyper, "log_slope_sd", *shifts)

    @cached_property
    def centre(self) -> Floats:
        """Prior means of the hyper-parameters."""
        zeros = np.zeros(len(self.leaves.groups) - 1)
        return np.array([*self.family.centre, SLOPE_CENTRE, *zeros])

    @cached_property
    def spread(self) -> Floats:
        """Prior standard deviations of the hyper-parameters."""
        wide = np.full(len(self.leaves.groups) - 1, SHIFT_SD)
        return np.array([*self.family.spread, SLOPE_SPREAD, *wide])

    @cached_property
    def _curves(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Likelihood relative to its top, its log, and place and variance of slopes."""
        top = self.leaves.height.max(axis=1, keepdims=True)
        relative = self.leaves.height - top
        return relative, top[:, 0], self.leaves.place, self.leaves.width**2

    @cached_property
    def groups_of(self) -> Floats:
        """How many groups answered each item."""
        return np.bincount(self.leaves.item, minlength=len(self.leaves.items)).astype(
            float
        )

    @cached_property
    def _starts(self) -> Ints:
        """First leaf of each item."""
        return np.searchsorted(self.leaves.item, np.arange(len(self.leaves.items)))

    def slopes(self, z: Floats) -> Floats:
        """
        Give the log slopes of items at which the likelihood is added up.

        Parameters
        ----------
        z : numpy.ndarray
            Hyper-parameters.

        Returns
        -------
        numpy.ndarray
            Items x 5.
        """
        sd2 = np.exp(2 * z[len(self.family.hyper)])
        width = np.sqrt(self.leaves.log_slope_se**2 + sd2 / self.groups_of)
        return np.asarray(self.leaves.log_slope[:, None] + width[:, None] * _SLOPES)

    def kernel(self, z: Floats, group: int) -> Floats:
        """
        Give the probability of each shift d, given each place c of an item.

        Parameters
        ----------
        z : numpy.ndarray
            Hyper-parameters.
        group : int
            Which group; its own shift is added.

        Returns
        -------
        numpy.ndarray
            Grid of c x grid of d.
        """
        first = len(self.family.hyper) + 1
        shift = z[first + group - 1] if group else 0.0
        edges = np.append(_OFFSETS - STEP / 2, _OFFSETS[-1] + STEP / 2) - shift
        mass = np.diff(self.family.cdf(edges, z))
        return np.asarray(np.maximum(mass, _TINY)[_TOEPLITZ])

    def of_leaves(self, z: Floats, slopes: Floats) -> Floats:
        """
        Give the likelihood of each leaf, for each shift and slope of its item.

        Parameters
        ----------
        z, slopes : numpy.ndarray
            Hyper-parameters, and what `slopes` gives for them.

        Returns
        -------
        numpy.ndarray
            Leaves x grid x slopes, relative to the leaf's top.
        """
        relative, _, place, variance = self._curves
        sd2 = np.exp(2 * z[len(self.family.hyper)])
        total = (variance + sd2)[:, :, None]
        away = slopes[self.leaves.item][:, None, :] - place[:, :, None]
        log_part = relative[:, :, None] - 0.5 * away**2 / total
        part: Floats = np.exp(log_part) * np.sqrt(variance[:, :, None] / total)
        return part

    def of_items(self, z: Floats) -> Floats:
        """
        Give the log likelihood of each item, for each place and slope of it.

        Parameters
        ----------
        z : numpy.ndarray
            Hyper-parameters.

        Returns
        -------
        numpy.ndarray
            Items x grid of c x slopes, with the prior of slopes, less constants.
        """
        slopes = self.slopes(z)
        parts = self.of_leaves(z, slopes)
        summed = np.empty_like(parts)
        for g in range(len(self.leaves.groups)):
            own = np.flatnonzero(self.leaves.group == g)
            flat = parts[own].transpose(1, 0, 2).reshape(_SIZE, -1)
            added = (self.kernel(z, g) @ flat).reshape(_SIZE, len(own), -1)
            summed[own] = added.transpose(1, 0, 2)
        logs = np.log(np.maximum(summed, _TINY))
        total: Floats = np.add.reduceat(logs, self._starts, axis=0)
        total -= 0.5 * (slopes[:, None, :] / SLOPE_SD) ** 2
        return total

    def log_posterior(self, z: Floats) -> float:
        """
        Give the log of prior times likelihood of hyper-parameters.

        Parameters
        ----------
        z : numpy.ndarray
            Hyper-parameters.
        """
        away = (z - self.centre) / self.spread
        if np.abs(away).max() > 6:
            return -np.inf
        sd2 = np.exp(2 * z[len(self.family.hyper)])
        width = np.sqrt(self.leaves.log_slope_se**2 + sd2 / self.groups_of)
        of_items = logsumexp(self.of_items(z), axis=(1, 2)) + np.log(width)
        return float(of_items.sum() - 0.5 * (away**2).sum())
