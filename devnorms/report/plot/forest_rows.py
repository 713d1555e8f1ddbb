"""
Ages at which shares pass, a row per population under each milestone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from devnorms._base.checks import check_known, check_shares
from devnorms.report.furniture import axes_or_new, head, months_axis
from devnorms.report.inputs import check_columns
from devnorms.report.plot.rows import (
    Row,
    draw_ages,
    heading,
    height,
    months_around,
    side_labels,
    stack,
)
from devnorms.report.theme import Mark, marks, named, short, themed
from devnorms.report.words import interval_of, listed, number, percent
from devnorms.schema.norms import POOLED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NORMS = (
    "population", "milestone", "share", "age_months", "age_months_low",
    "age_months_high", "interval", "level", "asked", "support", "support_low_months",
    "support_high_months",
)  # fmt: skip
_DOWN = 0.14


@themed
def forest(
    norms: pd.DataFrame,
    *,
    milestones: Sequence[str] | None = None,
    shares: Sequence[float] = (0.5, 0.9),
    names: Mapping[str, str] | None = None,
    palette: Mapping[str, Mark] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw ages at which shares pass, by milestone and population, with intervals.

    The first share is drawn as a point, further ones as bars. An age that the data do
    not reach is never drawn as a point: an open marker with an arrow stands at the
    youngest (oldest) age asked and points to where the age must lie. The pooled row is
    a black diamond.

    Parameters
    ----------
    norms : pandas.DataFrame
        The table of a norm set, see `devnorms.schema.norms.check_norms`.
    milestones : sequence of str, optional
        Which, from top to bottom; otherwise all, in the order of the table.
    shares : sequence of float
        Which shares passing to draw.
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
    BadValueError
        If shares are not shares.
    """
    check_columns("norms", norms, NORMS)
    check_shares("shares", shares)
    known = norms["milestone"].unique().tolist()
    chosen = check_known(
        "milestone", known if milestones is None else milestones, known
    )
    drawn = norms[norms["milestone"].isin(chosen) & _among(norms["share"], shares)]
    look = palette or marks(norms["population"])
    rows = forest_rows(drawn, chosen)
    axes = axes_or_new(ax, height(rows))
    for row in rows:
        if row.entry is None:
            heading(axes, row.y, named(names, row.group))
    lines = {(row.group, row.entry): row.y for row in rows}
    keys = zip(drawn["milestone"], drawn["population"], strict=True)
    ages = drawn.assign(y=[lines[key] for key in keys])
    for share in reversed(shares):
        mine = ages[_among(ages["share"], [share])]
        faint = share != shares[0]
        shifted = mine.assign(y=mine["y"] + (_DOWN if faint else -_DOWN))
        draw_ages(axes, shifted, look, faint=faint)
    entries = [row.entry for row in rows if row.entry is not None]
    side_labels(axes, rows, [short(named(names, entry)) for entry in entries])
    months_axis(axes, *months_around(drawn))
    head(
        axes, f"Age at which {_shares_in_words(shares)} pass", _subtitle(drawn, shares)
    )
    return axes


def forest_rows(norms: pd.DataFrame, milestones: Sequence[str]) -> list[Row]:
    """
    Put milestones and their populations on lines, the pooled row last.

    Parameters
    ----------
    norms : pandas.DataFrame
        With ``milestone, population``.
    milestones : sequence of str
        From top to bottom.

    Returns
    -------
    list of Row
    """
    inside = norms.groupby("milestone", observed=True)["population"].unique()
    return stack(
        {
            milestone: sorted(
                inside[milestone], key=lambda name: (name == POOLED, name)
            )
            for milestone in milestones
        }
    )


def _among(values: pd.Series, shares: Sequence[float]) -> pd.Series:
    """Whether a share is one of those asked for; shares are decimal fractions."""
    return values.round(9).isin([round(share, 9) for share in shares])


def _shares_in_words(shares: Sequence[float]) -> str:
    """For example ``50 % and 90 %``."""
    return listed(percent(share) for share in shares)


def _subtitle(drawn: pd.DataFrame, shares: Sequence[float]) -> str:
    """N, interval, level, and how to read the markers."""
    one = drawn.drop_duplicates(["population", "milestone"])
    asked = one.loc[one["population"] != POOLED, "asked"].sum()
    further = f"; bars: {_shares_in_words(shares[1:])} pass" if len(shares) > 1 else ""
    return (
        f"{number(asked)} responses. Points: {percent(shares[0])} pass{further}. "
        f"Lines: {interval_of(drawn)}. Open marker with arrow: earlier or later than "
        "any age asked."
    )
