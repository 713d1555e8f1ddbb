"""
Share passing by age: curves with bands over what was observed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from devnorms._base.checks import check_known
from devnorms._base.errors import BadValueError
from devnorms.report.furniture import (
    axes_or_new,
    head,
    head_inches,
    legend_below,
    months_axis,
)
from devnorms.report.inputs import SHARES, check_columns
from devnorms.report.theme import QUIET, Frame, Mark, marks, named, short, themed
from devnorms.report.words import interval_of, number, plural
from devnorms.schema.norms import POOLED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OBSERVED = ("population", "milestone", "age_months", "asked", "share_passing")
_LEGEND_ROW = 0.155
_AXES_INCHES = 1.85
_RISE = (0.02, 0.98)


@themed
def curves(
    shares: pd.DataFrame,
    observed: pd.DataFrame | None = None,
    *,
    milestone: str | None = None,
    names: Mapping[str, str] | None = None,
    palette: Mapping[str, Mark] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw the share passing by age for one milestone, a line and a band per population.

    Lines are solid where children were asked, and faint and dashed, without a band,
    where the data do not reach. Points are observed shares, larger for more responses.

    Parameters
    ----------
    shares : pandas.DataFrame
        ``population, milestone, age_months, share_passing, share_passing_low,
        share_passing_high, interval, level, within_support``.
    observed : pandas.DataFrame, optional
        From `devnorms.report.tables.observed_shares`.
    milestone : str, optional
        Which one; may be left out if the table holds only one.
    names : mapping of str to str, optional
        What to call populations and milestones.
    palette : mapping of str to Mark, optional
        From `devnorms.report.theme.marks`; made from the populations of ``shares``
        otherwise.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    UnknownNameError
        If the milestone is not in ``shares``.
    BadValueError
        If no milestone is named and there are several.
    """
    check_columns("shares", shares, SHARES)
    chosen = _one_milestone(shares, milestone)
    lines = shares[shares["milestone"] == chosen]
    points = _points(observed, chosen)
    look = palette or marks(shares["population"])
    populations = _in_order(lines["population"])
    axes = axes_or_new(ax, frame(lines, points, names).height)
    for population in populations:
        line = lines[lines["population"] == population].sort_values("age_months")
        _draw_line(axes, line, look[population], short(named(names, population)))
        _draw_points(axes, points[points["population"] == population], look[population])
    months_axis(axes, *_limits(lines, points))
    _share_axis(axes)
    head(axes, named(names, chosen), _subtitle(lines, points))
    legend_below(axes)
    return axes


def frame(
    lines: pd.DataFrame,
    points: pd.DataFrame | None = None,
    names: Mapping[str, str] | None = None,
) -> Frame:
    """
    Give the size and margins of the figure of one milestone.

    Parameters
    ----------
    lines : pandas.DataFrame
        ``shares`` of one milestone.
    points : pandas.DataFrame, optional
        ``observed`` of the milestone.
    names : mapping of str to str, optional
        What to call populations and milestones.

    Returns
    -------
    Frame
        Such that the axes are equally large in every figure.
    """
    milestone = str(lines["milestone"].iloc[0])
    shown = _points(points, milestone)
    top = head_inches(named(names, milestone), _subtitle(lines, shown))
    rows = -(-lines["population"].nunique() // 2)
    bottom = 0.5 + _LEGEND_ROW * rows
    return Frame(_AXES_INCHES + top + bottom, 0.6, 0.12, bottom, top)


def _one_milestone(shares: pd.DataFrame, milestone: str | None) -> str:
    """Take the milestone named, or the only one."""
    known = sorted(map(str, shares["milestone"].unique()))
    if milestone is not None:
        return check_known("milestone", [milestone], known)[0]
    if len(known) != 1:
        raise BadValueError.parameter(
            "milestone", f"one of the {len(known)} in the table", milestone
        )
    return known[0]


def _points(observed: pd.DataFrame | None, milestone: str) -> pd.DataFrame:
    """Observed shares of the milestone; none if none were given."""
    if observed is None:
        return pd.DataFrame(columns=list(_OBSERVED))
    check_columns("observed", observed, _OBSERVED)
    return observed[observed["milestone"] == milestone]


def _in_order(populations: pd.Series) -> list[str]:
    """Alphabetical, the pooled line last, so that it lies on top."""
    names = sorted(map(str, populations.unique()))
    return [n for n in names if n != POOLED] + [n for n in names if n == POOLED]


def _draw_line(axes: Axes, line: pd.DataFrame, mark: Mark, label: str) -> None:
    """Solid with a band inside the ages asked, faint and dashed outside."""
    age = line["age_months"].to_numpy(float)
    share = line["share_passing"].to_numpy(float)
    inside = line["within_support"].to_numpy(bool)
    pooled = bool((line["population"] == POOLED).all())
    axes.fill_between(
        age,
        line["share_passing_low"].to_numpy(float),
        line["share_passing_high"].to_numpy(float),
        where=np.ones_like(inside) if pooled else inside,
        color=mark.colour,
        alpha=0.09 if pooled else 0.16,
        linewidth=0,
        zorder=0.8 if pooled else 1,
    )
    solid = np.where(inside | pooled, share, np.nan)
    if not (pooled or inside.all()):
        axes.plot(age, share, color=mark.colour, lw=0.8, ls=(0, (3, 2)), alpha=0.35)
    axes.plot(
        age,
        solid,
        color=mark.colour,
        lw=1.0 if pooled else 1.5,
        ls=(0, (1, 1)) if pooled else "-",
        marker=mark.marker,
        markersize=3.6 * mark.scale,
        markevery=[],
        label=label,
    )


def _draw_points(axes: Axes, points: pd.DataFrame, mark: Mark) -> None:
    """Observed shares; the area of a point grows with the responses beneath."""
    if points.empty:
        return
    axes.scatter(
        points["age_months"].to_numpy(float),
        points["share_passing"].to_numpy(float),
        s=mark.scale**2
        * np.clip(1.6 * np.sqrt(points["asked"].to_numpy(float)), 6, 36),
        marker=mark.marker,
        facecolor=mark.colour,
        edgecolor="white",
        linewidth=0.3,
        alpha=0.75,
        zorder=3,
    )


def _limits(lines: pd.DataFrame, points: pd.DataFrame) -> tuple[float, float]:
    """Ages at which some curve rises inside the ages asked, a little wider."""
    rising = lines[
        lines["within_support"].astype(bool) & lines["share_passing"].between(*_RISE)
    ]
    ages = rising if not rising.empty else lines
    low, high = float(ages["age_months"].min()), float(ages["age_months"].max())
    if rising.empty and not points.empty:
        low, high = float(points["age_months"].min()), float(points["age_months"].max())
    room = max(0.06 * (high - low), 0.5)
    return max(0.0, low - room), high + room


def _share_axis(axes: Axes) -> None:
    """From none to all, in per cent."""
    from matplotlib.ticker import PercentFormatter

    axes.set_ylim(-0.03, 1.03)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_ylabel("share passing")
    axes.grid(axis="y", visible=True)
    axes.axhline(0.5, color=QUIET, lw=0.6)


def _subtitle(lines: pd.DataFrame, points: pd.DataFrame) -> str:
    """N, interval, level."""
    asked = int(points["asked"].sum()) if not points.empty else 0
    people = len(set(lines["population"]) - {POOLED})
    shown = f"{number(asked)} responses (points), " if asked else ""
    return (
        f"{shown}{plural(people, 'population')}. Lines: posterior median; "
        f"bands: {interval_of(lines)}; dashed: not asked at that age."
    )
