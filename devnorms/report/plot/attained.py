"""
Ages of attainment: raw and published populations side by side; curve and steps.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from devnorms._base.checks import check_known, check_share
from devnorms.report.furniture import axes_or_new, head, months_axis
from devnorms.report.inputs import check_columns
from devnorms.report.plot.across import head_across
from devnorms.report.theme import COLOURS, INK, QUIET, SMALL, named, short, themed
from devnorms.report.words import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AGES = (
    "population", "item", "milestone", "share", "age_months", "age_months_low",
    "age_months_high", "level", "evidence",
)  # fmt: skip
STEPS = ("population", "item", "after_months", "by_months", "share")
FIGURES = ("population", "milestone", "share", "value")
_ROW_INCHES = 0.21
_LABEL_CHARACTERS = 30
_FILLED = {"raw": True, "published": False, "raw and published": True}


@themed
def attained(
    ages: pd.DataFrame,
    *,
    milestone: str,
    share: float = 0.5,
    figures: pd.DataFrame | None = None,
    names: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw the age at one share in every population, published ones hollow.

    Parameters
    ----------
    ages : pandas.DataFrame
        From `devnorms.norms.attainment.ages_attained`.
    milestone : str
        Which.
    share : float
        Which share of children.
    figures : pandas.DataFrame, optional
        Published figures; those at the share are drawn as crosses beside what was made
        of them.
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
        If the table does not hold the milestone.
    BadValueError
        If it does not hold the share.
    """
    check_columns("ages", ages, AGES)
    check_share("share", share)
    check_known("milestone", [milestone], ages["milestone"].dropna().unique())
    drawn = ages[
        (ages["milestone"] == milestone) & ((ages["share"] - share).abs() < 1e-9)
    ]
    drawn = drawn.sort_values("age_months", ascending=False).reset_index(drop=True)
    axes = axes_or_new(ax, 1.1 + _ROW_INCHES * len(drawn))
    rows = [{str(k): v for k, v in r.items()} for r in drawn.to_dict("records")]
    for y, row in enumerate(rows):
        filled = _FILLED[str(row["evidence"])]
        colour = COLOURS[0] if filled else COLOURS[1]
        axes.hlines(y, row["age_months_low"], row["age_months_high"], color=colour)
        face = colour if filled else "white"
        axes.plot(row["age_months"], y, "o", color=colour, markerfacecolor=face)
    if figures is not None:
        _crosses(axes, drawn, figures, milestone, share)
    axes.set_yticks(range(len(rows)), [_label(row, names) for row in rows])
    axes.tick_params(axis="y", length=0, labelsize=SMALL)
    low, high = drawn["age_months_low"].min(), drawn["age_months_high"].max()
    months_axis(axes, float(low) - 0.5, float(high) + 0.5)
    level = percent(float(drawn["level"].iloc[0]))
    head_across(
        axes,
        f"{named(names, milestone)}: age at which {percent(share)} have reached it",
        f"Filled: own answers. Hollow: published figures only, with what is not known "
        f"of their source in the {level} interval. Crosses: as printed.",
    )
    return axes


def _label(row: dict[str, object], names: Mapping[str, str] | None) -> str:
    """Name a population, and the item where its answers are raw."""
    who = short(named(names, str(row["population"])))
    if row["evidence"] != "published":
        return f"{who} ({row['item']})"
    return textwrap.shorten(who, _LABEL_CHARACTERS, placeholder=" ...")


def _crosses(
    axes: Axes, drawn: pd.DataFrame, figures: pd.DataFrame, milestone: str, share: float
) -> None:
    """Draw what was printed at this share."""
    check_columns("figures", figures, FIGURES)
    at = (figures["milestone"] == milestone) & ((figures["share"] - share).abs() < 1e-9)
    rows = {str(name): y for y, name in enumerate(drawn["population"])}
    printed = figures[at & figures["population"].isin(rows)]
    y = [rows[name] for name in printed["population"]]
    axes.plot(printed["value"], y, "x", color=INK, markersize=5, gid="printed")


@themed
def attained_curve(
    ages: pd.DataFrame,
    steps: pd.DataFrame,
    *,
    item: str,
    names: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw the fitted curve of one item with its interval over the estimate without one.

    Parameters
    ----------
    ages : pandas.DataFrame
        From `devnorms.norms.attainment.ages_attained`, at many shares.
    steps : pandas.DataFrame
        From `devnorms.models.attainment_turnbull.turnbull`; boxes are ages between
        which the share is not known.
    item : str
        Which.
    names : mapping of str to str, optional
        What to call the item.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    UnknownNameError
        If a table does not hold the item.
    """
    check_columns("ages", ages, AGES)
    check_columns("steps", steps, STEPS)
    for table in (ages, steps):
        check_known("item", [item], table["item"].unique())
    curve = ages[ages["item"] == item].sort_values("share")
    own = steps[steps["item"] == item]
    axes = axes_or_new(ax, 3.0)
    axes.fill_betweenx(
        curve["share"], curve["age_months_low"], curve["age_months_high"],
        color=COLOURS[0], alpha=0.25, lw=0,
    )  # fmt: skip
    axes.plot(curve["age_months"], curve["share"], color=COLOURS[0])
    _boxes(axes, own)
    margin = 0.1 * (curve["age_months"].max() - curve["age_months"].min())
    months_axis(
        axes,
        max(float(curve["age_months"].min() - margin), 0.0),
        float(curve["age_months"].max() + margin),
    )
    axes.set_ylim(0, 1)
    axes.set_ylabel("share who have reached it")
    level = percent(float(curve["level"].iloc[0]))
    head(
        axes,
        f"{named(names, item)}: share who have reached it by age",
        f"Line and band: fitted curve, {level} interval. Grey: without a curve; where "
        "a box is wide, nobody was seen.",
    )
    return axes


def _boxes(axes: Axes, steps: pd.DataFrame) -> None:
    """Draw steps, and boxes where they may lie."""
    before = np.r_[0.0, steps["share"].to_numpy(float)[:-1]]
    ends = steps["by_months"].replace(np.inf, 1e3)
    rows = zip(steps["after_months"], ends, before, steps["share"], strict=True)
    last = 0.0
    for after, by, low, high in rows:
        axes.hlines(low, last, after, color=QUIET, lw=1)
        axes.fill_between([after, by], low, high, color=QUIET, alpha=0.2, lw=0)
        last = by
