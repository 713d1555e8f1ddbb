"""D-score tables: the published numbers, to the last digit, and what is odd in them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from devnorms._base.errors import InvalidTableError, UnreadableFileError
from devnorms._base.provenance import Record
from devnorms.schema.keys import check_item_bank, check_references
from devnorms.sources import dscore_tables as dscore


@pytest.fixture(scope="module")
def folder(data_folder: Path) -> Path:
    """The R data files of dscore 1.11.0."""
    return data_folder / "dscore"


@pytest.fixture(scope="module")
def references(folder: Path) -> pd.DataFrame:
    """All references."""
    return dscore.references(folder)


def test_each_table_has_the_rows_that_the_package_documents(folder: Path) -> None:
    # dscore 1.11.0 reference manual: 5045 x 8 item bank; 6 keys
    assert len(dscore.itembank(folder)) == 5045
    assert len(dscore.itemtable(folder)) == 4415
    assert len(dscore.keys(folder)) == 6
    assert len(dscore.translate(folder)) == 759


def test_the_keys_are_the_published_ones(folder: Path) -> None:
    keys = dscore.keys(folder).set_index("key")
    # ?dscore::builtin_keys
    assert keys.loc["gcdg", ["intercept", "slope"]].tolist() == [66.483757, 2.075044]
    assert keys.loc["dutch", ["intercept", "slope"]].tolist() == [38.906, 2.1044]
    assert keys.loc["gsed2406", "base_population"] == "preliminary_standards"
    assert keys.index[keys["retired"]].tolist() == ["gsed2212"]
    assert set(keys["to"]) == {80.0, 100.0}


def test_percentiles_of_lms_references_follow_from_their_parameters(
    references: pd.DataFrame,
) -> None:
    # Cole TJ, Green PJ. Stat Med 1992;11:1305-1319: mu (1 + nu sigma z)^(1/nu)
    lms = references[references["distribution"] == "LMS"]
    z = {f"P{p}": stats.norm.ppf(p / 100) for p in (3, 10, 25, 50, 75, 90, 97)}
    z |= {"SDM2": -2, "SDM1": -1, "SD0": 0, "SDP1": 1, "SDP2": 2}
    for name, at in z.items():
        expected = lms["mu"] * (1 + lms["nu"] * lms["sigma"] * at) ** (1 / lms["nu"])
        apart = (expected - lms[name]).abs()
        # the Dutch lines below two months do not, which the card says
        early = (lms["population"] == "dutch") & (lms["age"] < 2 / 12)
        assert apart[~early].max() < 0.02
        assert apart.max() < 0.75


def test_percentiles_of_bct_references_follow_from_their_parameters(
    references: pd.DataFrame,
) -> None:
    # Rigby RA, Stasinopoulos DM. Stat Modelling 2006;6:209-229: Box-Cox t, nu > 0
    bct = references[references["distribution"] == "BCT"]
    assert (bct["nu"] > 0).all()
    inside = stats.t.cdf(1 / (bct["sigma"] * bct["nu"]), bct["tau"])
    for share in (3, 10, 25, 50, 75, 90, 97):
        z = stats.t.ppf(1 - (1 - share / 100) * inside, bct["tau"])
        expected = bct["mu"] * (1 + bct["nu"] * bct["sigma"] * z) ** (1 / bct["nu"])
        assert (expected - bct[f"P{share}"]).abs().max() < 1e-3


def test_the_item_without_difficulty_stays_and_is_not_scored(folder: Path) -> None:
    bank = dscore.itembank(folder)
    unscored = bank[bank["tau"].isna()]
    assert set(unscored["item"]) == {"gs1moc028"}
    assert set(unscored["key"]) == {"gsed2212", "gsed2406"}
    assert set(bank["mode"]) == {"caregiver", "direct", "unknown"}


def test_equate_groups_agree_with_the_collected_links(
    folder: Path, data_folder: Path
) -> None:
    links = pd.read_csv(data_folder / "items" / "item_links.csv", dtype=str)
    table = dscore.itemtable(folder).set_index("item")["equate"].dropna()
    collected = links.set_index("item")["equate"].dropna()
    shared = collected.index.intersection(table.index)
    assert len(shared) > 1000
    assert (table[shared] == collected[shared]).all()


def test_version_licence_and_hash_are_recorded(folder: Path) -> None:
    (source,) = Record.from_json(dscore.keys(folder).attrs["record"]).sources
    assert (source.id, source.licence) == ("dscore", "Apache-2.0")
    assert source.version == "1.11.0 (cf1d787)"


def test_another_version_is_said_to_be_another(folder: Path, tmp_path: Path) -> None:
    # an older, AGPL-3 version must not pass for this one
    other = tmp_path / "builtin_keys.rda"
    other.write_bytes((folder / "builtin_keys.rda").read_bytes() + b"\0")
    (source,) = Record.from_json(dscore.keys(other).attrs["record"]).sources
    assert source.version.startswith("not the pinned files of 1.11.0")


def test_the_pinned_files_are_taken_from_the_data_folder(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVNORMS_DATA", str(data_folder))
    assert len(dscore.keys()) == 6


def test_files_that_are_not_there_or_not_r_data_are_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"no builtin_keys\.rda"):
        dscore.keys(tmp_path)
    with pytest.raises(UnreadableFileError, match="no such file or folder"):
        dscore.keys(tmp_path / "away")
    (tmp_path / "builtin_keys.rda").write_text("<html><body>not found</body></html>")
    with pytest.raises(UnreadableFileError, match="web page"):
        dscore.keys(tmp_path)


def test_references_that_fall_or_come_twice_are_refused(
    references: pd.DataFrame,
) -> None:
    fallen = references.copy()
    fallen.loc[7, "P90"] = fallen.loc[7, "P75"] - 1
    with pytest.raises(InvalidTableError, match=r"P90.*must rise"):
        check_references(fallen)
    twice = pd.concat([references, references.iloc[[0]]], ignore_index=True)
    with pytest.raises(InvalidTableError, match="more than once"):
        check_references(twice)
    narrow = references.assign(sigma=-references["sigma"])
    with pytest.raises(InvalidTableError, match="sigma"):
        check_references(narrow)


def test_an_item_twice_in_a_key_is_refused(folder: Path) -> None:
    bank = dscore.itembank(folder)
    with pytest.raises(InvalidTableError, match="more than once"):
        check_item_bank(pd.concat([bank, bank.iloc[[3]]], ignore_index=True))
