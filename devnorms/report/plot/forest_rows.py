"""
Ages at which shares pass, a row per population under each milestone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from devnorms._base.checks import check_known, check_shares
from devnorms.report.inputs import check_columns
from devnorms.report.theme import (
    INK,
    RULE,
    SMALL,
    Mark,
    axes_or_new,
    head,
    marks,
    months_axis,
    named,
    themed,
)
from devnorms.report.words import interval_of, listed, number, percent
from devnorms.schema.norms import POOLED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NORMS = (
    "population", "milestone", "share", "age_months", "age_months_low",
    "age_months_high", "interval", "level", "asked", "support", "support_low_months",
    "support_high_months",
)  # fmt: skip
_ROW = 0.155
_FRAME = 1.25


@dataclass(frozen=True)
class Row:
    """
    A line of the figure: a milestone's heading, or a population beneath it.

    Attributes
    ----------
    y : float
        Height, from 0 at the top downwards.
    milestone : str
        Which one.
    population : str or None
        None for a heading.
    """

    y: float
    milestone: str
    population: str | None


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

    The first share is drawn full, further ones lighter. An age that the data do not
    reach is never drawn as a point: an open marker with an arrow stands at the youngest
    (oldest) age asked and points to where the age must lie. The pooled row is a black
    diamond.

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
    chosen = check_known("milestone", known if milestones is None else milestones, known)
    drawn = norms[norms["milestone"].isin(chosen) & _among(norms["share"], shares)]
    look = palette or marks(norms["population"])
    rows = list(layout(drawn, chosen))
    axes = axes_or_new(ax, height(drawn, chosen))
    for row in rows:
        if row.population is None:
            _heading(axes, row, names)
            continue
        mine = drawn[
            (drawn["milestone"] == row.milestone)
            & (drawn["population"] == row.population)
        ]
        for i, share in enumerate(shares):
            _draw(axes, mine[_among(mine["share"], [share])], row.y, look, faint=i > 0)
    _population_axis(axes, rows, names)
    months_axis(axes, *_limits(drawn))
    head(axes, f"Age at which {_shares_in_words(shares)} pass", _subtitle(drawn, shares))
    return axes


def layout(norms: pd.DataFrame, milestones: Sequence[str]) -> Iterator[Row]:
    """
    Put milestones and their populations on lines, the pooled row last.

    Parameters
    ----------
    norms : pandas.DataFrame
        With ``milestone, population``.
    milestones : sequence of str
        From top to bottom.
    """
    y = 0.0
    for milestone in milestones:
        yield Row(y, milestone, None)
        inside = set(norms.loc[norms["milestone"] == milestone, "population"])
        for population in sorted(inside, key=lambda name: (name == POOLED, name)):
            y += 1
            yield Row(y, milestone, population)
        y += 1.4


def height(norms: pd.DataFrame, milestones: Sequence[str]) -> float:
    """
    Give the height of the figure, inches.

    Parameters
    ----------
    norms : pandas.DataFrame
        With ``milestone, population``.
    milestones : sequence of str
        Those drawn.
    """
    last = [row.y for row in layout(norms, milestones)][-1]
    return _FRAME + _ROW * (last + 1)


def _among(values: pd.Series, shares: Sequence[float]) -> pd.Series:
    """Whether a share is one of those asked for; shares are decimal fractions."""
    return values.round(9).isin([round(share, 9) for share in shares])


def _heading(axes: Axes, row: Row, names: Mapping[str, str] | None) -> None:
    """A milestone's name, in the drawing's own left margin, with a thin rule."""
    axes.annotate(
        named(names, row.milestone),
        (0, row.y),
        xycoords=("axes fraction", "data"),
        xytext=(3, 0),
        textcoords="offset points",
        va="center",
        fontweight="bold",
        fontsize=SMALL,
        color=INK,
        backgroundcolor="white",
        zorder=1.5,
    ).get_bbox_patch().set_boxstyle("square", pad=0.1)


def _draw(
    axes: Axes, rows: pd.DataFrame, y: float, look: Mapping[str, Mark], *, faint: bool
) -> None:
    """One age: a point with its interval, or an open marker with an arrow."""
    for row in rows.to_dict("records"):
        mark = look[row["population"]]
        if row["support"] in {"before", "after"}:
            _draw_flagged(axes, row, y, mark)
            continue
        axes.hlines(
            y,
            row["age_months_low"],
            row["age_months_high"],
            color=mark.colour,
            lw=1.2,
            alpha=0.6 if faint else 1,
        )
        axes.plot(
            [row["age_months"]],
            [y],
            marker="|" if faint else mark.marker,
            markersize=6 if faint else 4.5,
            markeredgewidth=1.4 if faint else 0.5,
            markeredgecolor=mark.colour if faint else "white",
            markerfacecolor=mark.colour,
            ls="none",
            gid="age",
        )


def _draw_flagged(axes: Axes, row: Mapping[str, object], y: float, mark: Mark) -> None:
    """Open marker at the end of the ages asked, arrow to the side of the age."""
    before = row["support"] == "before"
    end = float(str(row["support_low_months" if before else "support_high_months"]))
    axes.annotate(
        "",
        xy=(end, y),
        xytext=(-13 if before else 13, 0),
        textcoords="offset points",
        arrowprops={
            "arrowstyle": "<-",
            "color": mark.colour,
            "lw": 0.9,
            "shrinkA": 0,
            "shrinkB": 2,
        },
    )
    axes.plot(
        [end],
        [y],
        marker=mark.marker,
        markersize=4.5,
        markerfacecolor="white",
        markeredgecolor=mark.colour,
        ls="none",
        gid=str(row["support"]),
    )


def _population_axis(
    axes: Axes, rows: Sequence[Row], names: Mapping[str, str] | None
) -> None:
    """Populations down the side."""
    people = [row for row in rows if row.population is not None]
    axes.set_yticks(
        [row.y for row in people], [named(names, str(row.population)) for row in people]
    )
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(max(row.y for row in rows) + 0.8, -0.9)
    for row in rows:
        if row.population is None and row.y > 0:
            axes.axhline(row.y - 0.7, color=RULE, lw=0.6, zorder=0.5)


def _limits(drawn: pd.DataFrame) -> tuple[float, float]:
    """All ages drawn, and the ends of the ages asked where they stand for an age."""
    plain = ~drawn["support"].isin(["before", "after"])
    ends = np.concatenate(
        [
            drawn.loc[plain, "age_months_low"].to_numpy(float),
            drawn.loc[plain, "age_months_high"].to_numpy(float),
            drawn.loc[drawn["support"] == "before", "support_low_months"].to_numpy(float),
            drawn.loc[drawn["support"] == "after", "support_high_months"].to_numpy(float),
        ]
    )
    room = max(0.07 * float(ends.max() - ends.min()), 0.5)
    return float(ends.min()) - room, float(ends.max()) + room


def _shares_in_words(shares: Sequence[float]) -> str:
    """For example ``50 % and 90 %``."""
    return listed(percent(share) for share in shares)


def _subtitle(drawn: pd.DataFrame, shares: Sequence[float]) -> str:
    """N, interval, level, and how to read the markers."""
    one = drawn.drop_duplicates(["population", "milestone"])
    further = (
        f"; bars: {_shares_in_words(shares[1:])} pass" if len(shares) > 1 else ""
    )
    return (
        f"{number(one['asked'].sum())} responses. Points: {percent(shares[0])} pass"
        f"{further}. Lines: {interval_of(drawn)}. Open marker with arrow: earlier or "
        "later than any age asked."
    )
