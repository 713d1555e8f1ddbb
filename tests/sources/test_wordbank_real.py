"""The 59 real sets against their published list, and the two that are damaged."""

from __future__ import annotations

import resource
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import devnorms as dn
from devnorms._base.errors import InvalidTableError, SparseDataWarning
from devnorms.sources.summary import summarise
from devnorms.sources.wordbank import items, populations

FEW = [
    "CroatianWG_CLEX",
    "SwedishWS_CLEX",
    "MandarinBeijingIC_Li",
    "KigiriamaWS_Alcock",
    "EnglishWS_Hoff_HDPM",
    "CatalanWS_Serrat",
]
"""Plain, bare CR, two columns per word, odd ages, forms not filled in, two ages."""


@pytest.fixture(scope="module")
def root(data_folder: Path) -> Path:
    """The folder of all languages."""
    return data_folder / "wordbank"


def published(root: Path) -> pd.DataFrame:
    """What the list of the data sets says of each."""
    return pd.read_csv(root / "datasets.csv").set_index("stem")


def as_published(sizes: pd.DataFrame, listed: pd.DataFrame) -> None:
    """Hold medians, words and ages against the list of the data sets."""
    assert set(sizes["study"]) == set(listed.index)
    for study, table in sizes.groupby("study"):
        said = table[table["measure"] == "produces"]
        row = listed.loc[study]
        forms = sizes.attrs["left_out"]["by_study"][study]
        assert forms["forms_in"] == row["rows"]
        assert said["child"].nunique() == row["children"]
        assert set(said["ceiling"]) == {row["n_words"]}
        assert said["age_months"].max() == row["age_max"]
        # the list counts forms that nobody filled in as 0 words
        sizes_all = [*said["words"], *[0] * (row["rows"] - len(said))]
        assert abs(np.median(sizes_all) - row["median_produces"]) <= 0.5


def test_a_few_sets_are_as_their_list_says(root: Path) -> None:
    as_published(dn.load_vocabulary(path=root, studies=FEW), published(root).loc[FEW])


@pytest.mark.slow
def test_all_59_sets_are_as_their_list_says(root: Path) -> None:
    sizes = dn.load_vocabulary(path=root)
    as_published(sizes, published(root))
    assert sizes.attrs["left_out"]["forms_in"] == 41_599


@pytest.mark.slow
def test_the_whole_of_wordbank_is_loaded_and_counted_in_6_gb(root: Path) -> None:
    observations = dn.load("wordbank", path=root)
    ledger = observations.attrs["left_out"]
    left_out = sum(ledger["left_out"].values())
    assert ledger["responses_in"] == len(observations) + left_out
    rows = summarise(observations)
    assert len(rows) == 59
    assert rows["responses"].sum() == len(observations) > 32_000_000
    dog = observations[observations["milestone"] == "produces_dog"]
    assert dog["language"].nunique() == 24
    counts = dn.count(dog, min_asked=1)
    assert counts["asked"].sum() == len(dog)
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert peak_kb < 6_000_000


def test_responses_add_up_and_are_counted(root: Path) -> None:
    observations = dn.load("wordbank", path=root, studies=["KigiriamaWS_Alcock"])
    ledger = observations.attrs["left_out"]
    assert ledger["responses_in"] == 100 * 760  # forms x items of the mapping
    assert ledger["left_out"]["no age"] > 0
    with pytest.warns(SparseDataWarning, match="passed by all or by none"):
        counts = dn.count(observations)
    assert counts["asked"].sum() == len(observations) == ledger["used"]


def test_words_link_across_languages_by_meaning(root: Path) -> None:
    table = items(path=root, languages=["German", "Japanese", "English (British)"])
    dog = table[table["milestone"] == "produces_dog"]
    assert {"dog", "Hund", "犬"} <= set(dog["definition"])
    assert table["item"].is_unique
    assert table["milestone"].dropna().str.fullmatch(r"[a-z][a-z0-9_]*").all()


def test_dialects_and_forms_are_populations_of_their_own() -> None:
    cards = populations()
    assert len(cards) == 59
    british = cards[cards["languages"] == "en-GB"]
    assert british["population"].str.startswith("English (British) Oxford CDI").all()
    assert cards["population"].is_unique
    assert (cards["citation"].str.len() > 20).mean() > 0.9


@pytest.mark.parametrize("form", ["WG", "WS"])
def test_damaged_sets_are_refused_under_any_name(
    data_folder: Path, tmp_path: Path, form: str
) -> None:
    bad = data_folder / "wordbank_known_bad" / f"Spanish_Mexican_{form}"
    place = tmp_path / f"Klingon_{form}"
    place.mkdir()
    for file in bad.iterdir():
        kind = file.name.rsplit("_", 1)[-1]
        name = f"K_{kind}" if "Fernald" in file.name else f"[Klingon_{form}].csv"
        shutil.copyfile(file, place / name)
    with pytest.raises(InvalidTableError, match=r"the answers\s+cannot be true"):
        dn.load_vocabulary(path=tmp_path)
    sizes = dn.load_vocabulary(path=tmp_path, accept_spoilt=True)
    assert sizes["study"].unique().tolist() == ["K"]
