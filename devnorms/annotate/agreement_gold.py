"""
Gold: reports drawn with known probabilities, coded blind, weighted back to all reports.

Reports of which a coder is unsure teach most about its errors, so more of them are
drawn; each keeps the probability with which it could come into the sample, and one over
it as weight. Without the weights, error rates would be those of difficult reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from devnorms._base.checks import check_at_least, check_share
from devnorms._base.errors import BadValueError, InvalidTableError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

STRATA = {"none": 0.25, "unsure": 0.5, "sure": 0.25}
"""Reports without a proposal, with one below `SURE`, with only sure ones: shares."""

SURE = 0.8
_LEAST = 2


class Estimated(NamedTuple):
    """
    A share among all reports, from a sample with known probabilities.

    Attributes
    ----------
    value, se : float
        The estimate and its standard error.
    low, high : float
        Interval on the log-odds, so that it stays between 0 and 1.
    """

    value: float
    se: float
    low: float
    high: float


def draw_gold(
    reports: pd.DataFrame,
    proposals: pd.DataFrame,
    per_language: int,
    *,
    seed: int,
) -> pd.DataFrame:
    """
    Draw the reports that are to be coded blind.

    Parameters
    ----------
    reports : pandas.DataFrame
        ``id, lang`` of every report that could be drawn; an id comes once.
    proposals : pandas.DataFrame
        ``id, probability`` of a coder's proposals for them.
    per_language : int
        Reports to draw in each language; all, where there are fewer.
    seed : int
        Of the draw.

    Returns
    -------
    pandas.DataFrame
        ``id, lang, stratum, probability, strata_reports`` (how many reports the
        stratum has), in the order in which to code: any first part of it is a random
        sample too.

    Raises
    ------
    InvalidTableError
        If a column is missing or an id comes again.
    BadValueError
        If fewer than two per stratum would be drawn.

    Examples
    --------
    >>> import pandas as pd
    >>> reports = pd.DataFrame({"id": [f"r{i}" for i in range(100)], "lang": "en"})
    >>> proposals = pd.DataFrame({"id": ["r1", "r2", "r3"], "probability": [0.6] * 3})
    >>> draw = draw_gold(reports, proposals, 23, seed=1)
    >>> draw.groupby("stratum")["probability"].agg(["size", "first"]).round(3)
             size  first
    stratum
    none       20  0.206
    unsure      3  1.000
    """
    import pandas as pd

    _check_drawable(reports, proposals)
    check_at_least("per_language", per_language, _LEAST * len(STRATA))
    rng = np.random.default_rng(seed)
    frame = reports[["id", "lang"]].assign(stratum=_strata(reports, proposals))
    parts = []
    for _, within in frame.groupby("lang", sort=True):
        sizes = {s: int((within["stratum"] == s).sum()) for s in STRATA}
        taken = _allocated(sizes, per_language)
        for stratum, n in taken.items():
            there = within[within["stratum"] == stratum]
            chosen = there.iloc[rng.choice(len(there), n, replace=False)]
            parts.append(
                chosen.assign(
                    probability=n / max(1, len(there)), strata_reports=len(there)
                )
            )
    drawn = pd.concat(parts, ignore_index=True)
    return drawn.iloc[rng.permutation(len(drawn))].reset_index(drop=True)


def coded_draw(draw: pd.DataFrame, read: pd.DataFrame) -> pd.DataFrame:
    """
    Keep the drawn reports that were coded, with the probabilities that this leaves.

    Within a stratum, those that were not coded are taken to be as any others: code in
    the order of the draw, and leave none out because it is difficult.

    Parameters
    ----------
    draw : pandas.DataFrame
        From `draw_gold`.
    read : pandas.DataFrame
        ``id``: reports that were coded.

    Returns
    -------
    pandas.DataFrame
        As the draw; ``attrs["left_out"]`` counts the reports that were not coded.

    Raises
    ------
    InvalidTableError
        If reports were coded that were not drawn: their probability is not known.
    """
    ids = set(read["id"])
    strange = sorted(ids - set(draw["id"]))
    if strange:
        raise InvalidTableError(
            f"Gold: {len(strange)} report(s) were coded that were not drawn, first "
            f"{strange[:10]}; the probability of drawing them is not known. Leave them "
            "out."
        )
    kept = draw[draw["id"].isin(ids)].copy()
    here = kept.groupby(["lang", "stratum"])["id"].transform("size")
    kept["probability"] = here / kept["strata_reports"]
    n = len(draw) - len(kept)
    kept.attrs["left_out"] = {"drawn and not coded": n} if n else {}
    return kept


def estimated_share(
    part: ArrayLike, whole: ArrayLike, draw: pd.DataFrame, *, level: float = 0.95
) -> Estimated:
    """
    Estimate a share among all reports of the draw's languages.

    Parameters
    ----------
    part, whole : array_like
        For each report of the draw, how many there are of what the share is of, and
        how many of these count: codes found, and codes there. A share of reports has
        ones as ``whole``.
    draw : pandas.DataFrame
        ``lang, stratum, probability``, in the same order.
    level : float
        Of the interval.

    Returns
    -------
    Estimated
        NaN where the sample holds nothing to take a share of.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., sections 5.4 and 6.11: stratified
    samples, ratios.

    Examples
    --------
    >>> import pandas as pd
    >>> draw = pd.DataFrame(
    ...     {
    ...         "lang": "en",
    ...         "stratum": ["a", "a", "b", "b"],
    ...         "probability": [1, 1, 0.1, 0.1],
    ...     }
    ... )
    >>> round(estimated_share([1, 1, 0, 1], [1, 1, 1, 1], draw).value, 3)
    0.545
    """
    from scipy.special import expit, logit
    from scipy.stats import norm

    check_share("level", level)
    y, x = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    p = draw["probability"].to_numpy(dtype=float)
    if not (len(y) == len(x) == len(p)) or (p <= 0).any() or (p > 1).any():
        raise BadValueError.parameter(
            "draw", f"{len(y)} rows with probabilities above 0, up to 1", len(p)
        )
    total = float((x / p).sum())
    if not total:
        return Estimated(*[float("nan")] * 4)
    value = float((y / p).sum() / total)
    se = float(np.sqrt(_variance(y - value * x, draw, p))) / total
    if not 0 < value < 1:
        return Estimated(value, se, value, value)
    half = norm.ppf((1 + level) / 2) * se / (value * (1 - value))
    ends = expit(logit(value) + np.array([-half, half]))
    return Estimated(value, se, float(ends[0]), float(ends[1]))


def _variance(residual: Any, draw: pd.DataFrame, p: Any) -> float:
    """Variance of the estimated total of residuals in a stratified sample."""
    import pandas as pd

    frame = pd.DataFrame(
        {"lang": draw["lang"], "stratum": draw["stratum"], "r": residual, "p": p}
    )
    variance = 0.0
    for _, here in frame.groupby(["lang", "stratum"]):
        n, f = len(here), float(here["p"].iloc[0])
        if n > 1:
            spread = float(here["r"].var(ddof=1))
            variance += (n / f) ** 2 * (1 - f) * spread / n
        elif f < 1:
            variance = float("nan")  # one of many says nothing of their spread
    return variance


def _check_drawable(reports: pd.DataFrame, proposals: pd.DataFrame) -> None:
    for name, table, columns in (
        ("Reports", reports, ("id", "lang")),
        ("Proposals", proposals, ("id", "probability")),
    ):
        missing = [column for column in columns if column not in table]
        if missing:
            raise InvalidTableError.missing_columns(name, missing, list(table.columns))
    again = reports.loc[reports["id"].duplicated(), "id"].tolist()
    if again:
        raise InvalidTableError(
            f"Reports: {len(again)} id(s) come again, first {again[:10]}."
        )


def _strata(reports: pd.DataFrame, proposals: pd.DataFrame) -> Any:
    """Give the stratum of each report: how sure the coder was of its least sure."""
    least = proposals.assign(probability=proposals["probability"].fillna(0.0))
    sure = reports["id"].map(least.groupby("id")["probability"].min())
    return np.select([sure.isna(), sure < SURE], ["none", "unsure"], "sure")


def _allocated(sizes: dict[str, int], wanted: int) -> dict[str, int]:
    """Share out a sample; what a small stratum cannot give goes to the others."""
    taken = {s: min(n, _LEAST) for s, n in sizes.items() if n}
    while sum(taken.values()) < min(wanted, sum(sizes.values())):
        free = [s for s in taken if taken[s] < sizes[s]]
        behind = min(free, key=lambda s: taken[s] / STRATA[s])
        taken[behind] += 1
    return taken
