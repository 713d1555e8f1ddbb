"""
Cut a text into sentences, clauses and pieces, with exact offsets, in any script.

No model and no word list of a language but its conjunctions: punctuation of Latin,
Arabic and Chinese script ends sentences and clauses, and a conjunction begins a piece.
A short answer ("Walking? Not yet.") stays with what it answers. Offsets are positions
of code points in the text as it was given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from devnorms.annotate.languages import Language, language

_SENTENCE = re.compile(
    r"(?:[.!](?=[\s\"'»”’)\]]|$|(?=[^\W\d_]{2}))|[?؟？。！；;۔؛…\n\r]|\.{2,})"
    r"[.!?؟？。！…\s\"'»”’)\]]*"
)
_CLAUSE = re.compile(
    r"(?<!\d)[,،，、]|[,،，、](?!\d)|[:：](?!\d)|[()（）\[\]]|\s[-–—/]+\s|[–—]"
)
_ANSWER_WORDS = 3
_ANSWER_SIGNS = 4
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_CJK = re.compile(r"[⺀-鿿豈-﫿]")
_EMOJI = re.compile(r"[\U0001F300-\U0001FAFF☀-➿]+")


@dataclass(frozen=True)
class Piece:
    """
    The smallest part of a text that may carry a code.

    Attributes
    ----------
    start, end : int
        Where it stands, in code points, without white space around it.
    clause, sentence : int
        The clause and the sentence that it belongs to, counted over the whole text.
    """

    start: int
    end: int
    clause: int
    sentence: int


def segment(text: str, lang: str) -> tuple[Piece, ...]:
    """
    Cut a text into pieces.

    Parameters
    ----------
    text : str
        In any script.
    lang : str
        Whose conjunctions begin a piece; an unknown language has none.

    Returns
    -------
    tuple of Piece
        In order; every character that is not white space or punctuation is in one.

    Examples
    --------
    >>> text = "Gatea desde mayo y se pone de pie. ¿Andar? Todavía no."
    >>> [text[p.start : p.end] for p in segment(text, "es")]
    ['Gatea desde mayo', 'y se pone de pie', '¿Andar? Todavía no']
    """
    pieces: list[Piece] = []
    clause = 0
    answers = _answers(lang)
    for number, (start, end) in enumerate(_sentences(text, answers)):
        parts = _between(text, start, end, _CLAUSE)
        for low, high in _with_answers(text, parts, answers):
            cuts = _conjunctions(lang)
            for first, last in _starting(text, low, high, cuts):
                pieces.append(Piece(first, last, clause, number))
            clause += 1
    return tuple(pieces)


def _sentences(text: str, answers: frozenset[str]) -> list[tuple[int, int]]:
    """
    Give spans of sentences; an answer is part of the question before it.

    A question of a few words names what is spoken of: "Walking? I think so, not sure."
    """
    found: list[tuple[int, int]] = []
    for start, end in _between(text, 0, len(text), _SENTENCE):
        gap = text[found[-1][1] : start].strip() if found else ""
        asked = gap[:1] in {"?", "؟", "？"} and gap != ""
        answer = text[start:end]
        topic = asked and _is_short(text[slice(*found[-1])])
        if asked and (topic or _is_short(answer) or _all_in(answer, answers)):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _is_short(words: str) -> bool:
    """Whether this may be an answer to what stands before it."""
    signs = len(_CJK.findall(words))
    return signs <= _ANSWER_SIGNS if signs else len(words.split()) <= _ANSWER_WORDS


def _with_answers(
    text: str, spans: Iterable[tuple[int, int]], answers: frozenset[str]
) -> list[tuple[int, int]]:
    """Join a clause that is only an answer to the clause before it."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and _all_in(text[start:end], answers):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _all_in(words: str, answers: frozenset[str]) -> bool:
    """Whether every word is one of an answer."""
    found = _WORD.findall(words.lower())
    return bool(found) and all(word in answers for word in found)


@cache
def _answers(lang: str) -> frozenset[str]:
    known = language(lang)
    return frozenset(known.answers) if known else frozenset()


def _between(
    text: str, start: int, end: int, mark: re.Pattern[str]
) -> Iterator[tuple[int, int]]:
    """Spans between marks, without the white space around them, empty ones left out."""
    position = start
    for found in mark.finditer(text, start, end):
        yield from _stripped(text, position, found.start())
        position = found.end()
    yield from _stripped(text, position, end)


def _starting(
    text: str, start: int, end: int, mark: re.Pattern[str] | None
) -> Iterator[tuple[int, int]]:
    """Spans that begin at a mark."""
    position = start
    for found in mark.finditer(text, start, end) if mark else ():
        if found.start() > position:
            yield from _stripped(text, position, found.start())
            position = found.start()
    yield from _stripped(text, position, end)


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the span without white space around it, if any word is left."""
    part = text[start:end]
    kept = part.strip()
    if any(sign.isalnum() or _EMOJI.match(sign) for sign in kept):
        first = start + part.index(kept)
        yield first, first + len(kept)


@cache
def _conjunctions(lang: str) -> re.Pattern[str] | None:
    """Give a pattern of the words that begin a piece."""
    known: Language | None = language(lang)
    if known is None or not known.conjunctions:
        return None
    return _words_pattern(known.conjunctions, spaced=known.spaced)


def _words_pattern(words: Sequence[str], *, spaced: bool) -> re.Pattern[str]:
    """Match whole words; in a script without spaces, anywhere."""
    listed = "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))
    edge = r"(?<!\w)(?:%s)(?!\w)" if spaced else "(?:%s)"
    return re.compile(edge % listed, re.IGNORECASE)
