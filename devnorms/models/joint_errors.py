"""
How exactly a published figure can be known: standard errors that nobody printed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from devnorms._base.errors import BadValueError, InvalidTableError

Floats = NDArray[np.float64]

KINDS = ("percentile", "mean", "sd", "tally")
GRADES = ("primary", "reprint", "secondary")
_PERCENTILE = re.compile(r"^p(\d\d)(_or_more)?$")
_TALLY = re.compile(r"^(n|pct)_pass_at_(\d+(?:\.\d+)?)_months$")
_NEEDED = (
    "source_id", "grade", "milestone", "population", "published_name", "n",
    "statistic", "operator", "value", "unit",
)  # fmt: skip
_ABOUT = 0.05
_FIRST_GUESS = 2.0


@dataclass(frozen=True)
class Published:
    """
    How published figures are to be read.

    Attributes
    ----------
    followed : collection of str
        Sources (ids) that saw the same children again and again and fitted a
        distribution to the ages. All others are taken to have asked each child once,
        which tells less per child.
    ranked : collection of str
        Sources that followed children and printed percentiles of the ages as they lie
        in order, which are less exact in the tails.
    asked_months : mapping of str to (float, float)
        Of sources that asked once: between which ages their n children were spread.
        Without it: where between 1 % and 99 % pass.
    assumed_children : int
        Children behind a figure whose source does not say how many.
    no_bias : collection of str
        Sources that are known to say what their children are like.
    """

    followed: Collection[str] = ()
    ranked: Collection[str] = ()
    asked_months: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    assumed_children: int = 100
    no_bias: Collection[str] = ()

    def __post_init__(self) -> None:
        if self.assumed_children < 1:
            raise BadValueError.parameter(
                "assumed_children", "1 or more", self.assumed_children
            )
        for source, (low, high) in self.asked_months.items():
            if not 0 <= low < high:
                raise BadValueError.parameter(
                    "asked_months", f"low < high for {source!r}", (low, high)
                )


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


def sampling_covariance(part: pd.DataFrame, how: Published) -> Floats:
    """
    Covariance of the figures of one sample and milestone, on the log scale.

    Parameters
    ----------
    part : pandas.DataFrame
        Rows of `published_errors` (without its errors) of one population and name.
    how : Published
        How the sources are to be read.

    Returns
    -------
    array of shape (rows, rows)
        Of log(months + 1), and of log(months) for standard deviations; tallies have
        ones.
    """
    slope = float(part["slope"].iloc[0])
    kind = part["kind"].to_numpy()
    children = part["children"].to_numpy(float)
    n = np.sqrt(np.outer(children, children))
    covariance = np.eye(len(part))
    ages = np.flatnonzero(kind == "percentile")
    if len(ages):
        block = _of_percentiles(part.iloc[ages], slope, how)
        covariance[np.ix_(ages, ages)] = block / n[np.ix_(ages, ages)]
    relative = np.expm1(np.pi / np.sqrt(3) / slope)
    for name, variance in (("mean", relative**2), ("sd", _VARIANCE_OF_LOG_SD)):
        rows = np.flatnonzero(kind == name)
        covariance[rows, rows] = variance / children[rows]
    return covariance


def _of_percentiles(part: pd.DataFrame, slope: float, how: Published) -> Floats:
    """Covariance, times n, of percentiles; sources of one sample as the first does."""
    design = str(part["design"].iloc[0])
    share = part["share"].to_numpy(float)
    if design == "ranked":
        low, high = np.minimum.outer(share, share), np.maximum.outer(share, share)
        ranked: Floats = 1 / ((1 - low) * high) / slope**2
        return ranked
    if design == "followed":
        # Fisher information of a logistic location and log scale, per age.
        information = np.diag([slope**2 / 3, (3 + np.pi**2) / 9])
    else:
        information = _asked_once(part, slope, how)
    z = logit(share)
    gradient = np.stack([np.ones_like(z), -z / slope], axis=1)
    covariance: Floats = gradient @ np.linalg.inv(information) @ gradient.T
    return covariance


_VARIANCE_OF_LOG_SD = (6.5 - 1) / 4
"""Of n ages with kurtosis 6.5, as log-logistic ages with a slope near 8 have."""


def _asked_once(part: pd.DataFrame, slope: float, how: Published) -> Floats:
    """Information of one answer a child on location and log slope, per child."""
    exact = part[part["operator"] != "<="]
    middle = exact if len(exact) else part
    location = float(
        np.mean(
            np.log1p(middle["value"].to_numpy(float))
            - logit(middle["share"].to_numpy(float)) / slope
        )
    )
    between = _asked_between(part, how)
    if between is None:
        x = np.linspace(location - 4.6 / slope, location + 4.6 / slope, 400)
    else:
        x = np.log1p(np.linspace(*between, 2000))
    u = slope * (x - location)
    weight = expit(u) * expit(-u)
    # Of (location, log slope); the derivative of the logit is (-slope, u).
    information: Floats = np.array(
        [
            [slope**2 * weight.mean(), -slope * (weight * u).mean()],
            [-slope * (weight * u).mean(), (weight * u**2).mean()],
        ]
    )
    return information


def _asked_between(part: pd.DataFrame, how: Published) -> tuple[float, float] | None:
    """Between which ages the children were spread, if anybody says."""
    ends = ("asked_from_months", "asked_until_months")
    if all(name in part and part[name].notna().all() for name in ends):
        return float(part[ends[0]].min()), float(part[ends[1]].max())
    return how.asked_months.get(str(part["source_id"].iloc[0]))


def total_covariance(part: pd.DataFrame, how: Published, sd_shape: float) -> Floats:
    """
    Covariance of what the figures of one sample and milestone miss.

    Parameters
    ----------
    part : pandas.DataFrame
        Rows of `published_errors` of one population and name.
    how : Published
        How the sources are to be read.
    sd_shape : float
        What the family's shape may miss, see `AttainmentSpec`.

    Returns
    -------
    array of shape (rows, rows)
        Sampling, rounding, shape, and 5 % of age where a figure is "about".
    """
    scale = np.where(part["kind"] == "sd", part["value"], part["value"] + 1)
    rounding = part["rounding_se_months"].to_numpy(float) / scale.astype(float)
    about = np.where(part["operator"] == "~", _ABOUT, 0.0)
    extra = rounding**2 + about**2 + sd_shape**2
    total: Floats = sampling_covariance(part, how) + np.diag(extra)
    return total
