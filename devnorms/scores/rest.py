"""
What the other answers of a visit say of a child, for judging one item.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms.scores.answers import Answers
from devnorms.scores.scale import Scale, expectation

Floats = NDArray[np.float64]


def ability_of_rest(
    scale: Scale, answers: Answers, unit: pd.Series, by: str
) -> pd.DataFrame:
    """
    Give for each answer the child's ability by all its other answers.

    An item that helps to say how able a child is cannot be judged by that ability:
    it would be matched on itself. So its own answer is taken out of the posterior, and
    those to items of the same unit.

    Parameters
    ----------
    scale : Scale
        From `devnorms.scores.calibrate` on these answers.
    answers : Answers
        Visits x items.
    unit : pandas.Series
        By item (lower case): what it asks; items of one unit are taken out together.
    by : str
        Column of ``answers.visits`` that names the groups of the scale.

    Returns
    -------
    pandas.DataFrame
        One row per answer, items one after the other: ``visit`` (position), ``item,
        passed`` (0 or 1), ``match`` and ``match_sd`` (mean and standard deviation of
        the posterior without this unit), ``score`` (mean with it); logits of the key.
    """
    some = answers.only(scale.items)
    order = some.items.get_indexer(scale.items)
    aligned = Answers(
        some.visits, scale.items, some.asked[:, order], some.passed[:, order]
    )
    posterior = expectation(scale, aligned, by).posterior
    x = (posterior.grid - posterior.grid.mean()) / scale.key.slope
    middle = posterior.grid.mean() / scale.key.slope
    score = posterior.weights @ x
    distance = posterior.grid[None, :] - scale.difficulty[:, None]
    known = np.isfinite(scale.difficulty)[:, None]
    logit = np.where(known, scale.slope[:, None] * distance / scale.key.slope, 0.0)
    log_fail = np.where(known, -np.logaddexp(0.0, logit), 0.0)
    columns = pd.Series(np.arange(len(scale.items)), index=scale.items)
    asked, passed = aligned.asked.tocsc(), aligned.passed.tocsc()
    parts = []
    for _, at in columns.groupby(unit.reindex(scale.items).to_numpy(), sort=True):
        own = at.to_numpy()
        rows = np.flatnonzero(asked[:, own].sum(axis=1) > 0)
        said = asked[:, own].tocsr()[rows]
        done = passed[:, own].tocsr()[rows]
        weight = np.log(np.maximum(posterior.weights[rows], 1e-300))
        weight -= said @ log_fail[own] + done @ logit[own]
        weight = np.exp(weight - weight.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        mean = weight @ x
        sd = np.sqrt(np.maximum(weight @ x**2 - mean**2, 0.0))
        cell = said.tocoo()
        parts.append(
            pd.DataFrame(
                {
                    "visit": rows[cell.row],
                    "item": scale.items.to_numpy()[own[cell.col]],
                    "passed": done.toarray()[cell.row, cell.col].astype("int64"),
                    "match": mean[cell.row] + middle,
                    "match_sd": sd[cell.row],
                    "score": score[rows[cell.row]] + middle,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
