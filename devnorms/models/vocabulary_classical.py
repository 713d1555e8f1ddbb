"""
The classical answers beside the vocabulary model: quantile and beta regression.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.checks import check_share, check_shares
from devnorms.models.vocabulary_design import basis_at, select_children
from devnorms.models.vocabulary_spec import VocabularySpec

Floats = NDArray[np.float64]

_WIGGLES = 3
_FEWEST = 50
COLUMNS = (
    "population", "age_months", "centile", "words", "words_low", "words_high",
    "interval", "level", "children", "dropped",
)  # fmt: skip


def quantile_regressions(
    vocabulary: pd.DataFrame,
    *,
    spec: VocabularySpec | None = None,
    centiles: Sequence[float] = (0.1, 0.5, 0.9),
    level: float = 0.9,
) -> pd.DataFrame:
    """
    Regress each centile of the number of words on age, one by one (statsmodels).

    Nothing ties centiles to each other or to the form: they may cross, and fall below
    no word or above all words. They are given as they come.

    Parameters
    ----------
    vocabulary : pandas.DataFrame
        See `devnorms.schema.vocabulary.check_vocabulary`.
    spec : VocabularySpec, optional
        Which children.
    centiles : sequence of float
        Shares of children.
    level : float
        Of the Wald intervals.

    Returns
    -------
    pandas.DataFrame
        ``population, age_months, centile, words, words_low, words_high, interval,
        level, children, dropped`` (children not used: none here). Populations with
        fewer than 50 forms, or fewer than 6 months of age, have no row.

    Raises
    ------
    EmptySelectionError, InvalidTableError
        As `devnorms.fit_vocabulary`.

    References
    ----------
    Koenker R, Bassett G. Regression quantiles. Econometrica 1978;46:33-50.
    doi:10.2307/1913643
    """
    wanted = check_shares("centiles", centiles)
    check_share("level", level)

    def fit(mine: pd.DataFrame, ages: Floats, basis: Floats) -> list[pd.DataFrame]:
        import statsmodels.api as sm

        model = sm.QuantReg(mine["words"].to_numpy(float), _rows(mine, ages, basis))
        found = []
        for centile in wanted:
            fitted = model.fit(q=centile, max_iter=5000)
            words = basis @ fitted.params
            covariance = np.asarray(fitted.cov_params())
            error = np.sqrt(np.einsum("ij,jk,ik->i", basis, covariance, basis))
            found.append(_table(ages, centile, (words, error), level))
        return found

    return _by_population(vocabulary, spec, fit, "Wald")


def beta_regressions(
    vocabulary: pd.DataFrame,
    *,
    spec: VocabularySpec | None = None,
    centiles: Sequence[float] = (0.1, 0.5, 0.9),
    level: float = 0.9,
) -> pd.DataFrame:
    """
    Beta regression of the share of words, children at floor and ceiling dropped.

    That is how centiles are often made: a beta distribution cannot hold 0 or 1. It is
    here to show what dropping does.

    Parameters
    ----------
    vocabulary : pandas.DataFrame
        See `devnorms.schema.vocabulary.check_vocabulary`.
    spec : VocabularySpec, optional
        Which children.
    centiles : sequence of float
        Shares of children.
    level : float
        Only named in the table: no interval is given.

    Returns
    -------
    pandas.DataFrame
        As `quantile_regressions`; ``dropped`` counts children without a word or with
        all words, ``words_low`` and ``words_high`` are null. Populations whose
        likelihood did not converge have no row.

    Raises
    ------
    EmptySelectionError, InvalidTableError
        As `devnorms.fit_vocabulary`.

    References
    ----------
    Ferrari S, Cribari-Neto F. Beta regression for modelling rates and proportions.
    Journal of Applied Statistics 2004;31:799-815. doi:10.1080/0266476042000214501
    """
    wanted = check_shares("centiles", centiles)
    check_share("level", level)

    def fit(mine: pd.DataFrame, ages: Floats, basis: Floats) -> list[pd.DataFrame]:
        from scipy.special import expit
        from scipy.stats import beta
        from statsmodels.othermod.betareg import BetaModel

        share = (mine["words"] / mine["answered"]).to_numpy(float)
        inside = (share > 0) & (share < 1)
        rows = _rows(mine, ages, basis)[inside]
        model = BetaModel(share[inside], rows, exog_precision=rows[:, :2])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = model.fit(disp=0, maxiter=500)
        if not fitted.mle_retvals["converged"]:
            return []
        params = np.asarray(fitted.params)
        mean = expit(basis @ params[: basis.shape[1]])
        precision = np.exp(basis[:, :2] @ params[basis.shape[1] :])
        ceiling = float(mine["ceiling"].max())
        nothing = np.full(len(ages), np.nan)
        return [
            _table(
                ages,
                centile,
                (
                    ceiling * np.asarray(beta.ppf(centile, *_shapes(mean, precision))),
                    nothing,
                ),
                level,
            ).assign(dropped=int((~inside).sum()))
            for centile in wanted
        ]

    return _by_population(vocabulary, spec, fit, "none")


def _shapes(mean: Floats, precision: Floats) -> tuple[Floats, Floats]:
    """Give the two shapes of a beta distribution."""
    return mean * precision, (1 - mean) * precision


def _by_population(
    vocabulary: pd.DataFrame,
    spec: VocabularySpec | None,
    fit: Callable[[pd.DataFrame, Floats, Floats], list[pd.DataFrame]],
    interval: str,
) -> pd.DataFrame:
    """Fit every population that is large enough, on its own."""
    spec = spec or VocabularySpec()
    kept, _ = select_children(vocabulary, spec)
    parts = []
    for population, mine in kept.groupby("population"):
        ages = np.arange(mine["age_months"].min(), mine["age_months"].max() + 1)
        if len(mine) < _FEWEST or len(ages) <= _WIGGLES + 2:
            continue
        basis = _functions(ages, spec)
        who = {
            "population": population,
            "interval": interval,
            "children": mine["child"].nunique(),
        }
        parts += [table.assign(**who) for table in fit(mine, ages, basis)]
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def _functions(ages: NDArray[np.int64], spec: VocabularySpec) -> Floats:
    """Level, slope and a few smooth departures, as the model has them."""
    names = [name for name, _, _ in spec.coefficients()]
    few = ["level", "slope", *(f"wiggle {n + 1}" for n in range(_WIGGLES))]
    at = [names.index(name) for name in few if name in names]
    return np.asarray(basis_at(ages, spec)[:, at])


def _rows(mine: pd.DataFrame, ages: Floats, basis: Floats) -> Floats:
    """Functions of age of every form."""
    return np.asarray(basis[mine["age_months"].to_numpy() - int(ages[0])])


def _table(
    ages: Floats, centile: float, found: tuple[Floats, Floats], level: float
) -> pd.DataFrame:
    """One centile of one population."""
    from scipy.stats import norm

    words, error = found
    reach = float(norm.ppf(0.5 + level / 2)) * error
    return pd.DataFrame(
        {
            "age_months": ages,
            "centile": centile,
            "words": words,
            "words_low": words - reach,
            "words_high": words + reach,
            "level": level,
            "dropped": 0,
        }
    )
