"""Ages in words are read by the codebook's rules, in twelve languages."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms.annotate.ages import find_ages
from devnorms.annotate.languages import languages

LEAST_SHARE = 0.85
"""Of the phrases that the writers of the banks set down with their meaning."""


def _months(text: str, lang: str) -> list[tuple[float, float]]:
    return [(age.low, age.high) for age in find_ages(text, lang)]


@pytest.mark.parametrize(
    ("lang", "text", "low", "high"),
    [
        # the codebook's own examples and rule 7: weeks / 4.35, days / 30.44, years x 12
        ("en", "just after her first birthday", 12, 12),
        ("en", "already crawling at eight months", 8, 8),
        ("en", "around nine months", 8, 10),
        ("en", "at ten", 10, 10),
        ("en", "five or six months", 5, 6),
        ("en", "at 26 weeks", 6.0, 6.0),
        ("en", "a year and a half", 18, 18),
        ("en", "one year and two months", 14, 14),
        ("es", "a los nueve meses y medio", 9.5, 9.5),
        ("es", "con año y medio", 18, 18),
        ("ca", "als vuit o nou mesos", 8, 9),
        ("eu", "bederatzi hilabeterekin", 9, 9),
        ("eu", "urtebeterekin", 12, 12),
        ("gl", "arredor dos dez meses", 9, 11),
        ("pt", "por volta dos dez meses", 9, 11),
        ("fr", "à un an et demi", 18, 18),
        ("nl", "met anderhalf jaar", 18, 18),
        ("nl", "eenentwintig maanden", 21, 21),
        ("zh", "九个月左右", 8, 10),
        ("zh", "一岁半", 18, 18),
        ("zh", "七八个月", 7, 8),
        ("sw", "miezi tisa", 9, 9),
        ("sw", "akiwa na mwaka mmoja na nusu", 18, 18),
        ("ar", "عمر ٩ شهور", 9, 9),
        ("ar", "سنة ونص", 18, 18),
        ("tr", "on iki aylıkken", 12, 12),
        ("tr", "bir buçuk yaşında", 18, 18),
    ],
)
def test_what_is_said_is_what_is_read(
    lang: str, text: str, low: float, high: float
) -> None:
    assert _months(text, lang) == [(low, high)]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "she weighs nine kilos"),
        ("en", "two months later"),
        ("en", "for two months now"),
        ("en", "takes three steps"),
        ("es", "dos meses después"),
        ("es", "pesa nueve kilos"),
        ("fr", "il y a trois semaines"),
        ("zh", "体重九公斤"),
        ("tr", "iki ay sonra"),
        ("ar", "وزنها تسعة كيلو"),
    ],
)
def test_what_is_no_age_is_not_read(lang: str, text: str) -> None:
    assert _months(text, lang) == []


@pytest.mark.parametrize("lang", languages())
def test_most_phrases_that_others_wrote_down_are_read_rightly(
    lang: str, root: Path
) -> None:
    bank = root / "datasets" / "annotator" / "banks" / f"{lang}.toml"
    phrases = tomllib.loads(bank.read_text("utf-8"))["ages"]
    right = 0
    for phrase in phrases:
        found = _months(phrase["text"], lang)
        if phrase.get("none"):
            right += found == []
        else:
            wanted = pytest.approx((phrase["low"], phrase["high"]), abs=0.11)
            right += bool(found) and found[0] == wanted
    assert len(phrases) >= 60
    assert right / len(phrases) >= LEAST_SHARE


@given(st.integers(1, 30), st.sampled_from(["en", "es", "fr", "nl", "pt", "gl", "ca"]))
def test_numbers_in_digits_are_read_in_any_script(months: int, lang: str) -> None:
    unit = {"en": "months", "fr": "mois", "nl": "maanden", "ca": "mesos"}
    eastern = str(months).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for digits in (str(months), eastern):
        text = f"😀 {digits} {unit.get(lang, 'meses')}"
        (age,) = find_ages(text, lang)
        assert (age.low, age.high) == (months, months)
        assert text[age.start : age.end].startswith(digits)


@given(st.text(max_size=120), st.sampled_from(languages()))
def test_whatever_the_text_ages_lie_within_it(text: str, lang: str) -> None:
    for age in find_ages(text, lang):
        assert 0 <= age.start < age.end <= len(text)
        assert 0 <= age.low <= age.high
