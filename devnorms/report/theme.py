"""
One look for every figure: fonts, sizes, and a colour and marker per population.

Figures are drawn 3.5 inches wide: one column of a journal, and nearly the width of a
phone, so the same drawing is legible in both without being scaled down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from devnorms.schema.norms import POOLED

WIDTH = 3.5
SMALL = 7.5

# Ten colours at least 3:1 against white, chosen by search so that the two nearest lie
# as far apart as possible for normal sight, protanopia and deuteranopia (Machado,
# Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113; distances in OKLab). The
# ready-made ten-colour palettes have pairs under a third as far apart, or pale yellows.
COLOURS = (
    "#273b9d", "#c48914", "#761462", "#629d89", "#b176ff",
    "#004e00", "#9d6200", "#764ed8", "#7676b1", "#894e62",
)  # fmt: skip
# No triangles to the side: they would look like the arrows of flagged ages.
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "*", "h", "H")
_SCALES = {"*": 1.7, "^": 1.15, "v": 1.15, "P": 1.15, "X": 1.15, "p": 1.1}
_LONGEST = 18
INK = "#1b1b1f"
QUIET = "#5c5c66"
RULE = "#d9d9de"


@dataclass(frozen=True)
class Frame:
    """
    Where the axes lie in a figure one column wide; all in inches.

    Attributes
    ----------
    height : float
        Of the figure.
    left, right, bottom, top : float
        Margins. All zero: they are found from what is drawn, which takes longer.
    """

    height: float
    left: float = 0
    right: float = 0
    bottom: float = 0
    top: float = 0


@dataclass(frozen=True)
class Mark:
    """
    How a population is drawn, in every figure alike.

    Attributes
    ----------
    colour : str
        Hexadecimal.
    marker : str
        A matplotlib marker that can be drawn open.
    scale : float
        How much larger it is drawn, because a star looks smaller than a square.
    """

    colour: str
    marker: str
    scale: float = 1.0


def marks(populations: Iterable[str]) -> dict[str, Mark]:
    """
    Give each population its colour and marker.

    Populations are taken in alphabetical order, so figures agree when they are given
    the same populations; give all of a norm set's, not only those drawn. The pooled row
    is always a black diamond.

    Parameters
    ----------
    populations : iterable of str
        All populations of the norm set.

    Returns
    -------
    dict of str to Mark

    Examples
    --------
    >>> marks(["NLD-SMOCC", "CHN"])["CHN"] == marks(["CHN", "NLD-SMOCC"])["CHN"]
    True
    """
    names = sorted(set(populations) - {POOLED})
    given = {
        name: Mark(COLOURS[i % len(COLOURS)], marker, _SCALES.get(marker, 1.0))
        for i, name in enumerate(names)
        if (marker := MARKERS[i % len(MARKERS)])
    }
    return given | {POOLED: Mark("#000000", "d")}


def settings() -> dict[Any, Any]:
    """
    Give the settings of the theme, for `matplotlib.rc_context`.

    Returns
    -------
    dict
        Values by the name of the setting.
    """
    import seaborn as sns

    return {
        **sns.axes_style("ticks"),
        **sns.plotting_context("paper"),
        "font.family": ["DejaVu Sans"],
        "font.size": 8,
        "axes.titlesize": 9.5,
        "axes.titleweight": "bold",
        "axes.labelsize": 8,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "legend.fontsize": SMALL,
        "legend.frameon": False,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": QUIET,
        "xtick.color": QUIET,
        "ytick.color": QUIET,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "grid.color": RULE,
        "grid.linewidth": 0.6,
        "axes.linewidth": 0.7,
        "xtick.major.width": 0.7,
        "ytick.major.width": 0.7,
        "xtick.major.size": 3,
        "ytick.major.size": 3,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "lines.solid_capstyle": "round",
        # Names are text, also those with a dollar sign.
        "text.parse_math": False,
        "svg.hashsalt": "devnorms",
        "svg.fonttype": "path",
    }


@contextmanager
def theme() -> Iterator[None]:
    """Draw in the theme inside a ``with`` block; settings outside stay as they are."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        yield


def themed[**P, R](draw: Callable[P, R]) -> Callable[P, R]:
    """
    Let a drawing function work inside `theme`.

    Parameters
    ----------
    draw : callable
        Draws.
    """

    @wraps(draw)
    def inside(*args: P.args, **named: P.kwargs) -> R:
        with theme():
            return draw(*args, **named)

    return inside


def named(names: Mapping[str, str] | None, key: str) -> str:
    """
    Look up what to call a population or milestone.

    Parameters
    ----------
    names : mapping of str to str or None
        What the caller gave.
    key : str
        An id; shown in words if it has no name.
    """
    known = names or {}
    return known.get(key, key if key != key.lower() else spoken(key))


def short(words: str) -> str:
    """
    Cut a label that would leave no room for the drawing.

    Parameters
    ----------
    words : str
        A population's name.

    Examples
    --------
    >>> short("NLD-SMOCC"), short("children of the whole province")
    ('NLD-SMOCC', 'children of the w…')
    """
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def spoken(key: str) -> str:
    """
    Turn an id into words.

    Parameters
    ----------
    key : str
        For example ``walks_alone``.

    Examples
    --------
    >>> spoken("walks_alone")
    'Walks alone'
    """
    return key.replace("_", " ").capitalize()
