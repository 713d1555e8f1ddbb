"""Countries and distances: known figures, known traps, and what is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from devnorms._base.errors import FetchError, InvalidTableError, UnreadableFileError
from devnorms._base.provenance import Record, Source
from devnorms.schema.distances import check_distances
from devnorms.sources import context, fetch, populations


def test_hdi_figures_are_those_of_the_report_of_2020() -> None:
    # UNDP, Human Development Report 2020, table 1 (HDI 2019)
    hdi = context.countries().set_index("country")["hdi"]
    published = {"NOR": 0.957, "NLD": 0.944, "CHL": 0.851, "ECU": 0.759, "MDG": 0.528}
    assert {country: hdi[country] for country in published} == published


def test_every_figure_has_its_year_and_none_without_it() -> None:
    table = context.countries()
    for value, year in (
        ("hdi", "hdi_year"),
        ("gdp_per_head_usd", "gdp_year"),
        ("gini", "gini_year"),
        ("income_group", "income_group_year"),
    ):
        assert (table[value].notna() == table[year].notna()).all()
    assert table["gini_year"].min() == 2004  # Jamaica's is old


def test_the_figures_of_taiwan_stay_missing() -> None:
    taiwan = context.countries().set_index("country").loc["TWN"]
    assert taiwan[["hdi", "gdp_per_head_usd", "gini", "income_group"]].isna().all()
    assert taiwan["main_language"] == "nan"  # Min Nan, and not a missing value


def test_geographic_distances_are_about_those_on_a_sphere() -> None:
    # great-circle distance between the coordinates of the table, radius 6371 km
    place = context.countries().set_index("country")
    km = context.geographic_distance()
    for one, other in (("NLD", "ZAF"), ("USA", "CHN"), ("CHL", "MDG")):
        a, b = (np.radians(place.loc[c, ["latitude", "longitude"]].astype(float))
                for c in (one, other))  # fmt: skip
        inside = np.sin(a.iloc[0]) * np.sin(b.iloc[0]) + np.cos(a.iloc[0]) * np.cos(
            b.iloc[0]
        ) * np.cos(a.iloc[1] - b.iloc[1])
        assert float(km.sel(country=one, other_country=other)) == pytest.approx(
            6371 * np.arccos(inside), rel=0.15
        )


def test_the_linguistic_diagonal_is_not_zero_and_is_said_to_be_so() -> None:
    distance = context.linguistic_distance()
    diagonal = np.diagonal(distance)
    assert diagonal.min() > 0
    assert diagonal.max() == pytest.approx(0.866368)
    assert distance.attrs["diagonal"] == "within"
    # Spanish on both sides is nearer than Spanish and Chinese
    near = distance.sel(country="CHL", other_country="COL")
    assert float(near) < float(distance.sel(country="CHL", other_country="CHN"))


def test_cultural_distances_are_of_regions_and_name_their_countries() -> None:
    distance = context.cultural_distance()
    counted = distance["region_country"].to_series().value_counts()
    assert counted[["CHN", "IND", "USA"]].tolist() == [20, 14, 10]
    assert (counted == 1).sum() == 15
    of_childdevdata = set(populations()["country"]) & set(counted.index)
    assert of_childdevdata == {"NLD", "CHN"}
    assert np.diagonal(distance).tolist() == [0.0] * 59


def test_populations_keep_their_number_and_order_when_context_is_joined() -> None:
    cards = populations()
    joined = context.join_context(cards)
    assert joined["population"].tolist() == cards["population"].tolist()
    assert joined["languages"].equals(cards["languages"])  # the children's own
    after = joined.set_index("population")["context_years_after"]
    assert after["NLD-SMOCC"] == 2019 - 1989
    assert pd.isna(after["ECU"])  # no year is stated, and none made up


def test_what_is_missing_is_named_and_counted() -> None:
    cards = populations().head(3).assign(country=["TWN", "OMN", "XKX"])
    joined = context.join_context(cards)
    assert joined["context_missing"].tolist() == [
        "world_bank_region, income_group, income_group_year, hdi, hdi_year, "
        "gdp_per_head_usd, gdp_year, gini, gini_year",
        "gini, gini_year",
        "the country",
    ]
    assert joined.attrs["context_missing"]["gini"] == 3
    assert joined.attrs["context_missing"]["hdi"] == 2
    complete = context.join_context(populations())
    assert complete["context_missing"].isna().all()


def test_the_join_names_the_sources_of_both_sides() -> None:
    cards = populations()
    cards.attrs["record"] = Record((Source("study", licence="CC BY-NC 4.0"),)).to_json()
    record = Record.from_json(str(context.join_context(cards).attrs["record"]))
    assert [source.id for source in record.sources] == ["study", "context"]
    assert record.forbidden() == {"commercial": ["study"]}


def test_populations_without_country_or_joined_twice_are_refused() -> None:
    cards = populations()
    with pytest.raises(InvalidTableError, match=r"missing column\(s\) 'country'"):
        context.join_context(cards.drop(columns="country"))
    with pytest.raises(InvalidTableError, match="are there already"):
        context.join_context(context.join_context(cards))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda v: np.where(np.eye(3, dtype=bool), 1.0, v), "itself that is not zero"),
        (lambda v: v + np.triu(np.ones((3, 3)), 1), "another number in the other"),
        (lambda v: -v, "negative"),
        (lambda v: np.where(v == 2, np.nan, v), "no number: 2 pair"),
    ],
)
def test_matrices_that_are_no_distances_are_refused(spoil, told: str) -> None:
    places = ["A", "B", "C"]
    values = np.array([[0, 1, 2], [1, 0, 3], [2, 3, 0]], dtype=float)

    def matrix(numbers: np.ndarray, labels: list[str] = places) -> xr.DataArray:
        coords = {"country": places, "other_country": labels}
        return xr.DataArray(
            numbers, dims=tuple(coords), coords=coords, attrs={"units": "km"}
        )

    assert check_distances(matrix(values)) is not None
    with pytest.raises(InvalidTableError, match=told):
        check_distances(matrix(spoil(values)))
    with pytest.raises(InvalidTableError, match="same labels in the same order"):
        check_distances(matrix(values, ["A", "C", "B"]))


def test_files_with_missing_pairs_or_years_are_refused(tmp_path: Path) -> None:
    short = "iso3_a,iso3_b,km\nA,A,0\nA,B,5\nB,A,5\n"
    (tmp_path / "geographic_distance.csv").write_text(short)
    with pytest.raises(InvalidTableError, match="no number: 1 pair"):
        context.geographic_distance(tmp_path)
    (tmp_path / "geographic_distance.csv").write_text(short + "B,B,0\nA,B,6\n")
    with pytest.raises(InvalidTableError, match="same pair comes twice"):
        context.geographic_distance(tmp_path)
    (tmp_path / "countries.csv").write_text("iso3,name\nNLD,Netherlands\n")
    with pytest.raises(UnreadableFileError, match=r"missing column\(s\) un_region"):
        context.countries(tmp_path)


def test_the_shipped_tables_are_the_collected_ones(data_folder: Path) -> None:
    given = context.countries(data_folder / "context")
    pd.testing.assert_frame_equal(given, context.countries())
    (source,) = Record.from_json(given.attrs["record"]).sources
    assert not source.version.startswith("not")


def test_shipped_files_are_copied_and_never_overwrite_another(tmp_path: Path) -> None:
    files = fetch("context", folder=tmp_path)
    assert sorted(files) == sorted(file.name for file in tmp_path.iterdir())
    pd.testing.assert_frame_equal(context.countries(tmp_path), context.countries())
    fetch("context", folder=tmp_path)  # the same again is no fault
    (tmp_path / "countries.csv").write_text("mine")
    with pytest.raises(FetchError, match="Move it away"):
        fetch("context", folder=tmp_path)
    assert (tmp_path / "countries.csv").read_text() == "mine"


def test_a_source_that_cannot_be_fetched_says_why() -> None:
    with pytest.raises(FetchError, match=r"datasets/wordbank/README\.md says why"):
        fetch("wordbank")
