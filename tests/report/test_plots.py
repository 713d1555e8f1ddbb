"""What is drawn is what stands in the tables: data, labels, n, interval, level."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from devnorms._base.errors import BadValueError, InvalidTableError, UnknownNameError
from devnorms.report import plot
from devnorms.report.tables import asked_by_age, observed_shares
from devnorms.report.theme import marks
from devnorms.schema.norms import POOLED, NormSet


@pytest.fixture
def ax() -> Iterator[Axes]:
    """Axes of a figure that is closed afterwards."""
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def texts(ax: Axes) -> str:
    """Everything written in the axes, on one line."""
    written = [ax.get_title(loc="left"), *(text.get_text() for text in ax.texts)]
    return " ".join(" ".join(written).split())


def lines(ax: Axes, gid: str) -> list[Line2D]:
    """The lines marked as one kind."""
    return [line for line in ax.lines if line.get_gid() == gid]


def labelled(ax: Axes, label: str) -> Line2D:
    """The line with a label."""
    (line,) = [line for line in ax.lines if line.get_label() == label]
    return line


def test_a_curve_is_the_table_and_stops_where_nobody_was_asked(shares, ax):
    plot.curves(shares, milestone="walks_alone", ax=ax)
    for population in ("CHL", "COL-B", "ZAF"):
        mine = shares[
            (shares["milestone"] == "walks_alone")
            & (shares["population"] == population)
        ]
        line = labelled(ax, population)
        np.testing.assert_array_equal(line.get_xdata(), mine["age_months"])
        drawn = np.asarray(line.get_ydata(), dtype=float)
        inside = mine["within_support"].to_numpy()
        np.testing.assert_array_equal(
            drawn[inside], mine["share_passing"].to_numpy()[inside]
        )
        assert np.isnan(drawn[~inside]).all()
        assert line.get_color() == marks(shares["population"])[population].colour


def test_outside_the_ages_asked_the_curve_is_dashed_and_faint(shares, ax):
    only = shares[shares["population"] == "JAM-LBW"]
    plot.curves(only, milestone="walks_alone", ax=ax)
    dashed = [line for line in ax.lines if line.is_dashed()]
    assert len(dashed) == 1
    assert dashed[0].get_alpha() < 0.5
    assert np.isfinite(np.asarray(dashed[0].get_ydata(), dtype=float)).all()


def test_every_population_is_in_the_legend_and_the_axis_counts_months(shares, ax):
    plot.curves(shares, milestone="jumps", names={"ZAF": "Soweto"}, ax=ax)
    entries = {text.get_text() for text in ax.get_legend().get_texts()}
    assert entries == {"CHL", "COL-A", "COL-B", "JAM-LBW", "NLD", "Soweto", POOLED}
    assert ax.get_xlabel() == "age in months"
    assert ax.get_title(loc="left") == "Jumps"


def test_the_subtitle_names_n_interval_and_level(shares, counts, ax):
    observed = observed_shares(counts, milestone="walks_alone")
    plot.curves(shares, observed, milestone="walks_alone", ax=ax)
    n = f"{observed['asked'].sum():,}"
    assert f"{n} responses (points), 6 populations" in texts(ax)
    assert "90 % equal-tailed credible interval" in texts(ax)


def test_points_are_the_observed_shares_and_grow_with_n(shares, ax):
    observed = pd.DataFrame(
        {
            "population": "NLD",
            "milestone": "walks_alone",
            "age_months": [11.0, 12.0, 13.0],
            "asked": [50, 200, 400],
            "share_passing": [0.2, 0.5, 0.8],
        }
    )
    plot.curves(shares, observed, milestone="walks_alone", ax=ax)
    (points,) = [c for c in ax.collections if len(c.get_offsets()) == 3]
    np.testing.assert_array_equal(
        points.get_offsets(), observed[["age_months", "share_passing"]]
    )
    assert (np.diff(points.get_sizes()) > 0).all()


def test_a_milestone_must_be_named_and_known(shares, ax):
    with pytest.raises(UnknownNameError, match=r"'walk_alone'.*'walks_alone'"):
        plot.curves(shares, milestone="walk_alone", ax=ax)
    with pytest.raises(BadValueError, match=r"'milestone' must be one of the 5"):
        plot.curves(shares, ax=ax)
    with pytest.raises(InvalidTableError, match=r"missing column.*'level'"):
        plot.curves(shares.drop(columns="level"), milestone="jumps", ax=ax)


def test_an_age_out_of_reach_is_never_drawn_as_a_number(norms: NormSet, ax):
    plot.forest(norms.table, shares=(0.5,), ax=ax)
    flagged = norms.table[
        (norms.table["share"] == 0.5) & norms.table["support"].isin(["before", "after"])
    ]
    assert len(flagged) > 3
    drawn = np.concatenate([line.get_xdata() for line in lines(ax, "age")])
    assert not set(flagged["age_months"]) & set(drawn)
    for side, end in (
        ("before", "support_low_months"),
        ("after", "support_high_months"),
    ):
        open_markers = lines(ax, side)
        ends = np.concatenate([line.get_xdata() for line in open_markers])
        expected = flagged.loc[flagged["support"] == side, end]
        assert sorted(ends) == sorted(expected)
        assert {line.get_markerfacecolor() for line in open_markers} == {"white"}
    arrows = np.concatenate([line.get_xdata() for line in lines(ax, "arrow")])
    assert len(arrows) == len(flagged)


def test_ages_within_reach_are_drawn_at_their_median_in_their_colour(norms, ax):
    plot.forest(norms.table, milestones=["walks_alone"], shares=(0.5,), ax=ax)
    here = norms.table[
        (norms.table["milestone"] == "walks_alone") & (norms.table["share"] == 0.5)
    ].set_index("population")
    look = marks(norms.table["population"])
    for population, mark in look.items():
        (line,) = [
            m for m in lines(ax, "age") if m.get_markerfacecolor() == mark.colour
        ]
        assert line.get_xdata().tolist() == [here.loc[population, "age_months"]]
        assert line.get_marker() == mark.marker


def test_rows_are_populations_under_milestones_the_pooled_one_last(norms, ax):
    plot.forest(norms.table, milestones=["walks_alone", "jumps"], ax=ax)
    labels = [text.get_text() for text in ax.get_yticklabels()]
    names = [*sorted(set(norms.table["population"]) - {POOLED}), POOLED]
    assert labels == names * 2
    assert "Walks alone" in texts(ax)
    assert "Jumps" in texts(ax)
    assert "90 % equal-tailed credible interval" in texts(ax)
    assert "14,808 responses" in texts(ax)


def test_an_interval_is_dotted_beyond_the_ages_asked(norms, ax):
    table = norms.table[
        (norms.table["milestone"] == "walks_alone")
        & (norms.table["population"] == "CHL")
        & (norms.table["share"] == 0.5)
    ].assign(
        age_months=12.0,
        age_months_low=10.0,
        age_months_high=14.0,
        support_low_months=11.0,
        support_high_months=30.0,
    )
    plot.forest(table, shares=(0.5,), ax=ax)
    spans = {
        c.get_gid(): [segment[:, 0].tolist() for segment in c.get_segments()]
        for c in ax.collections
    }
    assert spans == {"interval": [[11.0, 14.0]], "beyond": [[10.0, 11.0]]}


def test_what_was_sampled_says_n_and_the_kind_of_sample(norms, counts, ax):
    asked = asked_by_age(counts)
    plot.sampled(norms.populations, asked, ax=ax)
    written = texts(ax)
    for row in norms.populations.itertuples():
        n = asked.loc[asked["population"] == row.population, "asked"].sum()
        assert f"{row.sampling}: {row.children} children, {n:,} responses" in written
        assert row.country_name in written
    assert len(ax.patches) == len(asked)
    assert ax.get_xlabel() == "age in months"


def test_bars_start_and_end_with_their_bins(norms, ax):
    asked = pd.DataFrame(
        {
            "population": "NLD",
            "age_months_low": [0.0, 1.0],
            "age_months_high": [1.0, 3.0],
            "asked": [10, 10],
        }
    )
    plot.sampled(norms.populations, asked, ax=ax)
    first, second = ax.patches
    assert (first.get_x(), first.get_width()) == (0, 1)
    assert (second.get_x(), second.get_width()) == (1, 2)
    assert abs(first.get_height()) == pytest.approx(2 * abs(second.get_height()))


def test_checks_open_the_points_that_lie_outside_their_interval(predictive, ax):
    plot.checks(predictive, ax=ax)
    within = np.concatenate([line.get_ydata() for line in lines(ax, "within")])
    outside = np.concatenate([line.get_ydata() for line in lines(ax, "outside")])
    assert len(within) == 48
    assert len(outside) == 12
    assert {line.get_markerfacecolor() for line in lines(ax, "outside")} == {"white"}
    (diagonal,) = lines(ax, "diagonal")
    np.testing.assert_array_equal(diagonal.get_xdata(), diagonal.get_ydata())
    assert "90 % equal-tailed predictive interval" in texts(ax)
    assert f"{predictive['asked'].sum():,} responses" in texts(ax)


def test_published_ages_are_crosses_and_bounds_have_an_arrow(published, ax):
    plot.published(published, share=0.5, ax=ax)
    (crosses,) = lines(ax, "published")
    assert sorted(crosses.get_xdata()) == [12.0, 12.6, 24.0]
    (bound,) = lines(ax, "arrow")
    assert bound.get_xdata().tolist() == [24.0]
    written = texts(ax)
    for sample in published["published_population"].unique():
        assert sample in written
    assert "n = 816" in written


def test_ours_beyond_the_ages_asked_are_not_set_beside_published_ones(published, ax):
    plot.published(published, share=0.5, milestones=["jumps"], ax=ax)
    labels = [text.get_text() for text in ax.get_yticklabels()]
    within = published[
        (published["milestone"] == "jumps") & (published["support"] == "within")
    ]
    assert labels == [*sorted(within["population"]), "published 1"]
    assert not lines(ax, "after")


def test_figures_change_neither_tables_nor_settings(shares, norms, ax):
    before = dict(mpl.rcParams)
    copies = shares.copy(), norms.table.copy()
    returned = plot.curves(shares, milestone="jumps", ax=ax)
    plot.forest(norms.table, ax=ax)
    assert returned is ax
    pd.testing.assert_frame_equal(shares, copies[0])
    pd.testing.assert_frame_equal(norms.table, copies[1])
    assert dict(mpl.rcParams) == before


def test_without_axes_a_figure_one_column_wide_is_made(shares):
    ax = plot.curves(shares, milestone="jumps")
    assert ax.figure.get_size_inches()[0] == pytest.approx(3.5)
    plt.close(ax.figure)
