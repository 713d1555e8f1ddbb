"""Our ages beside published ones: every row compared or counted as left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from devnorms._base.errors import InvalidTableError, OutsideSupportWarning
from devnorms.norms import compare_published, pass_ages
from devnorms.norms.published import COLUMNS
from devnorms.schema.norms import NormSet

ROW = {
    "source_id": "who", "evidence": "primary", "milestone": "walking alone",
    "country_iso3": "NLD", "population": "children of nine cities", "n": 816.0,
    "statistic": "p50", "operator": "=", "value": 12.0, "unit": "months",
    "note": None, "source": "WHO 2006.",
}  # fmt: skip
LINKS = pd.DataFrame(
    {
        "published_milestone": ["walking alone", "running", "hopping", "skipping"],
        "milestone": ["walks_alone", "runs", "hops", None],
    }
)


@pytest.fixture(scope="module")
def flat(curves: xr.Dataset) -> xr.Dataset:
    """Curves in which half of all walk alone at 12 months, give or take, slope 10."""
    flat = curves.copy(deep=True)
    ages = np.linspace(11, 13, 200).reshape(2, 100)[:, :, None, None]
    flat["milestone_location"][:] = np.log1p(ages)
    flat["milestone_log_slope"][:] = np.log(10)
    return flat


@pytest.fixture(scope="module")
def norms(flat: xr.Dataset, people: pd.DataFrame) -> NormSet:
    return pass_ages(flat, people.assign(sampling="clinical", who="Infants."))


def published(*changes: dict) -> pd.DataFrame:
    """Rows like `ROW` with changes."""
    return pd.DataFrame([{**ROW, **change} for change in changes])


def test_a_figure_stands_beside_each_of_our_populations(norms, flat):
    table = compare_published(norms, flat, published({}), LINKS)
    assert tuple(table.columns) == COLUMNS
    assert sorted(table["population"]) == ["COL-Y", "COL-Z", "NLD-X"]
    assert (table["share"] == 0.5).all()
    # Medians of 11 to 13 months on an even grid; theirs is 12.
    assert table["age_months"].to_numpy() == pytest.approx(12, abs=1e-6)
    assert table["difference_months"].to_numpy() == pytest.approx(0, abs=1e-6)
    assert table["age_months_low"].to_numpy() == pytest.approx(11.1, abs=1e-6)
    assert table["age_months_high"].to_numpy() == pytest.approx(12.9, abs=1e-6)
    assert set(table["published_asked"]) == {816}
    assert set(table["source"]) == {"WHO 2006."}


def test_shares_that_the_norm_set_does_not_hold_are_solved_for(norms, flat):
    table = compare_published(norms, flat, published({"statistic": "p97"}), LINKS)
    # log(13) + log(0.97 / 0.03) / 10, back to months; the median draw is at 12.
    wanted = 13 * (0.97 / 0.03) ** 0.1 - 1
    assert table["age_months"].to_numpy() == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize(
    ("operator", "value", "inside"),
    [
        ("=", 12.0, True),
        ("=", 11.0, False),
        ("=", 13.0, False),
        ("~", 12.8, True),
        ("<=", 30.0, True),  # 'at 30 months at the latest' holds for us
        ("<=", 11.0, False),  # our whole interval is later
        ("<", 12.0, True),
        (">", 6.0, True),
        (">", 13.0, False),
    ],
)
def test_a_figure_agrees_if_our_interval_reaches_what_it_allows(
    norms, flat, operator, value, inside
):
    row = published({"operator": operator, "value": value})
    table = compare_published(norms, flat, row, LINKS)
    assert (table["inside_interval"] == inside).all()


def test_75_percent_or_more_is_compared_at_75_percent(norms, flat):
    row = published({"statistic": "p75_or_more", "operator": "<=", "value": 15.0})
    table = compare_published(norms, flat, row, LINKS)
    assert (table["share"] == 0.75).all()
    assert table["inside_interval"].all()


def test_where_our_data_do_not_reach_there_is_no_verdict(flat, people):
    spoilt = flat.copy(deep=True)
    spoilt["support_low_months"].loc[{"population": "COL-Z"}] = 100.0
    with pytest.warns(OutsideSupportWarning, match="COL-Z"):
        norms = pass_ages(spoilt, people)
    table = compare_published(norms, spoilt, published({}), LINKS)
    told = table.set_index("population")
    assert told["inside_interval"].isna().tolist() == [False, True, False]
    assert told.loc["COL-Z", "statement"] == "before 100.0 months"


def test_the_samples_and_the_countries_are_named(norms, flat):
    rows = published({}, {"country_iso3": None, "population": "five sites"})
    table = compare_published(norms, flat, rows, LINKS)
    words = table.set_index(["published_population", "population"])
    assert words.loc[("children of nine cities", "NLD-X"), "sampling_difference"] == (
        "theirs: children of nine cities; ours: Infants (sampling: clinical); "
        "same country"
    )
    for pair, place in (
        (("children of nine cities", "COL-Y"), "another country"),
        (("five sites", "NLD-X"), "no single country"),
    ):
        assert words.loc[pair, "sampling_difference"].endswith(place)
    assert table.groupby("published_population")["same_country"].sum().tolist() == [
        1,
        0,
    ]


def test_every_row_is_compared_or_counted_with_a_reason(norms, flat):
    rows = published(
        {},
        {"statistic": "mean"},
        {"statistic": "p00"},
        {"unit": "percent"},
        {"milestone": "skipping"},
        {"milestone": "not in the links"},
        {"milestone": "hopping"},
        {"milestone": "running"},
    )
    table = compare_published(norms, flat, rows, LINKS)
    assert table.attrs["compared"] == 2
    assert table.attrs["left_out"] == {
        "not an age at a share": 2,
        "no milestone of ours fits": 2,
        "not in months": 1,
        "milestone not in the norm set": 1,
    }
    assert set(table["milestone"]) == {"walks_alone", "runs"}


def test_nothing_to_compare_gives_an_empty_table_with_all_columns(norms, flat):
    table = compare_published(norms, flat, published({"statistic": "sd"}), LINKS)
    assert table.empty
    assert tuple(table.columns) == COLUMNS
    assert table.attrs["left_out"] == {"not an age at a share": 1}


def test_only_milestones_and_populations_of_the_norm_set_are_compared(flat, people):
    norms = pass_ages(flat, people, milestones=["runs"])
    rows = published({}, {"milestone": "running"})
    table = compare_published(norms, flat, rows, LINKS)
    assert set(table["milestone"]) == {"runs"}
    assert table.attrs["left_out"] == {"milestone not in the norm set": 1}


@pytest.mark.parametrize(
    ("rows", "links", "words"),
    [
        (published({"operator": "about"}), LINKS, r"unknown operators \['about'\]"),
        (
            published({"value": "twelve"}),
            LINKS,
            r"'value' is not a number in rows \[0\]",
        ),
        (published({}).drop(columns="unit"), LINKS, r"Published: missing .*'unit'"),
        (
            published({}),
            LINKS.drop(columns="milestone"),
            r"Links to published.*missing column\(s\) 'milestone'",
        ),
        (
            published({}),
            pd.concat([LINKS, LINKS.head(1)]),
            r"linked more than once: \['walking alone'\]",
        ),
    ],
)
def test_tables_that_cannot_be_read_are_refused_with_words(
    norms, flat, rows, links, words
):
    with pytest.raises(InvalidTableError, match=words):
        compare_published(norms, flat, rows, links)


def test_the_real_table_is_compared_or_counted_to_the_last_row(
    norms, flat, data_folder
):
    windows = pd.read_csv(data_folder / "published" / "windows.csv")
    links = pd.DataFrame(
        {
            "published_milestone": ["walking alone", "runs"],
            "milestone": ["walks_alone", "runs"],
        }
    )
    table = compare_published(norms, flat, windows, links)
    assert table.attrs["compared"] + sum(table.attrs["left_out"].values()) == len(
        windows
    )
    who = table[
        table["published_population"].str.startswith("WHO MGRS, healthy")
        & (table["milestone"] == "walks_alone")
    ]
    # WHO windows of achievement, walking alone: 1st and 99th percentile.
    # Acta Paediatr Suppl 2006;450:86-95. doi:10.1111/j.1651-2227.2006.tb02379.x
    ages = who.groupby("share")["published_age_months"].agg(set)
    assert 8.2 in ages[0.01]
    assert 17.6 in ages[0.99]
