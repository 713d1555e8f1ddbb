"""
Rows under headings: what the figures of ages share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

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


def draw_age(
    axes: Axes, row: Mapping[Any, Any], y: float, mark: Mark, *, faint: bool = False
) -> None:
    """
    Draw one of our ages: a point with its interval, or an open marker with an arrow.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to.
    row : mapping
        ``age_months, age_months_low, age_months_high, support, support_low_months,
        support_high_months``.
    y : float
        Its line.
    mark : Mark
        Of the population.
    faint : bool
        As a bar instead of a full point, for a second share on the same line.
    """
    if row["support"] in FLAGGED:
        _flagged(axes, row, y, mark)
        return
    axes.hlines(
        y,
        row["age_months_low"],
        row["age_months_high"],
        color=mark.colour,
        lw=1.2,
        alpha=0.6 if faint else 1,
    )
    axes.plot(
        [row["age_months"]],
        [y],
        marker="|" if faint else mark.marker,
        markersize=6 if faint else 4.5,
        markeredgewidth=1.4 if faint else 0.5,
        markeredgecolor=mark.colour if faint else "white",
        markerfacecolor=mark.colour,
        ls="none",
        gid="age",
    )


def arrow(axes: Axes, x: float, y: float, colour: str, *, left: bool) -> None:
    """
    Draw a short arrow from a marker to the left or right.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to.
    x, y : float
        The marker.
    colour : str
        Hexadecimal.
    left : bool
        Whether it points to younger ages.
    """
    axes.annotate(
        "",
        xy=(x, y),
        xytext=(-13 if left else 13, 0),
        textcoords="offset points",
        arrowprops={
            "arrowstyle": "<-",
            "color": colour,
            "lw": 0.9,
            "shrinkA": 0,
            "shrinkB": 2,
        },
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
        Rows as `draw_age` takes them.
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
    room = max(0.07 * float(ends.max() - ends.min()), 0.5)
    return float(ends.min()) - room, float(ends.max()) + room


def _flagged(axes: Axes, row: Mapping[Any, Any], y: float, mark: Mark) -> None:
    """Open marker at the end of the ages asked, arrow to the side of the age."""
    before = row["support"] == "before"
    end = float(row["support_low_months" if before else "support_high_months"])
    arrow(axes, end, y, mark.colour, left=before)
    axes.plot(
        [end],
        [y],
        marker=mark.marker,
        markersize=4.5,
        markerfacecolor="white",
        markeredgecolor=mark.colour,
        ls="none",
        gid=str(row["support"]),
    )
