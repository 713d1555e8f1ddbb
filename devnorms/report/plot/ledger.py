"""
What a difference is made of: a bar with its interval for every part.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from devnorms._base.checks import check_known
from devnorms._base.errors import EmptySelectionError
from devnorms.report.furniture import axes_or_new, head, text_below
from devnorms.report.inputs import check_columns
from devnorms.report.plot.rows import Row, heading, height, side_labels, stack
from devnorms.report.theme import INK, QUIET, RULE, SMALL, named, themed
from devnorms.report.words import interval_of, percent
from devnorms.schema.differences import ALL, PARTS, REFUSE
from devnorms.schema.norms import POOLED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEDGER = (
    "population", "reference", "milestone", "share", "part", "months", "months_low",
    "months_high", "interval", "level", "standing", "verdict",
)  # fmt: skip
_COLOURS = {
    "country": "#273b9d",
    "study": "#7676b1",
    "instrument": "#c48914",
    "wording": "#9d6200",
    "mode": "#894e62",
    "left over": "#629d89",
    "slope": "#004e00",
    "sampling noise": "#9a9aa4",
    "total": INK,
}
_NOTHING = {"none": "zero: both share it", "not split": "not split: modes not given"}


@themed
def ledger(
    table: pd.DataFrame,
    *,
    milestone: str,
    populations: Sequence[str] | None = None,
    share: float = 0.5,
    names: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw the parts of differences at one milestone; they add up to the total.

    Pale hatched bars are prior-dominated: the data do not speak of that part. A
    difference that may not be compared is drawn as these words, without a number.

    Parameters
    ----------
    table : pandas.DataFrame
        From `devnorms.ledger`.
    milestone : str
        Which; ``(all)`` for the mean.
    populations : sequence of str, optional
        Which, from top to bottom; otherwise all of the table.
    share : float
        Which share passing.
    names : mapping of str to str, optional
        What to call populations and milestones.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    UnknownNameError
        If the milestone or a population is not in the table.
    EmptySelectionError
        If nothing is left to draw.
    """
    check_columns("ledger", table, LEDGER)
    check_known("milestone", [milestone], table["milestone"].unique())
    here = table[(table["milestone"] == milestone) & np.isclose(table["share"], share)]
    known = here["population"].unique().tolist()
    chosen = check_known(
        "population", known if populations is None else populations, known
    )
    drawn = here[here["population"].isin(chosen)]
    if drawn.empty:
        raise EmptySelectionError(
            f"No ledger of {milestone} at a share of {share:g} in this table."
        )
    refused = set(drawn.loc[drawn["verdict"] == REFUSE, "population"])
    rows = stack({p: [REFUSE] if p in refused else list(PARTS) for p in chosen})
    axes = axes_or_new(ax, height(rows) + 0.4)
    keyed = {(r["population"], r["part"]): r for r in drawn.to_dict("records")}
    for row in rows:
        if row.entry is None:
            heading(axes, row.y, named(names, row.group))
        elif row.entry != REFUSE:
            _draw_part(axes, row.y, row.entry, keyed[row.group, row.entry])
    _finish(axes, rows, drawn, names)
    return axes


def _draw_part(axes: Axes, y: float, part: str, row: Mapping[Hashable, Any]) -> None:
    """Draw the bar and interval of one part, or say why there is none."""
    if row["standing"] in _NOTHING:
        axes.annotate(
            "0" if part == "slope" else _NOTHING[str(row["standing"])],
            (0, y),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL - 1,
            style="italic",
            color=QUIET,
            gid="nothing",
        )
        return
    prior = row["standing"] == "prior-dominated"
    colour = _COLOURS[part]
    axes.barh(
        y,
        row["months"],
        height=0.7,
        color="white" if prior else colour,
        edgecolor=colour,
        hatch="/////" if prior else None,
        lw=0.7,
        alpha=0.75 if prior else 1.0,
        gid="prior-dominated" if prior else "part",
    )
    axes.hlines(
        y,
        row["months_low"],
        row["months_high"],
        color=colour if prior or not row["months"] else INK,
        lw=0.9,
        ls=":" if prior else "-",
        gid="interval",
    )


def _finish(
    axes: Axes, rows: list[Row], drawn: pd.DataFrame, names: Mapping[str, str] | None
) -> None:
    """Add labels, zero, title, and how to read it."""
    entries = [row.entry for row in rows if row.entry is not None]
    side_labels(axes, rows, entries)
    axes.axvline(0, color=QUIET, lw=0.8, zorder=0.8)
    reference = str(drawn["reference"].iloc[0])
    whom = "the centre" if reference == POOLED else named(names, reference)
    axes.set_xlabel(f"months later than {whom} (left: earlier)")
    axes.grid(axis="x", visible=True, color=RULE)
    axes.set_axisbelow(True)
    milestone = str(drawn["milestone"].iloc[0])
    what = "Mean over milestones" if milestone == ALL else named(names, milestone)
    share = float(drawn["share"].iloc[0])
    # A line as long as the column would leave the figure: labels take room at the left.
    head(
        axes,
        f"{what}: what the difference is made of",
        f"Lines: {interval_of(drawn)}.",
    )
    text_below(
        axes,
        f"Age at which {percent(share)} pass. Bars: posterior means; they add\n"
        "up to the total. Hatched and dotted: prior-dominated, the\n"
        "data do not speak of this part.",
    )
