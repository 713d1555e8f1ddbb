"""
Which columns are answers, what their codes mean, which milestone each may ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from devnorms.sources.own.suggesting.profile import Profile
from devnorms.sources.own.suggesting.words import MEANINGS, plain

_NUMBER = re.compile(r"-?\d+")
_STOP = frozenset(
    "a an and at by for in is it its of on one or own the to two up with".split()  # noqa: SIM905  (a list would take twenty lines)
)
_ENDINGS = ("ing", "es", "s", "ed")


@dataclass(frozen=True)
class Coding:
    """
    What codes mean, as far as they can be told.

    Attributes
    ----------
    meaning : dict of str to list of str
        Answer to codes.
    open : dict of str to int
        Codes whose meaning must be said, and how often they come.
    why : str
        The reason.
    """

    meaning: dict[str, list[str]]
    open: dict[str, int]
    why: str


def is_answer(profile: Profile) -> bool:
    """
    Say whether a column may hold answers: few codes, some of them pass or not yet.

    Parameters
    ----------
    profile : Profile
        A column.
    """
    if not profile.codes or profile.date_format:
        return False
    told, rest = _told(profile.codes, profile.labels)
    binary = {"passed", "not_yet"} & set(told)
    one_two = {"1", "2"} <= set(profile.codes) and len(profile.codes) <= 6
    return (bool(binary) or one_two) and len(rest) <= 5


def coding(profiles: Sequence[Profile]) -> Coding:
    """
    Say what the codes of all answers mean.

    Parameters
    ----------
    profiles : sequence of Profile
        The columns with answers.
    """
    counts: dict[str, int] = {}
    labels: dict[str, str] = {}
    for profile in profiles:
        labels |= profile.labels
        for code, n in profile.codes.items():
            counts[code] = counts.get(code, 0) + n
    told, rest = _told(counts, labels)
    if {"1", "2"} <= set(counts) and "0" not in counts and not labels:
        rest |= {code: counts[code] for code in ("1", "2")}
        told = {k: [c for c in v if c != "1"] for k, v in told.items()}
    why = "the labels in the file" if labels else "the codes themselves"
    return Coding({k: v for k, v in told.items() if v}, rest, why)


def _told(
    counts: Mapping[str, int], labels: Mapping[str, str]
) -> tuple[dict[str, list[str]], dict[str, int]]:
    """Part codes with a known meaning from the others; labels come first."""
    told: dict[str, list[str]] = {}
    rest: dict[str, int] = {}
    for code, n in counts.items():
        word = labels.get(code) or plain(code)
        answer = next((a for a, known in MEANINGS.items() if word in known), "")
        if answer:
            told.setdefault(answer, []).append(code)
        else:
            rest[code] = n
    return told, rest


def milestones_of(
    names: Iterable[tuple[str, str]], known: Mapping[str, str]
) -> dict[str, list[str]]:
    """
    Guess which milestone each item may ask, by the words of its name and label.

    Parameters
    ----------
    names : iterable of (str, str)
        Item, and all its words, plain.
    known : mapping of str to str
        Milestone to its name.

    Returns
    -------
    dict of str to list of str
        Item to milestones, the nearest first; one only where it is clearly nearest.
    """
    stems = {m: _stems(plain(m)) | _stems(plain(name)) for m, name in known.items()}
    ids = {m: _stems(plain(m)) for m in known}
    found = {}
    for item, said in names:
        mine = _stems(said)
        score = {
            m: (_alike(ids[m], mine), _alike(set(plain(m).split()), set(said.split())))
            for m in known
            if ids[m] <= mine or (mine and mine <= stems[m])
        }
        ranked = sorted(score, key=lambda m: score[m], reverse=True)
        if ranked and ids[ranked[0]] <= mine:
            ranked = ranked[:1]
        found[item] = ranked[:3]
    return found


def _alike(one: Set[str], other: Set[str]) -> float:
    """Share of the words of either that both have."""
    return len(one & other) / max(len(one | other), 1)


def _stems(words: str) -> frozenset[str]:
    """Words that say something, without their endings."""
    return frozenset(
        _stem(w) for w in words.split() if w not in _STOP and not _NUMBER.fullmatch(w)
    )


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
