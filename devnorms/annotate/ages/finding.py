"""
Find ages in a text, and give each as an interval in months.

The rules are those of the codebook: weeks / 4.35, days / 30.44, years x 12, to one
decimal; "around nine months" is 8 to 10, "five or six" 5 to 6, "a year and a half" 18.
Spans of time ("for two months", "two months later") are no ages, nor is anything that
is measured in other units.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from devnorms.annotate.ages.folded import fold_with_origin
from devnorms.annotate.ages.lexicon import UNITS, Lexicon, lexicon

MONTHS_IN = {"year": 12.0, "month": 1.0, "week": 1 / 4.35, "day": 1 / 30.44}
OLDEST_MONTHS = 66.0
"""Beyond this it is somebody else's age."""

_ABOUT_MONTHS = {"year": 1.0, "month": 1.0, "week": 0.5, "day": 0.3}
_OLDEST_BARE = 36
_YEARS_UP_TO = 3
_YOUNGEST_MONTHS = 0.2
_BIRTHDAY_MONTHS = 12
_NEAR = 14
_DIGITS = r"\d{1,3}(?:[.,]\d{1,2})?"


@dataclass(frozen=True)
class Age:
    """
    An age that a text names.

    Attributes
    ----------
    start, end : int
        Where it stands, in code points.
    low, high : float
        Months, to one decimal; the same where it is exact.
    """

    start: int
    end: int
    low: float
    high: float


def find_ages(text: str, lang: str) -> list[Age]:
    """
    Find the ages that a text names.

    Parameters
    ----------
    text : str
        As it was written.
    lang : str
        One of the twelve languages; in another, nothing is found.

    Returns
    -------
    list of Age
        In order.

    Examples
    --------
    >>> [(a.low, a.high) for a in find_ages("gateó sobre los ocho meses y medio", "es")]
    [(7.5, 9.5)]
    >>> [(a.low, a.high) for a in find_ages("five or six months", "en")]
    [(5.0, 6.0)]
    >>> find_ages("two months later", "en")
    []
    """
    words = lexicon(lang)
    if words is None:
        return []
    folded = fold_with_origin(text)
    found = list(_readings(folded.text, lang, words))
    return [
        Age(*folded.original(start, end), round(low, 1), round(high, 1))
        for start, end, low, high in sorted(found)
        if low <= high <= OLDEST_MONTHS and high >= _YOUNGEST_MONTHS
    ]


def _readings(
    text: str, lang: str, words: Lexicon
) -> Iterator[tuple[int, int, float, float]]:
    """Spans and months: first what has a unit, then bare numbers in what is left."""
    taken: list[tuple[int, int]] = []
    for found in _pattern(lang).finditer(text):
        taken.append(found.span())
        if _is_span_of_time(text, found, words):
            continue
        low, high, unit = _with_unit(found, words)
        if found["about"] or found["about2"] or found["about3"]:
            around = _ABOUT_MONTHS[unit]
            low, high = max(low - around, 0.1), high + around
        if found["over"] or found["over2"]:
            high += 1
        if found["n3"] and _number(found["n3"], words) == high + 1:
            high += 1
        before = found["before"] or found["before2"]
        yield *found.span("age"), 0.0 if before else low, high
    for found in _bare_pattern(lang).finditer(text):
        if all(found.end() <= low or high <= found.start() for low, high in taken):
            low, high = _bare(found, words)
            yield *found.span("age"), low, high


def _is_span_of_time(text: str, found: re.Match[str], words: Lexicon) -> bool:
    """Whether words before or after make it a span of time, or another's measure."""
    before = text[max(0, found.start() - _NEAR - 10) : found.start()]
    after = text[found.end() : found.end() + _NEAR + 10]
    edge = r"(?<!\w)" if words.spaced else ""
    fixed = re.sub(r"\s+", " ", found["fixed"] or "")
    is_birthday = words.fixed.get(fixed, 0.0) >= _BIRTHDAY_MONTHS
    ends = not is_birthday and re.search(rf"{edge}{words.not_before}\s*$", before)
    begins = re.match(
        rf"\s*{words.not_after}(?!\w)" if words.spaced else words.not_after, after
    )
    return bool(ends or begins)


def _with_unit(found: re.Match[str], words: Lexicon) -> tuple[float, float, str]:
    """Read a number, or two, with a unit; and perhaps a smaller unit after it."""
    more = 0.0
    for smaller in ("month", "week", "day"):
        if found[f"m_{smaller}"]:
            more = _number(found["m_n"], words) * MONTHS_IN[smaller]
    if found["fixed"]:
        months = words.fixed[re.sub(r"\s+", " ", found["fixed"])] + more
        return months, months, "month"
    unit = next(u for u in UNITS if found[f"u_{u}"])
    first = _number(found["n1"], words)
    second = _number(found["n2"], words) if found["n2"] else first
    if second < first and first > 10 > second:
        second += first // 10 * 10  # "sixteen seven": sixteen or seventeen
    half = 0.5 if found["half"] or found["half2"] else 0.0
    low = first + (half if second == first else 0.0)
    high = second + half
    low, high = low * MONTHS_IN[unit] + more, high * MONTHS_IN[unit] + more
    return min(low, high), max(low, high), unit


def _bare(found: re.Match[str], words: Lexicon) -> tuple[float, float]:
    """Read a number without a unit: up to three are years, more are months."""
    first = _number(found["b1"], words)
    second = _number(found["b2"], words) if found["b2"] else first
    low, high = min(first, second), max(first, second)
    if found["b_half"]:
        low, high = low + 0.5, high + 0.5
    if found["b_about"]:
        low, high = low - 1, high + 1
    if first <= _YEARS_UP_TO:
        return low * 12, high * 12
    return (
        (low, high) if high <= _OLDEST_BARE else (OLDEST_MONTHS + 1, OLDEST_MONTHS + 1)
    )


def _number(text: str, words: Lexicon) -> float:
    key = re.sub(r"\s+", " ", text.strip())
    return (
        float(words.numbers[key])
        if key in words.numbers
        else float(key.replace(",", "."))
    )


@dataclass(frozen=True)
class _Parts:
    """Patterns that both kinds of age are made of."""

    edge: str
    end: str
    gap: str
    number: str
    either: str
    half: str


def _parts(words: Lexicon) -> _Parts:
    listed = sorted(words.numbers, key=len, reverse=True)
    named = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in listed)
    half = rf"(?:[\s,-]*{words.half})"
    if words.spaced:
        number = rf"(?:(?:{named})(?!\w)|{_DIGITS}(?!\d))"
        joined = r"\s*" if words.prefix else r"\s+"
        pair = r"|\s+(?=\D)" if words.pairs else ""
        either = rf"(?:\s*[-/]\s*|\s+{words.either}{joined}{pair})"
        return _Parts(
            rf"(?<!\w)(?<!\d[.,])(?:{words.prefix})?",
            r"(?!\w)",
            r"\s+",
            number,
            either,
            half,
        )
    number = rf"(?:{named}|{_DIGITS})"
    either = rf"\s*(?:[-/]|{words.either}|)\s*"
    return _Parts(r"(?<!\d)(?<!\d[.,])(?<!十)", "", r"\s*", number, either, half)


@cache
def _pattern(lang: str) -> re.Pattern[str]:
    """Everything that names an age with its unit, as one pattern."""
    words = lexicon(lang)
    if words is None:
        raise LookupError(lang)
    p = _parts(words)
    units = "|".join(f"(?P<u_{u}>{words.units[u]})" for u in UNITS)
    less = "|".join(
        f"(?(u_{u})(?!)|(?P<m_{u}>{words.units[u]}))" for u in UNITS[1:]
    )  # a smaller unit than the first, not the same again
    numbers = rf"(?P<n1>{p.number})(?:{p.either}(?P<n2>{p.number}))?"
    and_ = rf"\s*,?\s*(?:{words.and_}\s*)?"
    if words.unit_first:
        body = rf"(?:{units}){p.end}\s*{numbers}(?P<half>{p.half})?(?P<half2>(?!))?"
        body += r"(?P<about3>(?!))?(?P<over2>(?!))?"
        more = rf"(?:{and_}(?:{less}){p.end}\s*(?P<m_n>{p.number}))"
    else:
        body = (
            rf"{numbers}(?P<about3>\s+{words.about_inner}(?!\w))?(?P<half>{p.half})?"
            rf"\s*-?\s*(?P<over2>(?={words.over}|个{words.over}))?"
            rf"(?:{units}){p.end}(?P<half2>{p.half})?"
        )
        more = rf"(?:{and_}(?P<m_n>{p.number})\s*-?\s*(?:{less}){p.end})"
    listed = sorted(words.fixed, key=len, reverse=True)
    fixed = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in listed)
    before = rf"(?P<before>{words.before}{p.gap})?"
    about = rf"(?P<about>{words.about_before}{p.gap})?"
    over = rf"(?P<over>\s*{words.over}{p.end})?"
    after = rf"(?P<about2>\s*,?\s*{words.about_after}{p.end})?"
    after += rf"(?P<before2>\s*{words.before_after}{p.end})?"
    nearly = rf"(?:\s*,\s*{words.about_before}{p.gap}(?P<n3>{p.number})(?!\s*\w*\d))?"
    ending = r"\w*" if words.suffixes else p.end
    age = rf"(?P<age>(?:(?P<fixed>{fixed}){ending}|{body}){more}?)"
    return re.compile(rf"{p.edge}{before}{about}{age}{over}{after}{nearly}")


@cache
def _bare_pattern(lang: str) -> re.Pattern[str]:
    """Match a number after "at", with nothing behind it that it could count."""
    words = lexicon(lang)
    if words is None:
        raise LookupError(lang)
    p = _parts(words)
    return re.compile(
        rf"{p.edge}{words.at}{p.gap}(?P<b_about>{words.about_before}{p.gap})?"
        rf"(?P<age>(?P<b1>{p.number})(?:{p.either}(?P<b2>{p.number}))?"
        rf"(?P<b_half>{p.half})?)(?P<b_about2>\s*{words.about_after})?"
        rf"(?=\s*(?:$|[.;!?)](?!\d)|,(?!\d)|{words.and_}(?!\w)))"
    )
