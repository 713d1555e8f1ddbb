"""
Title and note across the whole figure, for drawings with long labels at the side.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from devnorms.report.theme import QUIET, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINE_POINTS = 10.0
_CHARACTERS = 60
_TITLE_CHARACTERS = 42
_LEFT = 0.02


def head_across(ax: Axes, title: str, subtitle: str) -> None:
    """
    Put a title and a note above the axes, from the left edge of the figure.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to.
    title, subtitle : str
        Text; lines are broken to the width of the figure.
    """
    # A figure and its per cent sign stay on one line.
    lines = textwrap.wrap(subtitle.replace(" %", "\u00a0%"), _CHARACTERS)
    titles = textwrap.wrap(title, _TITLE_CHARACTERS)
    room = 8 + _LINE_POINTS * len(lines)
    # An empty title keeps the room; the words start further left than it could.
    held = ax.set_title("\n".join(" " for _ in titles), loc="left", pad=room + 5)
    for words, up, style in (
        ("\n".join(lines), 5.0, {"fontsize": SMALL, "color": QUIET}),
        (
            "\n".join(titles),
            room,
            {"fontsize": held.get_fontsize(), "fontweight": "bold"},
        ),
    ):
        note = ax.annotate(
            words,
            (_LEFT, 1),
            xytext=(0, up),
            xycoords=("figure fraction", "axes fraction"),
            textcoords="offset points",
            va="bottom",
            **style,
        )
        note.set_in_layout(False)


def note_across(ax: Axes, words: str) -> None:
    """
    Put a note under the axis label, from the left edge of the figure.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to; its axis label must be set before.
    words : str
        Text; lines are broken to the width of the figure.
    """
    lines = textwrap.wrap(words.replace(" %", "\u00a0%"), _CHARACTERS)
    # Empty lines in the label keep the room; the words start further left than it.
    ax.set_xlabel(ax.get_xlabel() + "\n" * (len(lines) + 1))
    note = ax.annotate(
        "\n".join(lines),
        (_LEFT, 0),
        xytext=(0, -36),
        xycoords=("figure fraction", "axes fraction"),
        textcoords="offset points",
        va="top",
        fontsize=SMALL,
    )
    note.set_in_layout(False)
