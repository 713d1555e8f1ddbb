"""Figures of attainment show what stands in their tables."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from devnorms._base.errors import UnknownNameError
from devnorms.report import plot


def ages() -> pd.DataFrame:
    """Three populations, one of them published only."""
    return pd.DataFrame(
        {
            "population": ["A", "B", "A published sample with a very long name indeed"],
            "item": ["i", "i", "walking alone"],
            "milestone": "walks_alone",
            "share": 0.5,
            "age_months": [12.0, 13.0, 12.5],
            "age_months_low": [11.5, 12.0, 11.0],
            "age_months_high": [12.5, 14.0, 14.0],
            "level": 0.9,
            "evidence": ["raw", "raw", "published"],
        }
    )


def test_a_published_population_is_hollow_and_its_figure_a_cross() -> None:
    table = ages()
    figures = table.tail(1)[["population", "milestone", "share"]].assign(value=12.2)
    axes = plot.attained(table, milestone="walks_alone", figures=figures)
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    hollow = [d for d in dots if d.get_markerfacecolor() == "white"]
    assert [float(d.get_xdata()[0]) for d in hollow] == [12.5]
    crosses = [line for line in axes.lines if line.get_gid() == "printed"]
    assert crosses[0].get_xdata().tolist() == [12.2]
    assert crosses[0].get_ydata().tolist() == list(hollow[0].get_ydata())
    plt.close(axes.figure)


def test_the_curve_goes_through_the_ages_of_the_table() -> None:
    share = np.linspace(0.1, 0.9, 9)
    table = pd.concat([ages().head(1)] * 9, ignore_index=True).assign(
        share=share, age_months=10 + 5 * share
    )
    steps = pd.DataFrame(
        {
            "population": "A",
            "item": "i",
            "after_months": [0.0, 12.0],
            "by_months": [12.0, np.inf],
            "share": [0.4, 1.0],
        }
    )
    axes = plot.attained_curve(table, steps, item="i")
    drawn = axes.lines[0].get_xydata()
    np.testing.assert_allclose(drawn, np.stack([10 + 5 * share, share], axis=1))
    plt.close(axes.figure)


def test_a_milestone_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="walks"):
        plot.attained(ages(), milestone="walks")
