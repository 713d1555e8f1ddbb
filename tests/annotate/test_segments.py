"""Texts are cut at the right places, in any script, and no sign is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms.annotate.embedded.units import units
from devnorms.annotate.segments import segment


def _cut(text: str, lang: str) -> list[str]:
    return [text[piece.start : piece.end] for piece in segment(text, lang)]


@pytest.mark.parametrize(
    ("lang", "text", "pieces"),
    [
        ("en", "He crawls. He sits!", ["He crawls", "He sits"]),
        ("en", "She weighs 9.5 kg, crawls", ["She weighs 9.5 kg", "crawls"]),
        ("en", "sits and crawls but not up", ["sits", "and crawls", "but not up"]),
        ("en", "Walking? Not yet. Runs: no", ["Walking? Not yet", "Runs: no"]),
        ("es", "Anda (en casa), ¿y saltar? No", ["Anda", "en casa", "y saltar? No"]),
        ("zh", "会翻身，还不会坐。走？不会！", ["会翻身", "还不会坐", "走？不会"]),
        ("ar", "تمشي، ولا تركض؛ تتكلم؟ لا", ["تمشي", "ولا تركض", "تتكلم؟ لا"]),
        ("tr", "Yürüyor ama koşmuyor", ["Yürüyor", "ama koşmuyor"]),
        ("nl", "Zit los\nkruipt", ["Zit los", "kruipt"]),
    ],
)  # fmt: skip
def test_pieces(lang: str, text: str, pieces: list[str]) -> None:
    assert _cut(text, lang) == pieces


@given(st.text(max_size=200), st.sampled_from(["en", "zh", "ar", "eu", "??"]))
def test_pieces_are_in_order_do_not_overlap_and_hold_every_letter(
    text: str, lang: str
) -> None:
    pieces = segment(text, lang)
    ends = 0
    held: set[int] = set()
    for piece in pieces:
        assert ends <= piece.start < piece.end <= len(text)
        ends = piece.end
        held |= set(range(piece.start, piece.end))
    assert [i for i, sign in enumerate(text) if sign.isalnum() and i not in held] == []
    assert [p.sentence for p in pieces] == sorted(p.sentence for p in pieces)


@given(st.text(max_size=200))
def test_units_hold_every_piece_and_join_only_neighbours(text: str) -> None:
    pieces = segment(text, "en")
    spans = {(unit.start, unit.end) for unit in units(pieces)}
    assert {(piece.start, piece.end) for piece in pieces} <= spans
    starts, ends = {p.start for p in pieces}, {p.end for p in pieces}
    assert all(start in starts and end in ends for start, end in spans)
