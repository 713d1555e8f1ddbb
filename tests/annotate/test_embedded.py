"""The coder that comes with the package reads what the codebook says it must."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import devnorms as dn
from devnorms._base.errors import (
    DoubtfulDataWarning,
    EmptySelectionError,
    LeftOutWarning,
    UnreadableFileError,
)
from devnorms.annotate.coding import Report
from devnorms.annotate.embedded.coder import EmbeddedCoder
from devnorms.annotate.embedded.folding import fold
from devnorms.annotate.embedded.hashing import ngram_hashes
from devnorms.annotate.embedded.heads import bundled_file, read_weights
from devnorms.annotate.languages import languages
from devnorms.annotate.pipeline import propose

ISSUE = (
    "She pulled herself up on the sofa around nine months, but isn't walking yet; "
    "her brother walked at ten."
)


@pytest.fixture(scope="module")
def coder() -> EmbeddedCoder:
    """The bundled one."""
    return EmbeddedCoder()


def _codes(coder: EmbeddedCoder, text: str, lang: str = "en") -> dict[str, str]:
    (rows,) = propose([Report("a", lang, text, 30.0)], coder)
    return {row["concept"]: row["status"] for row in rows}


def test_the_example_of_the_issue(coder: EmbeddedCoder) -> None:
    (rows,) = propose([Report("a", "en", ISSUE, 14.0)], coder)
    told = {row["concept"]: row for row in rows}
    assert set(told) == {"pulls_to_stand", "walks_alone"}
    stands = told["pulls_to_stand"]
    assert stands["status"] == "achieved"
    assert (stands["age_months_low"], stands["age_months_high"]) == (8.0, 10.0)
    assert stands["evidence"] == ISSUE[stands["start"] : stands["end"]]
    assert stands["evidence"].startswith("She pulled herself up on the sofa")
    assert told["walks_alone"]["status"] == "not_yet"
    assert told["walks_alone"]["age_months_low"] is None


@pytest.mark.parametrize(
    ("lang", "yes", "no"),
    [
        ("en", "He walks on his own", "He doesn't walk yet"),
        ("es", "Camina solo", "Todavía no camina"),
        ("ca", "Camina sol", "Encara no camina"),
        ("eu", "Bakarrik dabil", "Oraindik ez da ibiltzen"),
        ("gl", "Camiña soa", "Aínda non camiña"),
        ("pt", "Anda sozinha", "Ainda não anda"),
        ("fr", "Il marche tout seul", "Il ne marche pas encore"),
        ("nl", "Hij loopt los", "Hij loopt nog niet"),
        ("zh", "会自己走路了", "还不会走路"),
        ("sw", "Anatembea mwenyewe", "Bado hatembei"),
        ("ar", "تمشي لوحدها", "لا تمشي بعد"),
        ("tr", "Tek başına yürüyor", "Henüz yürümüyor"),
    ],
)
def test_walking_and_not_walking_in_twelve_languages(
    coder: EmbeddedCoder, lang: str, yes: str, no: str
) -> None:
    assert _codes(coder, yes, lang).get("walks_alone") == "achieved"
    assert _codes(coder, no, lang).get("walks_alone") == "not_yet"


def test_all_languages_and_milestones_are_there(coder: EmbeddedCoder) -> None:
    assert set(coder.languages) == set(languages())
    core = dn.milestones().query("origin == 'core'")["milestone"]
    assert set(coder.concepts) == set(core)
    assert len(coder.concepts) == 49


def test_it_says_that_nobody_has_reviewed_it() -> None:
    reports = pd.DataFrame({"id": ["a"], "lang": ["es"], "text": ["Camina solo"]})
    with pytest.warns(DoubtfulDataWarning, match="no speaker has reviewed .* es"):
        codings = dn.annotate(reports)
    assert codings.loc[0, ["concept", "setting"]].tolist() == [
        "walks_alone",
        "proposed",
    ]


def test_a_table_keeps_count_of_what_was_refused() -> None:
    reports = pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "lang": ["en", "xx", "en"],
            "age_months": [14, None, 300],
            "text": ["He walks", "?", "He walks"],
        }
    )
    with pytest.warns(LeftOutWarning), pytest.warns(DoubtfulDataWarning):
        codings = dn.annotate(reports)
    assert set(codings["id"]) <= {"a"}
    assert sum(codings.attrs["left_out"].values()) == 2
    with pytest.raises(EmptySelectionError, match="None of the reports"):
        dn.annotate(reports.iloc[[1]])


@given(st.text(max_size=150), st.sampled_from(languages()))
def test_whatever_the_text_evidence_is_verbatim(text: str, lang: str) -> None:
    (rows,) = propose([Report("a", lang, text, 20.0)], EmbeddedCoder())
    for row in rows:
        assert text[row["start"] : row["end"]] == row["evidence"]
        assert 0 <= row["probability"] <= 1
    concepts = [row["concept"] for row in rows]
    assert len(concepts) == len(set(concepts))


def test_codes_do_not_depend_on_the_other_reports(coder: EmbeddedCoder) -> None:
    reports = [Report("a", "en", ISSUE, 14.0), Report("b", "es", "Camina solo", None)]
    together = propose(reports, coder)
    assert together == [propose([report], coder)[0] for report in reports]


def test_two_hundred_reports_a_second(coder: EmbeddedCoder) -> None:
    reports = [Report(str(i), "en", ISSUE, 14.0) for i in range(400)]
    propose(reports[:10], coder)
    began = time.process_time()
    propose(reports, coder)
    assert 400 / (time.process_time() - began) >= 200


@pytest.mark.parametrize("text", ["x" * 100_000, "走" * 100_000, "a, " * 33_000])
def test_a_hundred_thousand_signs_take_seconds(coder: EmbeddedCoder, text: str) -> None:
    began = time.process_time()
    propose([Report("a", "zh", text, None)], coder)
    assert time.process_time() - began < 30


def test_weights_are_small_and_a_damaged_file_is_told(tmp_path: Path) -> None:
    file = Path(str(bundled_file()))
    assert file.stat().st_size <= 8_000_000
    broken = tmp_path / "embedded.npz"
    broken.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(UnreadableFileError, match="no weights of the embedded coder"):
        read_weights(broken)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("¡CAMINÓ!", "camino"),
        ("yürüyor", "yuruyor"),
        ("說話", "说话"),
        ("أمشي", "امشي"),
        ("siiiii", "sii"),
        ("isn't", "isnt"),
        ("٩", "9"),
    ],
)
def test_spellings_of_the_same_words_are_folded_together(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_hashes_of_a_text_do_not_depend_on_its_neighbours(texts: list[str]) -> None:
    folded = [fold(text) for text in texts]
    rows, hashes = ngram_hashes(folded)
    for place, text in enumerate(folded):
        _, alone = ngram_hashes([text])
        assert np.array_equal(np.sort(hashes[rows == place]), np.sort(alone))
