"""
What was sampled: each population's ages, how many responses, and how it was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from devnorms.report.furniture import axes_or_new, head, months_axis
from devnorms.report.inputs import check_columns
from devnorms.report.theme import INK, QUIET, SMALL, Mark, marks, themed
from devnorms.report.words import number, plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POPULATIONS = ("population", "country_name", "years", "sampling", "children")
ASKED = ("population", "age_months_low", "age_months_high", "asked")
_ROW = 0.78
_FRAME = 1.15
_TALLEST = 0.38


@themed
def sampled(
    populations: pd.DataFrame,
    asked: pd.DataFrame,
    *,
    palette: Mapping[str, Mark] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw at which ages each population was asked, with n and the kind of sample.

    The height of the bars shows where a population's own responses lie (responses per
    month of age, the tallest bar of every population alike); numbers are in the text.

    Parameters
    ----------
    populations : pandas.DataFrame
        See `devnorms.schema.populations.check_populations`.
    asked : pandas.DataFrame
        From `devnorms.report.tables.asked_by_age`.
    palette : mapping of str to Mark, optional
        From `devnorms.report.theme.marks`.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes
    """
    check_columns("populations", populations, POPULATIONS)
    check_columns("asked", asked, ASKED)
    look = palette or marks(populations["population"])
    rows = populations[populations["population"].isin(asked["population"])]
    rows = rows.sort_values("population")
    axes = axes_or_new(ax, height(len(rows)))
    for y, row in enumerate(rows.to_dict("records")):
        mine = asked[asked["population"] == row["population"]]
        _bars(axes, mine, y, look[row["population"]])
        _words(axes, row, int(mine["asked"].sum()), y)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylim(len(rows) - 0.48, -0.52)
    months_axis(axes, 0, float(asked["age_months_high"].max()))
    total = plural(int(asked["asked"].sum()), "response")
    head(
        axes,
        "Who was asked, at which ages",
        f"{total}, {plural(len(rows), 'population')}. Height: responses per month of "
        "age, scaled within each population.",
    )
    return axes


def height(populations: int) -> float:
    """
    Give the height of the figure, inches.

    Parameters
    ----------
    populations : int
        How many are drawn.
    """
    return _FRAME + _ROW * populations


def _bars(axes: Axes, mine: pd.DataFrame, y: int, mark: Mark) -> None:
    """Responses per month of age, upwards from the population's line."""
    width = (mine["age_months_high"] - mine["age_months_low"]).to_numpy(float)
    density = mine["asked"].to_numpy(float) / width
    tall = _TALLEST * density / density.max()
    base = y + 0.5
    axes.bar(
        mine["age_months_low"].to_numpy(float),
        -tall,
        width,
        bottom=base,
        align="edge",
        color=mark.colour,
        linewidth=0,
    )
    axes.axhline(base, color=QUIET, lw=0.4)


def _words(axes: Axes, row: Mapping[Any, Any], asked: int, y: int) -> None:
    """Name, country, years; then kind of sample, children and responses."""
    years = f", {row['years']}" if isinstance(row["years"], str) else ""
    children = (
        "" if pd.isna(row["children"]) else f"{number(row['children'])} children, "
    )
    for words, down, weight in (
        (row["population"], 0, "bold"),
        (f"{row['country_name']}{years}", 10, "normal"),
        (f"{row['sampling']}: {children}{number(asked)} responses", 20, "normal"),
    ):
        axes.annotate(
            words,
            (0, y - 0.46),
            xytext=(0, -down),
            textcoords="offset points",
            xycoords=("axes fraction", "data"),
            va="top",
            fontsize=SMALL,
            fontweight=weight,
            color=INK,
            bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "linewidth": 0},
        )
