"""
The link graph: which populations may be compared, and what joins them.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from devnorms._base.checks import check_known
from devnorms._base.errors import EmptySelectionError
from devnorms.report.furniture import axes_or_new, head, legend_below
from devnorms.report.inputs import check_columns
from devnorms.report.theme import INK, QUIET, SMALL, WIDTH, named, short, themed
from devnorms.schema.differences import ALL, CAUTION, COMPARE, REFUSE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GATE = (
    "population", "reference", "milestone", "share", "verdict", "link", "milestones",
    "shared_items",
)  # fmt: skip
_COLOURS = {COMPARE: "#004e00", CAUTION: "#c48914", REFUSE: "#b9b9c2"}
_STYLES = {"same items": "-", "linked items": (0, (3, 1.2)), "none": (0, (1, 2.5))}
_WIDEST = 3.6
_NUMBERED = 5


@themed
def link_graph(
    table: pd.DataFrame,
    *,
    milestone: str = ALL,
    share: float = 0.5,
    names: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw populations as points and what joins them as lines.

    Solid lines: identical items were asked. Dashed: only items that somebody linked to
    the same milestone. Dotted grey: do not compare. The wider a line, the more
    milestones may be told.

    Parameters
    ----------
    table : pandas.DataFrame
        From `devnorms.gate`, over all pairs.
    milestone : str
        Which; ``(all)`` for all together.
    share : float
        Which share passing.
    names : mapping of str to str, optional
        What to call populations.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    UnknownNameError
        If the milestone is not in the table.
    EmptySelectionError
        If the share is not in the table.
    """
    check_columns("gate", table, GATE)
    check_known("milestone", [milestone], table["milestone"].unique())
    drawn = table[(table["milestone"] == milestone) & np.isclose(table["share"], share)]
    if drawn.empty:
        raise EmptySelectionError(f"No verdict at a share of {share:g} in this table.")
    axes = axes_or_new(ax, WIDTH + 0.35)
    people = sorted({*drawn["population"], *drawn["reference"]})
    turn = np.pi / 2 - 2 * np.pi * np.arange(len(people)) / len(people)
    at = dict(zip(people, np.column_stack([np.cos(turn), np.sin(turn)]), strict=True))
    most = max(int(drawn["milestones"].max()), 1)
    order = {REFUSE: 0, CAUTION: 1, COMPARE: 2}
    records = drawn.to_dict("records")
    for row in sorted(records, key=lambda r: order[str(r["verdict"])]):
        _draw_edge(axes, row, at, most)
    for name, point in at.items():
        _draw_node(axes, point, short(named(names, name)))
    axes.set(xlim=(-1.6, 1.6), ylim=(-1.2, 1.2), aspect="equal")
    axes.set_axis_off()
    _legend(axes)
    counts = drawn["verdict"].value_counts()
    what = "all milestones together" if milestone == ALL else named(names, milestone)
    head(
        axes,
        "Who may be compared with whom",
        f"{what[0].upper()}{what[1:]}. {len(drawn)} pairs: "
        + ", ".join(f"{counts.get(v, 0)} {v}" for v in (COMPARE, CAUTION, REFUSE))
        + ". Numbers: milestones that may be told (5 or more).",
    )
    return axes


def _draw_edge(
    axes: Axes, row: Mapping[Hashable, Any], at: Mapping[str, np.ndarray], most: int
) -> None:
    """Draw a line between two populations, with how many milestones it carries."""
    start, end = at[row["population"]], at[row["reference"]]
    verdict, told = str(row["verdict"]), int(row["milestones"])
    refused = verdict == REFUSE
    axes.plot(
        *zip(start, end, strict=True),
        color=_COLOURS[verdict],
        lw=0.6 if refused else 0.8 + (_WIDEST - 0.8) * told / most,
        ls=_STYLES["none" if refused else str(row["link"])],
        alpha=0.8,
        solid_capstyle="butt",
        dash_capstyle="butt",
        zorder=1 if refused else 2,
        gid=verdict,
    )
    if not refused and told >= _NUMBERED:
        middle = 0.5 * (start + end) + 0.08 * (end - start)
        axes.annotate(
            str(told),
            (float(middle[0]), float(middle[1])),
            ha="center",
            va="center",
            fontsize=SMALL - 2,
            color=INK,
            bbox={"boxstyle": "round,pad=0.12", "facecolor": "white", "linewidth": 0},
            zorder=3,
        )


def _draw_node(axes: Axes, point: np.ndarray, label: str) -> None:
    """Draw a population and its name outside the circle."""
    axes.plot(
        *point, marker="o", markersize=7, color=INK, ls="none", zorder=4, gid="node"
    )
    side = "left" if point[0] > 0.1 else "right" if point[0] < -0.1 else "center"
    axes.annotate(
        label,
        (1.1 * float(point[0]), 1.1 * float(point[1])),
        ha=side,
        va="center" if side != "center" else ("bottom" if point[1] > 0 else "top"),
        fontsize=SMALL,
        color=INK,
    )


def _legend(axes: Axes) -> None:
    """Explain lines."""
    for label, colour, style in (
        (COMPARE, _COLOURS[COMPARE], "-"),
        (CAUTION, _COLOURS[CAUTION], "-"),
        (REFUSE, _COLOURS[REFUSE], _STYLES["none"]),
        ("same items", QUIET, "-"),
        ("linked items only", QUIET, _STYLES["linked items"]),
    ):
        axes.plot([], [], color=colour, ls=style, lw=1.6, label=label)
    legend_below(axes)
