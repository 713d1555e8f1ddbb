"""
The features of units, and of pairs of a unit and a milestone.

Which milestone a unit speaks of is read from its n-grams. What it says of it is read
from its words, from its words together with the milestone ("alone" means another thing
of walking than of eating), from the rest of the sentence, and from cues of negation,
doubt, hearsay and other children.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devnorms.annotate.embedded.folding import fold
from devnorms.annotate.embedded.hashing import Hashes, mixed, ngram_hashes, word_hashes

CUES = (
    "negation",
    "not_yet",
    "hedge",
    "hearsay",
    "other",
    "child",
    "general",
    "wish",
    "lost",
)
_WITHIN, _REST, _BEFORE, _WITH_CONCEPT, _FLAG, _CORE = (
    201,
    202,
    203,
    204,
    205,
    206,
)


@dataclass(frozen=True)
class Context:
    """
    A unit with what stands around it.

    Attributes
    ----------
    unit, around, rest, before : str
        The unit; the unit with the pieces next to it that speak of nothing else; other
        such pieces of the sentence; the sentence before. Ages are blanked out.
    lang : str
        Whose cues are looked for.
    """

    unit: str
    around: str
    rest: str
    before: str
    lang: str


class CueFinder:
    """
    Finds cue words.

    Attributes
    ----------
    words : mapping
        By language and kind, folded words.
    """

    def __init__(self, words: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self.words = words
        self._patterns: dict[str, dict[str, re.Pattern[str]]] = {}

    def of(self, folded: str, lang: str) -> tuple[str, ...]:
        """
        Give the kinds of cues in a folded text.

        Parameters
        ----------
        folded : str
            As `fold` gives it.
        lang : str
            Of the report.

        Returns
        -------
        tuple of str
            Kinds, in the order of `CUES`.
        """
        patterns = self._of_language(lang)
        return tuple(kind for kind in patterns if patterns[kind].search(folded))

    def _of_language(self, lang: str) -> dict[str, re.Pattern[str]]:
        if lang not in self._patterns:
            lists = self.words.get(lang, {})
            self._patterns[lang] = {
                kind: _any_of(lists[kind], spaced=lang != "zh")
                for kind in CUES
                if lists.get(kind)
            }
        return self._patterns[lang]


def _any_of(words: Sequence[str], *, spaced: bool) -> re.Pattern[str]:
    """Any of the folded words, whole where spaces stand between words."""
    listed = sorted({fold(w).strip() for w in words} - {""}, key=len, reverse=True)
    body = "|".join(map(re.escape, listed)) or "(?!)"
    return re.compile(f" (?:{body}) " if spaced else f"(?:{body})")


def concept_features(texts: Sequence[str]) -> tuple[NDArray[np.int64], Hashes]:
    """
    Give the features that tell which milestone.

    Parameters
    ----------
    texts : sequence of str
        Units, as written.

    Returns
    -------
    rows, hashes : numpy.ndarray
        As in `ngram_hashes`.
    """
    return ngram_hashes([fold(text) for text in texts])


def status_features(
    contexts: Sequence[Context], concepts: Sequence[int], cues: CueFinder
) -> tuple[NDArray[np.int64], Hashes]:
    """
    Give the features that tell what is said of a milestone.

    Parameters
    ----------
    contexts : sequence of Context
        Units and their surroundings.
    concepts : sequence of int
        The milestone of each, as a number.
    cues : CueFinder
        Finds the cue words.

    Returns
    -------
    rows, hashes : numpy.ndarray
        As in `ngram_hashes`.
    """
    of = np.asarray(concepts, dtype=np.uint64)
    core = [fold(c.unit) for c in contexts]
    unit = [fold(c.around) for c in contexts]
    rest = [fold(c.rest) for c in contexts]
    before = [fold(c.before) for c in contexts]
    parts = []
    rows, hashes = ngram_hashes(unit)
    parts.append((rows, mixed(hashes.astype(np.uint64), _WITHIN)))
    rows, hashes = word_hashes(unit)
    crossed = hashes.astype(np.uint64) + (of[rows] << np.uint64(32))
    parts.append((rows, mixed(crossed, _WITH_CONCEPT)))
    rows, hashes = word_hashes(core)
    parts.append((rows, mixed(hashes.astype(np.uint64), _CORE)))
    rows, hashes = word_hashes(rest)
    parts.append((rows, mixed(hashes.astype(np.uint64), _REST)))
    parts.append(_flags(unit, rest, before, [c.lang for c in contexts], cues))
    return (
        np.concatenate([part[0] for part in parts]),
        np.concatenate([part[1] for part in parts]),
    )


def _flags(
    unit: Sequence[str],
    rest: Sequence[str],
    before: Sequence[str],
    langs: Sequence[str],
    cues: CueFinder,
) -> tuple[NDArray[np.int64], Hashes]:
    """Cues in the unit, in the rest of its sentence, before it, and their pairs."""
    rows: list[int] = []
    flags: list[int] = []
    for row, lang in enumerate(langs):
        here = cues.of(unit[row], lang)
        there = cues.of(rest[row], lang)
        back = cues.of(before[row], lang)
        at_start = 1 if unit[row].endswith("? ") else 0
        found = [1, 2 + at_start]
        found += [10 + CUES.index(kind) for kind in here]
        found += [30 + CUES.index(kind) for kind in there]
        found += [50 + CUES.index(kind) for kind in back]
        found += [
            100 + 10 * CUES.index(a) + CUES.index(b)
            for a in here
            for b in here
            if a < b
        ]
        found += [300 + 10 * CUES.index(a) + CUES.index(b) for a in here for b in there]
        found += [500 + min(len(unit[row].split()), 12)]
        rows += [row] * len(found)
        flags += found
    return np.asarray(rows, np.int64), mixed(np.asarray(flags, np.uint64), _FLAG)


def all_flags() -> Hashes:
    """
    Give the hashes of all flags, which are rarer than their counts say.

    Returns
    -------
    numpy.ndarray
        uint32.
    """
    return mixed(np.arange(1000, dtype=np.uint64), _FLAG)
