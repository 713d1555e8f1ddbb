"""
Does the model reproduce the data: observed against predicted share passing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from devnorms.report.furniture import axes_or_new, head, legend_below
from devnorms.report.inputs import PREDICTIVE, check_columns
from devnorms.report.theme import QUIET, Mark, marks, named, short, themed
from devnorms.report.words import interval_of, number, plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@themed
def checks(
    predictive: pd.DataFrame,
    *,
    names: Mapping[str, str] | None = None,
    palette: Mapping[str, Mark] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw observed against predicted share passing, a point per population and age bin.

    A model that reproduces its data puts points on the diagonal, and their predictive
    intervals (horizontal) across it. Where an interval misses, the point is open.

    Parameters
    ----------
    predictive : pandas.DataFrame
        ``population, milestone, age_months, asked, share_passing`` (observed),
        ``predicted, predicted_low, predicted_high, interval, level``.
    names : mapping of str to str, optional
        What to call populations.
    palette : mapping of str to Mark, optional
        From `devnorms.report.theme.marks`.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
    """
    check_columns("predictive", predictive, PREDICTIVE)
    look = palette or marks(predictive["population"])
    populations = sorted(set(predictive["population"]))
    axes = axes_or_new(ax, height(len(populations)))
    for population in populations:
        mine = predictive[predictive["population"] == population]
        _draw(axes, mine, look[population], short(named(names, population)))
    axes.plot([0, 1], [0, 1], color=QUIET, lw=0.7, zorder=1, gid="diagonal")
    _share_axes(axes)
    head(axes, "Observed against predicted", _subtitle(predictive))
    legend_below(axes)
    return axes


def height(populations: int) -> float:
    """
    Give the height of the figure, inches.

    Parameters
    ----------
    populations : int
        Entries in the legend.
    """
    return 3.9 + 0.17 * -(-populations // 2)


def _draw(axes: Axes, mine: pd.DataFrame, mark: Mark, label: str) -> None:
    """Intervals, then points: full where the interval holds the observed share."""
    observed = mine["share_passing"].to_numpy(float)
    low = mine["predicted_low"].to_numpy(float)
    high = mine["predicted_high"].to_numpy(float)
    inside = (low <= observed) & (observed <= high)
    axes.hlines(observed, low, high, color=mark.colour, lw=0.8, alpha=0.45)
    for chosen, face, gid in (
        (inside, mark.colour, "within"),
        (~inside, "white", "outside"),
    ):
        axes.plot(
            mine["predicted"].to_numpy(float)[chosen],
            observed[chosen],
            marker=mark.marker,
            markersize=4 * mark.scale,
            markerfacecolor=face,
            markeredgecolor=mark.colour,
            markeredgewidth=0.7,
            ls="none",
            gid=gid,
            label=label if gid == "within" else None,
        )


def _share_axes(axes: Axes) -> None:
    """Both from none to all, one to one."""
    from matplotlib.ticker import PercentFormatter

    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(np.linspace(0, 1, 5))
        axis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlabel("predicted share passing")
    axes.set_ylabel("observed share passing")
    axes.grid(visible=True)
    axes.set_axisbelow(True)


def _subtitle(predictive: pd.DataFrame) -> str:
    """N, interval, level."""
    return (
        f"{plural(len(predictive), 'bin')} of population and age, "
        f"{number(predictive['asked'].sum())} responses. "
        f"Lines: {_predictive(predictive)}; open: the observed share lies outside."
    )


def _predictive(predictive: pd.DataFrame) -> str:
    """Name the interval, which is one for data, not for a parameter."""
    return interval_of(predictive).replace("credible", "predictive")
