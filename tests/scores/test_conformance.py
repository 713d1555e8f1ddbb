"""All visits, all keys, all references: against the algorithm written once more."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from devnorms.schema.scores import KeyTables
from devnorms.scores import Answers, Key, answers_from_observations, dscore
from devnorms.sources import dscore_tables
from devnorms.sources.childdevdata.every_answer import load_every_answer
from tests.scores import by_hand

ALL_KEYS = ("dutch", "gcdg", "gsed1912", "gsed2212", "gsed2406")
REFERENCES = [
    ("293_0", "phase1"), ("dutch", "dutch"), ("gcdg", "gcdg"), ("gsed1912", "gcdg"),
    ("gsed2212", "dutch"), ("gsed2212", "phase1"), ("gsed2406", "dutch"),
    ("gsed2406", "phase1"), ("gsed2406", "preliminary_standards"),
]  # fmt: skip


@pytest.fixture(scope="module")
def observations(data_folder: Path) -> pd.DataFrame:
    return load_every_answer(data_folder / "childdevdata")


@pytest.fixture(scope="module")
def answers(observations: pd.DataFrame) -> Answers:
    return answers_from_observations(observations)


def test_every_visit_and_every_answer_of_the_files_is_scored(answers: Answers) -> None:
    per_study = answers.visits["study"].astype(str).value_counts()
    published = {
        "gcdg_chl_1": 2139, "gcdg_chn": 990, "gcdg_col_lt42m": 1311,
        "gcdg_col_lt45m": 1335, "gcdg_ecu": 667, "gcdg_jam_lbw": 443,
        "gcdg_jam_stunted": 477, "gcdg_mdg": 205, "gcdg_nld_smocc": 16722,
        "gcdg_zaf": 4176,
    }  # fmt: skip
    assert per_study.to_dict() == published
    assert len(answers) == 28465
    assert answers.asked.nnz == 918707
    assert int(answers.visits["age_days"].isna().sum()) == 312


@pytest.mark.parametrize("name", ALL_KEYS)
def test_scores_equal_those_computed_item_by_item(
    tables: KeyTables, answers: Answers, name: str
) -> None:
    scores = dscore(answers, Key.of(tables, name))
    row = tables.keys.set_index("key", drop=False).loc[name]
    bank = tables.items[tables.items["key"] == name]
    tau = dict(zip(bank["item"].str.lower(), bank["tau"].astype(float), strict=True))
    key = {c: row[c] for c in ("from", "to", "slope", "base_population")}
    dated = np.flatnonzero(scores["age_days"].notna())
    for visit in np.random.default_rng(4).choice(dated, 30, replace=False):
        asked = answers.asked[[visit]].indices
        passed = set(answers.passed[[visit]].indices)
        given = {answers.items[j]: int(j in passed) for j in asked}
        found = scores.iloc[visit]
        d, sem, n = by_hand.score(found["age_days"], given, tau, key)
        assert found["n"] == n
        assert found["dscore"] == pytest.approx(d, abs=1e-9, nan_ok=True)
        assert found["sem"] == pytest.approx(sem, abs=1e-9, nan_ok=True)


def test_every_published_reference_is_tried(tables: KeyTables) -> None:
    there = tables.references[["key", "population"]].drop_duplicates()
    assert sorted(map(tuple, there.to_numpy().tolist())) == sorted(REFERENCES)


@pytest.mark.parametrize(("name", "population"), REFERENCES)
def test_z_scores_equal_those_computed_one_by_one(
    tables: KeyTables, name: str, population: str
) -> None:
    reference = Key.of(tables, name, population).reference
    of_key = tables.references[
        (tables.references["key"] == name)
        & (tables.references["population"] == population)
    ].sort_values("age")
    rows = list(
        map(
            tuple,
            of_key[["age", "mu", "sigma", "nu", "tau"]].astype(float).values.tolist(),
        )
    )
    rng = np.random.default_rng(5)
    age = np.round(rng.uniform(-0.1, 5.3, 300), 4)
    age[:3] = rows[0][0], rows[-1][0], rows[5][0]
    d = rng.normal(np.interp(age, of_key["age"], of_key["mu"]), 8)
    d[3:6] = 0.3, -4.0, 1.0
    found = reference.daz(d, age)
    expected = [
        by_hand.z_score(x, t, rows, reference.distribution == "BCT")
        for x, t in zip(d.tolist(), age.tolist(), strict=True)
    ]
    assert np.isnan(found).tolist() == np.isnan(expected).tolist()
    both = np.isfinite(found)
    # where a share is within 1e-9 of one, its last digit moves the quantile
    steady = both & (np.abs(found) < 5)
    assert steady.sum() > 100
    assert found[steady] == pytest.approx(np.array(expected)[steady], abs=1e-9)
    assert found[both] == pytest.approx(np.array(expected)[both], abs=1e-5)


@pytest.mark.parametrize(("name", "population"), REFERENCES)
def test_z_scores_lie_on_the_published_percentile_lines(
    tables: KeyTables, name: str, population: str
) -> None:
    """LMS lines are printed with two decimals, and loosely for Dutch newborns."""
    reference = Key.of(tables, name, population).reference
    rows = tables.references[
        (tables.references["key"] == name)
        & (tables.references["population"] == population)
    ]
    lines = {"P3": 0.03, "P10": 0.1, "P50": 0.5, "P90": 0.9, "P97": 0.97}
    for line, share in lines.items():
        age = rows["age"].to_numpy(float)
        error = reference.daz(rows[line].to_numpy(float), age) - norm.ppf(share)
        if reference.distribution == "BCT":
            assert np.abs(error).max() < 1e-12
        else:
            assert np.abs(error[age > 0.2]).max() < 0.01


def test_smocc_has_the_published_number_of_scored_visits(
    tables: KeyTables, answers: Answers
) -> None:
    """Booklet I, chapter 6: person fit of 16538 visits of SMOCC."""
    scores = dscore(answers, Key.of(tables, "dutch"))
    assert int(scores["dscore"].notna().sum()) == 16538


@pytest.mark.parametrize(
    ("country", "mean", "on_track"),
    [
        ("MDG", -0.48, 94.6), ("CHN", -0.04, 99.9), ("NLD", 0.02, 97.7),
        ("CHL", 0.28, 99.9), ("COL", 0.31, 98.9), ("ECU", 0.31, 94.9),
        ("ZAF", 0.46, 97.5), ("JAM", 0.67, 99.7),
    ],
)  # fmt: skip
def test_countries_have_the_mean_daz_that_others_computed(
    tables: KeyTables, answers: Answers, country: str, mean: float, on_track: float
) -> None:
    """Computed on the open data with key gcdg by an independent implementation."""
    scores = dscore(answers, Key.of(tables, "gcdg"))
    daz = scores["daz"][scores["study"].str[5:8].str.upper() == country].dropna()
    assert daz.mean() == pytest.approx(mean, abs=0.0051)
    assert 100 * (daz >= -2).mean() == pytest.approx(on_track, abs=0.051)


def test_a_visit_without_age_has_no_score_and_is_kept(
    tables: KeyTables, answers: Answers
) -> None:
    scores = dscore(answers, Key.of(tables, "gcdg"))
    undated = scores[scores["age_days"].isna()]
    assert len(undated) == 312
    assert undated[["dscore", "sem", "daz"]].isna().all().all()
    assert undated["n"].sum() > 0


def test_the_loaders_tables_give_the_same_key_as_the_published_ones(
    tables: KeyTables, data_folder: Path
) -> None:
    folder = data_folder / "dscore"
    loaded = KeyTables(
        dscore_tables.keys(folder),
        dscore_tables.itembank(folder),
        dscore_tables.references(folder),
    )
    for name in ALL_KEYS:
        ours, theirs = Key.of(loaded, name), Key.of(tables, name)
        assert ours.slope == theirs.slope
        assert ours.grid.tolist() == theirs.grid.tolist()
        assert ours.difficulty.equals(theirs.difficulty)
        assert np.array_equal(
            ours.reference.parameters, theirs.reference.parameters, equal_nan=True
        )


def test_the_display_of_the_package_is_rounded_twice(
    tables: KeyTables, answers: Answers
) -> None:
    key = Key.of(tables, "gcdg")
    full, shown = dscore(answers, key), dscore(answers, key, rounded=True)
    scored = full["daz"].notna()
    assert shown["dscore"][scored].equals(full["dscore"][scored].round(2))
    again = key.reference.daz(
        full["dscore"].round(2), (full["age_days"] / 365.25).round(4)
    ).round(3)
    assert np.array_equal(shown["daz"], again, equal_nan=True)
    assert (shown["daz"] - full["daz"]).abs().max() > 0.0005
    assert math.isclose(shown["sem"].sum(), full["sem"].sum())
