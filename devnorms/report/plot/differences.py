"""
Differences between populations in months, each beside what studies of one country show.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from devnorms._base.checks import check_known, check_share
from devnorms._base.errors import EmptySelectionError
from devnorms.report.furniture import axes_or_new, head, text_below
from devnorms.report.inputs import check_columns
from devnorms.report.plot.rows import Row, heading, height, side_labels, stack
from devnorms.report.theme import QUIET, RULE, SMALL, Mark, marks, named, short, themed
from devnorms.report.words import interval_of, percent
from devnorms.schema.differences import ALL, CAUTION, REFUSE
from devnorms.schema.norms import POOLED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DIFFERENCES = (
    "population", "reference", "milestone", "share", "verdict", "difference_months",
    "difference_months_low", "difference_months_high", "interval", "level",
    "floor_months", "floor_upper_months",
)  # fmt: skip
_UPPER, _HALF = "#e9e9ee", "#d0d0d8"
_ZERO = "#8a8a94"


@themed
def differences(
    table: pd.DataFrame,
    *,
    milestones: Sequence[str] | None = None,
    share: float = 0.5,
    names: Mapping[str, str] | None = None,
    palette: Mapping[str, Mark] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw differences with their intervals on the band that studies of one country fill.

    Filled markers may be compared, open ones with caution; a row that may not be
    compared holds no number, only these words. The band around zero is the floor: half
    of the items differ by more than its darker part between studies of one country,
    one in ten by more than its lighter part.

    Parameters
    ----------
    table : pandas.DataFrame
        From `devnorms.compare`, against one reference.
    milestones : sequence of str, optional
        Which, from top to bottom; otherwise all.
    share : float
        Which share passing.
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
        If a milestone is not in the table.
    EmptySelectionError
        If the share is not in the table.
    """
    check_columns("differences", table, DIFFERENCES)
    check_share("share", share)
    known = table["milestone"].unique().tolist()
    chosen = check_known(
        "milestone", known if milestones is None else milestones, known
    )
    drawn = table[table["milestone"].isin(chosen) & np.isclose(table["share"], share)]
    if drawn.empty:
        raise EmptySelectionError(
            f"No difference at a share of {share:g}; the table holds "
            f"{sorted(table['share'].unique().tolist())}."
        )
    look = palette or marks(table["population"])
    inside = drawn.groupby("milestone", observed=True)["population"].unique()
    rows = stack({m: sorted(inside[m]) for m in chosen if m in inside.index})
    axes = axes_or_new(ax, height(rows) + 0.45)
    for row in rows:
        if row.entry is None:
            heading(axes, row.y, _named(names, row.group))
    keyed = {(r["milestone"], r["population"]): r for r in drawn.to_dict("records")}
    for row in rows:
        if row.entry is not None:
            _draw_row(axes, row.y, keyed[row.group, row.entry], look)
    _finish(axes, rows, drawn, names)
    return axes


def _draw_row(
    axes: Axes, y: float, row: Mapping[Hashable, Any], look: Mapping[str, Mark]
) -> None:
    """Draw floor, interval and marker of one row, or the words that refuse it."""
    if row["verdict"] == REFUSE:
        axes.annotate(
            REFUSE,
            (0, y),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL - 1,
            style="italic",
            color=QUIET,
            gid="refused",
        )
        return
    for end, colour in (
        (row["floor_upper_months"], _UPPER),
        (row["floor_months"], _HALF),
    ):
        if np.isfinite(end):
            axes.barh(
                y, 2 * end, left=-end, height=0.92, color=colour, lw=0, zorder=0.6
            )
    mark = look[str(row["population"])]
    low, high = row["difference_months_low"], row["difference_months_high"]
    axes.hlines(y, low, high, color=mark.colour, lw=1.2, gid="interval")
    axes.plot(
        row["difference_months"],
        y,
        marker=mark.marker,
        markersize=4.5 * mark.scale,
        markerfacecolor="white" if row["verdict"] == CAUTION else mark.colour,
        markeredgecolor=mark.colour,
        ls="none",
        gid="difference",
    )


def _finish(
    axes: Axes, rows: list[Row], drawn: pd.DataFrame, names: Mapping[str, str] | None
) -> None:
    """Add labels, zero, limits, title, and how to read it."""
    entries = [row.entry for row in rows if row.entry is not None]
    side_labels(axes, rows, [short(named(names, entry)) for entry in entries])
    axes.axvline(0, color=_ZERO, lw=0.8, zorder=0.8)
    told = drawn[drawn["verdict"] != REFUSE]
    ends = told[["difference_months_low", "difference_months_high"]].to_numpy().ravel()
    floors = told["floor_months"].dropna().to_numpy()
    every = np.concatenate([ends, floors, -floors, [-1.0, 1.0]])
    room = 0.06 * (every.max() - every.min())
    axes.set_xlim(every.min() - room, every.max() + room)
    reference = str(drawn["reference"].iloc[0])
    whom = "the centre" if reference == POOLED else named(names, reference)
    axes.set_xlabel(f"months later than {whom} (left: earlier)")
    axes.grid(axis="x", visible=True, color=RULE)
    axes.set_axisbelow(True)
    share = float(drawn["share"].iloc[0])
    # A line as long as the column would leave the figure: labels take room at the left.
    head(
        axes,
        f"Difference in the age at which {percent(share).replace(' ', chr(160))} pass",
        f"Lines: {interval_of(drawn)}.",
    )
    refused = int((drawn["verdict"] == REFUSE).sum())
    text_below(
        axes,
        "Points: posterior median, on the same items. Open: compare\n"
        "with caution. Grey: what two studies of one country differ by\n"
        "on the same items (darker: half of them, lighter: nine in ten)."
        + (f"\n{refused} of {len(drawn)} rows may not be compared." if refused else ""),
    )


def _named(names: Mapping[str, str] | None, milestone: str) -> str:
    """Say what to call a milestone."""
    return "Mean over milestones" if milestone == ALL else named(names, milestone)
