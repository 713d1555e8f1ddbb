"""
Our ages beside published ones.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from devnorms._base.checks import check_known, check_share
from devnorms.report.furniture import axes_or_new, head, months_axis, text_below
from devnorms.report.inputs import PUBLISHED, check_columns
from devnorms.report.plot.rows import (
    Row,
    arrows,
    draw_ages,
    heading,
    height,
    months_around,
    side_labels,
    stack,
)
from devnorms.report.theme import INK, Mark, marks, named, short, themed
from devnorms.report.words import interval_of, number, percent, plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_KEY_CHARACTERS = 56
_KEY_LINE_INCHES = 0.145


@themed
def published(
    comparison: pd.DataFrame,
    *,
    share: float = 0.5,
    milestones: Sequence[str] | None = None,
    names: Mapping[str, str] | None = None,
    palette: Mapping[str, Mark] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw our ages at one share, with intervals, above published ones (black crosses).

    Ages of ours that our data do not reach are left out and named so in the table; a
    published bound ("90 % by 15 months") has an arrow to the side it allows.

    Parameters
    ----------
    comparison : pandas.DataFrame
        See ``published`` of `devnorms.report.ReportInputs`.
    share : float
        Which share passing.
    milestones : sequence of str, optional
        Which, from top to bottom; otherwise all that have a published age at the share.
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
        If a milestone has no published age at the share.
    """
    check_columns("comparison", comparison, PUBLISHED)
    check_share("share", share)
    at_share = comparison[(comparison["share"] - share).abs() < 1e-9]
    known = at_share["milestone"].unique().tolist()
    chosen = check_known(
        "milestone", known if milestones is None else milestones, known
    )
    drawn = at_share[
        at_share["milestone"].isin(chosen) & (at_share["support"] == "within")
    ]
    theirs = at_share[at_share["milestone"].isin(chosen)]
    look = palette or marks(comparison["population"])
    rows = published_rows(at_share, chosen)
    key = _key(theirs)
    axes = axes_or_new(ax, height_with_key(at_share, chosen))
    samples = _samples(theirs)
    labels = [_label(axes, row, samples, names) for row in rows]
    side_labels(axes, rows, [label for label in labels if label is not None])
    _draw(axes, rows, drawn, theirs, look)
    months_axis(axes, *months_around(drawn, *theirs["published_age_months"]))
    head(
        axes,
        f"Age at which {percent(share)} pass: ours and published",
        f"Colours: ours, {interval_of(theirs)}. Crosses: "
        f"{plural(theirs['published_population'].nunique(), 'published sample')}, "
        "of other children.",
    )
    text_below(axes, "\n".join(key))
    return axes


def height_with_key(at_share: pd.DataFrame, milestones: Sequence[str]) -> float:
    """
    Give the height of the figure, inches.

    Parameters
    ----------
    at_share : pandas.DataFrame
        The comparison at one share.
    milestones : sequence of str
        From top to bottom.
    """
    key = _key(at_share[at_share["milestone"].isin(milestones)])
    rows = published_rows(at_share, milestones)
    return height(rows) + 0.1 + _KEY_LINE_INCHES * len(key)


def _samples(theirs: pd.DataFrame) -> list[str]:
    """Give the published samples in the order in which they are numbered."""
    return sorted(set(theirs["published_population"].astype(str)))


def _key(theirs: pd.DataFrame) -> list[str]:
    """Say which number is which published sample, in lines one column wide."""
    lines = []
    for i, sample in enumerate(_samples(theirs), 1):
        words = f"{i}  {sample}"
        if "published_asked" in theirs.columns:
            same = theirs["published_population"] == sample
            asked = theirs.loc[same, "published_asked"].dropna()
            n = f"n = {number(asked.max())}" if len(asked) else "n not stated"
            words = f"{words}, {n}"
        lines += textwrap.wrap(words, _KEY_CHARACTERS, subsequent_indent="    ")
    return lines


def published_rows(at_share: pd.DataFrame, milestones: Sequence[str]) -> list[Row]:
    """
    Put milestones on lines: our populations, then published samples.

    Parameters
    ----------
    at_share : pandas.DataFrame
        The comparison at one share.
    milestones : sequence of str
        From top to bottom.

    Returns
    -------
    list of Row
        An entry of ours is ``"ours <population>"``, another ``"theirs <sample>"``.
    """
    entries: dict[str, list[str]] = {}
    for milestone in milestones:
        here = at_share[at_share["milestone"] == milestone]
        ours = sorted(set(here.loc[here["support"] == "within", "population"]))
        theirs = sorted(set(here["published_population"].astype(str)))
        entries[milestone] = [
            *(f"ours {name}" for name in ours),
            *(f"theirs {name}" for name in theirs),
        ]
    return stack(entries)


def _label(
    axes: Axes, row: Row, samples: Sequence[str], names: Mapping[str, str] | None
) -> str | None:
    """Write a heading into the drawing, or give the label of an entry."""
    if row.entry is None:
        heading(axes, row.y, named(names, row.group))
        return None
    whose, _, name = row.entry.partition(" ")
    if whose == "ours":
        return short(named(names, name))
    return f"published {samples.index(name) + 1}"


def _draw(
    axes: Axes,
    rows: Sequence[Row],
    drawn: pd.DataFrame,
    theirs: pd.DataFrame,
    look: Mapping[str, Mark],
) -> None:
    """Draw our ages once each, and published ones: a bound has an arrow."""
    lines = {(row.group, row.entry): row.y for row in rows}
    ours = drawn.drop_duplicates(["milestone", "population"])
    ours = ours.assign(
        y=[
            lines[m, f"ours {p}"]
            for m, p in zip(ours["milestone"], ours["population"], strict=True)
        ]
    )
    draw_ages(axes, ours, look)
    key = ["milestone", "published_population"]
    figures = theirs.drop_duplicates(
        [*key, "published_age_months", "published_operator"]
    )
    y = np.array([lines[m, f"theirs {p}"] for m, p in figures[key].to_numpy()])
    x = figures["published_age_months"].to_numpy(float)
    side = figures["published_operator"].astype(str).str[0].to_numpy()
    for sign in "<>":
        if (side == sign).any():
            arrows(axes, x[side == sign], y[side == sign], INK, left=sign == "<")
    axes.plot(x, y, marker="x", markersize=4.5, color=INK, ls="none", gid="published")
