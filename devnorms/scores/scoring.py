"""
Score children with a published key.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.errors import EmptySelectionError
from devnorms.schema.scores import check_scores
from devnorms.scores.answers import Answers, answers_from_observations
from devnorms.scores.keys import Key
from devnorms.scores.posterior import Posterior, log_likelihood, log_prior, normalise
from devnorms.scores.priors import age_in_years
from devnorms.scores.units import check_ages_are_days

Floats = NDArray[np.float64]

_CHUNK = 4096
"""Visits at a time: few enough for a processor's cache, many enough for numpy."""
D_DECIMALS = 2
DAZ_DECIMALS = 3


def dscore(
    data: Answers | pd.DataFrame, key: Key, *, rounded: bool = False
) -> pd.DataFrame:
    """
    Score every visit: D-score, its standard error, and z-score for age.

    The D-score is the mean of the posterior on the key's grid, given a normal prior
    for the child's age and the Rasch model of the answers to the key's items; other
    items are ignored. A score is not a diagnosis: the key's authors have validated no
    instrument for decisions about one child.

    Parameters
    ----------
    data : Answers or pandas.DataFrame
        `Answers`, or observations (`devnorms.schema.observations`).
    key : Key
        See `Key.of`.
    rounded : bool
        Repeat the display of the dscore package: D to 2 decimals, DAZ to 3, computed
        from the rounded D.

    Returns
    -------
    pandas.DataFrame
        As `devnorms.schema.scores.check_scores` says, one row per visit in the order
        in which visits appear; full precision unless ``rounded``. ``attrs``: ``key,
        reference, rounded, items`` (in the data and in the key), ``left_out`` (answers
        not used, by reason).

    Raises
    ------
    EmptySelectionError
        If the data have no item of the key.
    InvalidTableError
        See `answers_from_observations`; also for ages in months or years.

    References
    ----------
    Bock RD, Mislevy RJ. Adaptive EAP estimation of ability in a microcomputer
    environment. Applied Psychological Measurement 1982;6:431-444.
    doi:10.1177/014662168200600405
    van Buuren S. Growth charts of human development. Statistical Methods in Medical
    Research 2014;23:346-368. doi:10.1177/0962280212473300

    Examples
    --------
    A scale with two items, and a child who passed the easier one:

    >>> import numpy as np
    >>> from devnorms.scores import Key, Reference, dscore
    >>> table = np.array([[20.0, 0.1, 1.0, 10.0], [50.0, 0.1, 1.0, 10.0]])
    >>> key = Key(
    ...     name="two_items",
    ...     base_population="phase1",
    ...     slope=4.0,
    ...     grid=np.arange(-10.0, 101.0),
    ...     difficulty=pd.Series({"easy": 40.0, "hard": 50.0}),
    ...     reference=Reference("made_up", "LMS", np.array([0.0, 2.0]), table),
    ... )
    >>> answers = pd.DataFrame(
    ...     {
    ...         "study": "mine",
    ...         "child": "a",
    ...         "age_days": 365,
    ...         "item": ["easy", "hard"],
    ...         "response": ["passed", "not_yet"],
    ...     }
    ... )
    >>> dscore(answers, key).round(2)[["n", "share_passed", "dscore", "sem"]]
       n  share_passed  dscore   sem
    0  2           0.5   46.69  4.08
    """
    answers = data if isinstance(data, Answers) else answers_from_observations(data)
    difficulty = difficulties(answers, key)
    check_ages_are_days(answers, key, difficulty)
    age_years = age_in_years(answers.visits["age_days"])
    mean, sd = _moments(answers, key, difficulty, age_years)
    n, share = counts(answers, difficulty)
    nothing = (n == 0) | np.isnan(mean)
    d = np.where(nothing, np.nan, mean)
    if rounded:
        d = np.round(d, D_DECIMALS)
    daz = key.reference.daz(d, age_years)
    table = answers.visits[["study", "child", "age_days"]].assign(
        n=n,
        share_passed=share,
        dscore=d,
        sem=np.where(nothing, np.nan, sd),
        daz=np.round(daz, DAZ_DECIMALS) if rounded else daz,
    )
    scores = check_scores(table)
    not_in_key = int(answers.asked.nnz - n.sum())
    scores.attrs = {
        "key": key.name,
        "reference": key.reference.name,
        "rounded": rounded,
        "items": int(np.isfinite(difficulty).sum()),
        "left_out": {**answers.left_out, "item not in the key": not_in_key},
    }
    return scores


def posterior(data: Answers | pd.DataFrame, key: Key) -> Posterior:
    """
    Give the whole posterior of every visit.

    Parameters
    ----------
    data : Answers or pandas.DataFrame
        As for `dscore`.
    key : Key
        See `Key.of`.

    Returns
    -------
    Posterior
        Where there is no answer it is the prior; NaN where there is no age.

    Raises
    ------
    EmptySelectionError
        If the data have no item of the key.
    """
    answers = data if isinstance(data, Answers) else answers_from_observations(data)
    difficulty = difficulties(answers, key)
    age_years = age_in_years(answers.visits["age_days"])
    return Posterior(key.grid, _weights(answers, key, difficulty, age_years))


def difficulties(answers: Answers, key: Key) -> Floats:
    """
    Give the difficulty of each item of the answers; NaN where the key has none.

    Parameters
    ----------
    answers : Answers
        Visits x items.
    key : Key
        See `Key.of`.

    Raises
    ------
    EmptySelectionError
        If the key has none of the items.
    """
    difficulty = key.difficulties_of(answers.items)
    if not np.isfinite(difficulty).any():
        shown = ", ".join(map(repr, answers.items[:3])) or "none"
        of_key = ", ".join(map(repr, key.difficulty.index[:3]))
        raise EmptySelectionError(
            f"Key {key.name!r}: none of the {len(answers.items)} items of the data "
            f"({shown} ...) is among its {len(key.difficulty)} items ({of_key} ...). "
            "Rename the items to the nine-character names of the key, or choose "
            "another key."
        )
    return difficulty


def counts(answers: Answers, difficulty: Floats) -> tuple[NDArray[np.int64], Floats]:
    """
    Count the answers to items of the key, and give the share passed.

    Parameters
    ----------
    answers : Answers
        Visits x items.
    difficulty : numpy.ndarray
        Per item; NaN for items that do not count.
    """
    in_key = np.isfinite(difficulty).astype(float)
    asked = answers.asked @ in_key
    passed = answers.passed @ in_key
    share = np.full(len(asked), np.nan)
    np.divide(passed, asked, out=share, where=asked > 0)
    return asked.astype(np.int64), share


def _moments(
    answers: Answers, key: Key, difficulty: Floats, age_years: Floats
) -> tuple[Floats, Floats]:
    """Give mean and standard deviation of the posteriors, some visits at a time."""
    mean = np.empty(len(answers))
    sd = np.empty(len(answers))
    for start in range(0, len(answers), _CHUNK):
        part = slice(start, start + _CHUNK)
        some = Answers(
            answers.visits.iloc[part],
            answers.items,
            answers.asked[part],
            answers.passed[part],
        )
        weights = _weights(some, key, difficulty, age_years[part])
        found = Posterior(key.grid, weights)
        mean[part], sd[part] = found.mean(), found.sd()
    return mean, sd


def _weights(
    answers: Answers, key: Key, difficulty: Floats, age_years: Floats
) -> Floats:
    """Give the posterior on the grid; NaN where the prior has no mean."""
    log_weights = log_likelihood(
        answers.asked, answers.passed, difficulty, (key.grid, key.slope)
    )
    log_weights += log_prior(key.prior_mean(age_years), key.prior_sd, key.grid)
    return normalise(log_weights)
