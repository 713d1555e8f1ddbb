"""
A scale on which items and children stand, and what it says of answers.

A child's D at a visit is normal around its group's growth curve; given D, answers are
independent, with ``logit P = slope_j (D - difficulty_j) / s``, where ``s`` is the key's
D-score units per logit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from devnorms.scores.answers import Answers
from devnorms.scores.growth import Growth
from devnorms.scores.keys import Key
from devnorms.scores.posterior import Posterior
from devnorms.scores.priors import age_in_years

Floats = NDArray[np.float64]

KEY_SD = 8.0
"""Prior of a difficulty around the key's, D-score units: about twice what studies of
one key differ by. It matters for items that nearly all or none pass, and where a study
asks other items at other ages, so that growth and difficulty trade off."""
NEW_ITEM_SD = 20.0
"""The same for items that the key does not have."""


@dataclass(frozen=True, eq=False)
class Scale:
    """
    A scale: items, and how groups grow on it.

    Attributes
    ----------
    key : Key
        Gives the grid, the unit, the prior mean that growth departs from, and the
        location: the mean difference to the key's difficulties is zero.
    items : pandas.Index
        In lower case.
    difficulty : numpy.ndarray
        Per item, D-score units.
    slope : numpy.ndarray
        Per item, relative to the key's; 1 in the Rasch model.
    growth : dict of str to Growth
        Per group.
    sd : dict of str to float
        Per group: spread of children around the growth curve, D-score units.
    """

    key: Key
    items: pd.Index
    difficulty: Floats
    slope: Floats
    growth: dict[str, Growth]
    sd: dict[str, float]

    @classmethod
    def of_key(cls, key: Key, answers: Answers, by: str = "study") -> Scale:
        """
        Take the key as it is: its difficulties, its prior, no departure from it.

        Parameters
        ----------
        key : Key
            A published key.
        answers : Answers
            Whose items and groups.
        by : str
            Column of ``answers.visits`` that names the groups.
        """
        groups = sorted(answers.visits[by].astype(str).unique())
        none = Growth(np.zeros(1), np.zeros(1))
        difficulty = key.difficulties_of(answers.items)
        return cls(
            key,
            answers.items,
            difficulty,
            np.ones(len(difficulty)),
            dict.fromkeys(groups, none),
            dict.fromkeys(groups, key.prior_sd),
        )

    def log_likelihood(self, answers: Answers) -> Floats:
        """
        Give the log-likelihood of each visit on the grid.

        Parameters
        ----------
        answers : Answers
            With the scale's items.
        """
        logit = self._logit()
        known = np.isfinite(self.difficulty)[:, None]
        log_fails = np.where(known, -np.logaddexp(0.0, logit), 0.0)
        total: Floats = answers.asked @ log_fails
        total += answers.passed @ np.where(known, logit, 0.0)
        return total

    def pass_probability(self) -> Floats:
        """Give the probability of passing, items x grid."""
        probability: Floats = expit(self._logit())
        return probability

    def prior_sd(self) -> Floats:
        """Give the standard deviation of the prior of each difficulty."""
        published = np.isfinite(self.key.difficulties_of(self.items))
        return np.where(published, KEY_SD, NEW_ITEM_SD)

    def prior(self, visits: pd.DataFrame, by: str) -> tuple[Floats, Floats]:
        """
        Give the prior mean and standard deviation of each visit.

        Parameters
        ----------
        visits : pandas.DataFrame
            ``age_days`` and the column that names the groups.
        by : str
            That column.

        Returns
        -------
        mean, sd : numpy.ndarray
        """
        age = visits["age_days"].to_numpy(dtype=float)
        mean = self.key.prior_mean(age_in_years(age))
        sd = np.full(len(visits), np.nan)
        groups = visits[by].astype(str).to_numpy()
        for group, growth in self.growth.items():
            rows = np.flatnonzero(groups == group)
            mean[rows] += growth.at(age[rows])
            sd[rows] = self.sd[group]
        return mean, sd

    def _logit(self) -> Floats:
        tau = np.where(np.isfinite(self.difficulty), self.difficulty, 0.0)[:, None]
        distance = (self.key.grid[None, :] - tau) / self.key.slope
        logit: Floats = self.slope[:, None] * distance
        return logit


@dataclass(frozen=True, eq=False)
class Step:
    """What one E-step gives: the posterior, and the log-likelihood of all answers."""

    posterior: Posterior
    log_likelihood: float


def expectation(scale: Scale, answers: Answers, by: str) -> Step:
    """
    Give the posterior of every visit, and the marginal log-likelihood.

    Parameters
    ----------
    scale : Scale
        The scale.
    answers : Answers
        With the scale's items.
    by : str
        Column that names the groups.
    """
    mean, sd = scale.prior(answers.visits, by)
    grid = scale.key.grid
    joint = scale.log_likelihood(answers)
    joint -= 0.5 * ((grid[None, :] - mean[:, None]) / sd[:, None]) ** 2
    top = joint.max(axis=1, keepdims=True)
    weights = np.exp(joint - top)
    total = weights.sum(axis=1, keepdims=True)
    weights /= total
    # the sum of a normal density over a grid is its integral, but for the ends
    constant = np.log(sd * np.sqrt(2 * np.pi) / (grid[1] - grid[0]))
    marginal = (top + np.log(total))[:, 0] - constant
    return Step(Posterior(grid, weights), float(np.nansum(marginal)))
