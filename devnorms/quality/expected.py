"""
What a set leads one to expect: how hard each item is, how far each child has come.

A Rasch model with ability that grows with age: the chance that visit v passes item i is
logit⁻¹(ability_v - difficulty_i), and abilities of one age scatter around what is usual
at that age. It is a yardstick for screening, found by maximising the posterior in a few
Newton steps; it makes no norms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from devnorms.quality.answers import Answers

Floats = NDArray[np.float64]
_ROUNDS = 12
_MOST_CORNERS = 13
_DIFFICULTY_SD = 5.0
_LEAST_SPREAD = 0.3
_MOST_SPREAD = 5.0


@dataclass(frozen=True)
class Expected:
    """
    The yardstick of a set; everything in logits.

    Attributes
    ----------
    difficulty : numpy.ndarray
        Per item.
    ability : numpy.ndarray
        Per dated visit, drawn towards what is usual at its age.
    usual : numpy.ndarray
        Per dated visit, the ability usual at its age.
    spread : float
        How much children of one age differ: a robust standard deviation.
    information : numpy.ndarray
        Per dated visit, 1 / variance of the ability that its answers alone give.
    """

    difficulty: Floats
    ability: Floats
    usual: Floats
    spread: float
    information: Floats

    @property
    def beyond_age(self) -> Floats:
        """How far each visit lies from the usual at its age, over its own SD."""
        off = self.ability - self.usual
        # What is drawn towards the usual varies less than children do.
        kept = self.spread**2 * self.information
        kept = kept / (1 + kept)
        return np.asarray(off / (self.spread * np.sqrt(np.maximum(kept, 1e-3))))


def expect(answers: Answers) -> Expected:
    """
    Fit the yardstick to a set.

    Parameters
    ----------
    answers : Answers
        A set with at least one dated visit.

    Returns
    -------
    Expected
    """
    n = answers.dated
    asked = answers.answered[:n].astype(np.float32)
    passed = answers.passed[:n].astype(np.float32)
    difficulty = _first_guess(asked, passed)
    basis = _age_basis(answers.log_age[:n])
    ability = np.zeros(n)
    usual = np.zeros(n)
    spread = 1.5
    information = np.zeros(n)
    for _ in range(_ROUNDS):
        share = _share(ability, difficulty)
        wrong = passed - asked * share
        sharp = asked * (share * (1 - share))
        information = sharp.sum(axis=1).astype(float)
        step = wrong.sum(axis=1) - (ability - usual) / spread**2
        ability = ability + np.clip(step / (information + 1 / spread**2), -2, 2)
        share = _share(ability, difficulty)
        wrong = passed - asked * share
        weight = (asked * (share * (1 - share))).sum(axis=0) + 1 / _DIFFICULTY_SD**2
        step = -wrong.sum(axis=0) - difficulty / _DIFFICULTY_SD**2
        difficulty = difficulty + np.clip(step / weight, -2, 2)
        usual = _usual(basis, ability, usual, spread)
        spread = _spread(ability - usual, information, spread)
    return Expected(difficulty, ability, usual, spread, information)


def _share(ability: Floats, difficulty: Floats) -> NDArray[np.float32]:
    """Chance of passing, visits x items."""
    logit = ability.astype(np.float32)[:, None] - difficulty.astype(np.float32)
    chance: NDArray[np.float32] = expit(logit)
    return chance


def _first_guess(asked: NDArray[np.float32], passed: NDArray[np.float32]) -> Floats:
    """Difficulty of each item from its share passing."""
    n, k = asked.sum(axis=0), passed.sum(axis=0)
    return np.asarray(np.log((n - k + 0.5) / (k + 0.5)), dtype=float)


def _age_basis(log_age: Floats) -> Floats:
    """Give the weights of the corners of a broken line over log age."""
    corners = int(np.clip(len(log_age) // 25, 2, _MOST_CORNERS))
    at = np.unique(np.quantile(log_age, np.linspace(0, 1, corners)))
    if len(at) < 2:
        return np.ones((len(log_age), 1))
    return np.stack([np.interp(log_age, at, row) for row in np.eye(len(at))], axis=1)


def _usual(basis: Floats, ability: Floats, before: Floats, spread: float) -> Floats:
    """Fit the broken line; visits far off it count less (Huber's weights)."""
    away = np.abs(ability - before) / spread
    weight = np.sqrt(1 / np.maximum(away, 1.0))[:, None]
    ridge = 1e-3 * np.eye(basis.shape[1])
    weighted = basis * weight
    corners = np.linalg.solve(
        weighted.T @ weighted + ridge, weighted.T @ (ability[:, None] * weight)
    )
    return np.asarray((basis @ corners)[:, 0])


def _spread(off: Floats, information: Floats, before: float) -> float:
    """Estimate the SD of children of one age; few odd ones do not move it."""
    tells = information > 0
    if not tells.any():
        return before
    kept = before**2 * information[tells] / (1 + before**2 * information[tells])
    scaled = np.abs(off[tells]) / np.sqrt(kept)
    robust = float(np.median(scaled)) / 0.6745
    return float(np.clip(robust, _LEAST_SPREAD, _MOST_SPREAD))
