"""
How narrow a norm becomes with how many children.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from devnorms.report.furniture import axes_or_new, legend_below
from devnorms.report.inputs import check_columns
from devnorms.report.plot.across import head_across
from devnorms.report.theme import COLOURS, MARKERS, QUIET, named, themed
from devnorms.report.words import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTHS = (
    "milestone", "children", "share", "level", "assumed", "assurance", "from_months",
    "until_months", "half_width_months", "half_width_months_low",
    "half_width_months_high", "half_width_with_prior_months",
)  # fmt: skip
_HEIGHT = 3.4
_LINE = 0.17


@themed
def planner(
    widths: pd.DataFrame,
    *,
    aim_months: float | None = 1.0,
    names: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw the half width that numbers of children leave, a line per milestone.

    Bands hold what is not known of the curves beforehand; dotted lines are for an
    analysis together with other populations.

    Parameters
    ----------
    widths : pandas.DataFrame
        From `devnorms.norms.expected_widths`.
    aim_months : float, optional
        A line at the half width aimed at.
    names : mapping of str to str, optional
        What to call milestones.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
    """
    check_columns("widths", widths, WIDTHS)
    order = widths["milestone"].unique()
    axes = axes_or_new(ax, _HEIGHT + _LINE * ((len(order) + 1) // 2))
    for at, milestone in enumerate(order):
        mine = widths[widths["milestone"] == milestone].sort_values("children")
        colour = COLOURS[at % len(COLOURS)]
        x = mine["children"].to_numpy(float)
        low, high = (mine[f"half_width_months_{end}"] for end in ("low", "high"))
        axes.fill_between(x, low, high, color=colour, alpha=0.15, lw=0)
        axes.plot(
            x,
            mine["half_width_months"],
            color=colour,
            marker=MARKERS[at % len(MARKERS)],
            ms=4,
            lw=1.3,
            label=named(names, str(milestone)),
        )
        axes.plot(x, mine["half_width_with_prior_months"], color=colour, ls=":", lw=1.0)
    _scales(axes, widths, aim_months)
    first = widths.iloc[0]
    head_across(
        axes,
        f"How narrow the age at which {percent(float(first['share']))} pass becomes",
        f"Half of the {percent(float(first['level']))} interval, if they are "
        f"{first['assumed']}, {first['from_months']:g} to {first['until_months']:g} "
        "months old. Bands: what is not known of the curves beforehand, "
        f"{percent(1 - float(first['assurance']))} to "
        f"{percent(float(first['assurance']))}. Dotted: analysed with others.",
    )
    legend_below(axes)
    return axes


def _scales(axes: Axes, widths: pd.DataFrame, aim_months: float | None) -> None:
    """Both axes logarithmic, with plain numbers."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(FixedLocator(sorted(widths["children"].unique())))
    low = float(widths["half_width_months_low"].min())
    high = float(widths["half_width_months_high"].max())
    ticks = [
        t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if low / 2 <= t <= high * 2
    ]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel("children")
    axes.set_ylabel("half width, months")
    axes.grid(visible=True)
    axes.set_axisbelow(True)
    if aim_months is not None:
        axes.axhline(aim_months, color=QUIET, lw=1.0, ls="--")
