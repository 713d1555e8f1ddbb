"""
How exactly a published figure can be known: standard errors that nobody printed.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit

from devnorms._base.errors import InvalidTableError
from devnorms.models.joint_covariance import Published, sampling_covariance

Floats = NDArray[np.float64]

KINDS = ("percentile", "mean", "sd", "tally")
GRADES = ("primary", "reprint", "secondary")
_PERCENTILE = re.compile(r"^p(\d\d)(_or_more)?$")
_TALLY = re.compile(r"^(n|pct)_pass_at_(\d+(?:\.\d+)?)_months$")
_NEEDED = (
    "source_id", "grade", "milestone", "population", "published_name", "n",
    "statistic", "operator", "value", "unit",
)  # fmt: skip
_FIRST_GUESS = 2.0


def published_errors(
    figures: pd.DataFrame, reading: Published | None = None
) -> pd.DataFrame:
    """
    Derive the standard error of every published figure that can enter a likelihood.

    The percentiles of a fitted curve have the covariance that follows from the inverse
    of the expected information: of n ages where children were followed, of n answers
    where they were asked once. Percentiles of ages in order, at shares p <= r, have the
    covariance ``p (1 - r) / (n f_p f_r)``, f the density of the ages. Rounding adds a
    uniform error as wide as the last printed digit. The curve needed for this is read
    from the figures themselves.

    Parameters
    ----------
    figures : pandas.DataFrame
        As the loader of published figures gives them: ``source_id, grade, milestone,
        population, published_name, n, statistic, operator, value, unit``; also
        ``asked_from_months, asked_until_months`` where children were asked once and
        the ages are known milestone by milestone.
    reading : Published, optional
        How the sources are to be read.

    Returns
    -------
    pandas.DataFrame
        One row per figure that is used: as given, with ``kind`` (percentile, mean, sd,
        tally), ``share, at_months`` (of a tally), ``children, children_assumed,
        design`` (followed, ranked, asked once), ``slope`` (of the curve read from the
        figures), ``sampling_se_months, rounding_se_months``. ``attrs["left_out"]``
        counts the other rows by reason.

    Raises
    ------
    InvalidTableError
        If a column is missing.

    References
    ----------
    Covariance of sample quantiles: Serfling RJ. Approximation Theorems of Mathematical
    Statistics. Wiley, 1980, section 2.3. doi:10.1002/9780470316481. Held against the
    widths of the intervals that the WHO Multicentre Growth Reference Study Group
    printed, Acta Paediatr Suppl 2006;450:86-95. doi:10.1111/j.1651-2227.2006.tb02379.x

    Examples
    --------
    Percentiles of 816 children who were followed: the median is known to 0.1 months.

    >>> import pandas as pd
    >>> rows = pd.DataFrame(
    ...     {
    ...         "source_id": "who",
    ...         "grade": "primary",
    ...         "milestone": "walks_alone",
    ...         "population": "WHO",
    ...         "published_name": "walking alone",
    ...         "n": 816,
    ...         "statistic": ["p25", "p50", "p75"],
    ...         "operator": "=",
    ...         "value": [11.0, 12.0, 13.1],
    ...         "unit": "months",
    ...     }
    ... )
    >>> errors = published_errors(rows, Published(followed=["who"]))
    >>> errors["sampling_se_months"].round(2).tolist()
    [0.06, 0.06, 0.07]
    """
    how = reading or Published()
    missing = [name for name in _NEEDED if name not in figures.columns]
    if missing:
        raise InvalidTableError.missing_columns(
            "Published figures", missing, list(figures.columns)
        )
    table = _kinds(figures.reset_index(drop=True))
    reason = _reasons(table)
    kept = table[reason.isna()].reset_index(drop=True)
    kept = _children(kept, how)
    kept["slope"] = _slopes(kept)
    kept["rounding_se_months"] = _rounding(kept)
    kept["sampling_se_months"] = _in_months(kept, how)
    kept.attrs = {
        "left_out": {str(k): int(n) for k, n in reason.value_counts().items()},
        "record": figures.attrs.get("record"),
    }
    return kept


def _kinds(table: pd.DataFrame) -> pd.DataFrame:
    """Say what each statistic is."""
    percentile = table["statistic"].astype(str).str.extract(_PERCENTILE)[0]
    tally = table["statistic"].astype(str).str.extract(_TALLY)
    kind = pd.Series(None, index=table.index, dtype=object)
    kind = kind.mask(percentile.notna(), "percentile").mask(tally[0].notna(), "tally")
    for name in ("mean", "sd"):
        kind = kind.mask(table["statistic"] == name, name)
    return table.assign(
        kind=kind,
        share=percentile.astype(float) / 100,
        at_months=tally[1].astype(float),
    )


def _reasons(table: pd.DataFrame) -> pd.Series:
    """Why a row is not used; null if it is. The first reason counts."""
    reason = pd.Series(None, index=table.index, dtype=object)
    rank = table["grade"].map({grade: n for n, grade in enumerate(GRADES)})
    key = ["population", "published_name", "statistic"]
    best = table.assign(rank=rank).sort_values("rank", kind="stable")
    repeated = best.duplicated(key).reindex(table.index)
    is_tally, is_percentile = table["kind"] == "tally", table["kind"] == "percentile"
    for condition, words in (
        (table["kind"].isna(), "not a percentile, mean, SD or number who passed"),
        (~is_tally & (table["unit"] != "months"), "not in months"),
        (table["milestone"].isna(), "no milestone of ours fits"),
        (~is_percentile & (table["operator"] != "="), "a bound of no percentile"),
        (is_tally & table["n"].isna(), "nobody says of how many children"),
        (~is_tally & ~(table["value"] > 0), "an age of zero or below"),
        (is_percentile & ~table["share"].between(0.001, 0.999), "a share of 0 or 1"),
        (repeated, "the same figure stands in a source nearer to the original"),
    ):
        reason = reason.mask(condition & reason.isna(), words)
    return reason


def _children(table: pd.DataFrame, how: Published) -> pd.DataFrame:
    """Say how many children are behind each figure, or take a number."""
    n = pd.to_numeric(table["n"], errors="coerce").astype(float)
    by_population = n.groupby(table["population"]).transform("max")
    known = n.fillna(by_population)
    source = table["source_id"]
    design = np.where(source.isin(list(how.followed)), "followed", "asked once")
    design = np.where(source.isin(list(how.ranked)), "ranked", design)
    return table.assign(
        children=known.fillna(how.assumed_children),
        children_assumed=known.isna(),
        design=design,
    )


def _slopes(table: pd.DataFrame) -> Floats:
    """Read the slope of each curve from its own figures."""
    slope = np.full(len(table), np.exp(_FIRST_GUESS))
    for rows in table.groupby(["population", "published_name"]).indices.values():
        part = table.iloc[rows]
        exact = part[(part["kind"] == "percentile") & (part["operator"] != "<=")]
        spread = part.loc[part["kind"] == "sd", "value"]
        middle = part.loc[part["kind"] == "mean", "value"]
        if exact["share"].nunique() >= 2:
            x = np.log1p(exact["value"].to_numpy(float))
            z = logit(exact["share"].to_numpy(float))
            slope[rows] = 1 / max(float(np.polyfit(z, x, 1)[0]), 1 / 30)
        elif len(spread) and len(middle):
            relative = float(spread.iloc[0]) / (float(middle.iloc[0]) + 1)
            slope[rows] = np.pi / np.sqrt(3) / np.log1p(relative)
    clipped: Floats = np.clip(slope, 2.5, 30.0)
    return clipped


def _rounding(table: pd.DataFrame) -> Floats:
    """Half a printed digit, as the SD of a uniform error, per source and statistic."""
    error = np.zeros(len(table))
    size = np.where(table["kind"] == "sd", "sd", "age")
    for rows in table.groupby(["source_id", size]).indices.values():
        values = table["value"].to_numpy(float)[rows]
        digits = next(
            d for d in range(4) if np.allclose(values, np.round(values, d)) or d == 3
        )
        error[rows] = 10.0**-digits / np.sqrt(12)
    return error


def _in_months(table: pd.DataFrame, how: Published) -> Floats:
    """Give standard errors of the sampling alone, in months."""
    error = np.full(len(table), np.nan)
    for rows in table.groupby(["population", "published_name"]).indices.values():
        part = table.iloc[rows]
        scale = np.where(part["kind"] == "sd", part["value"], part["value"] + 1).astype(
            float
        )
        error[rows] = np.sqrt(np.diag(sampling_covariance(part, how))) * scale
    return np.where(table["kind"] == "tally", np.nan, error)
