"""
Difficulties, slopes and growth from the answers themselves: marginal maximum likelihood.

A child's D at a visit is normal around its group's growth curve; given D, answers are
independent, with ``logit P = slope_j (D - difficulty_j) / s``, where ``s`` is the key's
D-score units per logit. D is integrated out on the key's grid by an EM algorithm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from devnorms._base.checks import check_at_least
from devnorms._base.errors import BadValueError, EmptySelectionError, NotConverged
from devnorms.scores.answers import Answers
from devnorms.scores.growth import Growth
from devnorms.scores.keys import Key
from devnorms.scores.posterior import Posterior
from devnorms.scores.priors import age_in_years

Floats = NDArray[np.float64]
Model = Literal["rasch", "2pl"]

KEY_SD = 8.0
"""Prior of a difficulty around the key's, D-score units: about twice what studies of
one key differ by. It matters for items that nearly all or none pass, and where a study
asks other items at other ages, so that growth and difficulty trade off."""
NEW_ITEM_SD = 20.0
"""The same for items that the key does not have."""
LOG_SLOPE_SD = 0.3
"""Prior of log slopes in the 2PL; it also fixes the unit of the scale."""
MOST_STEPS = 500
CLOSE = 0.02
"""Of about one standard error: how little any difficulty may still move."""
_NEWTON_STEPS = 3
_LONGEST_STEP = 5.0


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
        tau, slope = self.difficulty[:, None], self.slope[:, None]
        logit: Floats = slope * (self.key.grid[None, :] - tau) / self.key.slope
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
        further, after = update(_leap(scale, once, twice))
        scale = further if after >= before else twice
    raise NotConverged(
        f"calibrate: difficulties still move by {change:.3f} standard errors after "
        f"{MOST_STEPS} steps. Use fewer knots, the Rasch model, or drop items that few were asked."
    )


def _penalty(scale: Scale, first: Scale) -> float:
    """Give minus the log of the weak priors, up to a constant."""
    stray = (scale.difficulty - first.difficulty) / first.prior_sd()
    slopes = np.log(scale.slope) / LOG_SLOPE_SD
    return float((stray**2).sum() + (slopes**2).sum()) / 2


def _leap(scale: Scale, once: Scale, twice: Scale) -> Scale:
    """
    Leap ahead along the path of two EM steps.

    References
    ----------
    Varadhan R, Roland C. Simple and globally convergent methods for accelerating the
    convergence of any EM algorithm. Scandinavian Journal of Statistics
    2008;35:335-353. doi:10.1111/j.1467-9469.2007.00585.x
    """
    x0, x1, x2 = _to_vector(scale), _to_vector(once), _to_vector(twice)
    first, bend = x1 - x0, x2 - 2 * x1 + x0
    length = np.sqrt((first @ first) / max(bend @ bend, 1e-300))
    length = min(max(length, 1.0), 50.0)
    return _from_vector(x0 + 2 * length * first + length**2 * bend, scale)


def _to_vector(scale: Scale) -> Floats:
    """Write all parameters one after the other."""
    parts = [scale.difficulty, np.log(scale.slope)]
    parts += [scale.growth[group].coefficients for group in scale.growth]
    parts.append(np.log(list(scale.sd.values())))
    return np.concatenate(parts)


def _from_vector(vector: Floats, scale: Scale) -> Scale:
    """Read parameters that `_to_vector` wrote."""
    number = len(scale.items)
    difficulty, slope, rest = np.split(vector, [number, 2 * number])
    growth = {}
    for group, curve in scale.growth.items():
        coefficients, rest = np.split(rest, [len(curve.coefficients)])
        growth[group] = replace(curve, coefficients=coefficients)
    sd = dict(zip(scale.sd, np.exp(rest).tolist(), strict=True))
    return replace(
        scale, difficulty=difficulty, slope=np.exp(slope), growth=growth, sd=sd
    )


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


@dataclass(frozen=True, eq=False)
class Anchors:
    """
    What fixes the location of the scale, for each set of linked groups.

    Attributes
    ----------
    parts : list of (items, anchors, groups)
        Positions of the items of a set, of those whose mean difference to the key is
        held at zero, and the groups in it.
    published : numpy.ndarray
        The key's difficulty per item, NaN where it has none.
    """

    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], list[str]]]
    published: Floats

    @classmethod
    def of(cls, answers: Answers, key: Key, by: str) -> Anchors:
        """
        Find the sets of groups that share items.

        Parameters
        ----------
        answers : Answers
            Used answers.
        key : Key
            The key.
        by : str
            Column that names the groups.
        """
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        codes, names = pd.factorize(answers.visits[by].astype(str), sort=True)
        member = csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))))
        group_items = (member @ answers.asked) > 0
        links = (group_items @ group_items.T).astype(float)
        number, of_group = connected_components(links, directed=False)
        asked = answers.asked.sum(axis=0)
        passed = answers.passed.sum(axis=0)
        published = key.difficulties_of(answers.items)
        good = np.isfinite(published) & (passed > 0) & (passed < asked)
        parts = []
        for part in range(number):
            groups = np.flatnonzero(of_group == part)
            items = np.flatnonzero(group_items[groups].sum(axis=0) > 0)
            anchors = items[good[items]]
            labels = [str(names[g]) for g in groups]
            if not len(anchors):
                raise EmptySelectionError(
                    f"calibrate: {', '.join(labels)}: no item of key {key.name!r} that "
                    "some passed and some did not, so that nothing fixes the scale. "
                    "Choose a key with these items."
                )
            parts.append((items, anchors, labels))
        return cls(parts, published)

    def settle(self, scale: Scale) -> Scale:
        """
        Shift each set so that its anchors differ from the key by zero on average.

        Parameters
        ----------
        scale : Scale
            Its difficulties and growth move together; no probability changes.
        """
        difficulty = scale.difficulty.copy()
        growth = dict(scale.growth)
        for items, anchors, groups in self.parts:
            shift = float((difficulty[anchors] - self.published[anchors]).mean())
            difficulty[items] -= shift
            for group in groups:
                coefficients = growth[group].coefficients.copy()
                coefficients[0] -= shift
                growth[group] = replace(growth[group], coefficients=coefficients)
        return replace(scale, difficulty=difficulty, growth=growth)


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


def _fit_growth(
    scale: Scale, answers: Answers, posterior: Posterior, by: str
) -> Scale:
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
