"""
Which prior of DIF foretells children that it has not seen: K-fold by child.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from devnorms._base.checks import check_at_least
from devnorms._base.errors import BadValueError
from devnorms.models.dif import fit_difs, in_logits
from devnorms.models.dif_leaves import probabilities
from devnorms.models.dif_priors import FAMILIES
from devnorms.schema.dif import check_matched

Floats = NDArray[np.float64]

_DRAWS = 200
_ROWS_AT_ONCE = 2000


def dif_evidence(
    matched_answers: pd.DataFrame,
    *,
    priors: Sequence[str] = tuple(FAMILIES),
    folds: int = 5,
    clustered: bool = True,
    seed: int = 20261124,
) -> pd.DataFrame:
    """
    Compare priors of DIF by how well they foretell the answers of other children.

    Children are dealt into folds; DIF is fitted without a fold, and the answers of its
    children are foretold. What children are matched on comes from all of them, so it
    favours no prior.

    Parameters
    ----------
    matched_answers : pandas.DataFrame
        From `devnorms.matched`.
    priors : sequence of str
        Of `devnorms.dif`, and ``"none"``: no item differs.
    folds : int
        How many folds.
    clustered : bool
        As in `devnorms.models.fit_dif`.
    seed : int
        Seed of folds and draws.

    Returns
    -------
    pandas.DataFrame
        One row per prior, the best first: ``prior, log_score`` (sum over all answers
        foretold, nats), ``difference`` to the best and its ``difference_se`` (by
        child), ``log_evidence`` (of a fit to all; up to a constant), ``answers,
        children, folds``.

    Raises
    ------
    BadValueError
        If there are fewer children than folds.
    NotConverged
        If a fit could not be drawn.

    References
    ----------
    Vehtari A, Gelman A, Gabry J. Practical Bayesian model evaluation using
    leave-one-out cross-validation and WAIC. Statistics and Computing
    2017;27:1413-1432. doi:10.1007/s11222-016-9696-4
    """
    check_at_least("folds", folds, 2)
    valid = check_matched(matched_answers)
    child, children = pd.factorize(valid["child"])
    if len(children) < folds:
        raise BadValueError.parameter("folds", f"at most {len(children)}", folds)
    rng = np.random.default_rng(seed)
    fold = rng.permutation(np.arange(len(children)) % folds)[child]
    scores = {prior: np.full(len(valid), np.nan) for prior in priors}
    for k in range(folds):
        train = valid[fold != k]
        train.attrs = matched_answers.attrs
        at = np.flatnonzero(fold == k)
        for prior, fitted in fit_difs(
            train, priors=priors, clustered=clustered, draws=_DRAWS, seed=seed + k
        ).items():
            scores[prior][at] = _log_scores(fitted, valid.iloc[at])
    whole = fit_difs(
        matched_answers, priors=priors, clustered=clustered, draws=_DRAWS, seed=seed
    )
    evidence = {prior: float(fit.attrs["log_evidence"]) for prior, fit in whole.items()}
    return _compared(scores, evidence, child, folds)


def _log_scores(fitted: xr.Dataset, answers: pd.DataFrame) -> Floats:
    """Log of the mean probability of each answer; NaN where nothing was learned."""
    unit = float(fitted.attrs["unit"])
    answers = in_logits(answers, unit)
    leaf_item, leaf_group = (
        fitted[name].values.astype(str) for name in ("leaf_item", "leaf_group")
    )
    items = {str(name): j for j, name in enumerate(fitted["item"].values)}
    groups = {str(name): g for g, name in enumerate(fitted["group"].values)}
    position = pd.Series(np.arange(len(answers)), index=answers.index)
    cells = position.groupby([answers["item"], answers["group"]]).indices
    x, sd = (answers[name].to_numpy(dtype=float) for name in ("match", "match_sd"))
    passed = answers["passed"].to_numpy()
    score = np.full(len(answers), np.nan)
    for leaf, (item, group) in enumerate(zip(leaf_item, leaf_group, strict=True)):
        j, rows = items[item], cells.get((item, group), np.empty(0, dtype=np.int64))
        shift = fitted["easier"].values[:, leaf]
        shift = shift + fitted["group_shift"].values[:, groups[group]]
        c = np.exp(float(fitted["reference_log_slope"].values[j])) * shift
        a = np.exp(fitted["log_slope"].values[:, leaf])
        away = x - float(fitted["centre"].values[j])
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            p = probabilities(c, a, away[some, None], sd[some, None]).mean(axis=1)
            score[some] = np.log(np.where(passed[some] == 1, p, 1 - p))
    return score


def _compared(
    scores: dict[str, Floats],
    evidence: dict[str, float],
    child: NDArray[np.int64],
    folds: int,
) -> pd.DataFrame:
    """Lay the scores beside each other, on the answers that all foretold."""
    every = np.isfinite(np.stack(list(scores.values()))).all(axis=0)
    sums = {
        prior: np.bincount(child[every], foretold[every])
        for prior, foretold in scores.items()
    }
    best = max(sums, key=lambda prior: float(sums[prior].sum()))
    rows = []
    for prior, per_child in sums.items():
        less = per_child - sums[best]
        rows.append(
            {
                "prior": prior,
                "log_score": float(per_child.sum()),
                "difference": float(less.sum()),
                "difference_se": float(np.sqrt(len(less)) * less.std()),
                "log_evidence": evidence[prior],
                "answers": int(every.sum()),
                "children": len(np.unique(child[every])),
                "folds": folds,
            }
        )
    table = pd.DataFrame(rows).sort_values("log_score", ascending=False)
    return table.reset_index(drop=True)
