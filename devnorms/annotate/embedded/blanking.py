"""
Blank out ages: they say nothing of which milestone, and thin out the words that do.
"""

from __future__ import annotations

from devnorms.annotate.ages import find_ages


def without_ages(text: str, lang: str) -> str:
    """
    Put spaces in place of ages; offsets stay what they are.

    Parameters
    ----------
    text : str
        As written.
    lang : str
        Its language.

    Returns
    -------
    str
        Of the same length.

    Examples
    --------
    >>> without_ages("crawls at nine months.", "en")
    'crawls at            .'
    """
    for age in find_ages(text, lang):
        blank = " " * (age.end - age.start)
        text = text[: age.start] + blank + text[age.end :]
    return text
