"""The look: colours that anybody can tell apart, and no traces left behind."""

from __future__ import annotations

import itertools

import matplotlib as mpl
import numpy as np
import pytest
import seaborn as sns

from devnorms.report.theme import COLOURS, INK, MARKERS, QUIET, marks, theme
from devnorms.schema.norms import POOLED

# Machado, Oliveira, Fernandes 2009, doi:10.1109/TVCG.2009.113, severity 1.
PROTANOPIA = [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
]
DEUTERANOPIA = [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
]


def linear(colour: str) -> np.ndarray:
    """Linear RGB of a hexadecimal colour (IEC 61966-2-1)."""
    rgb = np.array(mpl.colors.to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast_on_white(colour: str) -> float:
    """WCAG 2 contrast ratio against white."""
    luminance = linear(colour) @ [0.2126, 0.7152, 0.0722]
    return 1.05 / (luminance + 0.05)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Ottosson's OKLab, in which equal distances look about equal."""
    to_lms = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    to_lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.cbrt(np.clip(rgb, 0, 1) @ np.transpose(to_lms)) @ np.transpose(to_lab)


def nearest_pair(colours: list[str]) -> float:
    """Smallest distance of two colours, for the sight to which it is smallest."""
    rgb = np.array([linear(colour) for colour in colours])
    seen = [rgb, rgb @ np.transpose(PROTANOPIA), rgb @ np.transpose(DEUTERANOPIA)]
    return min(
        float(np.linalg.norm(a - b))
        for sight in seen
        for a, b in itertools.combinations(oklab(sight), 2)
    )


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_stands_out_from_white_as_wcag_asks_of_graphics(colour: str):
    assert contrast_on_white(colour) >= 3


@pytest.mark.parametrize("colour", [INK, QUIET])
def test_text_in_figures_has_the_contrast_wcag_asks_of_text(colour: str):
    assert contrast_on_white(colour) >= 4.5


def test_colours_are_further_apart_than_the_usual_colour_blind_palettes():
    usual = sns.color_palette("colorblind", 10).as_hex()
    assert nearest_pair(list(COLOURS)) > 2 * nearest_pair(list(usual))


def test_a_population_has_one_mark_in_whatever_order_populations_come():
    names = ["NLD", "CHN", "ZAF", POOLED]
    assert marks(names) == marks(reversed(names))
    assert marks(names)[POOLED].colour == "#000000"
    assert marks(["NLD"])[POOLED].marker == "d"


def test_a_hundred_populations_can_be_told_apart_by_colour_and_marker():
    given = marks([f"population {i:03d}" for i in range(100)])
    assert len({(mark.colour, mark.marker) for mark in given.values()}) == 101


def test_no_marker_looks_like_the_arrow_of_a_flagged_age():
    assert not {"<", ">"} & set(MARKERS)


def test_the_theme_leaves_no_setting_behind():
    before = dict(mpl.rcParams)
    with theme():
        assert mpl.rcParams["font.family"] == ["DejaVu Sans"]
    assert dict(mpl.rcParams) == before
