"""
Where a child stands, with what the interval holds; and what other norms would say.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from devnorms.report.furniture import axes_or_new, text_below
from devnorms.report.inputs import check_columns
from devnorms.report.plot.across import head_across
from devnorms.report.theme import COLOURS, INK, QUIET, short, themed
from devnorms.report.words import interval_of
from devnorms.schema.placement import NO_DIAGNOSIS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLACEMENT = (
    "norm_population", "age_months", "used", "uncertainty", "percentile",
    "percentile_low", "percentile_high", "interval", "level", "known", "enough",
)  # fmt: skip
CHOICE = ("reference", "verdict", "late_on", "judged", "defensible", "certain")
_HEIGHT = 3.0
_ROW = 0.19
_FRAME = 1.9
_LABEL = 14
_SHOWN = {"late": (1.0, COLOURS[6]), "not late": (0.0, COLOURS[0])}


@themed
def placement(placement: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """
    Draw a child's percentile with each interval, from measurement alone to all.

    Where there is not enough, it says so in place of an interval.

    Parameters
    ----------
    placement : pandas.DataFrame
        The table of `devnorms.norms.place`.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
    """
    check_columns("placement", placement, PLACEMENT)
    axes = axes_or_new(ax, _HEIGHT)
    for y, row in enumerate(placement.to_dict("records")):
        if not row["enough"]:
            _note(axes, 50, y, f"not enough ({100 * row['known']:.0f} % told)")
            continue
        ends = row["percentile_low"], row["percentile_high"]
        axes.hlines(y, *ends, color=COLOURS[0], lw=2, gid="interval")
        axes.plot(row["percentile"], y, "o", color=COLOURS[0], ms=6, gid="percentile")
    kinds = placement["uncertainty"]
    labels = ["\n".join(textwrap.wrap(kind, _LABEL)) for kind in kinds]
    axes.set_yticks(range(len(placement)), labels)
    axes.set_ylim(len(placement) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 10, 25, 50, 75, 90])
    axes.grid(axis="x", visible=True)
    axes.set_axisbelow(True)
    axes.set_xlabel("percentile among children of that age")
    first = placement.iloc[0]
    enough = placement[placement["enough"]]
    lines = f"Lines: {interval_of(enough)}. " if len(enough) else ""
    head_across(
        axes,
        f"One child, by the norm of {first['norm_population']}",
        f"{first['age_months']:.1f} months, {first['used']} answers. {lines}What each "
        "interval holds stands at its side.",
    )
    text_below(axes, "\n".join(textwrap.wrap(NO_DIAGNOSIS, 58)))
    return axes


@themed
def reference_choice(choice: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """
    Draw what every norm says of one child; norms set aside are drawn open.

    Parameters
    ----------
    choice : pandas.DataFrame
        The table of `devnorms.norms.reference_choice`.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
    """
    check_columns("choice", choice, CHOICE)
    rows = choice.sort_values(["defensible", "verdict"], ascending=[False, True])
    axes = axes_or_new(ax, _FRAME + _ROW * len(rows))
    for y, row in enumerate(rows.to_dict("records")):
        words = f"{row['late_on']} of {row['judged']}"
        if row["verdict"] not in _SHOWN:
            _note(axes, 0.5, y, "cannot say")
            continue
        x, colour = _SHOWN[row["verdict"]]
        face = colour if row["defensible"] else "white"
        axes.plot(x, y, "o", ms=6, mfc=face, mec=colour, gid=str(row["verdict"]))
        sure = f"{words}; {100 * row['certain']:.0f} % sure"
        _note(axes, x + 0.05, y, sure, ha="left", color=INK)
    axes.set_yticks(range(len(rows)), [short(name) for name in rows["reference"]])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="both", length=0)
    axes.set_xlim(-0.15, 1.75)
    axes.set_xticks([0, 1], ["not late", "late"])
    aside = int((~rows["defensible"]).sum())
    head_across(
        axes,
        "One child, the same answers, every norm",
        f"Milestones on which it is late, of those that the norm can judge. Open: "
        f"{aside} norm(s) set aside.",
    )
    text_below(axes, "\n".join(textwrap.wrap(NO_DIAGNOSIS, 58)))
    return axes


def _note(
    axes: Axes, x: float, y: float, words: str, ha: str = "center", color: str = QUIET
) -> None:
    """Write beside or in place of a point."""
    axes.text(x, y, words, ha=ha, va="center", fontsize=6.8, color=color)
