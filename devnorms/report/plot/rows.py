"""
Rows under headings: what the figures of ages share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms.report.theme import INK, RULE, SMALL, Mark

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW_INCHES = 0.155
FRAME_INCHES = 1.3
FLAGGED = ("before", "after")


@dataclass(frozen=True)
class Row:
    """
    A line of a figure: a heading, or an entry beneath it.

    Attributes
    ----------
    y : float
        From 0 at the top downwards.
    group : str
        What the heading stands for.
    entry : str or None
        None for the heading itself.
    """

    y: float
    group: str
    entry: str | None


def stack(entries: Mapping[str, Sequence[str]]) -> list[Row]:
    """
    Put groups and their entries on lines.

    Parameters
    ----------
    entries : mapping of str to sequence of str
        Entries by group, from top to bottom.

    Returns
    -------
    list of Row

    Examples
    --------
    >>> [row.y for row in stack({"a": ["x", "y"], "b": ["x"]})]
    [0.0, 1.0, 2.0, 3.4, 4.4]
    """
    rows: list[Row] = []
    y = 0.0
    for group, inside in entries.items():
        rows.append(Row(y, group, None))
        for entry in inside:
            y = round(y + 1, 6)
            rows.append(Row(y, group, entry))
        y = round(y + 1.4, 6)
    return rows


def height(rows: Sequence[Row]) -> float:
    """
    Give the height of a figure of these rows, inches.

    Parameters
    ----------
    rows : sequence of Row
        From `stack`.
    """
    return FRAME_INCHES + ROW_INCHES * (rows[-1].y + 1)


def heading(axes: Axes, y: float, words: str) -> None:
    """
    Write a heading at the left edge of the drawing.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to.
    y : float
        Its line.
    words : str
        What it says.
    """
    axes.annotate(
        words,
        (0, y),
        xycoords=("axes fraction", "data"),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        fontweight="bold",
        fontsize=SMALL,
        color=INK,
        bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "linewidth": 0},
        zorder=1.5,
    )


def draw_ages(
    axes: Axes, ages: pd.DataFrame, look: Mapping[str, Mark], *, faint: bool = False
) -> None:
    """
    Draw our ages: points with intervals, or open markers with arrows.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to.
    ages : pandas.DataFrame
        ``y`` (the line), ``population, age_months, age_months_low, age_months_high,
        support, support_low_months, support_high_months``.
    look : mapping of str to Mark
        By population.
    faint : bool
        As bars instead of full points, for a second share on the same line.
    """
    for population, mine in ages.groupby("population", sort=True):
        mark = look[str(population)]
        plain = mine[~mine["support"].isin(FLAGGED)]
        if not plain.empty:
            _draw_plain(axes, plain, mark, faint=faint)
        for side in FLAGGED:
            flagged = mine[mine["support"] == side]
            if not flagged.empty:
                _draw_flagged(axes, flagged, mark, side)


def _draw_plain(axes: Axes, plain: pd.DataFrame, mark: Mark, *, faint: bool) -> None:
    """Draw points, or bars, and intervals of one population."""
    y = plain["y"].to_numpy(float)
    low = plain["age_months_low"].to_numpy(float)
    high = plain["age_months_high"].to_numpy(float)
    if "support_low_months" in plain.columns:
        youngest = plain["support_low_months"].to_numpy(float)
        oldest = plain["support_high_months"].to_numpy(float)
        asked_low, asked_high = np.fmax(low, youngest), np.fmin(high, oldest)
        _draw_beyond(axes, y, (low, asked_low), mark)
        _draw_beyond(axes, y, (asked_high, high), mark)
        low, high = asked_low, asked_high
    axes.hlines(
        y,
        low,
        high,
        color=mark.colour,
        lw=1.2,
        alpha=0.6 if faint else 1.0,
        gid="interval",
    )
    axes.plot(
        plain["age_months"].to_numpy(float),
        y,
        marker="|" if faint else mark.marker,
        markersize=6 if faint else 4.5 * mark.scale,
        markeredgewidth=1.4 if faint else 0.5,
        markeredgecolor=mark.colour if faint else "white",
        markerfacecolor=mark.colour,
        ls="none",
        gid="age",
    )


def _draw_beyond(
    axes: Axes,
    y: NDArray[np.float64],
    ends: tuple[NDArray[np.float64], NDArray[np.float64]],
    mark: Mark,
) -> None:
    """Dot the part of an interval where nobody was asked: it is the model's opinion."""
    low, high = ends
    there = low < high
    if there.any():
        axes.hlines(
            y[there],
            low[there],
            high[there],
            color=mark.colour,
            lw=0.9,
            ls=":",
            gid="beyond",
        )


def _draw_flagged(axes: Axes, flagged: pd.DataFrame, mark: Mark, side: str) -> None:
    """Draw open markers at the end of the ages asked, arrows to where the ages lie."""
    before = side == "before"
    end = flagged["support_low_months" if before else "support_high_months"]
    x, y = end.to_numpy(float), flagged["y"].to_numpy(float)
    arrows(axes, x, y, mark.colour, left=before)
    axes.plot(
        x,
        y,
        marker=mark.marker,
        markersize=4.5 * mark.scale,
        markerfacecolor="white",
        markeredgecolor=mark.colour,
        ls="none",
        gid=side,
    )


def arrows(
    axes: Axes,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    colour: str,
    *,
    left: bool,
) -> None:
    """
    Draw short arrows from markers to the left or right.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to.
    x, y : numpy.ndarray
        The markers.
    colour : str
        Hexadecimal.
    left : bool
        Whether they point to younger ages.
    """
    from matplotlib.path import Path

    # A marker, because it has one length in points wherever it stands.
    shape = np.array([[0, 0], [1, 0], [0.7, 0.2], [1, 0], [0.7, -0.2]], dtype=float)
    codes = [Path.MOVETO, Path.LINETO, Path.MOVETO, Path.LINETO, Path.LINETO]
    axes.plot(
        x,
        y,
        marker=Path(shape * (-1 if left else 1), codes),
        markersize=26,
        markerfacecolor="none",
        markeredgecolor=colour,
        markeredgewidth=0.9,
        ls="none",
        gid="arrow",
    )


def side_labels(axes: Axes, rows: Sequence[Row], labels: Sequence[str]) -> None:
    """
    Label the entries down the side and rule off the groups.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to.
    rows : sequence of Row
        From `stack`.
    labels : sequence of str
        One per entry, headings not counted.
    """
    axes.set_yticks([row.y for row in rows if row.entry is not None], list(labels))
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(rows[-1].y + 0.8, -0.9)
    for row in rows:
        if row.entry is None and row.y > 0:
            axes.axhline(row.y - 0.7, color=RULE, lw=0.6, zorder=0.5)


def months_around(drawn: pd.DataFrame, *further: float) -> tuple[float, float]:
    """
    Find limits that hold what is drawn; flagged ages stand at the end of those asked.

    Parameters
    ----------
    drawn : pandas.DataFrame
        Rows as `draw_ages` takes them.
    *further : float
        Other ages to be held.
    """
    plain = ~drawn["support"].isin(FLAGGED)
    before, after = drawn["support"] == "before", drawn["support"] == "after"
    parts = [drawn.loc[plain, ["age_months_low", "age_months_high"]].to_numpy().ravel()]
    if before.any():
        parts.append(drawn.loc[before, "support_low_months"].to_numpy())
    if after.any():
        parts.append(drawn.loc[after, "support_high_months"].to_numpy())
    ends = np.concatenate([*parts, np.asarray(further, dtype=float)]).astype(float)
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    room = max(0.07 * (high - low), 0.5)
    return low - room, high + room
