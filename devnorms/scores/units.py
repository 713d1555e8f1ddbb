"""
Ages that are not in days: found by what children of that age can be expected to do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devnorms._base.ages import DAYS_PER_MONTH
from devnorms._base.errors import InvalidTableError
from devnorms.scores.answers import Answers
from devnorms.scores.keys import Key
from devnorms.scores.posterior import log_likelihood, log_prior
from devnorms.scores.priors import DAYS_PER_YEAR, age_in_years

Floats = NDArray[np.float64]

OLDEST_IF_MONTHS = 73.0
"""No age above this many 'days' raises the question whether they are months."""
CLEARLY = 10.0
"""How many times the log-likelihood must speak for another unit."""


def check_ages_are_days(answers: Answers, key: Key, difficulty: Floats) -> None:
    """
    Refuse ages in months or years.

    Only where no child is older than 72 days: the probability of all answers, given
    the key, is then compared between days, months and years. Newborns stay newborns,
    because nothing speaks for months in what they do.

    Parameters
    ----------
    answers : Answers
        Visits x items.
    key : Key
        The key.
    difficulty : numpy.ndarray
        Per item; NaN for items that do not count.

    Raises
    ------
    InvalidTableError
        If months or years fit the answers clearly better.
    """
    age = answers.visits["age_days"].to_numpy(dtype=float)
    asked = answers.asked @ np.isfinite(difficulty).astype(float) > 0
    dated = np.flatnonzero(np.isfinite(age) & (age > 0) & asked)
    if not len(dated) or age[dated].max() >= OLDEST_IF_MONTHS:
        return
    some = answers.take(dated)
    likelihood = log_likelihood(
        some.asked, some.passed, difficulty, (key.grid, key.slope)
    )
    units = {"days": 1.0, "months": DAYS_PER_MONTH, "years": DAYS_PER_YEAR}
    fit = {
        unit: _marginal(
            likelihood, key.prior_mean(age_in_years(age[dated] * days)), key
        )
        for unit, days in units.items()
    }
    best = max(fit, key=lambda unit: fit[unit])
    if fit[best] > fit["days"] + CLEARLY:
        raise InvalidTableError(
            f"Column 'age_days': no age is above {age[dated].max():g}, and what these "
            f"{len(dated)} visits show fits ages in {best} (log-likelihood "
            f"{fit[best]:.0f}) better than in days ({fit['days']:.0f}). Turn them into "
            "days first (1 month = 30.4375 days), or name the column age_months or "
            "age_years in a table with one column per item."
        )


def _marginal(likelihood: Floats, mean: Floats, key: Key) -> float:
    """Sum the log-probabilities of the answers, averaged over the prior."""
    from scipy.special import logsumexp

    prior = log_prior(mean, key.prior_sd, key.grid)
    prior -= logsumexp(prior, axis=1, keepdims=True)
    total = logsumexp(likelihood + prior, axis=1).sum()
    return float(total) if np.isfinite(total) else -np.inf
