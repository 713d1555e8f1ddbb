"""
Difficulties, slopes and growth from the answers: marginal maximum likelihood.

The child's D is integrated out on the key's grid by an EM algorithm.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from devnorms._base.checks import check_at_least
from devnorms._base.errors import BadValueError, EmptySelectionError, NotConverged
from devnorms.scores.acceleration import leap
from devnorms.scores.anchors import Anchors
from devnorms.scores.answers import Answers
from devnorms.scores.growth import Growth
from devnorms.scores.keys import Key
from devnorms.scores.posterior import Posterior
from devnorms.scores.priors import age_in_years
from devnorms.scores.scale import Scale, expectation

Floats = NDArray[np.float64]
Model = Literal["rasch", "2pl"]

LOG_SLOPE_SD = 0.3
"""Prior of log slopes in the 2PL; it also fixes the unit of the scale."""
MOST_STEPS = 500
CLOSE = 0.02
"""Of about one standard error: how little any difficulty may still move."""
_NEWTON_STEPS = 3
_LONGEST_STEP = 5.0


def calibrate(
    answers: Answers,
    key: Key,
    *,
    model: Model = "rasch",
    knots: int = 5,
    by: str = "study",
) -> Scale:
    """
    Estimate a scale from answers by marginal maximum likelihood.

    Items keep their meaning across groups; every group has its own growth curve and
    spread. Items that the key does not have get a difficulty too. Visits without an
    age are not used.

    Parameters
    ----------
    answers : Answers
        One study, or several that share items; give each study its own scale by
        passing it alone.
    key : Key
        Unit and location of the scale, and where growth starts from.
    model : {"rasch", "2pl"}
        Equal slopes (the key's), or a slope per item.
    knots : int
        Of each group's growth curve.
    by : str
        Column of ``answers.visits`` that names the groups.

    Returns
    -------
    Scale

    Raises
    ------
    EmptySelectionError
        If no dated visit has an answer, or a set of linked groups has no item of the
        key, so that nothing says where its scale begins.
    NotConverged
        If the EM algorithm has not settled after 500 steps.

    References
    ----------
    Bock RD, Aitkin M. Marginal maximum likelihood estimation of item parameters:
    application of an EM algorithm. Psychometrika 1981;46:443-459.
    doi:10.1007/BF02293801
    """
    if model not in ("rasch", "2pl"):
        raise BadValueError.parameter("model", "'rasch' or '2pl'", model)
    check_at_least("knots", knots, 1)
    used = usable(answers, key)
    scale = _start(used, key, knots, by)
    anchors = Anchors.of(used, key, by)
    first = scale
    change = np.inf
    passed = used.passed.sum(axis=0)
    fewer = np.minimum(passed, used.asked.sum(axis=0) - passed) + 1

    def update(scale: Scale) -> tuple[Scale, float]:
        step = expectation(scale, used, by)
        new = _fit_items(scale, first, used, step.posterior, model)
        new = anchors.settle(_fit_growth(new, used, step.posterior, by))
        return new, step.log_likelihood - _penalty(scale, first)

    for _ in range(MOST_STEPS // 3):
        once, before = update(scale)
        moved = np.abs(once.difficulty - scale.difficulty)
        change = float((moved * np.sqrt(fewer) / key.slope).max())
        if change < CLOSE:
            return once
        twice, _ = update(once)
        further, after = update(leap(scale, once, twice))
        scale = further if after >= before else twice
    raise NotConverged(
        f"calibrate: difficulties still move by {change:.3f} standard errors after "
        f"{MOST_STEPS} steps. Use fewer knots, the Rasch model, or drop items that few "
        "were asked."
    )


def _penalty(scale: Scale, first: Scale) -> float:
    """Give minus the log of the weak priors, up to a constant."""
    stray = (scale.difficulty - first.difficulty) / first.prior_sd()
    slopes = np.log(scale.slope) / LOG_SLOPE_SD
    return float((stray**2).sum() + (slopes**2).sum()) / 2


def usable(answers: Answers, key: Key) -> Answers:
    """
    Keep visits with an age and an answer, and items with an answer.

    Parameters
    ----------
    answers : Answers
        Any.
    key : Key
        Its prior must have a mean at the age.
    """
    age = age_in_years(answers.visits["age_days"])
    dated = np.isfinite(key.prior_mean(age))
    asked = answers.asked.sum(axis=1) > 0
    rows = np.flatnonzero(dated & asked)
    if not len(rows):
        raise EmptySelectionError(
            "calibrate: no visit has both an age and an answer. Check age_days."
        )
    some = answers.take(rows)
    return some.only(some.items[some.asked.sum(axis=0) > 0])


def _start(answers: Answers, key: Key, knots: int, by: str) -> Scale:
    """Start from the key; new items where the share passing fits the ages asked."""
    visits = answers.visits
    age = visits["age_days"].to_numpy(dtype=float)
    groups = visits[by].astype(str).to_numpy()
    growth = {
        str(group): Growth.flat(age[groups == group], knots)
        for group in np.unique(groups)
    }
    mean = key.prior_mean(age_in_years(age))
    asked = answers.asked.sum(axis=0)
    share = (answers.passed.sum(axis=0) + 0.5) / (asked + 1)
    mean_asked = (answers.asked.T @ mean) / asked
    spread = np.sqrt(key.slope**2 + key.prior_sd**2 * np.pi / 8)
    guess = mean_asked - spread * np.log(share / (1 - share))
    published = key.difficulties_of(answers.items)
    difficulty = np.where(np.isfinite(published), published, guess)
    sd = dict.fromkeys(growth, key.prior_sd)
    return Scale(key, answers.items, difficulty, np.ones(len(asked)), growth, sd)


def _fit_items(
    scale: Scale, first: Scale, answers: Answers, posterior: Posterior, model: Model
) -> Scale:
    """Scoring steps for all items at once, on the expected numbers asked and passed."""
    asked = answers.asked.T @ posterior.weights
    passed = answers.passed.T @ posterior.weights
    difficulty, log_slope = scale.difficulty.copy(), np.log(scale.slope)
    unit, grid = scale.key.slope, scale.key.grid[None, :]
    prior_sd = first.prior_sd()
    for _ in range(_NEWTON_STEPS):
        a = np.exp(log_slope) / unit
        x = a[:, None] * (grid - difficulty[:, None])
        p = expit(x)
        left, weight = passed - asked * p, asked * p * (1 - p)
        pull = (difficulty - first.difficulty) / prior_sd**2
        up = -a * left.sum(axis=1) - pull
        bend = a**2 * weight.sum(axis=1) + 1 / prior_sd**2
        if model == "rasch":
            difficulty += np.clip(up / bend, -_LONGEST_STEP, _LONGEST_STEP)
            continue
        up_slope = (left * x).sum(axis=1) - log_slope / LOG_SLOPE_SD**2
        bend_slope = (weight * x**2).sum(axis=1) + 1 / LOG_SLOPE_SD**2
        both = -a * (weight * x).sum(axis=1)
        area = bend * bend_slope - both**2
        move = (bend_slope * up - both * up_slope) / area
        move_slope = (bend * up_slope - both * up) / area
        difficulty += np.clip(move, -_LONGEST_STEP, _LONGEST_STEP)
        log_slope = log_slope + np.clip(move_slope, -0.5, 0.5)
    return replace(scale, difficulty=difficulty, slope=np.exp(log_slope))


def _fit_growth(scale: Scale, answers: Answers, posterior: Posterior, by: str) -> Scale:
    """Least squares of posterior means on age, and the spread around it, by group."""
    age = answers.visits["age_days"].to_numpy(dtype=float)
    groups = answers.visits[by].astype(str).to_numpy()
    mean, variance = posterior.mean(), posterior.sd() ** 2
    departure = mean - scale.key.prior_mean(age_in_years(age))
    growth, sd = dict(scale.growth), dict(scale.sd)
    for group, curve in scale.growth.items():
        rows = np.flatnonzero(groups == group)
        basis = curve.basis(age[rows])
        coefficients = np.linalg.lstsq(basis, departure[rows], rcond=1e-9)[0]
        left = departure[rows] - basis @ coefficients
        growth[group] = replace(curve, coefficients=coefficients)
        sd[group] = float(np.sqrt(np.mean(left**2 + variance[rows])))
    return replace(scale, growth=growth, sd=sd)
