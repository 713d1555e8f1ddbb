"""What names a person is taken out, and offsets lead back to the original."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms.annotate.languages import languages
from devnorms.annotate.redaction import redact

WORDS = [
    "walks", "12", "3/4/2023", "+34600123456", "a@b.org", "Emma", "走", "مشى", ".", ",",
    "😀", "www.a.org/x\n",
]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "text", "gone"),
    [
        ("en", "write to jo.smith+x@mail.example.co.uk", "jo.smith"),
        ("en", "see https://family.example/photos?id=3 please", "family.example"),
        ("en", "call 020 7946 0958 after six", "7946"),
        ("en", "call me, (555) 010-9999", "010-9999"),
        ("zh", "电话13812345678", "13812345678"),
        ("ar", "رقمي ٠٦١٢٣٤٥٦٧٨", "٠٦١٢٣٤٥٦٧٨"),
        ("es", "DNI 12345678Z", "12345678Z"),
        ("en", "born 12/03/2023 at home", "12/03/2023"),
        ("en", "since March 5, 2024", "March 5, 2024"),
        ("es", "nació el 3 de mayo de 2023", "3 de mayo de 2023"),
        ("fr", "née le 3 février 2023", "3 février 2023"),
        ("zh", "2023年5月3日出生", "2023年5月3日"),
        ("tr", "3 Mart 2024 doğdu", "3 Mart 2024"),
        ("en", "yesterday Emma walked", "Emma"),
        ("pt", "a minha filha Benedita anda", "Benedita"),
        ("zh", "宝宝名叫李小红，会走", "李小红"),
        ("ar", "ابنتي اسمها فاطمة تمشي", "فاطمة"),
        ("sw", "mwanangu anaitwa Juma anatembea", "Juma"),
    ],
)  # fmt: skip
def test_it_is_gone(lang: str, text: str, gone: str) -> None:
    redacted = redact(text, lang)
    assert gone not in redacted.text
    assert any(text[r.start : r.end] in gone or gone in text[r.start : r.end]
               for r in redacted.replaced)  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "She says Mama and Dada. I think she walks at 9 months, 10-12 steps."),
        ("es", "A los 9 meses gatea. Pesa 9,5 kg y mide 75 cm."),
        ("zh", "九个月会走，会叫妈妈，9个月"),
        ("fr", "Depuis ses onze mois elle marche. En mai elle parlait."),
        ("ar", "تمشي من عمر ٩ شهور"),
    ],
)
def test_what_names_nobody_stays(lang: str, text: str) -> None:
    assert redact(text, lang).text == text


def test_names_of_the_roster_are_gone_wherever_they_stand() -> None:
    text = "amina walks. AMINA sits."
    assert "amina" not in redact(text, "en", names=["Amina"]).text.lower()


@given(st.lists(st.sampled_from(WORDS), max_size=20), st.sampled_from(languages()))
def test_every_span_leads_back_to_the_same_words(words: list[str], lang: str) -> None:
    text = " ".join(words)
    redacted = redact(text, lang)
    for taken in redacted.replaced:
        back = redacted.original(taken.new_start, taken.new_end)
        assert back == (taken.start, taken.end)
    new = redacted.text
    for position in range(len(new)):
        start, end = redacted.original(position, position + 1)
        inside = [r for r in redacted.replaced if r.new_start <= position < r.new_end]
        if inside:
            assert (start, end) == (inside[0].start, inside[0].end)
        else:
            assert text[start:end] == new[position]
    if new:
        assert redacted.original(0, len(new)) == (0, len(text))
