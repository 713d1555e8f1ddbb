"""
What imported norms do: every norm against every population.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from devnorms._base.checks import check_known
from devnorms._base.errors import EmptySelectionError
from devnorms.report.furniture import axes_or_new
from devnorms.report.inputs import check_columns
from devnorms.report.plot.across import head_across
from devnorms.report.plot.imported_floor import IMPORTED, floor_words, in_per_cent
from devnorms.report.theme import (
    COLOURS,
    INK,
    QUIET,
    named,
    short,
    themed,
)
from devnorms.report.words import number, percent
from devnorms.schema.differences import REFUSE
from devnorms.schema.imported import FLAGS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CELL = 0.27
_FRAME = 2.0
_ENDS = (0.01, 0.6)
_NOT_TOLD = "#ececef"


@themed
def imported_matrix(
    imported: pd.DataFrame,
    *,
    milestone: str | None = None,
    flag: str = "late",
    names: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """
    Draw the share flagged, a row per norm and a column per population judged by it.

    Without a milestone a cell is the median over milestones, and the small number under
    it says over how many. Grey cells: the data do not reach, or the gate refuses. Cells
    with a frame are two studies of one country: what need not be country.

    Parameters
    ----------
    imported : pandas.DataFrame
        From `devnorms.norms.imported`, several references.
    milestone : str, optional
        Which; without it all together.
    flag : str
        ``late`` or ``early``.
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
        If the milestone or flag is not in the table.
    EmptySelectionError
        If nothing can be told.
    """
    check_columns("imported", imported, IMPORTED)
    check_known("flag", [flag], FLAGS)
    mine = imported[imported["flag"] == flag]
    if milestone is not None:
        check_known("milestone", [milestone], mine["milestone"].unique())
        mine = mine[mine["milestone"] == milestone]
    rows = _references(mine)
    columns = sorted(mine["population"].unique())
    told = mine[(mine["reach"] == "within") & (mine["verdict"] != REFUSE)]
    if told.empty:
        raise EmptySelectionError(
            "No norm can judge any of these populations: nothing is told, so nothing "
            "is drawn. See the column 'statement' for the reasons."
        )
    axes = axes_or_new(ax, _FRAME + _CELL * len(rows))
    cells = told.groupby(["reference", "population"])["flagged"].agg(["median", "size"])
    home = float(mine["flagged_at_home"].iloc[0])
    _draw_cells(axes, (rows, columns), cells, home, several=milestone is None)
    _frame_same_country(axes, rows, columns, mine)
    _edges(axes, rows, columns, names)
    what = "" if milestone is None else f": {named(names, milestone)}"
    title = f"Flagged {flag} by imported norms{what}"
    head_across(axes, title, _subtitle(mine, flag, several=milestone is None))
    return axes


def _references(mine: pd.DataFrame) -> list[str]:
    """Put populations in order, then norms printed elsewhere."""
    people = set(mine["population"])
    names = mine["reference"].unique().tolist()
    return sorted(names, key=lambda name: (name not in people, name))


def _draw_cells(
    axes: Axes,
    grid: tuple[list[str], list[str]],
    cells: pd.DataFrame,
    home: float,
    *,
    several: bool,
) -> None:
    """Colour each cell by its share and write it in."""
    rows, columns = grid
    lookup = {key: (float(m), int(n)) for key, m, n in cells.itertuples()}
    for y, reference in enumerate(rows):
        for x, population in enumerate(columns):
            if reference == population:
                axes.plot([x - 0.12, x + 0.12], [y, y], color=QUIET, lw=0.8)
                continue
            found = lookup.get((reference, population))
            colour = _NOT_TOLD if found is None else _colour(found[0], home)
            _rectangle(axes, x, y, face=colour)
            if found is None:
                continue
            share, number_of = found
            white = abs(_departure(share, home)) > 0.55
            colour = "white" if white else INK
            up = 0.12 if several else 0.0
            _write(axes, (x, y - up), in_per_cent(share), 7, colour)
            if several:
                _write(axes, (x, y + 0.3), str(number_of), 4.8, colour)


def _write(
    axes: Axes, at: tuple[float, float], words: str, size: float, colour: str
) -> None:
    """Write into a cell."""
    axes.text(*at, words, fontsize=size, color=colour, ha="center", va="center")


def _rectangle(
    axes: Axes, x: int, y: int, *, face: str, edge: str = "white", width: float = 0.8
) -> None:
    """Draw one cell."""
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle(
            (x - 0.5, y - 0.5), 1, 1, facecolor=face, edgecolor=edge, linewidth=width
        )
    )


def _frame_same_country(
    axes: Axes, rows: list[str], columns: list[str], mine: pd.DataFrame
) -> None:
    """Frame the cells of two studies of one country."""
    same = mine.loc[mine["same_country"], ["reference", "population"]].drop_duplicates()
    for reference, population in same.itertuples(index=False):
        at = columns.index(population), rows.index(reference)
        _rectangle(axes, *at, face="none", edge=INK, width=1.3)


def _edges(
    axes: Axes, rows: list[str], columns: list[str], names: Mapping[str, str] | None
) -> None:
    """Name rows and columns."""
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xticks(
        range(len(columns)), [short(named(names, c)) for c in columns], rotation=90
    )
    axes.set_yticks(range(len(rows)), [short(named(names, r)) for r in rows])
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel("children of")
    axes.set_ylabel("judged by the norm of")


def _departure(share: float, home: float) -> float:
    """Say how far a share lies from home: -1 to 1, on the logit scale."""
    low, high = _ENDS
    at = np.log(np.clip(share, low, high) / (1 - np.clip(share, low, high)))
    middle, bottom, top = (np.log(s / (1 - s)) for s in (home, low, high))
    away = at - middle
    return float(away / (top - middle) if away > 0 else away / (middle - bottom))


def _colour(share: float, home: float) -> str:
    """White at home; ochre where more, blue where fewer are flagged."""
    from matplotlib.colors import to_hex, to_rgb

    away = _departure(share, home)
    end = np.array(to_rgb(COLOURS[6] if away > 0 else COLOURS[0]))
    red, green, blue = (1 - abs(away) * (1 - end)).tolist()
    return str(to_hex((red, green, blue)))


def _subtitle(mine: pd.DataFrame, flag: str, *, several: bool) -> str:
    """Say what the numbers are, what is usual, and how to read the cells."""
    share = percent(float(mine["share"].iloc[0]))
    home = percent(float(mine["flagged_at_home"].iloc[0]))
    rule = (
        f"not passing at the age when {share} of the norm's children pass"
        if flag == "late"
        else f"passing when only {home} of the norm's children pass"
    )
    children = mine.drop_duplicates(["population", "milestone"])["asked"].sum()
    over = " (large: median over milestones; small: how many)" if several else ""
    return (
        f"Per cent {rule}{over}; at home {home}. Posterior medians, "
        f"{number(children)} responses. {floor_words(mine)} Grey: cannot be told. "
        "Frame: two studies of one country."
    )
