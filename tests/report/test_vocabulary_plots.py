"""Centiles and words are drawn as their tables say."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from devnorms._base.errors import BadValueError, EmptySelectionError, UnknownNameError
from devnorms.report import plot

AGES = np.arange(10, 16)


@pytest.fixture
def ax() -> Iterator[Axes]:
    """Axes of a figure that is closed afterwards."""
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def centiles(*populations: str) -> pd.DataFrame:
    """Three centiles that rise by ten words a month."""
    rows = [
        {
            "population": population, "measure": "understands", "sex": "all",
            "age_months": age, "centile": centile, "words": words,
            "words_low": words - 5,
            "words_high": words + 5, "ceiling": 120, "interval": "equal-tailed",
            "level": 0.9, "children": 1234,
        }
        for population in populations
        for age in AGES
        for centile, more in ((0.1, 0), (0.5, 20), (0.9, 21))
        for words in [10.0 * (age - 9) + more]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def drawn(axes: Axes, gid: str) -> list[np.ndarray]:
    """Heights of the lines of one kind."""
    return [
        np.asarray(line.get_ydata()) for line in axes.lines if line.get_gid() == gid
    ]


def test_each_centile_is_a_line_through_its_words(ax: Axes) -> None:
    plot.vocabulary(centiles("A WG"), ax=ax)
    (middle,) = drawn(ax, "centile 0.5")
    assert middle.tolist() == [30.0, 40.0, 50.0, 60.0, 70.0, 80.0]
    (ceiling,) = drawn(ax, "ceiling")
    assert set(ceiling) == {120}
    words = " ".join(text.get_text() for text in ax.texts)
    assert "all 120 words of the form" in words
    assert "1,234 children" in words


def test_names_of_close_centiles_stand_apart(ax: Axes) -> None:
    plot.vocabulary(centiles("A WG"), ax=ax)
    names = [text for text in ax.texts if text.get_gid() == "name"]
    assert [text.get_text() for text in names] == ["10", "50", "90"]
    heights = [text.xy[1] for text in names]
    assert heights[2] - heights[1] > 5
    assert heights[1] + heights[2] == pytest.approx(80 + 81)


def test_one_population_is_drawn_and_must_be_named(ax: Axes) -> None:
    with pytest.raises(BadValueError, match="one of the 2"):
        plot.vocabulary(centiles("A WG", "B WG"), ax=ax)
    plot.vocabulary(centiles("A WG", "B WG"), population="B WG", ax=ax)
    with pytest.raises(UnknownNameError, match="sex"):
        plot.vocabulary(centiles("A WG"), sex="female", ax=ax)


def word_tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two languages that were asked at the age at one half, and one that was not."""
    ages = pd.DataFrame(
        {
            "population": ["late", "early", "too young"],
            "milestone": "produces_dog", "share": 0.5,
            "age_months": [20.0, 14.0, 30.0], "age_months_low": [19.0, 13.0, 20.0],
            "age_months_high": [21.0, 15.0, 50.0], "interval": "equal-tailed",
            "level": 0.9, "asked": [100, 2000, 30],
            "support": ["within", "within", "after"],
        }
    )  # fmt: skip
    months = np.arange(8.0, 26.0)
    shares = pd.concat(
        pd.DataFrame(
            {
                "population": name, "milestone": "produces_dog", "age_months": months,
                "share_passing": 1 / (1 + np.exp(half - months)),
                "share_passing_low": 0.0, "share_passing_high": 1.0,
                "interval": "equal-tailed", "level": 0.9,
                "within_support": months > 10,
            }
        )
        for name, half in (("late", 20), ("early", 14), ("too young", 30))
    )  # fmt: skip
    return ages, shares


def test_words_are_sorted_by_age_and_ages_never_asked_are_counted_not_drawn(
    ax: Axes,
) -> None:
    plot.word_ages(*word_tables(), milestone="produces_dog", ax=ax)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["Early", "Late"]
    (points,) = (line for line in ax.lines if line.get_gid() == "age")
    assert np.asarray(points.get_xdata()).tolist() == [14.0, 20.0]
    assert len(ax.images) == 2
    left, right, *_ = ax.images[0].get_extent()
    assert (left, right) == (10.5, 25.5)
    words = " ".join(text.get_text() for text in ax.texts)
    assert "1 population not asked" in words.replace("\n", " ")
    assert "2,100 answers" in words


def test_a_word_that_nobody_was_asked_about_in_time_is_refused(ax: Axes) -> None:
    ages, shares = word_tables()
    with pytest.raises(EmptySelectionError, match="produces_dog"):
        plot.word_ages(
            ages[ages["support"] == "after"], shares, milestone="produces_dog", ax=ax
        )
    with pytest.raises(UnknownNameError, match="milestone"):
        plot.word_ages(ages, shares, milestone="produces_cat", ax=ax)
