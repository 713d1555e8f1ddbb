"""
How well a calibration knows its items: errors that respect children seen again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from devnorms.scores.anchors import Anchors
from devnorms.scores.answers import Answers
from devnorms.scores.calibration import LOG_SLOPE_SD, usable
from devnorms.scores.posterior import Posterior
from devnorms.scores.priors import age_in_years
from devnorms.scores.scale import Scale, expectation

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ItemErrors:
    """
    Sampling error of a scale's difficulties, relative to the mean of its anchors.

    Attributes
    ----------
    items : pandas.Index
        In lower case.
    covariance : numpy.ndarray
        Of the difficulties, items x items, squared D-score units.
    """

    items: pd.Index
    covariance: Floats

    def se(self) -> pd.Series:
        """Give the standard error per item."""
        variance = np.maximum(np.diag(self.covariance), 0.0)
        return pd.Series(np.sqrt(variance), index=self.items, name="difficulty_se")

    def draws(self, number: int, rng: np.random.Generator) -> Floats:
        """
        Draw errors of all difficulties together.

        Parameters
        ----------
        number : int
            How many.
        rng : numpy.random.Generator
            Source of randomness.

        Returns
        -------
        numpy.ndarray
            Draws x items, mean zero.
        """
        values, vectors = np.linalg.eigh(self.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        normal = rng.standard_normal((number, len(values)))
        drawn: Floats = normal @ root.T
        return drawn


def item_errors(scale: Scale, answers: Answers, *, by: str = "study") -> ItemErrors:
    """
    Estimate the covariance of difficulties of a calibrated scale.

    The information is the sum of squared scores of visits; visits of one child, which
    the likelihood takes as independent, are summed before they are squared in the
    middle of the sandwich. Growth and spread are estimated too, so that their errors
    are in those of the items.

    Parameters
    ----------
    scale : Scale
        From `devnorms.scores.calibrate`.
    answers : Answers
        What it was calibrated on.
    by : str
        Column that names the groups.

    Returns
    -------
    ItemErrors

    References
    ----------
    White H. Maximum likelihood estimation of misspecified models. Econometrica
    1982;50:1-25. doi:10.2307/1912526
    """
    used = usable(answers, scale.key)
    posterior = expectation(scale, used, by).posterior
    items = _item_scores(scale, used, posterior)
    number = items.shape[1]
    scores = np.column_stack([items, *_growth_scores(scale, used, posterior, by)])
    prior = np.diag(_prior_precision(scale, scores))
    information = scores.T @ scores + prior
    child = pd.factorize(
        used.visits["study"].astype(str) + "\n" + used.visits["child"].astype(str)
    )[0]
    member = csr_array((np.ones(len(child)), (child, np.arange(len(child)))))
    per_child = member @ scores
    free = _free_directions(scale, used, by, scores.shape[1])
    bread = np.linalg.pinv(free.T @ information @ free, hermitian=True, rcond=1e-12)
    half = per_child @ free
    inside = bread @ (half.T @ half + free.T @ prior @ free) @ bread
    rows = free[:number]
    return ItemErrors(scale.items, rows @ inside @ rows.T)


def _item_scores(scale: Scale, used: Answers, posterior: Posterior) -> Floats:
    """Give each visit's derivative for difficulties, then log slopes in the 2PL."""
    probability = scale.pass_probability()
    asked, passed = used.asked.toarray(), used.passed.toarray()
    expected = posterior.weights @ probability.T
    a = scale.slope / scale.key.slope
    score: Floats = -a * (passed - asked * expected)
    return score


def _growth_scores(
    scale: Scale, used: Answers, posterior: Posterior, by: str
) -> list[Floats]:
    """Give each visit's derivative for growth, spread and, in the 2PL, log slopes."""
    age = used.visits["age_days"].to_numpy(dtype=float)
    groups = used.visits[by].astype(str).to_numpy()
    mean, variance = posterior.mean(), posterior.sd() ** 2
    parts = []
    for group, curve in scale.growth.items():
        rows = groups == group
        sd = scale.sd[group]
        centre = scale.key.prior_mean(age_in_years(age)) + curve.at(age)
        away = np.where(rows, mean - centre, 0.0)
        parts.append(curve.basis(age) * (away / sd**2)[:, None])
        spread = np.where(rows, (away**2 + variance) / sd**2 - 1, 0.0)
        parts.append(spread[:, None])
    if (scale.slope != 1).any():
        parts.append(_slope_scores(scale, used, posterior))
    return parts


def _slope_scores(scale: Scale, used: Answers, posterior: Posterior) -> Floats:
    """Give each visit's derivative for log slopes."""
    probability = scale.pass_probability()
    grid = scale.key.grid
    a = (scale.slope / scale.key.slope)[:, None]
    x = a * (grid[None, :] - scale.difficulty[:, None])
    asked, passed = used.asked.toarray(), used.passed.toarray()
    score: Floats = passed * (posterior.weights @ x.T)
    score -= asked * (posterior.weights @ (probability * x).T)
    return score


def _prior_precision(scale: Scale, scores: Floats) -> Floats:
    """Give the precision of the weak priors, parameter by parameter."""
    precision = np.zeros(scores.shape[1])
    number = len(scale.items)
    precision[:number] = 1 / scale.prior_sd() ** 2
    if (scale.slope != 1).any():
        precision[-number:] = 1 / LOG_SLOPE_SD**2
    return precision


def _free_directions(scale: Scale, used: Answers, by: str, total: int) -> Floats:
    """Give a basis of the directions that leave the mean of each anchor set alone."""
    from scipy.linalg import null_space

    anchors = Anchors.of(used, scale.key, by)
    held = np.zeros((len(anchors.parts), total))
    for row, (_, positions, _) in zip(held, anchors.parts, strict=True):
        row[positions] = 1.0
    basis: Floats = null_space(held)
    return basis
