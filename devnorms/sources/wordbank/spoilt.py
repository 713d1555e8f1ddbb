"""
Refuse a data set whose answers cannot be what they say, whatever its name.

Two things that no sample of young children does, each judged from the answers and ages
alone:

- Many forms say that the child says every single word. Of the 59 sets of Wordbank that
  this project knows, the one with most such forms has 2 %; a set with more than 25 %
  was filled by a default, or blanks were read as answers.
- Older children say clearly fewer words than younger ones.
"""

from __future__ import annotations

import numpy as np

from devnorms.sources.wordbank.answers import PRODUCES
from devnorms.sources.wordbank.wide import WordSet

FEWEST_FORMS = 5
FEWEST_WORDS = 20
YOUNGER_THAN_MONTHS = 48
FULL_SHARE = 0.25
FEWEST_FOR_AGE = 30
AGE_SPAN_MONTHS = 4
STANDARD_ERRORS = 3.0


def why_spoilt(words: WordSet) -> str:
    """
    Say what is impossible about a data set.

    Parameters
    ----------
    words : WordSet
        The set.

    Returns
    -------
    str
        One sentence; empty where nothing is found.
    """
    said = words.words(PRODUCES)
    asked = (said >= 0).sum(axis=1)
    age = words.visits["age_months"].to_numpy(dtype=float)
    old = age >= YOUNGER_THAN_MONTHS
    enough = (asked >= FEWEST_WORDS) & ~old
    if enough.sum() < FEWEST_FORMS:
        return ""
    share = (said[enough] == 1).sum(axis=1) / asked[enough]
    found = [_too_full(share, said.shape[1]), _falls_with_age(share, age[enough])]
    return "; ".join(reason for reason in found if reason)


def _too_full(share: np.ndarray[tuple[int], np.dtype[np.float64]], asked: int) -> str:
    """Whether too many forms say that every word is said."""
    full = int((share == 1).sum())
    if full <= FULL_SHARE * len(share):
        return ""
    return (
        f"{full} of {len(share)} forms ({100 * full / len(share):.0f} %) say that the "
        f"child says every one of the {asked} words, which hardly any child below "
        f"{YOUNGER_THAN_MONTHS} months does"
    )


def _falls_with_age(
    share: np.ndarray[tuple[int], np.dtype[np.float64]],
    age: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> str:
    """Whether vocabulary clearly falls with age."""
    dated = ~np.isnan(age)
    share, age = share[dated], age[dated]
    spread = len(age) >= FEWEST_FOR_AGE and np.ptp(age) >= AGE_SPAN_MONTHS
    if not spread or share.std() == 0:
        return ""
    r = float(np.corrcoef(share, age)[0, 1])
    # Fisher's transformation: arctanh(r) has standard error 1 / sqrt(n - 3)
    upper = np.arctanh(np.clip(r, -0.999, 0.999)) + STANDARD_ERRORS / np.sqrt(
        len(age) - 3
    )
    if upper >= 0:
        return ""
    return (
        f"older children say fewer words than younger ones (correlation {r:.2f} over "
        f"{len(age)} forms from {age.min():g} to {age.max():g} months)"
    )
