"""
Ages by which shares of children have reached a milestone, from what was seen of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.special import logit, ndtri

from devnorms._base.ages import months_from_log_age
from devnorms._base.checks import check_share, check_shares
from devnorms._base.errors import InvalidTableError, NotConverged
from devnorms.schema.attainment import EVIDENCE, check_attained_ages

SHARES = (0.25, 0.5, 0.75, 0.9)
INTERVAL = "equal-tailed posterior interval"

_NEEDED = ("location", "log_slope", "leaf_population", "leaf_item", "leaf_milestone")


def ages_attained(
    fitted: xr.Dataset,
    *,
    shares: Sequence[float] = SHARES,
    level: float = 0.9,
) -> pd.DataFrame:
    """
    Ages in months by which shares of children have reached each milestone.

    Parameters
    ----------
    fitted : xarray.Dataset
        From `devnorms.fit_attainment` or `devnorms.joint`.
    shares : sequence of float
        Shares of children, between 0 and 1.
    level : float
        Probability in the equal-tailed interval.

    Returns
    -------
    pandas.DataFrame
        One row per population, item and share, see
        `devnorms.schema.attainment.check_attained_ages`. ``support`` is ``within``
        where the median lies between the ages at which children were seen, ``before``
        or ``after`` where the curve's shape alone says it, ``published`` where only
        published figures speak.

    Raises
    ------
    BadValueError
        If a share or the level does not lie between 0 and 1.
    InvalidTableError
        If the draws are not those of such a fit.
    NotConverged
        If the draws failed their checks.

    References
    ----------
    Equal-tailed intervals: Gelman A, et al. Bayesian Data Analysis, 3rd ed. Chapman
    and Hall, 2013. doi:10.1201/b16018
    """
    wanted = check_shares("shares", shares)
    check_share("level", level)
    missing = [name for name in _NEEDED if name not in fitted]
    if missing:
        raise InvalidTableError.missing_columns(
            "Fitted ages of attainment", missing, [str(name) for name in fitted]
        )
    if fitted.attrs.get("converged") != "yes":
        raise NotConverged("The draws failed their checks; sample longer first.")
    tail = (1 - level) / 2
    parts = []
    for share in wanted:
        months = _months(fitted, share)
        low, middle, high = np.quantile(months, [tail, 0.5, 1 - tail], axis=0)
        parts.append(_rows(fitted, share, middle, (low, high)).assign(level=level))
    table = pd.concat(parts).sort_values(["population", "item", "share"])
    table = table.assign(interval=INTERVAL).reset_index(drop=True)
    table["statement"] = _statements(table)
    table.attrs["record"] = fitted.attrs.get("record", "")
    return check_attained_ages(table)


def _months(fitted: xr.Dataset, share: float) -> NDArray[np.float64]:
    """Draws of the age at a share, of shape (draws, leaves)."""
    normal = fitted.attrs.get("family") == "log-normal"
    score = float(ndtri(share) if normal else logit(share))
    at = fitted["location"] + score / np.exp(fitted["log_slope"])
    flat = at.transpose("chain", "draw", "leaf").values.reshape(-1, at.sizes["leaf"])
    return months_from_log_age(flat)


def _rows(
    fitted: xr.Dataset,
    share: float,
    middle: NDArray[np.float64],
    ends: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> pd.DataFrame:
    """One row per leaf at one share."""
    low = fitted["leaf_seen_low_months"].values
    high = fitted["leaf_seen_high_months"].values
    unseen = np.isnan(low)
    late = np.where(middle > high, "after", "within")
    beyond = np.where(middle < low, "before", late)
    names = fitted["leaf_milestone"].values
    leaves = len(middle)

    def text(name: str, default: str) -> list[str]:
        there = name in fitted.coords
        return [str(v) for v in fitted[name].values] if there else [default] * leaves

    return pd.DataFrame(
        {
            "population": fitted["leaf_population"].values.astype(str),
            "item": fitted["leaf_item"].values.astype(str),
            "milestone": [None if pd.isna(n) else str(n) for n in names],
            "share": share,
            "age_months": middle,
            "age_months_low": ends[0],
            "age_months_high": ends[1],
            "children": np.nan_to_num(fitted["leaf_children"].values).astype(np.int64),
            "evidence": text("leaf_evidence", EVIDENCE[0]),
            "sources": text("leaf_sources", ""),
            "support": np.where(unseen, "published", beyond),
        }
    )


def _statements(table: pd.DataFrame) -> list[str]:
    """Say each row in words."""
    words = {
        "before": "; nobody was seen so young, so this follows from the curve's shape",
        "after": "; nobody was seen so old, so this follows from the curve's shape",
        "published": "; from published figures only",
        "within": "",
    }
    return [
        f"{row.population}, {str(row.milestone or row.item).replace('_', ' ')}: "
        f"{row.share:.0%} have reached it by {row.age_months:.1f} months "
        f"({row.level:.0%} interval {row.age_months_low:.1f} to "
        f"{row.age_months_high:.1f}){words[str(row.support)]}."
        for row in table.itertuples()
    ]


def source_bias(fitted: xr.Dataset, *, level: float = 0.9) -> pd.DataFrame:
    """
    How far each published source stands from what its children would have shown here.

    Parameters
    ----------
    fitted : xarray.Dataset
        From `devnorms.joint`, with published figures.
    level : float
        Probability in the equal-tailed interval.

    Returns
    -------
    pandas.DataFrame
        One row per source: ``source_id, bias`` (as a share of age plus one month:
        0.05 is 5 % later), ``bias_low, bias_high, prior_ratio`` (posterior SD over
        the SD of biases), ``standing`` (prior-dominated above 0.8: the data do not
        tell), ``interval, level``.

    Raises
    ------
    InvalidTableError
        If no published figures entered the fit.
    """
    check_share("level", level)
    if "bias" not in fitted:
        raise InvalidTableError(
            "source_bias: no published figures entered this fit. Use `joint` with "
            "figures."
        )
    tail = (1 - level) / 2
    flat = fitted["bias"].transpose("chain", "draw", "source").values
    draws = flat.reshape(-1, flat.shape[-1])
    low, middle, high = np.expm1(np.quantile(draws, [tail, 0.5, 1 - tail], axis=0))
    factor = fitted["source_bias_factor"].values
    scale = float(np.sqrt((fitted["sd_bias"].values ** 2).mean()))
    ratio = draws.std(axis=0) / np.where(factor > 0, scale * factor, np.nan)
    return pd.DataFrame(
        {
            "source_id": [str(name) for name in fitted["source"].values],
            "bias": middle,
            "bias_low": low,
            "bias_high": high,
            "prior_ratio": ratio,
            "standing": np.where(
                factor == 0,
                "none",
                np.where(ratio > 0.8, "prior-dominated", "informed"),
            ),
            "interval": INTERVAL,
            "level": level,
        }
    )
