"""
Scores on a scale that was calibrated on the children themselves.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from devnorms.schema.scores import check_scores
from devnorms.scores.answers import Answers
from devnorms.scores.information import ItemErrors
from devnorms.scores.priors import age_in_years
from devnorms.scores.scale import KEY_SD, Scale, expectation
from devnorms.scores.scoring import counts

Floats = NDArray[np.float64]


def eap(scale: Scale, answers: Answers, *, by: str = "study") -> pd.DataFrame:
    """
    Score visits with a calibrated scale: the mean of the posterior.

    The prior is the group's own growth curve and spread, in place of the key's. With
    `Scale.of_key` it is the plain D-score. Scores of two studies calibrated apart share
    the key's unit, and its location only as far as their items are as hard as the key
    says on average: do not compare their means.

    Parameters
    ----------
    scale : Scale
        From `devnorms.scores.calibrate`, or `Scale.of_key`.
    answers : Answers
        Visits; items that the scale does not have are ignored.
    by : str
        Column that names the groups.

    Returns
    -------
    pandas.DataFrame
        As `devnorms.scores.dscore` gives it.
    """
    some = answers.only(scale.items)
    order = some.items.get_indexer(scale.items)
    aligned = Answers(
        some.visits, scale.items, some.asked[:, order], some.passed[:, order]
    )
    posterior = expectation(scale, aligned, by).posterior
    n, share = counts(aligned, scale.difficulty)
    mean, sd = posterior.mean(), posterior.sd()
    nothing = (n == 0) | np.isnan(mean)
    d = np.where(nothing, np.nan, mean)
    age_years = age_in_years(answers.visits["age_days"])
    table = answers.visits[["study", "child", "age_days"]].assign(
        n=n,
        share_passed=share,
        dscore=d,
        sem=np.where(nothing, np.nan, sd),
        daz=scale.key.reference.daz(d, age_years),
    )
    scores = check_scores(table)
    scores.attrs = {
        "key": f"calibrated on the scale of {scale.key.name}",
        "reference": scale.key.reference.name,
        "rounded": False,
        "items": int(np.isfinite(scale.difficulty).sum()),
        "left_out": {"item not on the scale": int(answers.asked.nnz - n.sum())},
    }
    return scores


def item_shifts(scale: Scale, errors: ItemErrors, answers: Answers) -> pd.DataFrame:
    """
    Lay the difficulties that children showed beside those that the key says.

    Parameters
    ----------
    scale : Scale
        From `devnorms.scores.calibrate`.
    errors : ItemErrors
        From `devnorms.scores.item_errors`.
    answers : Answers
        What it was calibrated on.

    Returns
    -------
    pandas.DataFrame
        One row per item: ``item, n, passed, difficulty, difficulty_se, slope,
        key_difficulty, shift`` (difficulty minus the key's; null where the key has
        none). ``attrs["dif_sd"]``: the standard deviation of the shifts beyond their
        sampling error, over items that at least five passed and five did not, D-score
        units; what `Uncertainty` takes.
    """
    some = answers.only(scale.items)
    order = some.items.get_indexer(scale.items)
    n = some.asked.sum(axis=0)[order]
    passed = some.passed.sum(axis=0)[order]
    published = scale.key.difficulties_of(scale.items)
    se = errors.se().to_numpy()
    shift = scale.difficulty - published
    table = pd.DataFrame(
        {
            "item": scale.items.to_numpy(),
            "n": n.astype(int),
            "passed": passed.astype(int),
            "difficulty": scale.difficulty,
            "difficulty_se": se,
            "slope": scale.slope,
            "key_difficulty": published,
            "shift": shift,
        }
    )
    usual = np.isfinite(shift) & (np.minimum(passed, n - passed) >= 5)
    table.attrs = {"dif_sd": _spread(shift[usual], se[usual], KEY_SD)}
    return table


def _spread(shift: Floats, se: Floats, prior_sd: float) -> float:
    """
    Estimate the spread of true shifts by maximum likelihood.

    The prior of the calibration is first taken out of shifts and errors.
    """
    precision = 1 / se**2 - 1 / prior_sd**2
    told = precision > 1 / (10 * prior_sd) ** 2
    if told.sum() < 2:
        return 0.0
    variance = 1 / precision[told]
    free = shift[told] * variance / se[told] ** 2

    def misfit(sd: float) -> float:
        total = sd**2 + variance
        return float((np.log(total) + free**2 / total).sum())

    found = minimize_scalar(misfit, bounds=(0.0, 5 * prior_sd), method="bounded")
    return float(found.x)
