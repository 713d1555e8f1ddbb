"""Differences, ledgers and links are drawn as their tables say, refused ones never."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.container import BarContainer

from devnorms._base.errors import (
    EmptySelectionError,
    InvalidTableError,
    UnknownNameError,
)
from devnorms.norms import compare, gate, ledger
from devnorms.report import plot
from devnorms.schema.differences import ALL, CAUTION, PARTS, REFUSE
from devnorms.simulate import draw_truth, simulate_curves


@pytest.fixture(scope="module")
def made() -> xr.Dataset:
    """Curves of six populations, in a few draws."""
    rng = np.random.default_rng(2)
    return simulate_curves(draw_truth(rng=rng), rng=rng, draws=20)


@pytest.fixture
def ax() -> Iterator[Axes]:
    """Axes of a figure that is closed afterwards."""
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def written(ax: Axes) -> str:
    """Everything written in the axes."""
    words = [ax.get_title(loc="left"), ax.get_xlabel()]
    return " ".join(" ".join([*words, *(t.get_text() for t in ax.texts)]).split())


def test_points_and_intervals_are_those_of_the_table_and_refused_rows_have_none(
    made, ax
):
    table = compare(made, "COL-SIM-A", shares=[0.5])
    plot.differences(table, milestones=["sits_without_support", ALL], ax=ax)
    drawn = table[table["milestone"].isin(["sits_without_support", ALL])]
    told = drawn[drawn["verdict"] != REFUSE]
    points = [line for line in ax.lines if line.get_gid() == "difference"]
    x = sorted(float(np.ravel(point.get_xdata())[0]) for point in points)
    np.testing.assert_allclose(x, sorted(told["difference_months"]))
    lines = [c for c in ax.collections if isinstance(c, LineCollection)]
    ends = sorted(tuple(line.get_segments()[0][:, 0]) for line in lines)
    columns = ["difference_months_low", "difference_months_high"]
    np.testing.assert_allclose(ends, sorted(map(tuple, told[columns].to_numpy())))
    words = [text for text in ax.texts if text.get_gid() == "refused"]
    assert len(words) == (drawn["verdict"] == REFUSE).sum() > 0
    assert {text.get_text() for text in words} == {"do not compare"}
    assert "months later than COL-SIM-A" in written(ax)
    assert "90 % equal-tailed credible interval" in written(ax)
    assert f"{len(words)} of {len(drawn)} rows may not be compared" in written(ax)


def test_the_floor_is_drawn_as_wide_as_the_table_says_and_caution_is_open(made, ax):
    table = compare(made, "COL-SIM-A", shares=[0.9])
    plot.differences(table, milestones=[ALL], share=0.9, ax=ax)
    told = table[(table["milestone"] == ALL) & (table["verdict"] != REFUSE)]
    widths = sorted(
        bar.get_width()
        for bars in ax.containers
        if isinstance(bars, BarContainer)
        for bar in bars
    )
    floors = told[["floor_months", "floor_upper_months"]].to_numpy().ravel()
    np.testing.assert_allclose(widths, sorted(2 * floors[np.isfinite(floors)]))
    assert set(told["verdict"]) == {CAUTION}
    faces = {
        line.get_markerfacecolor()
        for line in ax.lines
        if line.get_gid() == "difference"
    }
    assert faces == {"white"}
    assert "90" in ax.get_title(loc="left")


def test_bars_of_the_ledger_are_the_parts_and_prior_dominated_ones_are_hatched(
    made, ax
):
    table = ledger(made, "COL-SIM-A", milestones=["walks_alone"])
    told = table[(table["population"] == "NLD-SIM")].copy()
    told["verdict"] = CAUTION
    told.loc[told["part"] == "wording", "standing"] = "prior-dominated"
    plot.ledger(told, milestone="walks_alone", ax=ax)
    bars = [bar for bars in ax.containers for bar in bars]
    shown = told[~told["standing"].isin(["none", "not split"])]
    np.testing.assert_allclose(
        sorted(bar.get_width() for bar in bars), sorted(shown["months"])
    )
    hatched = [bar for bar in bars if bar.get_hatch()]
    assert len(hatched) == 1
    wording = told.set_index("part").loc["wording", "months"]
    assert hatched[0].get_width() == pytest.approx(wording)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == list(PARTS)
    assert "not split: modes not given" in written(ax)
    assert "prior-dominated" in written(ax)


def test_a_refused_ledger_has_words_and_no_bar(made, ax):
    table = ledger(made, "COL-SIM-A", milestones=["walks_alone"])
    refused = table[table["population"] == "NLD-SIM"].assign(verdict=REFUSE)
    plot.ledger(refused, milestone="walks_alone", ax=ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == [REFUSE]
    assert not ax.containers


def test_the_link_graph_has_a_point_per_population_and_a_line_per_pair(made, ax):
    table = gate(made, shares=[0.5])
    plot.link_graph(table, ax=ax)
    every = table[table["milestone"] == ALL]
    nodes = [line for line in ax.lines if line.get_gid() == "node"]
    assert len(nodes) == 6
    for verdict, rows in every.groupby("verdict"):
        edges = [line for line in ax.lines if line.get_gid() == verdict]
        assert len(edges) == len(rows)
        if verdict != REFUSE:
            solid = sum(not line.is_dashed() for line in edges)
            assert solid == (rows["link"] == "same items").sum()
    assert f"{len(every)} pairs" in written(ax)
    entries = {text.get_text() for text in ax.get_legend().get_texts()}
    assert {"compare", "do not compare", "linked items only"} <= entries


@pytest.mark.parametrize("figure", ["differences", "ledger", "link_graph"])
def test_bad_tables_unknown_milestones_and_missing_shares_are_named(made, figure, ax):
    draw = getattr(plot, figure)
    table = {
        "differences": lambda: compare(made, shares=[0.5]),
        "ledger": lambda: ledger(made, shares=[0.5]),
        "link_graph": lambda: gate(made, shares=[0.5]),
    }[figure]()
    choice = {"milestones": ["walks"]} if figure == "differences" else {
        "milestone": "walks"
    }  # fmt: skip
    with pytest.raises(UnknownNameError, match="walks_alone"):
        draw(table, **choice, ax=ax)
    fine = {"milestones": [ALL]} if figure == "differences" else {"milestone": ALL}
    with pytest.raises(EmptySelectionError, match=r"share of 0\.9"):
        draw(table, **fine, share=0.9, ax=ax)
    with pytest.raises(InvalidTableError, match="verdict"):
        draw(pd.DataFrame(table).drop(columns="verdict"), **fine, ax=ax)
