"""
Drawings as files and as text that a page can hold.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devnorms.report.theme import WIDTH, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DOTS_PER_INCH = 200
_COLOURS_KEPT = 128
_CSS_PIXELS = 96


@dataclass(frozen=True)
class Drawing:
    """
    A finished figure.

    Attributes
    ----------
    name : str
        File name without ending; also its anchor in the page.
    caption, alt : str
        What stands under it, and what it shows for those who do not see it.
    png, svg : bytes
        Files.
    width, height : int
        Size in a page, CSS pixels.
    """

    name: str
    caption: str
    alt: str
    png: bytes
    svg: bytes
    width: int
    height: int

    @property
    def source(self) -> str:
        """The PNG as a data address: the page needs no other file."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode('ascii')}"


def draw(
    name: str, height: float, onto: Callable[[Axes], object], *, caption: str, alt: str
) -> Drawing:
    """
    Make a figure one column wide and keep it as PNG and SVG.

    Parameters
    ----------
    name : str
        File name without ending.
    height : float
        Inches.
    onto : callable
        Draws onto the axes it is given.
    caption, alt : str
        See `Drawing`.

    Returns
    -------
    Drawing
        The same bytes for the same tables.
    """
    from matplotlib.figure import Figure

    with theme():
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        onto(figure.subplots())
        png = io.BytesIO()
        figure.savefig(png, dpi=_DOTS_PER_INCH, metadata={"Software": None})
        figure.set_layout_engine("none")
        svg = io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return Drawing(
        name,
        caption,
        alt,
        _fewer_colours(png.getvalue()),
        svg.getvalue(),
        round(WIDTH * _CSS_PIXELS),
        round(height * _CSS_PIXELS),
    )


def _fewer_colours(png: bytes) -> bytes:
    """Make it a quarter of the size; the octree keeps a population's colour exact."""
    from PIL import Image

    small = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        fewer = image.convert("RGB").quantize(
            _COLOURS_KEPT, method=Image.Quantize.FASTOCTREE
        )
        fewer.save(small, "PNG", optimize=True, dpi=(_DOTS_PER_INCH, _DOTS_PER_INCH))
    return small.getvalue()
