"""A file of any kind gives the counts of the children it was made from."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import devnorms as dn
from devnorms.sources.own import populations
from tests.sources.ownexports import EXAMPLES, MAPS, Example
from tests.sources.ownfiles import observations

COUNTED = [
    "population", "study", "country", "item", "milestone", "instrument", "sex",
    "age_days_low", "age_days_high", "age_days_mean", "asked", "passed",
]  # fmt: skip


@pytest.fixture(scope="module", params=EXAMPLES.values(), ids=EXAMPLES.keys())
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[pd.DataFrame, Example]:
    """What was read of a file."""
    example: Example = request.param
    path = example.write(tmp_path_factory.mktemp("own"))
    return dn.read(path, example.mapping()), example


@pytest.mark.parametrize("corrected", [False, True])
def test_a_file_gives_the_counts_of_the_children_it_was_made_from(
    both: tuple[pd.DataFrame, Example], corrected: bool
) -> None:
    read, example = both
    counted = dn.count(read, corrected_age=corrected)[COUNTED]
    pd.testing.assert_frame_equal(counted, _counted(example.full, corrected))


@cache
def _counted(full: bool, corrected: bool) -> pd.DataFrame:
    """Counts of the children that all files are made from."""
    return dn.count(observations(full), corrected_age=corrected)[COUNTED]


def test_the_ledger_adds_up_and_the_card_travels(
    both: tuple[pd.DataFrame, Example],
) -> None:
    read, example = both
    made = observations(example.full)
    ledger = read.attrs["left_out"]
    assert ledger["used"] == len(read)
    assert ledger["responses_in"] == len(read) + sum(ledger["left_out"].values())
    answered = read["response"].isin(["passed", "not_yet"])
    assert int(answered.sum()) == len(made)
    card = populations(read).iloc[0]
    assert (card["population"], card["country"]) == ("COD-SIM", "COD")
    assert card["children"] == made["child"].nunique()
    assert card["visits"] == len(made[["child", "occasion"]].drop_duplicates())


def test_every_mapping_of_the_documents_is_tried() -> None:
    written = {path.stem for path in MAPS.glob("*.toml")}
    assert written == {example.name for example in EXAMPLES.values()}


CODES = "[a-z]??[A-Za-z][A-Za-z][a-z][0-9]*"


@pytest.mark.filterwarnings("ignore::devnorms._base.errors.LeftOutWarning")
@pytest.mark.filterwarnings("ignore::devnorms._base.errors.DoubtfulDataWarning")
@pytest.mark.filterwarnings("ignore::devnorms._base.errors.SparseDataWarning")
@pytest.mark.filterwarnings("ignore::devnorms._base.errors.NoOverlapWarning")
@pytest.mark.parametrize(
    ("file", "population", "country"),
    [
        ("gcdg_mdg", "MDG", "MDG"),
        ("gcdg_ecu", "ECU", "ECU"),
        ("gcdg_jam_lbw", "JAM-LBW", "JAM"),
        pytest.param("gcdg_chl_1", "CHL-1", "CHL", marks=pytest.mark.slow),
        pytest.param("gcdg_nld_smocc", "NLD-SMOCC", "NLD", marks=pytest.mark.slow),
    ],
)
def test_real_studies_give_the_counts_of_their_own_loader(
    data_folder: Path, file: str, population: str, country: str
) -> None:
    """The loader of childdevdata was written apart from all that is read here."""
    folder = data_folder / "childdevdata"
    mapping = {
        "file": {"delimiter": "\t"},
        "study": {"id": population, "licence": "CC BY 4.0", "citation": "see card"},
        "population": {
            "id": population, "country": country, "sampling": "unknown", "who": "card",
        },
        "child": {"column": "subjid"},
        "age": {"column": "agedays", "unit": "days"},
        "gestation": {"column": "gagebrth", "unit": "days"},
        "sex": {"column": "sex", "female": ["Female"], "male": ["Male"]},
        "instrument": {"id": "gsed", "item_codes": True},
        "answers": {"passed": [1], "not_yet": [0]},
        "items": {CODES: {}},
    }  # fmt: skip
    own = dn.read(folder / f"{file}.txt", mapping)
    theirs = dn.load("childdevdata", path=folder, studies=population)
    assert len(own) == len(theirs) > 3000
    columns = ["item", "milestone", "sex", "age_days_mean", "asked", "passed"]
    pd.testing.assert_frame_equal(dn.count(own)[columns], dn.count(theirs)[columns])
