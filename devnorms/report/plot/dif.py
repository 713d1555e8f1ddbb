"""
Items that work differently in groups of children, in months.
"""

from __future__ import annotations

import textwrap
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from devnorms._base.checks import check_at_least, check_known, check_share
from devnorms._base.errors import EmptySelectionError
from devnorms.report.furniture import axes_or_new, head, text_below
from devnorms.report.inputs import check_columns
from devnorms.report.plot.rows import FRAME_INCHES, ROW_INCHES
from devnorms.report.theme import RULE, SMALL, Mark, marks, named, themed
from devnorms.report.words import interval_of, percent
from devnorms.schema.dif import CENTRE, CLAIMS, SUPPORTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DIF = (
    "item", "group", "reference", "share", "difference_months",
    "difference_months_low", "difference_months_high", "threshold_months", "claim",
    "support", "interval", "level",
)  # fmt: skip
_BAND, _ZERO = "#e9e9ee", "#8a8a94"
_LONGEST = 17


@themed
def dif(
    table: pd.DataFrame,
    *,
    items: Sequence[str] | None = None,
    most: int = 20,
    share: float = 0.5,
    names: Mapping[str, str] | None = None,
    palette: Mapping[str, Mark] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw how many months earlier or later groups pass items than is due to their pace.

    Filled markers are claims: beyond the threshold, which the grey band shows, with the
    probability of the interval's level. Dotted intervals are of ages at which the
    group was not asked, or of items that all or none passed.

    Parameters
    ----------
    table : pandas.DataFrame
        From `devnorms.dif`.
    items : sequence of str, optional
        Which, from top to bottom; otherwise those with the largest differences.
    most : int
        How many lines, where ``items`` are not given.
    share : float
        Which share passing.
    names : mapping of str to str, optional
        What to call items and groups.
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
        If an item is not in the table.
    EmptySelectionError
        If the share is not in the table.
    """
    check_columns("dif", table, DIF)
    check_share("share", share)
    check_at_least("most", most, 1)
    drawn = table[np.isclose(table["share"], share)]
    if drawn.empty:
        raise EmptySelectionError(
            f"No difference at a share of {share:g}; the table holds "
            f"{sorted(table['share'].unique().tolist())}."
        )
    drawn = _chosen(drawn, items, most)
    look = palette or marks(table["group"])
    axes = axes_or_new(ax, FRAME_INCHES + 0.45 + 1.35 * ROW_INCHES * (len(drawn) + 1))
    threshold = float(drawn["threshold_months"].iloc[0])
    axes.axvspan(-threshold, threshold, color=_BAND, lw=0, zorder=0.5)
    axes.axvline(0, color=_ZERO, lw=0.8, zorder=0.8)
    for y, row in enumerate(drawn.to_dict("records")):
        _draw_row(axes, y, row, look[str(row["group"])])
    _finish(axes, drawn, names)
    return axes


def _chosen(
    drawn: pd.DataFrame, items: Sequence[str] | None, most: int
) -> pd.DataFrame:
    """Keep the items asked for in their order, or the largest differences."""
    if items is None:
        size = drawn["difference_months"].abs().sort_values(ascending=False)
        kept = drawn.loc[size.index[:most]]
        return kept.sort_values("difference_months")
    known = check_known("item", items, drawn["item"].unique())
    order = {name: at for at, name in enumerate(known)}
    kept = drawn[drawn["item"].isin(known)]
    place = kept["item"].map(order)
    return kept.assign(place=place).sort_values(["place", "group"])


def _draw_row(axes: Axes, y: int, row: Mapping[Hashable, Any], mark: Mark) -> None:
    """Draw the interval and marker of one line."""
    inside = row["support"] == SUPPORTS[0]
    axes.hlines(
        y,
        row["difference_months_low"],
        row["difference_months_high"],
        color=mark.colour,
        lw=1.2,
        ls="-" if inside else ":",
        gid="interval",
    )
    axes.plot(
        row["difference_months"],
        y,
        marker=mark.marker,
        markersize=4.5 * mark.scale,
        markerfacecolor="white" if row["claim"] == CLAIMS[0] else mark.colour,
        markeredgecolor=mark.colour,
        ls="none",
        gid="difference",
    )


def _finish(axes: Axes, drawn: pd.DataFrame, names: Mapping[str, str] | None) -> None:
    """Add labels, limits, title, and how to read it."""
    one_group = drawn["group"].nunique() == 1
    labels = [
        _label(str(item), "" if one_group else named(names, str(who)), names)
        for item, who in zip(drawn["item"], drawn["group"], strict=True)
    ]
    axes.set_yticks(range(len(drawn)), labels, fontsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(drawn) - 0.4, -0.6)
    ends = drawn[["difference_months_low", "difference_months_high"]].to_numpy()
    threshold = float(drawn["threshold_months"].iloc[0])
    reach = max(float(np.nanmax(np.abs(ends))), threshold) * 1.06
    axes.set_xlim(-reach, reach)
    axes.grid(axis="x", visible=True, color=RULE)
    axes.set_axisbelow(True)
    whom = str(drawn["reference"].iloc[0])
    beside = "the groups' mean" if whom == CENTRE else named(names, whom)
    axes.set_xlabel(f"months later than {beside}")
    group = named(names, str(drawn["group"].iloc[0])) if one_group else "Groups"
    share = percent(float(drawn["share"].iloc[0])).replace(" ", chr(160))
    head(axes, f"{group} at {share} passing", f"Lines: {interval_of(drawn)}.")
    level = percent(float(drawn["level"].iloc[0])).replace(" ", chr(160))
    text_below(
        axes,
        "Points: posterior median of what is left after\n"
        "the groups' pace in all items together. Filled:\n"
        f"beyond {threshold:g} months (grey) with a probability\n"
        f"of {level} or more. Dotted: not asked at that\n"
        "age, or no answer varies.",
    )


def _label(item: str, group: str, names: Mapping[str, str] | None) -> str:
    """Name a line in two short rows; codes of items stay as they are."""
    words = (names or {}).get(item, item)
    if group:
        words = f"{words}, {group}"
    return "\n".join(textwrap.wrap(words, _LONGEST, max_lines=2, placeholder=" …"))
