"""
Are centiles of vocabulary right? Shares of children under each, by age.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.special import logit, ndtr, ndtri
from scipy.stats import binom

from devnorms._base.checks import check_at_least, check_share, check_shares
from devnorms._base.errors import EmptySelectionError, PoorFitError
from devnorms.norms.vocabulary import CENTILES
from devnorms.schema.vocabulary import check_vocabulary
from devnorms.schema.vocabulary_curves import (
    EVERYBODY,
    check_vocabulary_curves,
    parameters_at,
    score_at,
)
from devnorms.schema.vocabulary_norms import CHECKS, check_vocabulary_checks

Floats = NDArray[np.float64]

_MIDDLE = 0.9
"""Of the shares that would be seen if the centiles were right."""

_TOLERATED = 0.05
_STANDARD_ERRORS = 4.0


def vocabulary_checks(
    curves: xr.Dataset,
    vocabulary: pd.DataFrame,
    *,
    centiles: Sequence[float] = CENTILES,
    months: int = 3,
) -> pd.DataFrame:
    """
    Share of children under each centile, by population and age: observed and expected.

    Curves are taken at the posterior mean of their coefficients. A child with ``w``
    words counts under a centile by the part of its step (from w to w + 1) that lies
    below; so shares are comparable to centiles also where many have no word. Children
    may be others than those that were fitted (held out).

    Parameters
    ----------
    curves : xarray.Dataset
        As `devnorms.fit_vocabulary` or `devnorms.preview_vocabulary` gives them.
    vocabulary : pandas.DataFrame
        The children to be checked, see `devnorms.schema.vocabulary.check_vocabulary`.
    centiles : sequence of float
        Shares of children.
    months : int
        Ages in a group.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.schema.vocabulary_norms.check_vocabulary_checks`.

    Raises
    ------
    EmptySelectionError
        If no child of the table is of a population and age of the curves.

    References
    ----------
    Van Buuren S, Fredriks M. Worm plot: a simple diagnostic device for modelling
    growth reference curves. Statistics in Medicine 2001;20:1259-1277.
    doi:10.1002/sim.746
    """
    wanted = np.array(sorted(check_shares("centiles", centiles)))
    check_at_least("months", months, 1)
    steps = vocabulary_steps(curves, vocabulary)
    first = int(curves["age_months"].values[0])
    group = first + (steps["age_months"] - first) // months * months
    rows = []
    for (population, start), mine in steps.groupby(
        [steps["population"], group], sort=True
    ):
        under = _under(mine, wanted)
        weight = mine["weight"].to_numpy()
        # Weights are one over the forms of a child: their sum counts children.
        children = float(weight.sum())
        below = np.clip(weight @ under / children, 0, 1)
        tail = (1 - _MIDDLE) / 2
        size = max(round(children), 1)
        low, high = (binom.ppf(t, size, wanted) / size for t in (tail, 1 - tail))
        clipped = np.clip(below, 0.5 / size, 1 - 0.5 / size)
        rows.append(
            pd.DataFrame(
                {
                    "population": population,
                    "measure": curves.attrs["measure"],
                    "age_months_low": start,
                    "age_months_high": int(mine["age_months"].max()),
                    "centile": wanted,
                    "children": children,
                    "below": below,
                    "below_low": low,
                    "below_high": high,
                    "worm": ndtri(wanted) - ndtri(clipped),
                }
            )
        )
    table = pd.concat(rows, ignore_index=True)
    return check_vocabulary_checks(table[list(CHECKS.columns)])


def observed_centiles(
    curves: xr.Dataset,
    vocabulary: pd.DataFrame,
    *,
    centiles: Sequence[float] = CENTILES,
    level: float = 0.9,
    min_children: int = 20,
) -> pd.DataFrame:
    """
    Centiles of the children as they are, month by month, to set beside the curves.

    Parameters
    ----------
    curves : xarray.Dataset
        Vocabulary curves: say which measure, populations and ages.
    vocabulary : pandas.DataFrame
        Children.
    centiles : sequence of float
        Shares of children.
    level : float
        Of the sampling interval, from order statistics (binomial; no distribution is
        assumed).
    min_children : int
        Months with fewer children are left out: their centiles say nothing, and few
        children can be recognised.

    Returns
    -------
    pandas.DataFrame
        ``population, age_months, centile, children, words, words_low, words_high,
        interval, level``.

    Raises
    ------
    EmptySelectionError
        If no month has enough children.
    """
    wanted = np.array(sorted(check_shares("centiles", centiles)))
    check_share("level", level)
    check_at_least("min_children", min_children, 5)
    steps = vocabulary_steps(curves, vocabulary)
    rows = []
    for (population, age), mine in steps.groupby(["population", "age_months"]):
        if len(mine) < min_children:
            continue
        words, size = np.sort(mine["words"].to_numpy(float)), len(mine)
        low, high = (
            np.asarray(binom.ppf(t, size, wanted)).astype(int)
            for t in ((1 - level) / 2, (1 + level) / 2)
        )
        found = {
            "population": population,
            "age_months": age,
            "centile": wanted,
            "children": size,
            "words": np.quantile(words, wanted, method="median_unbiased"),
            "words_low": words[np.clip(low - 1, 0, size - 1)],
            "words_high": words[np.clip(high, 0, size - 1)],
            "interval": "order statistics",
            "level": level,
        }
        rows.append(pd.DataFrame(found))
    if not rows:
        raise EmptySelectionError(
            f"No month of age has {min_children} children of one population."
        )
    return pd.concat(rows, ignore_index=True)


def vocabulary_steps(curves: xr.Dataset, vocabulary: pd.DataFrame) -> pd.DataFrame:
    """
    Give for each form the part of the children below its number of words, and up to it.

    Parameters
    ----------
    curves : xarray.Dataset
        Vocabulary curves.
    vocabulary : pandas.DataFrame
        Children.

    Returns
    -------
    pandas.DataFrame
        ``population, child, age_months, weight`` (one over the child's forms),
        ``words, answered, below, up_to``. Forms of other measures, populations or ages
        are not in it.
    """
    check_vocabulary_curves(curves)
    plain = vocabulary.copy(deep=False)
    plain.attrs = {}
    rows = check_vocabulary(plain)
    by = curves.attrs["by"]
    sexes = curves["sex"].values.astype(str)
    rows = rows[
        (rows["measure"] == curves.attrs["measure"])
        & rows[by].isin(curves["population"].values.astype(str))
        & rows["age_months"].isin(curves["age_months"].values)
    ]
    rows = rows.assign(population=rows[by].astype(str))
    rows = rows.assign(sex=EVERYBODY if EVERYBODY in sexes else rows["sex"])
    rows = rows[rows["sex"].isin(sexes)]
    if rows.empty:
        raise EmptySelectionError(
            "No child of the table is of a population, sex, measure and age of the "
            f"curves. Curves: {curves.attrs['measure']}, by {by}, "
            f"{len(curves['population'])} population(s)."
        )
    forms = rows.groupby(["population", "child"])["words"].transform("size")
    rows = rows.assign(weight=1.0 / forms, age_months=rows["age_months"].astype(int))
    found = [
        _placed(curves, mine, str(population), str(sex))
        for (population, sex), mine in rows.groupby(["population", "sex"])
    ]
    keep = ["population", "child", "age_months", "weight", "words", "answered"]
    return pd.concat(found, ignore_index=True)[[*keep, "below", "up_to"]]


def refuse_poor_vocabulary_fit(checks: pd.DataFrame) -> None:
    """
    Raise when the children of a population do not lie under its centiles as they must.

    Parameters
    ----------
    checks : pandas.DataFrame
        From `vocabulary_checks`.

    Raises
    ------
    PoorFitError
        Where, over all ages, the share under a centile is off by more than 5 per cent
        points and by more than four standard errors.
    """
    check_vocabulary_checks(checks)
    total = checks.assign(under=checks["below"] * checks["children"])
    keys = ["population", "centile"]
    sums = total.groupby(keys)[["under", "children"]].sum().reset_index()
    off = (sums["under"] / sums["children"] - sums["centile"]).abs()
    error = np.sqrt(sums["centile"] * (1 - sums["centile"]) / sums["children"])
    bad = sums[(off > _TOLERATED) & (off > _STANDARD_ERRORS * error)]
    if bad.empty:
        return
    lines = [
        f"  - {row['population']}: {row['under'] / row['children']:.1%} of "
        f"{row['children']:.0f} children under centile {100 * row['centile']:g}"
        for row in bad.to_dict("records")
    ]
    raise PoorFitError(
        "Centiles do not fit the children they were made from:\n"
        + "\n".join(lines)
        + "\nLook at these numbers of words by age (devnorms quality), or fit the "
        "populations apart."
    )


def _under(mine: pd.DataFrame, centiles: Floats) -> Floats:
    """Part of each child's step that lies under each centile, children x centiles."""
    below, up_to = (mine[c].to_numpy()[:, None] for c in ("below", "up_to"))
    return np.asarray(
        np.clip((centiles - below) / np.maximum(up_to - below, 1e-12), 0, 1)
    )


def _placed(
    curves: xr.Dataset, mine: pd.DataFrame, population: str, sex: str
) -> pd.DataFrame:
    """Add the limits of each child's step, at the posterior mean."""
    mean = curves[["coefficients"]].mean(["chain", "draw"])
    mean = mean.expand_dims(["chain", "draw"])
    at_mean = curves.drop_vars("coefficients").drop_dims(["chain", "draw"])
    at_mean["coefficients"] = mean["coefficients"].transpose(
        "chain", "draw", "population", "coefficient"
    )
    parameters = parameters_at(at_mean, population, sex)[:, :, 0]
    age = mine["age_months"].to_numpy() - int(curves["age_months"].values[0])
    words, answered = (mine[c].to_numpy(float) for c in ("words", "answered"))
    own = parameters[:, age]
    low = logit(words / (answered + 1))
    high = logit((words + 1) / (answered + 1))
    return mine.assign(below=ndtr(score_at(low, own)), up_to=ndtr(score_at(high, own)))
