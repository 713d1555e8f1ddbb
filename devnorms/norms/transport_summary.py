"""
Predictions of many leaves, summed up: coverage, log scores, errors, widths.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

LEVELS = (0.5, 0.8, 0.95)


def summarise_scores(
    table: pd.DataFrame, by: Sequence[str] = ("method", "share")
) -> pd.DataFrame:
    """
    Coverage, log scores, errors and widths of predictions.

    Only ages that the population's own children tell (``judged``) count for coverage,
    errors and widths; every leaf with answers counts for the log score of counts.

    Parameters
    ----------
    table : pandas.DataFrame
        From `leave_out`.
    by : sequence of str
        What to tell apart.

    Returns
    -------
    pandas.DataFrame
        A row each: ``leaves, groups``; ``coverage_50, coverage_80, coverage_95``
        (share of measured ages inside), ``coverage_80_groups`` (mean over groups, each
        counting once), ``log_score_age, log_score`` (mean per leaf, natural
        logarithms), ``error_months`` (median size), ``bias_months`` (median),
        ``width_months`` (median).
    """
    rows = []
    names = list(by)
    for _, part in table.groupby(names, observed=True, sort=False):
        judged = part[part["judged"]]
        inside = {
            f"coverage_{100 * level:g}": (judged["rank"] - 0.5).abs() <= level / 2
            for level in LEVELS
        }
        middle = inside["coverage_80"]
        rows.append(
            {
                **{name: part[name].iloc[0] for name in names},
                "leaves": len(judged),
                "groups": judged["group"].nunique(),
                **{name: float(one.mean()) for name, one in inside.items()},
                "coverage_80_groups": middle.groupby(judged["group"]).mean().mean(),
                "log_score_age": judged["log_score_age"].mean(),
                "log_score": part["log_score"].mean(),
                "error_months": judged["error_months"].abs().median(),
                "bias_months": judged["error_months"].median(),
                "width_months": judged["width_months"].median(),
            }
        )
    return pd.DataFrame(rows)
