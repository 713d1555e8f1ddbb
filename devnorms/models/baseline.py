"""
The classical answer beside the Bayesian one: a logistic regression per leaf.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from devnorms._base.ages import log_age_from_days, months_from_log_age
from devnorms._base.checks import check_share
from devnorms.schema.counts import check_counts


def logistic_regressions(counts: pd.DataFrame, *, level: float = 0.9) -> pd.DataFrame:
    """
    Fit each item of each population on its own, by maximum likelihood (statsmodels).

    Leaves where a regression has no finite answer (all pass, none pass, or ages that
    separate the passes) are given with NaN and the reason.

    Parameters
    ----------
    counts : pandas.DataFrame
        Counts, see `devnorms.schema.counts`.
    level : float
        Level of the Wald interval of the age at which half pass (delta method).

    Returns
    -------
    pandas.DataFrame
        ``population, item, milestone, asked, passed, location`` (log(age in months +
        1) at which half pass), ``location_se, log_slope, age_months, age_months_low,
        age_months_high, interval, level, reason`` (why there is no answer, or "").

    Raises
    ------
    InvalidTableError
        If the counts are not valid.

    Notes
    -----
    Repeated answers of one child are taken as independent, as in the Bayesian fit.
    """
    check_share("level", level)
    valid = check_counts(counts)
    rows = [
        _one(str(population), str(item), leaf, level)
        for (population, item), leaf in valid.groupby(
            ["population", "item"], observed=True, sort=True
        )
    ]
    return pd.DataFrame(rows)


def _one(
    population: str, item: str, leaf: pd.DataFrame, level: float
) -> dict[str, object]:
    """Fit one leaf."""
    asked, passed = int(leaf["asked"].sum()), int(leaf["passed"].sum())
    row: dict[str, object] = {
        "population": population,
        "item": item,
        "milestone": leaf["milestone"].iloc[0],
        "asked": asked,
        "passed": passed,
        "location": np.nan,
        "location_se": np.nan,
        "log_slope": np.nan,
        "age_months": np.nan,
        "age_months_low": np.nan,
        "age_months_high": np.nan,
        "interval": "Wald (delta method)",
        "level": level,
        "reason": "",
    }
    if passed in (0, asked):
        row["reason"] = "all pass" if passed else "none pass"
        return row
    estimate = _estimate(leaf)
    if estimate is None:
        row["reason"] = "passes and not-yets are separated, or fall with age"
        return row
    from scipy.stats import norm

    location, se, log_slope = estimate
    reach = float(norm.ppf(0.5 + level / 2)) * se
    ages = months_from_log_age([location, location - reach, location + reach])
    row.update(
        location=location,
        location_se=se,
        log_slope=log_slope,
        age_months=float(ages[0]),
        age_months_low=float(ages[1]),
        age_months_high=float(ages[2]),
    )
    return row


def _estimate(leaf: pd.DataFrame) -> tuple[float, float, float] | None:
    """Location, its standard error, and log slope; None where there is no answer."""
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    log_age = log_age_from_days(leaf["age_days_mean"].to_numpy(dtype=float))
    passed = leaf["passed"].to_numpy(dtype=float)
    outcome = np.column_stack([passed, leaf["asked"].to_numpy(dtype=float) - passed])
    model = sm.GLM(outcome, sm.add_constant(log_age), family=sm.families.Binomial())
    try:
        with np.errstate(all="ignore"):
            fitted = model.fit(maxiter=100)
    except (PerfectSeparationError, np.linalg.LinAlgError, ValueError):
        return None
    intercept, slope = (float(x) for x in fitted.params)
    if not fitted.converged or slope <= 0 or not np.isfinite(fitted.bse).all():
        return None
    location = -intercept / slope
    gradient = np.array([-1.0 / slope, intercept / slope**2])
    se = float(np.sqrt(gradient @ fitted.cov_params() @ gradient))
    return location, se, float(np.log(slope))
