"""
Scales of the parts, and what leaves are given others: exact Gaussian conditioning.

With the scales given, estimates of leaves are jointly normal, so that everything else
follows by linear algebra. Parts within milestones make blocks, parts across milestones
have few groups, so that the whole is a block matrix plus one of low rank, and costs
little (Woodbury's formula). The scales themselves are few: their posterior mode is
found by gradients, their uncertainty by the curvature there.

References
----------
Rasmussen CE, Williams CKI. Gaussian Processes for Machine Learning. MIT Press 2006,
chapters 2, 5 (5.10 to 5.13) and A.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import chi2

from devnorms.norms.transport_blocks import Blocks
from devnorms.norms.transport_parts import STUDIES, UNEVEN, Part

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_STEP = 0.05
_ROUNDS, _NODES = 4, 5
_LEAST = 1e-6


@dataclass(frozen=True, eq=False)
class Scales:
    """
    Where the scales may lie.

    Attributes
    ----------
    log : numpy.ndarray
        Draws x parts: logarithms of the scales; the first row is the mode.
    uneven : numpy.ndarray
        Draws x milestones: logarithms of how far uneven parts reach there.
    studies : numpy.ndarray
        Draws x populations: logarithms of how far the population's common shift
        reaches, against others'.
    """

    log: Floats
    uneven: Floats
    studies: Floats


@dataclass(frozen=True, eq=False)
class Field:
    """
    Leaves, their parts and their estimates.

    Attributes
    ----------
    parts : list of Part
        What they are made of.
    estimate, variance : numpy.ndarray
        Of each leaf on its own; anything where there is none.
    mean : float
        Before any part.
    milestone : numpy.ndarray
        Which milestone each leaf asks, as numbers.
    unevenness, tails : float
        See `devnorms.norms.transport_parts.Method`.
    """

    parts: list[Part]
    estimate: Floats
    variance: Floats
    mean: float
    milestone: Ints
    unevenness: float
    tails: float

    def fit(self, rows: Ints, start: Scales | None = None, draws: int = 12) -> Scales:
        """
        Find the scales from some leaves, and how well they are known.

        Parameters
        ----------
        rows : numpy.ndarray
            The leaves to learn from; all others stay unseen.
        start : Scales, optional
            Where to begin.
        draws : int
            How many draws of the scales, the mode included.
        """
        blocks = Blocks(self, rows)
        at = self._start() if start is None else np.r_[start.log[0], start.uneven[0]]
        for _ in range(_ROUNDS if self.tails else 1):
            at = minimize(
                blocks.height,
                at,
                jac=True,
                method="L-BFGS-B",
                options={"maxiter": 100, "ftol": 1e-7},
            ).x
            blocks.weigh_studies(at)
        return self._spread(blocks, at, draws)

    def predict(
        self, scales: Scales, rows: Ints, wanted: Ints
    ) -> tuple[Floats, Floats]:
        """
        Say what leaves are, given others, once per draw of the scales.

        Parameters
        ----------
        scales : Scales
            From `fit` of the same rows.
        rows : numpy.ndarray
            Leaves that are given.
        wanted : numpy.ndarray
            Leaves that are not.

        Returns
        -------
        mean, covariance : numpy.ndarray
            Draws x leaves, draws x leaves x leaves.
        """
        blocks = Blocks(self, rows)
        across = self._kernels(wanted, rows)
        among = self._kernels(wanted, wanted)
        off = self.estimate[rows] - self.mean
        means, covariances = [], []
        draws = zip(scales.log, scales.uneven, scales.studies, strict=True)
        for log, uneven, studies in draws:
            blocks.studies = studies
            here = self._stretches(uneven, studies, wanted)
            there = self._stretches(uneven, studies, rows)
            link = self._sum(across, log, here, there)
            weight = link @ blocks.inverse(log, uneven)
            means.append(self.mean + weight @ off)
            left = self._sum(among, log, here, here) - weight @ link.T
            covariances.append((left + left.T) / 2)
        return np.stack(means), np.stack(covariances)

    def left_out(
        self, scales: Scales, rows: Ints, group: NDArray[np.str_]
    ) -> tuple[Floats, Floats]:
        """
        Leave each group out in turn, with the scales at their mode.

        Parameters
        ----------
        scales : Scales
            From `fit` of the same rows.
        rows : numpy.ndarray
            Leaves.
        group : numpy.ndarray
            Their groups.

        Returns
        -------
        error, variance : numpy.ndarray
            Estimate minus what the other groups foretell, and the variance of the
            latter; a row for each reach that a population may have (one, if tails are
            normal), all equally probable, and a column per leaf.
        """
        blocks = Blocks(self, rows)
        mode = scales.log[0], scales.uneven[0]
        inverse = blocks.inverse(*mode)
        error = np.empty((_NODES if self.tails else 1, len(rows)))
        variance = np.empty_like(error)
        for name in np.unique(group):
            at = np.flatnonzero(group == name)
            if not self.tails:
                error[0, at], variance[0, at] = self._without(inverse, rows, at)
                continue
            # Left out, a population is like any other: how far off it is, nobody knows.
            study = next(p for p in self.parts if p.name in STUDIES).code[rows[at]]
            for node, reach in enumerate(reaches(self.tails, _NODES)):
                blocks.studies = scales.studies[0].copy()
                blocks.studies[np.unique(study)] = reach
                again = blocks.inverse(*mode)
                error[node, at], variance[node, at] = self._without(again, rows, at)
        return error, np.maximum(variance - self.variance[rows], _LEAST)

    def _without(self, inverse: Floats, rows: Ints, at: Ints) -> tuple[Floats, Floats]:
        """Error and variance of some leaves' estimates given all others."""
        block = np.linalg.inv(inverse[np.ix_(at, at)])
        weighted = inverse[at] @ (self.estimate[rows] - self.mean)
        return block @ weighted, np.diagonal(block)

    def _start(self) -> Floats:
        """Begin at the medians of the priors, all milestones alike."""
        milestones = self.milestone.max() + 1 if self.unevenness else 0
        medians = [part.scale.median for part in self.parts]
        return np.concatenate([np.log(medians), np.zeros(milestones)])

    def _stretches(
        self, uneven: Floats, studies: Floats, rows: Ints
    ) -> dict[str, Floats]:
        """How far parts reach, leaf by leaf, where that is not the same for all."""
        found = {}
        if self.unevenness:
            found = dict.fromkeys(UNEVEN, np.exp(uneven[self.milestone[rows]]))
        for part in self.parts:
            if self.tails and part.name in STUDIES:
                found[part.name] = np.exp(studies[part.code[rows]])
        return found

    def _kernels(self, rows: Ints, columns: Ints) -> list[Floats]:
        """Give every part's kernel between leaves."""
        same = self.milestone[rows][:, None] == self.milestone[columns][None, :]
        return [
            part.kernel(rows[:, None], columns[None, :]) * (same if part.within else 1)
            for part in self.parts
        ]

    def _sum(
        self,
        kernels: list[Floats],
        log: Floats,
        here: dict[str, Floats],
        there: dict[str, Floats],
    ) -> Floats:
        """Add kernels up with their squared scales."""
        total = np.zeros_like(kernels[0])
        for part, kernel, value in zip(
            self.parts, kernels, np.exp(2 * log), strict=True
        ):
            if part.name in here:
                stretch = np.outer(here[part.name], there[part.name])
                total += value * kernel * stretch
            else:
                total += value * kernel
        return total

    def _spread(self, blocks: Blocks, at: Floats, draws: int) -> Scales:
        """Draws around the mode, by the curvature there."""
        parts = len(self.parts)
        log, uneven = at[:parts], at[parts:]
        free = [k for k, part in enumerate(self.parts) if part.scale.log_sd]
        curvature = np.zeros((len(free), len(free)))
        for row, k in enumerate(free):
            step = np.zeros_like(at)
            step[k] = _STEP
            up, down = blocks.height(at + step)[1], blocks.height(at - step)[1]
            curvature[row] = (up - down)[free] / (2 * _STEP)
        values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
        # A flat direction is known at least as well as its prior says.
        least = min(self.parts[k].scale.log_sd ** -2 for k in free)
        root = vectors / np.sqrt(np.maximum(values, least))
        rng = np.random.default_rng(len(blocks.rows))
        drawn = np.repeat(log[None], draws, axis=0)
        drawn[1:, free] += rng.standard_normal((draws - 1, len(free))) @ root.T
        bumps = np.repeat(uneven[None], draws, axis=0)
        if self.unevenness:
            known = blocks.uneven_information(log, uneven) + self.unevenness**-2
            z = rng.standard_normal((draws - 1, len(uneven)))
            bumps[1:] += z / np.sqrt(known)
        return Scales(drawn, bumps, self._tails(blocks, draws))

    def _tails(self, blocks: Blocks, draws: int) -> Floats:
        """Reach of populations: as found, and spread evenly where nobody was seen."""
        found = np.repeat(blocks.studies[None], draws, axis=0)
        if self.tails:
            rng = np.random.default_rng(draws)
            for group in np.flatnonzero(~blocks.seen):
                found[:, group] = rng.permutation(reaches(self.tails, draws))
        return found


def reaches(tails: float, number: int) -> Floats:
    """
    Spread logarithms of reach evenly, so that normals of such reach make a t.

    Parameters
    ----------
    tails : float
        Degrees of freedom.
    number : int
        How many.

    Examples
    --------
    >>> reaches(3.0, 3).round(2).tolist()
    [0.62, 0.12, -0.26]
    """
    even = (np.arange(number) + 0.5) / number
    found: Floats = -0.5 * np.log(chi2.ppf(even, tails) / tails)
    return found
