"""
Drawings as files and as text that a page can hold.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from devnorms._base.provenance import content_hash
from devnorms.report.theme import WIDTH, Frame, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 200
_DOTS_WHEN_MANY = 145
_COLOURS_KEPT = 128
_CSS_PIXELS = 96
_MANY = 60
_LONGEST_NAME = 80


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
    png : bytes
        A file.
    small : bytes
        The same picture for the page, as WebP without loss: hundreds fit in one page.
    svg : bytes
        For print; empty unless asked for.
    width, height : int
        Size in a page, CSS pixels.
    """

    name: str
    caption: str
    alt: str
    png: bytes
    small: bytes
    svg: bytes
    width: int
    height: int

    @property
    def source(self) -> str:
        """The small picture as a data address: the page needs no other file."""
        return f"data:image/webp;base64,{base64.b64encode(self.small).decode('ascii')}"


@dataclass(frozen=True)
class Studio:
    """
    Makes figures.

    Attributes
    ----------
    vector : bool
        Whether to keep SVG too.
    drawings : int
        How many the page will hold, about: with many, each has fewer dots.
    """

    vector: bool = False
    drawings: int = 1

    def draw(
        self,
        name: str,
        frame: Frame,
        onto: Callable[..., object],
        *,
        caption: str,
        alt: str,
    ) -> Drawing:
        """
        Make a figure one column wide.

        Parameters
        ----------
        name : str
            File name without ending.
        frame : Frame
            Its height and margins.
        onto : callable
            Draws onto the axes it is given as ``ax``.
        caption, alt : str
            See `Drawing`.

        Returns
        -------
        Drawing
            The same bytes for the same tables.
        """
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        dots = _DOTS_PER_INCH if self.drawings <= _MANY else _DOTS_WHEN_MANY
        with theme():
            figure = Figure(figsize=(WIDTH, frame.height), dpi=dots)
            canvas: Any = FigureCanvasAgg(figure)
            axes = _axes(figure, frame)
            onto(ax=axes)
            canvas.draw()
            svg = _svg(figure) if self.vector else b""
        png, small = _encoded(canvas, dots)
        return Drawing(
            name=file_name(name),
            caption=caption,
            alt=alt,
            png=png,
            small=small,
            svg=svg,
            width=round(WIDTH * _CSS_PIXELS),
            height=round(frame.height * _CSS_PIXELS),
        )


def file_name(name: str) -> str:
    """
    Make a name safe as a file name; one that had to be changed stays unique.

    Parameters
    ----------
    name : str
        Any text, for example with a milestone's id in it.

    Examples
    --------
    >>> file_name("curves-walks_alone")
    'curves-walks_alone'
    >>> file_name("curves-../../x").startswith("curves-______x-")
    True
    """
    safe = re.sub(r"[^A-Za-z0-9_-]", "_", name)[:_LONGEST_NAME]
    if safe == name:
        return name
    return f"{safe}-{content_hash(name)[:8]}"


def _axes(figure: Figure, frame: Frame) -> Axes:
    """Put axes where the frame says, or where their labels leave room."""
    if not frame.left:
        figure.set_layout_engine("constrained")
        return figure.subplots()
    width = (WIDTH - frame.left - frame.right) / WIDTH
    height = (frame.height - frame.bottom - frame.top) / frame.height
    return figure.add_axes(
        (frame.left / WIDTH, frame.bottom / frame.height, width, height)
    )


def _svg(figure: Figure) -> bytes:
    """Write without date or version: the same bytes for the same tables."""
    figure.set_layout_engine("none")
    svg = io.BytesIO()
    figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return svg.getvalue()


def _encoded(canvas: Any, dots: int) -> tuple[bytes, bytes]:
    """PNG and a smaller WebP; the octree keeps populations' colours exact."""
    from PIL import Image

    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    few = image.quantize(_COLOURS_KEPT, method=Image.Quantize.FASTOCTREE)
    png, webp = io.BytesIO(), io.BytesIO()
    few.save(png, "PNG", dpi=(dots, dots))
    few.convert("RGB").save(webp, "WEBP", lossless=True, method=2)
    return png.getvalue(), webp.getvalue()
