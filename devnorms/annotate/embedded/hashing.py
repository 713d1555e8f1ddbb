"""
Character n-grams and words of many texts at once, as 32-bit hashes.

N-grams run within words, with the space before and after them; in scripts without
spaces the whole run counts as one word. Everything is done on one array of code points
for all texts together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint32]

LONGEST = 5
_SPACE = 32
_IDEOGRAPHS = 0x2E80
_LONGEST_OF_IDEOGRAPHS = 3
_LONGEST_WORD = 24
_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)


def ngram_hashes(folded: Sequence[str]) -> tuple[NDArray[np.int64], Hashes]:
    """
    Hash the n-grams, words and pairs of words of texts.

    Parameters
    ----------
    folded : sequence of str
        As `fold` gives them: words between single spaces.

    Returns
    -------
    rows : numpy.ndarray
        int64, which text each hash is of.
    hashes : numpy.ndarray
        uint32, with repeats.

    Examples
    --------
    >>> rows, hashes = ngram_hashes([" walks ", " walks "])
    >>> bool((hashes[rows == 0] == hashes[rows == 1]).all())
    True
    """
    if not "".join(folded):
        return np.empty(0, np.int64), np.empty(0, np.uint32)
    signs, row, spaces = _laid_out(folded)
    parts = [*_of_signs(signs, row, spaces), *_of_words(signs, row, spaces)]
    rows = np.concatenate([part[0] for part in parts])
    return rows, np.concatenate([part[1] for part in parts])


def word_hashes(folded: Sequence[str]) -> tuple[NDArray[np.int64], Hashes]:
    """
    Hash the words and pairs of words of texts; where no spaces are, pairs of signs.

    Parameters
    ----------
    folded : sequence of str
        As `fold` gives them.

    Returns
    -------
    rows, hashes : numpy.ndarray
        As in `ngram_hashes`.
    """
    if not "".join(folded):
        return np.empty(0, np.int64), np.empty(0, np.uint32)
    signs, row, spaces = _laid_out(folded)
    pair = (signs[:-1] >= _IDEOGRAPHS) & (signs[1:] >= _IDEOGRAPHS)
    kept = np.flatnonzero(pair & (row[:-1] == row[1:]))
    pairs = mixed(signs[kept] * _PRIME + signs[kept + 1], 104)
    parts = [(row[kept], pairs), *_of_words(signs, row, spaces)]
    rows = np.concatenate([part[0] for part in parts])
    return rows, np.concatenate([part[1] for part in parts])


def _laid_out(
    folded: Sequence[str],
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.bool_]]:
    """All texts as one array of code points, with the text and the spaces of each."""
    text = "".join(folded)
    signs = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    lengths = np.fromiter(map(len, folded), dtype=np.int64, count=len(folded))
    return signs, np.repeat(np.arange(len(folded)), lengths), signs == _SPACE


def mixed(hashes: NDArray[np.uint64], salt: int) -> Hashes:
    """
    Spread 64-bit values over 32 bits; another salt gives other hashes.

    Parameters
    ----------
    hashes : numpy.ndarray
        uint64.
    salt : int
        Tells kinds of features apart.

    Returns
    -------
    numpy.ndarray
        uint32.
    """
    value = (hashes ^ np.uint64(salt)) * _MIX
    value ^= value >> np.uint64(29)
    value *= _MIX
    return (value >> np.uint64(32)).astype(np.uint32)


def _of_signs(
    signs: NDArray[np.uint64], row: NDArray[np.int64], spaces: NDArray[np.bool_]
) -> list[tuple[NDArray[np.int64], Hashes]]:
    """N-grams that hold no space but at their ends."""
    found = []
    total = len(signs)
    seen = np.concatenate([[0], np.cumsum(spaces)])
    value = signs.copy()
    for size in range(1, LONGEST + 1):
        last = total - size + 1
        if last <= 0:
            break
        if size > 1:
            value = value[:last] * _PRIME + signs[size - 1 :]
        start = np.arange(last)
        within = row[start] == row[start + size - 1]
        inner = seen[start + max(size - 1, 1)] - seen[start + 1] if size > 2 else 0
        whole = within & (inner == 0)
        if size == 1:
            whole &= signs >= _IDEOGRAPHS
        elif size == 2:
            whole &= ~(spaces[start] & spaces[start + 1])
        elif size > _LONGEST_OF_IDEOGRAPHS:
            whole &= signs[start + 1] < _IDEOGRAPHS
        kept = np.flatnonzero(whole)
        found.append((row[kept], mixed(value[kept], size)))
    return found


def _of_words(
    signs: NDArray[np.uint64], row: NDArray[np.int64], spaces: NDArray[np.bool_]
) -> list[tuple[NDArray[np.int64], Hashes]]:
    """Whole words, words that follow each other, and words with one between them."""
    starts = np.flatnonzero(spaces[:-1] & ~spaces[1:]) + 1
    if not len(starts):
        return []
    ends = np.flatnonzero(~spaces[:-1] & spaces[1:]) + 1
    place = np.arange(len(signs)) - np.repeat(starts[0], len(signs))
    power = _powers(_LONGEST_WORD)
    belongs = np.searchsorted(starts, np.arange(len(signs)), side="right") - 1
    offset = place + starts[0] - starts[np.maximum(belongs, 0)]
    inside = (belongs >= 0) & ~spaces & (offset < _LONGEST_WORD)
    term = np.where(inside, signs * power[np.clip(offset, 0, _LONGEST_WORD - 1)], 0)
    words = np.add.reduceat(term, starts)
    words += (ends - starts).astype(np.uint64)
    of = row[starts]
    found = [(of, mixed(words, 101))]
    for gap, salt in ((1, 102), (2, 103)):
        both = np.flatnonzero(of[gap:] == of[:-gap])
        pair = words[both] * _MIX + words[both + gap]
        found.append((of[both], mixed(pair, salt)))
    return found


def _powers(count: int) -> NDArray[np.uint64]:
    """Powers of the prime, modulo 2**64."""
    powers = [pow(int(_PRIME), place, 2**64) for place in range(count)]
    return np.array(powers, dtype=np.uint64)
