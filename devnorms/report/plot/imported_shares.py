"""
What one imported norm does, milestone by milestone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.checks import check_known
from devnorms._base.errors import EmptySelectionError
from devnorms.report.furniture import axes_or_new, text_below
from devnorms.report.inputs import check_columns
from devnorms.report.plot.across import head_across
from devnorms.report.plot.imported_floor import IMPORTED, floor_words, widest_floor
from devnorms.report.plot.rows import heading, height, side_labels, stack
from devnorms.report.theme import (
    QUIET,
    RULE,
    Mark,
    marks,
    named,
    short,
    themed,
)
from devnorms.report.words import interval_of, number
from devnorms.schema.differences import REFUSE
from devnorms.schema.imported import FLAGS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@themed
def imported_shares(
    imported: pd.DataFrame,
    reference: str,
    *,
    milestones: Sequence[str] | None = None,
    flag: str = "late",
    names: Mapping[str, str] | None = None,
    palette: Mapping[str, Mark] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw the share that one norm flags, by milestone and population, with intervals.

    Only rows that may be told are drawn (the data reach, the gate does not refuse); how
    many are not is in the note. The band is the floor; the line is the share flagged at
    home.

    Parameters
    ----------
    imported : pandas.DataFrame
        From `devnorms.norms.imported`.
    reference : str
        Whose norm.
    milestones : sequence of str, optional
        Which, from top to bottom; otherwise all that may be told.
    flag : str
        ``late`` or ``early``.
    names : mapping of str to str, optional
        What to call populations and milestones.
    palette : mapping of str to Mark, optional
        From `devnorms.report.theme.marks`.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    UnknownNameError
        If the reference, a milestone or the flag is not in the table.
    EmptySelectionError
        If nothing may be told.
    """
    check_columns("imported", imported, IMPORTED)
    check_known("flag", [flag], FLAGS)
    check_known("reference", [reference], imported["reference"].unique())
    every = imported[(imported["flag"] == flag) & (imported["reference"] == reference)]
    if milestones is not None:
        check_known("milestone", milestones, every["milestone"].unique())
        every = every[every["milestone"].isin(milestones)]
    told = every[(every["reach"] == "within") & (every["verdict"] != REFUSE)]
    if told.empty:
        raise EmptySelectionError(
            f"The norm of {reference} tells nothing of others: its data do not reach, "
            "or the gate refuses. See the column 'statement'."
        )
    order = [
        m
        for m in milestones or every["milestone"].unique()
        if m in set(told["milestone"])
    ]
    inside = told.groupby("milestone")["population"].unique()
    rows = stack({m: sorted(inside[m]) for m in order})
    axes = axes_or_new(ax, height(rows) + 0.4)
    look = palette or marks(imported["population"])
    for row in rows:
        if row.entry is None:
            heading(axes, row.y, named(names, row.group))
    _draw_shares(axes, told, {(r.group, r.entry): r.y for r in rows}, look)
    entries = [row.entry for row in rows if row.entry is not None]
    side_labels(axes, rows, [short(named(names, entry)) for entry in entries])
    _share_axis(axes, told)
    head_across(
        axes,
        f"Flagged {flag} by the norm of {short(named(names, reference))}",
        f"Points: posterior medians; lines: {interval_of(told)}. "
        f"{number(told['asked'].sum())} responses. {floor_words(told)} "
        f"{len(every) - len(told)} of {len(every)} rows cannot be told.",
    )
    text_below(axes, "Band: studies of one country. Line: flagged at home.")
    return axes


def _draw_shares(
    axes: Axes,
    told: pd.DataFrame,
    lines: Mapping[tuple[str, str | None], float],
    look: Mapping[str, Mark],
) -> None:
    """Points and intervals, in per cent, on a scale of logits."""
    for row in told.to_dict("records"):
        y = lines[str(row["milestone"]), str(row["population"])]
        mark = look[str(row["population"])]
        low, high = (float(row[f"flagged_{end}"]) for end in ("low", "high"))
        axes.hlines(y, _clip(low), _clip(high), color=mark.colour, lw=1.2)
        axes.plot(
            _clip(float(row["flagged"])),
            y,
            marker=mark.marker,
            markersize=4.5 * mark.scale,
            color=mark.colour,
            markeredgecolor="white",
            markeredgewidth=0.5,
            gid="flagged",
        )


def _clip(share: float | NDArray[np.float64]) -> float:
    """Keep a share where a logit scale can show it."""
    return float(np.clip(share, 0.002, 0.998))


def _share_axis(axes: Axes, told: pd.DataFrame) -> None:
    """Per cent on a logit scale, the floor as a band, home as a line."""
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    axes.set_xscale("logit")
    ticks = [0.01, 0.05, 0.1, 0.2, 0.5, 0.8, 0.95]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FixedFormatter([f"{100 * t:g}" for t in ticks]))
    axes.xaxis.set_minor_locator(NullLocator())
    low, high = told["flagged_low"].min(), told["flagged_high"].max()
    axes.set_xlim(_clip(min(low * 0.8, 0.01)), _clip(max(high * 1.1, 0.5)))
    axes.set_xlabel("per cent of children flagged")
    axes.grid(axis="x", visible=True)
    axes.set_axisbelow(True)
    floor = widest_floor(told)
    if floor is not None:
        ends = (_clip(end) for end in floor[:2])
        axes.axvspan(*ends, color=RULE, alpha=0.5, lw=0, zorder=0.2)
    home = float(told["flagged_at_home"].iloc[0])
    axes.axvline(home, color=QUIET, lw=0.9, zorder=0.4)
