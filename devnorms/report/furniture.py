"""
What stands around a drawing: title, note of n and interval, axis of months, legend.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from devnorms.report.theme import INK, QUIET, SMALL, WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

_LINE_POINTS = 10.0
_CHARACTERS = 52
_TITLE_CHARACTERS = 34


def axes_or_new(ax: Axes | None, height: float) -> Axes:
    """
    Take the axes given, or make a figure one column wide.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        What the caller gave.
    height : float
        Of a new figure, inches.
    """
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    _, new = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    return new


def head_inches(title: str, subtitle: str) -> float:
    """
    Give the room that `head` takes above the axes.

    Parameters
    ----------
    title, subtitle : str
        Text.
    """
    titles = len(textwrap.wrap(title, _TITLE_CHARACTERS))
    points = 16 + 11.5 * titles + _LINE_POINTS * len(_lines(subtitle))
    return points / 72


def _lines(subtitle: str) -> list[str]:
    """Break a subtitle to one column."""
    return textwrap.wrap(subtitle, _CHARACTERS)


def head(ax: Axes, title: str, subtitle: str) -> None:
    """
    Put a title and, under it, what the reader must know: n, interval, level.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    title, subtitle : str
        Text; lines are broken to one column.
    """
    lines = _lines(subtitle)
    ax.annotate(
        "\n".join(lines),
        (0, 1),
        xytext=(0, 5),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=SMALL,
        color=QUIET,
        va="bottom",
    )
    ax.set_title(
        "\n".join(textwrap.wrap(title, _TITLE_CHARACTERS)),
        loc="left",
        pad=8 + _LINE_POINTS * len(lines),
    )


def months_axis(ax: Axes, low: float, high: float) -> None:
    """
    Make x an axis of months, with ticks where people count them.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    low, high : float
        Limits in months.
    """
    from matplotlib.ticker import MultipleLocator

    span = high - low
    step = next((s for s in (1, 2, 3, 6, 12) if span / s <= 9), 24)
    ax.set_xlim(low, high)
    ax.xaxis.set_major_locator(MultipleLocator(step))
    ax.set_xlabel("age in months")
    ax.grid(axis="x", visible=True)
    ax.set_axisbelow(True)


def legend_below(ax: Axes, columns: int = 2) -> None:
    """
    Put the legend under the axis label, where it hides nothing.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    columns : int
        Entries beside each other.
    """
    ax.legend(
        loc="upper left",
        bbox_to_anchor=(0, 0),
        bbox_transform=_below(ax, -28),
        ncols=columns,
        handlelength=1.6,
        columnspacing=1.2,
        labelspacing=0.3,
        borderaxespad=0,
    )


def text_below(ax: Axes, words: str) -> None:
    """
    Put a key or note under the axis label.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    words : str
        Lines already broken.
    """
    ax.text(0, 0, words, transform=_below(ax, -56), va="top", fontsize=SMALL, color=INK)


def _below(ax: Axes, points_right: float) -> Transform:
    """Move the axes' own coordinates under the axis label."""
    from matplotlib.transforms import ScaledTranslation

    scale = ax.figure.dpi_scale_trans
    moved = ScaledTranslation(points_right / 72, -32 / 72, scale)
    return ax.transAxes + moved
