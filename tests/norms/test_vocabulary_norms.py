"""Tables of vocabulary: what they hold, whom they speak for, on which terms."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from devnorms._base.errors import (
    BadValueError,
    ForbiddenUseError,
    InvalidTableError,
    UnknownNameError,
)
from devnorms._base.provenance import Record, Source
from devnorms.models.vocabulary import preview_vocabulary
from devnorms.norms.vocabulary import vocabulary_norms
from devnorms.norms.vocabulary_checks import observed_centiles
from devnorms.schema.vocabulary_curves import check_vocabulary_curves
from devnorms.schema.vocabulary_norms import check_vocabulary_norms
from devnorms.simulate import VocabularyTruth, simulate_vocabulary

AGES = np.arange(8, 17)


def children(terms: tuple[str, ...] = (), licence: str = "CC BY 4.0") -> pd.DataFrame:
    """Children with a source on these terms."""
    truth = VocabularyTruth(ceiling=200, level=-2.5)
    rng = np.random.default_rng(4)
    table = simulate_vocabulary(truth, AGES, 25, population="A WG", rng=rng)
    source = Source("words", "1", "", licence, "Somebody 2020.", uses_forbidden=terms)
    table.attrs["record"] = Record.now((source,)).to_json()
    return table


@pytest.fixture(scope="module")
def curves() -> xr.Dataset:
    """A preview of made-up children."""
    return preview_vocabulary(children(("instruments",)), draws=100)


@pytest.fixture(scope="module")
def norms(curves: xr.Dataset) -> pd.DataFrame:
    """Its centiles."""
    return vocabulary_norms(curves, allow_unconverged=True)


def test_there_is_one_row_per_age_and_centile_and_centiles_rise(
    norms: pd.DataFrame,
) -> None:
    assert len(norms) == len(AGES) * 7
    wide = norms.pivot(index="age_months", columns="centile", values="words")
    assert (np.diff(wide.to_numpy(), axis=1) >= 0).all()
    assert norms["words"].between(0, 200).all()
    assert norms["children_at"].unique().tolist() == [25.0]


def test_a_centile_at_the_floor_says_at_least_and_no_number(
    norms: pd.DataFrame,
) -> None:
    first = norms.iloc[0]
    assert first["at_edge"] == "floor"
    assert first["statement"] == (
        "A WG, 8 months: at least 5 % of these children say no word of the form."
    )
    told = norms[norms["at_edge"] == ""]["statement"].iloc[-1]
    assert "of 200 words or fewer (90 % interval" in told


def test_the_card_says_who_and_carries_the_terms(norms: pd.DataFrame) -> None:
    card = norms.attrs["card"]
    assert (
        "225 children, 225 forms of 200 words, 8 to 16 months"
        in (card["speaks_for"][0])
    )
    assert "without a word" in card["speaks_for"][0]
    assert card["not_converged"].startswith("A PREVIEW")
    assert "new instruments" in card["terms"][0]
    assert any("Comparing languages" in line for line in card["not_for"])
    record = Record.from_json(norms.attrs["record"])
    assert record.sources[0].id == "words"
    assert record.settings["vocabulary_norms"]["level"] == 0.9


def test_data_to_be_compared_with_only_make_no_norms() -> None:
    curves = preview_vocabulary(children(licence="compare only"), draws=20)
    with pytest.raises(ForbiddenUseError, match="words"):
        vocabulary_norms(curves, allow_unconverged=True)


def test_wrong_choices_are_refused(curves: xr.Dataset) -> None:
    with pytest.raises(BadValueError, match="not 90"):
        vocabulary_norms(curves, centiles=(10,), allow_unconverged=True)
    with pytest.raises(UnknownNameError, match="A WG"):
        vocabulary_norms(curves, populations=["A W"], allow_unconverged=True)
    with pytest.raises(InvalidTableError, match="basis"):
        check_vocabulary_curves(curves.drop_vars("basis"))
    with pytest.raises(InvalidTableError, match="fit_vocabulary"):
        check_vocabulary_curves(children())  # type: ignore[arg-type]


def test_crossing_centiles_and_words_beyond_the_form_are_faults(
    norms: pd.DataFrame,
) -> None:
    crossed = norms.assign(words=norms["words"].iloc[::-1].to_numpy())
    crossed[["words_low", "words_high"]] = np.array([0.0, 200.0])
    with pytest.raises(InvalidTableError, match="never fewer words"):
        check_vocabulary_norms(crossed)
    with pytest.raises(InvalidTableError, match="ceiling"):
        check_vocabulary_norms(norms.assign(words_high=201.0))


def test_observed_centiles_are_those_of_the_children_as_they_are(
    curves: xr.Dataset,
) -> None:
    table = children()
    seen = observed_centiles(curves, table, centiles=(0.5,), min_children=20)
    half = table.groupby("age_months")["words"].median()
    assert seen["words"].tolist() == half.tolist()
    assert (seen["words_low"] <= seen["words"]).all()
    assert json.dumps(curves.attrs["left_out"]) == '"{}"'
