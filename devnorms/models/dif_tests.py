"""
Tests of one item in two groups, as statsmodels has them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms.schema.dif import ETS_CLASSES

Floats = NDArray[np.float64]
Estimate = Callable[[pd.DataFrame, Floats, float], dict[str, Any]]

ETS_UNIT = -2.35
"""Log odds ratios times this are on the delta scale of the Educational Testing
Service; there, harder for the group is negative."""
_BANDS = 10
_AGE_BANDS = 3


def _bands(values: Floats, number: int) -> NDArray[np.int64]:
    """Cut into bands of equal size."""
    cuts = np.quantile(values, np.arange(1, number) / number)
    return np.searchsorted(np.unique(cuts), values, side="right").astype(np.int64)


def _mantel_haenszel(pair: pd.DataFrame, x: Floats, level: float) -> dict[str, Any]:
    """Give the common odds ratio over bands, its test and its ETS class."""
    from scipy.stats import norm
    from statsmodels.stats.contingency_tables import StratifiedTable

    age = pair["age_months"].to_numpy(dtype=float)
    stratum = _bands(x, _BANDS) * _AGE_BANDS + _bands(age, _AGE_BANDS)
    focal, passed = pair["focal"].to_numpy(dtype=int), pair["passed"].to_numpy()
    cells = np.zeros((stratum.max() + 1, 2, 2))
    np.add.at(cells, (stratum, 1 - focal, 1 - passed), 1.0)
    # a stratum with one group or one outcome says nothing of the odds ratio
    tells = (cells.sum(axis=1) > 0).all(axis=1) & (cells.sum(axis=2) > 0).all(axis=1)
    if not tells.any():
        return {"reason": "no band holds both groups and both outcomes"}
    table = StratifiedTable(list(cells[tells]))
    with np.errstate(all="ignore"):
        log_odds, se = float(table.logodds_pooled), float(table.logodds_pooled_se)
        test = table.test_null_odds(correction=True)
    if not np.isfinite([log_odds, se]).all():
        return {"reason": "no finite common odds ratio"}
    reach = float(norm.ppf(0.5 + level / 2)) * se
    delta, error = ETS_UNIT * -log_odds, abs(ETS_UNIT) * se
    return {
        "logits": log_odds,
        "logits_low": log_odds - reach,
        "logits_high": log_odds + reach,
        "statistic": float(test.statistic),
        "p_value": float(test.pvalue),
        "ets_delta": delta,
        "ets_class": ets_class(delta, error, float(test.pvalue)),
    }


def ets_class(delta: float, error: float, p_value: float) -> str:
    """
    Class of an item by the rule of the Educational Testing Service.

    C: at least 1.5 delta and more than 1 by a one-sided test at 5 %; A: below 1 delta,
    or not different from zero at 5 %; B: all others.

    Parameters
    ----------
    delta, error : float
        Difference on the delta scale and its standard error.
    p_value : float
        Of no difference.

    Examples
    --------
    >>> ets_class(2.0, 0.2, 0.0), ets_class(1.2, 0.2, 0.0), ets_class(2.0, 2.0, 0.3)
    ('C', 'B', 'A')
    """
    size = abs(delta)
    if size < 1 or p_value >= 0.05:
        return ETS_CLASSES[0]
    large = size >= 1.5 and (size - 1) / error > 1.645
    return ETS_CLASSES[2] if large else ETS_CLASSES[1]


def _designs(pair: pd.DataFrame, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Design matrices without group, with it, and with its interaction."""
    centred = x - x.mean()
    focal = pair["focal"].to_numpy(dtype=float)
    one = np.ones(len(x))
    return (
        np.column_stack([one, centred]),
        np.column_stack([one, centred, focal]),
        np.column_stack([one, centred, focal, focal * centred]),
    )


def _logistic(pair: pd.DataFrame, x: Floats, level: float) -> dict[str, Any]:
    """Give likelihood-ratio tests and the change in Nagelkerke's R2."""
    import statsmodels.api as sm
    from scipy.stats import chi2
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    passed = pair["passed"].to_numpy(dtype=float)
    family = sm.families.Binomial()
    try:
        with np.errstate(all="ignore"):
            fits = [
                sm.GLM(passed, design, family=family).fit()
                for design in (np.ones((len(x), 1)), *_designs(pair, x))
            ]
    except (PerfectSeparationError, np.linalg.LinAlgError, ValueError):
        return {"reason": "passes and not-yets are separated"}
    none, base, uniform, both = fits
    if not all(fit.converged for fit in fits):
        return {"reason": "passes and not-yets are separated"}
    statistic = max(2 * (uniform.llf - base.llf), 0.0)
    further = max(2 * (both.llf - uniform.llf), 0.0)
    effect = _per_slope(uniform.params, uniform.cov_params(), level)
    return {
        **effect,
        "statistic": statistic,
        "p_value": float(chi2.sf(statistic, 1)),
        "p_value_slope": float(chi2.sf(further, 1)),
        "delta_r2": _nagelkerke(both, none) - _nagelkerke(base, none),
    }


def _gee(pair: pd.DataFrame, x: Floats, level: float) -> dict[str, Any]:
    """Give Wald tests that are robust to repeated answers of the same child."""
    import statsmodels.api as sm
    from scipy.stats import chi2

    passed = pair["passed"].to_numpy(dtype=float)
    child = pd.factorize(pair["child"])[0]
    _, uniform, both = _designs(pair, x)
    try:
        with np.errstate(all="ignore"):
            first, second = (
                sm.GEE(passed, design, child, family=sm.families.Binomial()).fit()
                for design in (uniform, both)
            )
    except (np.linalg.LinAlgError, ValueError):
        return {"reason": "passes and not-yets are separated"}
    if not np.isfinite([*first.bse, *second.bse]).all():
        return {"reason": "passes and not-yets are separated"}
    statistic = float((first.params[2] / first.bse[2]) ** 2)
    further = float((second.params[3] / second.bse[3]) ** 2)
    return {
        **_per_slope(first.params, first.cov_params(), level),
        "statistic": statistic,
        "p_value": float(chi2.sf(statistic, 1)),
        "p_value_slope": float(chi2.sf(further, 1)),
    }


def _per_slope(params: Floats, covariance: Floats, level: float) -> dict[str, Any]:
    """Give the group effect as a shift in difficulty, by the delta method."""
    from scipy.stats import norm

    _, slope, effect = (float(p) for p in params)
    if slope <= 0:
        return {"reason": "passing falls with what children are matched on"}
    gradient = np.array([0.0, -effect / slope**2, 1 / slope])
    reach = norm.ppf(0.5 + level / 2) * np.sqrt(gradient @ covariance @ gradient)
    shift = effect / slope
    return {
        "logits": shift,
        "logits_low": shift - float(reach),
        "logits_high": shift + float(reach),
    }


def _nagelkerke(fit: Any, none: Any) -> float:
    """Nagelkerke's R2."""
    n = len(fit.fittedvalues)
    explained = 1 - np.exp(2 * (none.llf - fit.llf) / n)
    return float(explained / (1 - np.exp(2 * none.llf / n)))


ESTIMATES: dict[str, Estimate] = {
    "mantel-haenszel": _mantel_haenszel,
    "logistic": _logistic,
    "gee": _gee,
}
