"""
What a child is quoted as saying, and how many words or blocks there are.

Linear classifiers cannot count, and must not read a quoted word as something the child
does. These rules apply the codebook's rule 6 (counts go to the nearest concept) and
read quoted speech: several words, two words joined, a question, a name given to a
thing, an instruction that was followed, babbling.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from devnorms.annotate.ages.folded import fold_with_origin
from devnorms.annotate.ages.lexicon import lexicon
from devnorms.annotate.coding import Document, Proposal

LANGUAGE_CONCEPTS = frozenset(
    {
        "babbles", "says_mama_dada", "says_two_words", "says_many_words",
        "names_objects", "combines_two_words", "uses_sentences", "asks_questions",
        "follows_instruction", "counts_to_five", "waves_bye",
    }
)  # fmt: skip
"""Milestones that a quoted word may itself be evidence of."""

SURE, LIKELY = 0.8, 0.65
"""Shares of such proposals that were right on the practice reports, rounded."""

_RULED_OUT = {
    "names_objects": ("asks_questions",),  # "What is this?" "A duck!"
    "babbles": ("says_mama_dada", "says_two_words"),
    "combines_two_words": ("says_mama_dada",),
}
"""What the words that a rule has read are not."""

_QUOTE = re.compile(
    r'"([^"\n]{1,60})"|“([^”\n]{1,60})”|«\s*([^»\n]{1,60}?)\s*»|「([^」\n]{1,60})」'
    r"|„([^“”\n]{1,60})[“”]|(?<!\w)‘([^’\n]{1,40})’(?!\w)"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_BABBLE = re.compile(r"(?<!\w)([^\W⺀-鿿]{2,3}?)(?:-?\1){2,}\w?(?!\w)|([⺀-鿿])\2{2,}")
_MANY = 6
_COUNTED_FROM = 4
_NEAR = 14


@dataclass(frozen=True)
class Quote:
    """
    Words within quotation marks.

    Attributes
    ----------
    start, end : int
        With the marks.
    words : tuple of str
        Lower case.
    asks : bool
        Whether it ends in a question mark.
    """

    start: int
    end: int
    words: tuple[str, ...]
    asks: bool


def with_spoken(document: Document, proposals: Sequence[Proposal]) -> list[Proposal]:
    """
    Add what quoted speech and counts tell, and take out what was read into a quote.

    Parameters
    ----------
    document : Document
        What was read.
    proposals : sequence of Proposal
        Of the classifiers.

    Returns
    -------
    list of Proposal
        At most one per milestone.
    """
    quotes = find_quotes(document.text)
    found = [*_babbling(document), *_counted(document), *_quoted(document, quotes)]
    kept = [
        p
        for p in proposals
        if not _read_into_a_quote(p, quotes)
        and not any(_rules_out(hit, p) for hit in found)
    ]
    best = {proposal.concept: proposal for proposal in kept}
    for proposal in found:
        before = best.get(proposal.concept)
        if before is None or (before.probability or 0) < (proposal.probability or 0):
            best[proposal.concept] = proposal
    return list(best.values())


def find_quotes(text: str) -> list[Quote]:
    """
    Find words within quotation marks.

    Parameters
    ----------
    text : str
        In any script.

    Returns
    -------
    list of Quote

    Examples
    --------
    >>> [quote.words for quote in find_quotes('says "more milk" and «non»')]
    [('more', 'milk'), ('non',)]
    """
    quotes = []
    for found in _QUOTE.finditer(text):
        inside = next(group for group in found.groups() if group is not None)
        words = tuple(word.lower() for word in _WORD.findall(inside))
        asks = inside.rstrip().endswith(("?", "؟", "？"))
        quotes.append(Quote(found.start(), found.end(), words, asks))
    return quotes


def _read_into_a_quote(proposal: Proposal, quotes: Sequence[Quote]) -> bool:
    """Whether all of the evidence is quoted, and the milestone is none of language."""
    if proposal.concept in LANGUAGE_CONCEPTS:
        return False
    inside = [
        min(proposal.end, q.end) - max(proposal.start, q.start)
        for q in quotes
        if q.start < proposal.end and proposal.start < q.end
    ]
    return sum(inside) >= 0.75 * (proposal.end - proposal.start)


def _rules_out(hit: Proposal, other: Proposal) -> bool:
    """Whether a rule has read the same words as something else."""
    overlap = hit.start < other.end and other.start < hit.end
    return overlap and other.concept in _RULED_OUT.get(hit.concept, ())


def _proposal(concept: str, start: int, end: int, probability: float) -> Proposal:
    return Proposal(concept, "achieved", start, end, probability)


def _babbling(document: Document) -> Iterable[Proposal]:
    """Find a syllable three times or more that is no laughter."""
    for found in _BABBLE.finditer(document.text):
        if (found[1] or found[2]).lower() not in _words_of("laughter", "all"):
            yield _proposal("babbles", found.start(), found.end(), LIKELY)


def _quoted(document: Document, quotes: Sequence[Quote]) -> Iterable[Proposal]:
    """Read quotes one by one, and lists of quoted words."""
    yield from _lists(quotes)
    for place, quote in enumerate(quotes):
        after = quotes[place + 1] if place + 1 < len(quotes) else None
        follows = after is not None and after.start - quote.end <= 3
        before = document.text[max(0, quote.start - 2 * _NEAR) : quote.start]
        asked = _has(before, "asked", document.lang)
        if quote.asks and follows and after is not None and not after.asks:
            yield _proposal("names_objects", quote.start, after.end, LIKELY)
        elif quote.asks and not asked and quote.words:
            yield _proposal("asks_questions", quote.start, quote.end, LIKELY)
        elif not quote.asks and before.rstrip().endswith(("?", "؟", "？")):
            if len(quote.words) <= 2:
                yield _proposal("names_objects", quote.start, quote.end, LIKELY)
        elif not quote.asks and not asked:
            yield from _said_or_done(document, quote)


def _said_or_done(document: Document, quote: Quote) -> Iterable[Proposal]:
    """Tell two words joined from an instruction that was followed."""
    text = document.text
    before = text[max(0, quote.start - _NEAR) : quote.start]
    rest = re.split(r"[.!?؟。！？;؛\n]", text[quote.end : quote.end + 60])[0]
    says = _has(before + rest[:_NEAR], "says", document.lang)
    parent = any(word in _words_of("parents", "all") for word in quote.words)
    if len(quote.words) == 2 and (says or parent):
        yield _proposal("combines_two_words", quote.start, quote.end, LIKELY)
    apart = not _QUOTE.search(rest) and not _BABBLE.search(text, quote.start, quote.end)
    begins = (
        apart
        and not re.search(r"\w\s*$", before)
        and not re.search(r"[:：,،，]\s*$", before)
    )
    several = len(quote.words) > 1 or len("".join(quote.words)) > 2
    if begins and several and not says and len(_WORD.findall(rest)) in range(1, 8):
        yield _proposal(
            "follows_instruction", quote.start, quote.end + len(rest), LIKELY
        )


def _lists(quotes: Sequence[Quote]) -> Iterable[Proposal]:
    """Find several quoted single words after one another."""
    runs: list[list[Quote]] = []
    for quote in quotes:
        single = len(quote.words) == 1 and not quote.asks
        if not single:
            continue
        near = runs and quote.start - runs[-1][-1].end <= _NEAR
        if near:
            runs[-1].append(quote)
        else:
            runs.append([quote])
    parents = _words_of("parents", "all")
    for run in runs:
        others = {q.words[0] for q in run} - parents
        if len(others) >= 2:
            many = len(others) >= _MANY
            concept = "says_many_words" if many else "says_two_words"
            yield _proposal(concept, run[0].start, run[-1].end, SURE)


def _counted(document: Document) -> Iterable[Proposal]:
    """Read "fifty words" and "a tower of seven"."""
    folded = fold_with_origin(document.text)
    for kind, few, many in (
        ("words", "says_two_words", "says_many_words"),
        ("tower", "stacks_two_blocks", "stacks_tower"),
    ):
        pattern = _count_pattern(document.lang, kind)
        for found in pattern.finditer(folded.text) if pattern else ():
            said = found["before"] or found["after"]
            number = _value(said, document.lang)
            if re.match(r"\s*\w*\s*[?؟？]", folded.text[found.end() :]):
                continue  # "A tower of six?"
            if number >= (_COUNTED_FROM if kind == "words" else 2):
                start, end = folded.original(*found.span())
                concept = many if number >= _MANY else few
                yield _proposal(concept, start, end, LIKELY)


@cache
def _count_pattern(lang: str, kind: str) -> re.Pattern[str] | None:
    """Match a number near a word for words, or for a tower."""
    known = lexicon(lang)
    nouns = _words_of(kind, lang)
    if known is None or not nouns:
        return None
    listed = sorted((w for w, n in known.numbers.items() if n > 1), key=len)
    numbers = "|".join(re.escape(word) for word in reversed(listed))
    folded = (fold_with_origin(n).text for n in nouns)
    noun = "|".join(re.escape(n) for n in sorted(folded, key=len, reverse=True))
    if not known.spaced:
        number = rf"(?:{numbers}|\d{{1,3}})"
        gap = r"[^，。！？,.!?]{0,6}"
    else:
        number = rf"(?<!\w)(?:{numbers}|\d{{1,3}})(?!\w)"
        noun = rf"(?<!\w)(?:{noun})(?!\w)"
        gap = r"(?:\s+\w+){0,2}\s+"
    close = r"\s*" if kind == "words" else gap
    if kind == "words" and not known.unit_first:
        return re.compile(rf"(?P<before>{number}){close}(?:{noun})(?P<after>(?!))?")
    if kind == "words":
        return re.compile(rf"(?:{noun}){close}(?P<after>{number})(?P<before>(?!))?")
    ahead = rf"(?:{noun}){gap}(?P<after>{number})"
    behind = rf"(?P<before>{number})(?:\s+\w+)?\s*(?:{noun})"
    return re.compile(rf"{ahead}|{behind}")


def _value(said: str, lang: str) -> int:
    known = lexicon(lang)
    if said.isdecimal():
        return int(said)
    return known.numbers.get(said, 0) if known else 0


def _has(text: str, kind: str, lang: str) -> bool:
    """Whether a text holds one of the words."""
    low = text.lower()
    edge = r"(?<!\w)%s(?!\w)" if lang != "zh" else "%s"
    return any(re.search(edge % re.escape(w), low) for w in _words_of(kind, lang))


@cache
def _lists_of_words() -> dict[str, dict[str, list[str]]]:
    file = resources.files(__name__.rpartition(".")[0]) / "spoken.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _words_of(kind: str, lang: str) -> frozenset[str]:
    return frozenset(_lists_of_words()[kind].get(lang, ()))
