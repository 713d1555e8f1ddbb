"""
The links against the equate groups of dscore 1.11.0, made by other people.

The two were judged apart and answer different questions: an equate group bridges
instruments, a milestone is one skill as the codebook words it. So they should agree
mostly, not wholly, and each disagreement is explained in the packaged table.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from devnorms.sources import codebook


@pytest.fixture(scope="module")
def observed(data_folder: Path) -> pd.DataFrame:
    """The items that were observed, with their groups."""
    file = data_folder / "items" / "item_links.csv"
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    return table.loc[table["n"].astype(int) > 0].reset_index(drop=True)


@pytest.fixture(scope="module")
def found(observed: pd.DataFrame) -> codebook.Agreement:
    """The comparison of all links."""
    return codebook.compare_links(observed[["item", "equate"]])


def test_every_observed_item_is_judged_once(observed: pd.DataFrame) -> None:
    judged = pd.concat([codebook.links()["item"], codebook.unlinked()["item"]])
    assert len(observed) == 1299
    assert sorted(judged) == sorted(observed["item"])


def test_agreement_is_what_reading_the_disagreements_allows(
    found: codebook.Agreement,
) -> None:
    # Recall: 24 groups are split, most of them because they hold two skills (a partial
    # and a full pincer grasp, two and five seconds on one foot, jumping up and off a
    # step). Below 0.80 the links would part what belongs together.
    assert found.recall >= 0.80
    # Precision is low by the making of the groups: in 212 of the 400 pairs that only
    # the links join, one item stands alone in its group, mostly because nobody matched
    # its instrument; others part left and right foot, or boards, or kinds of sound.
    assert found.precision >= 0.45
    assert found.f1 >= 0.60
    assert found.adjusted_rand >= 0.60


def test_groups_that_bridged_instruments_are_kept_together(
    observed: pd.DataFrame,
) -> None:
    # The 18 groups used in the published model were chosen with care: no milestone
    # joins two of them. Five are split: first steps from walking alone (GM42), eight
    # blocks from six, rolling to the side from rolling over, two seconds on one foot
    # from five, round strokes from a closed circle.
    active = observed.loc[observed["equate_active_gcdg"] == "1", ["item", "equate"]]
    found = codebook.compare_links(active)
    assert found.precision == 1.0
    assert found.recall >= 0.80
    assert found.adjusted_rand >= 0.85


def test_surer_links_agree_more(observed: pd.DataFrame) -> None:
    links = codebook.links()
    high = links.loc[links["confidence"] == "high"]
    groups = observed[["item", "equate"]]
    every, sure = codebook.compare_links(groups), codebook.compare_links(groups, high)
    assert sure.precision > every.precision + 0.1
    assert sure.recall > every.recall


def test_every_disagreement_is_explained(found: codebook.Agreement) -> None:
    columns = ["kind", "equate", "milestones"]
    explained = codebook.disagreements()
    there = set(map(tuple, found.disagreements[columns].to_numpy()))
    told = set(map(tuple, explained[columns].to_numpy()))
    assert there == told
    assert explained["explanation"].str.len().gt(20).all()


def test_first_steps_are_not_walking_alone(found: codebook.Agreement) -> None:
    split = found.disagreements.query("equate == 'GM42' and kind == 'split'")
    assert split["milestones"].tolist() == ["first_steps walks_alone"]


def test_milestones_join_countries(observed: pd.DataFrame) -> None:
    where = observed[["item", "studies", "countries"]].merge(codebook.links())
    each = where.groupby("milestone")
    studies = each["studies"].agg(lambda cells: len(set(" ".join(cells).split())))
    countries = each["countries"].agg(lambda cells: len(set(" ".join(cells).split())))
    added = set(codebook.milestones().query("origin == 'added'")["milestone"])
    # An added concept must be asked of two populations; nearly all span countries.
    assert (studies[list(added)] >= 2).all()
    assert (countries[list(added)] >= 2).sum() >= len(added) - 4


def test_no_wording_of_an_instrument_is_copied(observed: pd.DataFrame) -> None:
    def plain(texts: pd.Series) -> pd.Series:
        return texts.str.lower().str.replace(r"[^a-z0-9 ]", "", regex=True).str.strip()

    # Shorter ones are plain names of a skill that anybody would use.
    labels = {text for text in plain(observed["label"]) if len(text.split()) >= 5}
    words = pd.concat(
        [
            codebook.milestones()[["name", "counts_as", "question"]].stack(),
            codebook.links()["reason"],
        ]
    )
    text = " | ".join(plain(words.drop_duplicates()))
    assert [label for label in labels if label in text] == []
