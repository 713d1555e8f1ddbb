"""
One word in many languages: the share of children who say it, by age.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from devnorms._base.checks import check_known
from devnorms._base.errors import EmptySelectionError
from devnorms.report.furniture import axes_or_new, months_axis
from devnorms.report.inputs import SHARES, check_columns
from devnorms.report.plot.across import head_across, note_across
from devnorms.report.theme import COLOURS, INK, QUIET, SMALL, named, themed
from devnorms.report.words import interval_of, number, plural
from devnorms.schema.norms import POOLED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

AGES = (
    "population", "milestone", "share", "age_months", "age_months_low",
    "age_months_high", "interval", "level", "asked", "support",
)  # fmt: skip
_ROW = 0.165
_FRAME = 1.9
_HALF = 0.5
_LONGEST = 26
_STRIP = 0.84


@themed
def word_ages(
    ages: pd.DataFrame,
    shares: pd.DataFrame,
    *,
    milestone: str,
    names: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw a strip per population: darker where more children pass, a point at one half.

    Only populations whose age at one half lies within the ages asked have a row; the
    others are counted underneath. Strips reach as far as children were asked.

    Parameters
    ----------
    ages : pandas.DataFrame
        The table of a norm set with ages at 50 %, see
        `devnorms.schema.norms.check_norms`.
    shares : pandas.DataFrame
        From `devnorms.shares_passing`, at ages in even steps.
    milestone : str
        Which one.
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
        If the milestone is not in the tables.
    EmptySelectionError
        If no age at one half lies within the ages asked.
    """
    check_columns("ages", ages, AGES)
    check_columns("shares", shares, SHARES)
    check_known("milestone", [milestone], ages["milestone"].unique())
    half = ages[(ages["milestone"] == milestone) & np.isclose(ages["share"], _HALF)]
    half = half[half["population"] != POOLED]
    told = half[half["support"] == "within"].sort_values("age_months")
    if told.empty:
        raise EmptySelectionError(
            f"No population was asked about {milestone!r} at the age at which half "
            "pass."
        )
    strips = shares[(shares["milestone"] == milestone) & shares["within_support"]]
    axes = axes_or_new(ax, _FRAME + _ROW * len(told))
    colours = _ramp()
    for y, row in enumerate(told.to_dict("records")):
        _strip(axes, y, strips[strips["population"] == row["population"]], colours)
    _points(axes, told)
    _frame(axes, told, strips, names)
    refused = len(half) - len(told)
    head_across(
        axes,
        f"{named(names, milestone)}: age at which half of the children do",
        f"{number(int(told['asked'].sum()))} answers, {plural(len(told), 'population')}"
        f". Points: posterior median; lines: {interval_of(told)}; "
        "figures at the right: answers.",
    )
    note_across(
        axes,
        "Strips: ages at which children were asked, from white (nobody passes) to dark "
        "(all do)."
        + (
            f" Not shown: {plural(refused, 'population')} not asked at the age at "
            "which half pass."
            if refused
            else ""
        ),
    )
    return axes


def _ramp() -> Colormap:
    """From white to the first colour, by equal steps."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("share", ["#ffffff", COLOURS[0]])


def _strip(axes: Axes, y: int, strip: pd.DataFrame, colours: Colormap) -> None:
    """Draw the share by age as a row of cells, with an edge."""
    ordered = strip.sort_values("age_months")
    age = ordered["age_months"].to_numpy(float)
    if len(age) < 2:
        return
    step = float(np.diff(age).min())
    left, right = age[0] - step / 2, age[-1] + step / 2
    top, bottom = y - _STRIP / 2, y + _STRIP / 2
    axes.imshow(
        ordered["share_passing"].to_numpy(float)[None],
        extent=(left, right, bottom, top),
        cmap=colours,
        vmin=0,
        vmax=1,
        aspect="auto",
        interpolation="bilinear",
        zorder=1,
    )
    axes.plot(
        [left, right, right, left, left],
        [top, top, bottom, bottom, top],
        color=QUIET,
        lw=0.4,
        zorder=1.5,
    )


def _points(axes: Axes, told: pd.DataFrame) -> None:
    """Draw ages at one half with their intervals, on white so that they stand out."""
    y = np.arange(len(told))
    low, high = (told[f"age_months_{end}"].to_numpy(float) for end in ("low", "high"))
    axes.hlines(y, low, high, color="white", lw=3.2, zorder=2)
    axes.hlines(y, low, high, color=INK, lw=1.2, zorder=3, gid="interval")
    axes.plot(
        told["age_months"].to_numpy(float),
        y,
        ls="none",
        marker="o",
        ms=4,
        mfc=COLOURS[1],
        mec="white",
        mew=0.6,
        zorder=4,
        gid="age",
    )


def _frame(
    axes: Axes,
    told: pd.DataFrame,
    strips: pd.DataFrame,
    names: Mapping[str, str] | None,
) -> None:
    """Label rows at the left and their numbers at the right."""
    shown = strips[strips["population"].isin(told["population"])]
    low = min(shown["age_months"].min(), told["age_months_low"].min())
    high = max(shown["age_months"].max(), told["age_months_high"].max())
    months_axis(axes, float(low) - 0.5, float(high) + 0.5)
    labels = [_cut(named(names, str(name))) for name in told["population"]]
    axes.set_yticks(range(len(told)), labels)
    axes.tick_params(axis="y", length=0, labelsize=SMALL - 1)
    axes.set_ylim(len(told) - 0.4, -0.6)
    axes.spines["left"].set_visible(False)
    for y, asked in enumerate(told["asked"]):
        axes.annotate(
            number(int(asked)),
            (1, y),
            xycoords=("axes fraction", "data"),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL - 1.5,
            color=QUIET,
        )


def _cut(words: str) -> str:
    """Cut a long name."""
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
