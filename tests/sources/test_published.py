"""Published figures: as printed, typed, linked with a reason."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from devnorms._base.errors import InvalidTableError, UnreadableFileError
from devnorms.sources import codebook, published


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    """Those that come with the package."""
    return published()


def ages(figures: pd.DataFrame, **where: str) -> dict[str, float]:
    """Statistic to age in months."""
    for column, value in where.items():
        figures = figures[figures[column] == value]
    return dict(zip(figures["statistic"], figures["age_months"], strict=True))


def test_the_who_windows_are_the_published_ones(figures: pd.DataFrame) -> None:
    # doi:10.1111/j.1651-2227.2006.tb02379.x, abstract: 1st and 99th percentiles
    windows = {
        "sits_without_support": (3.8, 9.2), "stands_holding_on": (4.8, 11.4),
        "crawls": (5.2, 13.5), "walks_with_support": (5.9, 13.7),
        "stands_alone": (6.9, 16.9), "walks_alone": (8.2, 17.6),
    }  # fmt: skip
    for milestone, (low, high) in windows.items():
        found = ages(figures, milestone=milestone, source_id="who2006_abstract")
        assert (found["p01"], found["p99"]) == (low, high)


def test_the_norwegian_walking_ages_are_the_published_ones(
    figures: pd.DataFrame,
) -> None:
    # doi:10.1016/j.earlhumdev.2013.04.010, abstract
    found = ages(figures, source_id="storvold2013", milestone="walks_alone")
    assert (found["p25"], found["p50"], found["p75"]) == (12, 13, 14)
    assert found["mean"] == 13.1


def test_only_percentiles_and_means_are_ages(figures: pd.DataFrame) -> None:
    kinds = figures.groupby("statistic")["age_months"].count()
    assert kinds["sd"] == 0
    assert kinds[[k for k in kinds.index if k.startswith("pct_")]].sum() == 0
    assert kinds["p50"] == (figures["statistic"] == "p50").sum()
    shares = figures.groupby("statistic")["share"].first()
    assert (shares["p03"], shares["p90"], shares["p75_or_more"]) == (0.03, 0.9, 0.75)
    assert shares[["mean", "sd"]].isna().all()


def test_percentiles_rise_within_each_source_and_milestone(
    figures: pd.DataFrame,
) -> None:
    exact = figures[figures["statistic"].str.fullmatch(r"p\d\d")]
    for _, group in exact.groupby(["source_id", "published_name"]):
        assert group.sort_values("share")["age_months"].is_monotonic_increasing


def test_every_published_name_is_judged_and_every_link_is_a_concept(
    figures: pd.DataFrame,
) -> None:
    assert "not linked yet" not in set(figures["reason"])
    concepts = set(codebook.milestones()["milestone"])
    assert set(figures["milestone"].dropna()) <= concepts
    assert ((figures["confidence"] == "none") == figures["milestone"].isna()).all()


def test_a_few_steps_and_other_directions_are_not_taken_for_the_concept(
    figures: pd.DataFrame,
) -> None:
    link = figures.drop_duplicates("published_name").set_index("published_name")
    assert link.loc["takes a few steps on own", "milestone"] == "first_steps"
    assert pd.isna(link.loc["rolls from tummy to back", "milestone"])
    assert pd.isna(link.loc["counts to 10", "milestone"])


def test_the_packaged_figures_equal_the_collected_ones(
    figures: pd.DataFrame, data_folder: Path
) -> None:
    pd.testing.assert_frame_equal(published(data_folder / "published"), figures)


def test_wrong_tables_are_told(tmp_path: Path, data_folder: Path) -> None:
    source = data_folder / "published"
    for name in ("windows.csv", "sources.csv"):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    windows = pd.read_csv(source / "windows.csv")
    wrong = windows.assign(unit=["years", *windows["unit"][1:]])
    wrong.to_csv(tmp_path / "windows.csv", index=False)
    with pytest.raises(InvalidTableError, match=r"'unit'.*'years'.*Allowed: months"):
        published(tmp_path)
    windows.drop(columns="value").to_csv(tmp_path / "windows.csv", index=False)
    with pytest.raises(UnreadableFileError, match=r"missing column\(s\) value"):
        published(tmp_path)
    (tmp_path / "sources.csv").write_text("<html>")
    with pytest.raises(UnreadableFileError, match="web page"):
        published(tmp_path)
    (tmp_path / "sources.csv").unlink()
    with pytest.raises(UnreadableFileError, match=r"no sources\.csv in this folder"):
        published(tmp_path)
