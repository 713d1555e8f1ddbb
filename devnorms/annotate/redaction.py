"""
Take out what names a person, before any coder sees a text.

E-mail and web addresses, telephone and other long numbers, dates, and names that a cue
or a capital letter gives away are replaced by others of the same kind. Names that
nothing gives away are missed: the docs say how many were found in a measured sample.
Offsets in the redacted text can be turned back into offsets in the original.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from devnorms.annotate.languages import language

SURROGATES = {
    "email": "mail@example.org",
    "url": "https://example.org",
    "phone": "000 000 000",
    "number": "00000",
    "date": "1/1/2000",
}
_NAMES = {"latin": "Sami", "arabic": "سامي", "chinese": "小明"}

_FIXED = (
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")),
    ("url", re.compile(r"(?:https?://|www\.)[^\s，。、؛]+", re.IGNORECASE)),
    ("date", re.compile(r"(?<![\d.,])\d{1,4}([-/.])\d{1,2}\1\d{2,4}(?!\d)")),
    (
        "date",
        re.compile(
            r"(?:\d{2,4}\s*年\s*)?\d{1,2}\s*月\s*\d{1,2}\s*[日号號]|\d{4}\s*年\s*\d{1,2}\s*月"
        ),
    ),
    (
        "phone",
        re.compile(r"(?<![\dA-Za-z.,])\+?\(?\d(?:[\s().-]{0,2}\d){6,14}(?![\dA-Za-z])"),
    ),
    ("number", re.compile(r"(?<!\w)[A-Za-z]{0,3}-?\d{5,}-?[A-Za-z]?(?!\w)")),
)
_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪĮİĶĻŁŃŇŌŐŒŘŚŞŠŢŤŪŮŰŲŹŻŽ]"
_CAPITALISED = re.compile(rf"(?<![\w'’]){_CAPITAL}[^\W\d_]+(?:['’-][^\W\d_]+)*")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_START = re.compile(r"(?:^|[.!?؟？。…:\n\r\"“«(¡¿•*-])\s*$")
_ALWAYS_CAPITAL = {"I", "I'm", "I've", "I'll", "I'd"}
_PARENTS = frozenset(
    """
    mama mamá mamã mamma mamãe mamae mami mom mommy mum mummy mam maman mamie
    ma dada dad daddy da papa papá papà papai papi baba ama aita aitita amama
    amatxo aitatxo anne tata nana nanna oma opa abu iaia avi tía tío tita pai
    nai mai monday tuesday wednesday thursday friday saturday sunday christmas
    ok
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Replacement:
    """
    One thing that was taken out.

    Attributes
    ----------
    start, end : int
        Where it stood in the original.
    new_start, new_end : int
        Where its surrogate stands in the redacted text.
    kind : str
        ``email, url, date, phone, number, name``.
    """

    start: int
    end: int
    new_start: int
    new_end: int
    kind: str


@dataclass(frozen=True)
class Redacted:
    """
    A text without what names a person.

    Attributes
    ----------
    text : str
        What a coder may see.
    replaced : tuple of Replacement
        In order.
    """

    text: str = field(repr=False)
    replaced: tuple[Replacement, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """
        Turn a span of the redacted text into the span of the original.

        Parameters
        ----------
        start, end : int
            A span; one that cuts into a surrogate takes in all that it stands for.

        Returns
        -------
        tuple of int
            Start and end.
        """
        return self._back(start, at_end=False), self._back(end, at_end=True)

    def _back(self, position: int, *, at_end: bool) -> int:
        starts = [r.new_start for r in self.replaced]
        place = bisect_right(starts, position - at_end) - 1
        if place < 0:
            return position
        last = self.replaced[place]
        if position - at_end < last.new_end:
            return last.end if at_end else last.start
        return position - last.new_end + last.end


def redact(text: str, lang: str, names: Iterable[str] = ()) -> Redacted:
    """
    Replace what names a person.

    Parameters
    ----------
    text : str
        As it was written.
    lang : str
        Whose cues are looked for.
    names : iterable of str
        Names known to the study, replaced wherever they stand.

    Returns
    -------
    Redacted

    Examples
    --------
    >>> redacted = redact("Mi hija Amaia camina, llame al 600 123 456.", "es")
    >>> redacted.text
    'Mi hija Sami camina, llame al 000 000 000.'
    >>> start, end = redacted.original(8, 19)
    >>> "Mi hija Amaia camina, llame al 600 123 456."[start:end]
    'Amaia camina'
    """
    found: list[tuple[int, int, str]] = []
    for kind, pattern in _FIXED:
        _add(found, ((m.start(), m.end()) for m in pattern.finditer(text)), kind)
    for pattern in _date_patterns(lang):
        _add(found, ((m.start(), m.end()) for m in pattern.finditer(text)), "date")
    _add(found, _names(text, lang, tuple(names)), "name")
    pieces: list[str] = []
    replaced: list[Replacement] = []
    position = length = 0
    for start, end, kind in sorted(found):
        new = _surrogate(text[start:end], kind)
        length += start - position
        pieces += [text[position:start], new]
        replaced.append(Replacement(start, end, length, length + len(new), kind))
        length += len(new)
        position = end
    pieces.append(text[position:])
    return Redacted("".join(pieces), tuple(replaced))


def _add(
    found: list[tuple[int, int, str]], spans: Iterable[tuple[int, int]], kind: str
) -> None:
    """Add spans that do not cut into those found before."""
    for start, end in spans:
        if start < end and all(end <= low or high <= start for low, high, _ in found):
            found.append((start, end, kind))


def _surrogate(original: str, kind: str) -> str:
    if kind != "name":
        return SURROGATES[kind]
    if re.search(r"[؀-ۿ]", original):
        return _NAMES["arabic"]
    return _NAMES["chinese" if re.search(r"[⺀-鿿]", original) else "latin"]


@cache
def _date_patterns(lang: str) -> tuple[re.Pattern[str], ...]:
    """Match a day and a month in words, or a month and a year."""
    known = language(lang)
    if known is None or not known.spaced:
        return ()
    month = "|".join(re.escape(m) for m in sorted(known.months, key=len, reverse=True))
    link = r"(?:\s+(?:de|d'|del|of)\s+|\s*d['’]|[\s,]+)"
    day = r"\d{1,2}(?:st|nd|rd|th|er|º|ª|\.)?"
    shapes = (
        rf"(?<!\w){day}{link}(?:{month})(?!\w)(?:{link}\d{{2,4}}(?!\w))?",
        rf"(?<!\w)(?:{month}){link}{day}(?:{link}\d{{4}})?(?!\w)",
        rf"(?<!\w)(?:{month}){link}\d{{4}}(?!\w)",
        rf"(?<!\w)\d{{4}}(?:ko|eko)?[\s,]+(?:{month})\w*\s+\d{{1,2}}\w*",
    )
    return tuple(re.compile(shape, re.IGNORECASE) for shape in shapes)


def _names(text: str, lang: str, roster: Sequence[str]) -> list[tuple[int, int]]:
    """Find names of the roster, after a cue, and words with an unasked capital."""
    spans = []
    if roster:
        listed = "|".join(re.escape(n) for n in sorted(roster, key=len, reverse=True))
        pattern = re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE)
        spans += [(m.start(), m.end()) for m in pattern.finditer(text)]
    known = language(lang)
    if known is not None:
        spans += _after_cues(text, lang)
    return spans + _capitalised(text, lang)


def _after_cues(text: str, lang: str) -> list[tuple[int, int]]:
    pattern = _cue_pattern(lang)
    return [m.span("name") for m in pattern.finditer(text)]


@cache
def _cue_pattern(lang: str) -> re.Pattern[str]:
    """Match what follows "is called", in any script."""
    known = language(lang)
    if known is None:
        return re.compile("(?!)(?P<name>)")
    called = "|".join(re.escape(w) for w in sorted(known.called, key=len, reverse=True))
    if lang == "zh":
        return re.compile(
            rf"(?:{called})(?P<name>[⺀-鿿]{{2,3}}?)(?=[，。,.！!、的]|今|现|已|会|$)"
        )
    if lang == "ar":
        return re.compile(rf"(?<!\w)(?:{called})\s+(?P<name>[^\W\d_]{{2,}})")
    return re.compile(
        rf"(?<!\w)(?i:{called})\s+(?P<name>{_CAPITAL}[^\W\d_]+(?:[\s-]{_CAPITAL}[^\W\d_]+)*)"
    )


def _capitalised(text: str, lang: str) -> list[tuple[int, int]]:
    """Capitalised words within a sentence; and at its start, if also found within."""
    words = _WORD.findall(text)
    capital = [w for w in words if w[:1].isupper()]
    if not capital or len(capital) > 0.4 * len(words) + 2:
        return []
    allowed = _not_names(lang)
    within: set[str] = set()
    starts: list[tuple[int, int, str]] = []
    spans = []
    for found in _CAPITALISED.finditer(text):
        word = found.group()
        low = word.lower()
        plain = low in allowed or word in _ALWAYS_CAPITAL or word.isupper()
        if plain:
            continue
        if _START.search(text[max(0, found.start() - 12) : found.start()]):
            starts.append((found.start(), found.end(), word))
        else:
            within.add(word)
            spans.append(found.span())
    return spans + [(start, end) for start, end, word in starts if word in within]


@cache
def _not_names(lang: str) -> frozenset[str]:
    """Words that may have a capital and name nobody: kin, months."""
    known = language(lang)
    if known is None:
        return _PARENTS
    listed = [*known.kin, *known.months]
    words = {part.lower() for phrase in listed for part in phrase.split()}
    return _PARENTS | words
