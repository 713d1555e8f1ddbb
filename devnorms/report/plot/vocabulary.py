"""
Centiles of vocabulary by age, between no word and all words of the form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from devnorms._base.checks import check_known
from devnorms._base.errors import BadValueError
from devnorms.report.furniture import axes_or_new, months_axis, text_below
from devnorms.report.inputs import check_columns
from devnorms.report.plot.across import head_across
from devnorms.report.theme import COLOURS, INK, QUIET, SMALL, themed
from devnorms.report.words import interval_of, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NORMS = (
    "population", "measure", "sex", "age_months", "centile", "words", "words_low",
    "words_high", "ceiling", "interval", "level", "children",
)  # fmt: skip
OBSERVED = ("population", "age_months", "centile", "words", "children")
_HEIGHT = 3.7
_VERBS = {"produces": "say", "understands": "understand"}
_WHO = {"all": "children", "female": "girls", "male": "boys"}
_COLOUR = COLOURS[0]
_MIDDLE = 0.5
_APART = 0.048
"""Of the height, between names of centiles."""


@themed
def vocabulary(
    norms: pd.DataFrame,
    observed: pd.DataFrame | None = None,
    *,
    population: str | None = None,
    sex: str = "all",
    ax: Axes | None = None,
) -> Axes:
    """
    Draw the centiles of one population by age, each with its interval.

    Lines are named at their ends. Points are centiles of the children as they are,
    month by month, if they are given.

    Parameters
    ----------
    norms : pandas.DataFrame
        From `devnorms.vocabulary_norms`.
    observed : pandas.DataFrame, optional
        From `devnorms.norms.observed_centiles`.
    population : str, optional
        Which one; may be left out if the table holds only one.
    sex : str
        Whose centiles: ``"all"``, ``"female"`` or ``"male"``.
    ax : matplotlib.axes.Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    UnknownNameError
        If the population or sex is not in the table.
    BadValueError
        If no population is named and there are several.
    """
    check_columns("vocabulary norms", norms, NORMS)
    chosen = _one(norms, population)
    mine = norms[norms["population"] == chosen]
    check_known("sex", [sex], mine["sex"].unique())
    mine = mine[mine["sex"] == sex].sort_values("age_months")
    axes = axes_or_new(ax, _HEIGHT)
    first = mine.iloc[0]
    ceiling = int(first["ceiling"])
    for centile, line in mine.groupby("centile", sort=True):
        _draw_line(axes, line, float(str(centile)))
    _name_lines(axes, mine)
    points = _points(observed, chosen, mine["centile"].unique())
    if not points.empty:
        axes.plot(
            points["age_months"], points["words"], ls="none", marker="o", ms=2.2,
            mfc="white", mec=QUIET, mew=0.6, zorder=3, gid="observed",
        )  # fmt: skip
    _frame(axes, mine, ceiling)
    who, verb = _WHO[sex], _VERBS[str(first["measure"])]
    head_across(
        axes,
        f"How many words {who} {verb}, by age",
        f"{chosen}: {number(int(first['children']))} children. Lines: centiles "
        f"(posterior median); bands: {interval_of(mine)}.",
    )
    if not points.empty:
        text_below(axes, "Points: centiles of the children as they are, by month.")
    return axes


def _one(norms: pd.DataFrame, population: str | None) -> str:
    """Take the population named, or the only one."""
    known = sorted(map(str, norms["population"].unique()))
    if population is not None:
        return check_known("population", [population], known)[0]
    if len(known) != 1:
        raise BadValueError.parameter(
            "population", f"one of the {len(known)} in the table", population
        )
    return known[0]


def _draw_line(axes: Axes, line: pd.DataFrame, centile: float) -> None:
    """Draw one centile with its band and its name; the middle one stands out."""
    age = line["age_months"].to_numpy(float)
    middle = bool(np.isclose(centile, _MIDDLE))
    axes.fill_between(
        age,
        line["words_low"].to_numpy(float),
        line["words_high"].to_numpy(float),
        color=_COLOUR,
        alpha=0.2,
        lw=0,
    )
    words = line["words"].to_numpy(float)
    axes.plot(
        age, words, color=_COLOUR, lw=1.8 if middle else 0.9, gid=f"centile {centile:g}"
    )


def _name_lines(axes: Axes, mine: pd.DataFrame) -> None:
    """Name the centiles at their ends, as far apart as letters need."""
    ends = mine[mine["age_months"] == mine["age_months"].max()].sort_values("centile")
    words = ends["words"].to_numpy(float)
    apart = _APART * float(ends["ceiling"].iloc[0])
    places = _spread(words, apart)
    for row, place in zip(ends.to_dict("records"), places, strict=True):
        middle = bool(np.isclose(row["centile"], _MIDDLE))
        axes.annotate(
            f"{100 * row['centile']:g}",
            (row["age_months"], place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL - 0.5,
            fontweight="bold" if middle else "normal",
            color=_COLOUR,
            gid="name",
        )


def _spread(at: np.ndarray, apart: float) -> np.ndarray:
    """Move rising places apart, as little as may be, groups around their middle."""
    groups = [[place] for place in at]
    centres = list(at)
    n = 0
    while n < len(groups) - 1:
        gap = apart * (len(groups[n]) + len(groups[n + 1])) / 2
        if centres[n + 1] - centres[n] < gap - 1e-9:
            groups[n] += groups.pop(n + 1)
            centres.pop(n + 1)
            centres[n] = float(np.mean(groups[n]))
            n = max(n - 1, 0)
        else:
            n += 1
    return np.concatenate(
        [
            centre + apart * (np.arange(len(group)) - (len(group) - 1) / 2)
            for centre, group in zip(centres, groups, strict=True)
        ]
    )


def _points(
    observed: pd.DataFrame | None, population: str, centiles: np.ndarray
) -> pd.DataFrame:
    """Observed centiles of the population; none if none were given."""
    if observed is None:
        return pd.DataFrame(columns=list(OBSERVED))
    check_columns("observed centiles", observed, OBSERVED)
    mine = observed[observed["population"] == population]
    return mine[mine["centile"].isin(centiles)]


def _frame(axes: Axes, mine: pd.DataFrame, ceiling: int) -> None:
    """Add axes, and floor and ceiling of the form, named."""
    low, high = float(mine["age_months"].min()), float(mine["age_months"].max())
    months_axis(axes, low - 0.3, high + 0.09 * (high - low) + 0.3)
    axes.set_xlabel("age in completed months")
    axes.set_ylim(-0.03 * ceiling, 1.06 * ceiling)
    axes.set_ylabel("words of the form")
    axes.grid(axis="y", visible=True)
    axes.axhline(0, color=INK, lw=0.7, zorder=0.9)
    axes.axhline(ceiling, color=INK, lw=0.7, ls=(0, (4, 2)), zorder=0.9, gid="ceiling")
    axes.annotate(
        f"all {ceiling} words of the form",
        (low, ceiling),
        xytext=(0, 2),
        textcoords="offset points",
        fontsize=SMALL - 0.5,
        color=QUIET,
        va="bottom",
    )
