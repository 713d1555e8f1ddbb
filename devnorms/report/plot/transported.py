"""
How good predictions of populations nobody measured are, and how few children help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from devnorms.report.furniture import axes_or_new, legend_below
from devnorms.report.inputs import check_columns
from devnorms.report.plot.across import head_across
from devnorms.report.theme import COLOURS, MARKERS, QUIET, themed
from devnorms.report.words import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUMMARY = ("method", "share", "children", "error_months", "width_months", "leaves")
SCORES = ("method", "share", "group", "rank", "judged")
_HEIGHT = 3.3
_LINE = 0.17


@themed
def learning(
    summary: pd.DataFrame,
    *,
    share: float = 0.5,
    value: str = "error_months",
    ax: Axes | None = None,
) -> Axes:
    """
    Draw errors (or widths) of predictions against the number of local children.

    Parameters
    ----------
    summary : pandas.DataFrame
        From `devnorms.norms.transport_summary.summarise_scores`, by ``method, share,
        children``.
    share : float
        Share passing.
    value : str
        Column drawn: ``error_months`` (median size) or ``width_months`` (median).
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
    """
    check_columns("summary", summary, (*SUMMARY, value))
    mine = summary[summary["share"] == share]
    methods = mine["method"].unique()
    axes = axes_or_new(ax, _HEIGHT + _LINE * len(methods))
    numbers = sorted(mine["children"].unique())
    for at, method in enumerate(methods):
        line = mine[mine["method"] == method].sort_values("children")
        axes.plot(
            [numbers.index(n) for n in line["children"]],
            line[value],
            color=COLOURS[at % len(COLOURS)],
            marker=MARKERS[at % len(MARKERS)],
            ms=4,
            lw=1.3,
            label=str(method),
        )
    axes.set_xticks(range(len(numbers)), [f"{n:g}" for n in numbers])
    axes.set_xlabel("local children")
    axes.set_ylabel("months")
    axes.set_ylim(bottom=0)
    axes.grid(visible=True)
    axes.set_axisbelow(True)
    words = {
        "error_months": "Median distance between predicted and measured age",
        "width_months": "Median width of the interval",
    }
    head_across(
        axes,
        f"Ages at which {percent(share)} pass, foretold",
        f"{words.get(value, value)}. Each population is foretold without its country; "
        "its other children judge.",
    )
    legend_below(axes, 1)
    return axes


@themed
def calibration(
    scores: pd.DataFrame, *, share: float = 0.5, ax: Axes | None = None
) -> Axes:
    """
    Draw how often intervals hold the measured age, against what they say.

    Parameters
    ----------
    scores : pandas.DataFrame
        From `devnorms.norms.transport_check.leave_out`; the methods that are there.
    share : float
        Share passing.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
    """
    check_columns("scores", scores, SCORES)
    mine = scores[scores["judged"] & (scores["share"] == share)]
    methods = mine["method"].unique()
    axes = axes_or_new(ax, _HEIGHT + 0.6 + _LINE * len(methods))
    axes.plot([0, 1], [0, 1], color=QUIET, lw=0.8, ls="--")
    levels = np.linspace(0, 1, 41)
    for at, method in enumerate(methods):
        off = 2 * (mine.loc[mine["method"] == method, "rank"] - 0.5).abs()
        inside = [float((off <= level).mean()) for level in levels]
        axes.plot(
            levels, inside, color=COLOURS[at % len(COLOURS)], lw=1.3, label=str(method)
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_aspect("equal")
    axes.set_xlabel("level of the interval")
    axes.set_ylabel("measured ages inside")
    groups = mine["group"].nunique()
    head_across(
        axes,
        "Do intervals hold what they say?",
        f"Ages at which {percent(share)} pass; {groups} groups, each foretold from the "
        "others. Above the dashed line: too wide. Below: too narrow.",
    )
    legend_below(axes, 1)
    return axes
