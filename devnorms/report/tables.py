"""
Tables that figures are drawn from and pages show: grouping and wording, no estimates.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from devnorms._base.ages import months_from_days
from devnorms._base.checks import check_at_least, check_known
from devnorms.schema.counts import check_counts

BINS_MONTHS = (
    *range(24),
    *range(24, 48, 3),
    *range(48, 96, 6),
    *range(96, 217, 12),
)  # months up to two years, then quarters, half years, years
FEWEST = 5


def observed_shares(
    counts: pd.DataFrame,
    *,
    milestone: str | None = None,
    bins: Sequence[float] = BINS_MONTHS,
    fewest: int = FEWEST,
) -> pd.DataFrame:
    """
    Group counts into bins of age and give the share that passed in each.

    A cell is left out where no item was asked at least ``fewest`` times: one child
    could be recognised in it. What is left out is counted in ``attrs["suppressed"]``.

    Parameters
    ----------
    counts : pandas.DataFrame
        See `devnorms.schema.counts`.
    milestone : str, optional
        Only this one; otherwise every milestone in ``counts``.
    bins : sequence of float
        Edges of the bins, months, increasing; the left edge belongs to the bin.
    fewest : int
        Times that the most asked item of a cell must have been asked.

    Returns
    -------
    pandas.DataFrame
        ``population, milestone, age_months`` (mean age of those asked),
        ``age_months_low, age_months_high`` (of the bin), ``asked, passed,
        share_passing``.

    Raises
    ------
    UnknownNameError
        If the milestone is not in the counts.

    Examples
    --------
    >>> import pandas as pd
    >>> cell = {
    ...     "population": "A",
    ...     "study": "a",
    ...     "country": "NLD",
    ...     "item": "i",
    ...     "milestone": "walks_alone",
    ...     "domain": "gross_motor",
    ...     "instrument": "x",
    ...     "sex": "female",
    ...     "age_days_low": 365.0,
    ...     "age_days_high": 380.0,
    ...     "age_days_mean": 370.0,
    ...     "asked": 20,
    ...     "passed": 9,
    ... }
    >>> observed_shares(pd.DataFrame([cell]))["share_passing"].tolist()
    [0.45]
    """
    check_at_least("fewest", fewest, 1)
    used = check_counts(counts)
    used = used[used["milestone"].notna()]
    if milestone is not None:
        check_known("milestone", [milestone], used["milestone"])
        used = used[used["milestone"] == milestone]
    age = months_from_days(used["age_days_mean"])
    cells = used.assign(
        bin=pd.cut(age, [*bins], right=False, labels=False),
        age_sum=age * used["asked"],
    )
    by_item = cells.groupby(
        ["population", "milestone", "bin", "item"], as_index=False, observed=True
    )[["asked", "passed", "age_sum"]].sum()
    grouped = by_item.groupby(["population", "milestone", "bin"], observed=True)
    sums = grouped[["asked", "passed", "age_sum"]].sum()
    shown = sums[grouped["asked"].max() >= fewest].reset_index()
    edges = pd.Series([*bins], dtype=float)
    number = shown["bin"].astype(int)
    table = pd.DataFrame(
        {
            "population": shown["population"],
            "milestone": shown["milestone"],
            "age_months": shown["age_sum"] / shown["asked"],
            "age_months_low": edges.reindex(number).to_numpy(),
            "age_months_high": edges.reindex(number + 1).to_numpy(),
            "asked": shown["asked"],
            "passed": shown["passed"],
            "share_passing": shown["passed"] / shown["asked"],
        }
    )
    table.attrs["suppressed"] = int(used["asked"].sum() - table["asked"].sum())
    return table


def asked_by_age(
    counts: pd.DataFrame, *, bins: Sequence[float] = BINS_MONTHS, fewest: int = FEWEST
) -> pd.DataFrame:
    """
    Count the responses of each population in bins of age.

    Parameters
    ----------
    counts : pandas.DataFrame
        See `devnorms.schema.counts`.
    bins : sequence of float
        Edges of the bins, months.
    fewest : int
        Times that the most asked item of a bin must have been asked; other bins are
        left out.

    Returns
    -------
    pandas.DataFrame
        ``population, age_months_low, age_months_high, asked``; one row per population
        and bin in which anybody was asked.
    """
    used = check_counts(counts)
    number = pd.cut(
        months_from_days(used["age_days_mean"]), [*bins], right=False, labels=False
    )
    by_item = (
        used.assign(bin=number)
        .groupby(["population", "bin", "item"], as_index=False, observed=True)["asked"]
        .sum()
    )
    grouped = by_item.groupby(["population", "bin"], observed=True)["asked"]
    sums = grouped.sum()[grouped.max() >= fewest].reset_index()
    edges = pd.Series([*bins], dtype=float)
    return pd.DataFrame(
        {
            "population": sums["population"],
            "age_months_low": edges.reindex(sums["bin"].astype(int)).to_numpy(),
            "age_months_high": edges.reindex(sums["bin"].astype(int) + 1).to_numpy(),
            "asked": sums["asked"],
        }
    )


def within_interval(predictive: pd.DataFrame) -> pd.DataFrame:
    """
    Count, per population, in how many bins the observed share lies in its interval.

    Parameters
    ----------
    predictive : pandas.DataFrame
        See `devnorms.report.ReportInputs`.

    Returns
    -------
    pandas.DataFrame
        ``population, bins, within, level``.
    """
    inside = predictive["share_passing"].between(
        predictive["predicted_low"], predictive["predicted_high"]
    )
    return (
        predictive.assign(inside=inside)
        .groupby("population", as_index=False, observed=True)
        .agg(
            bins=("inside", "size"), within=("inside", "sum"), level=("level", "first")
        )
    )
