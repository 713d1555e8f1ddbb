"""
What the raw codes of one kind of item mean in one data set.

The mapping of a data set says which codes mean "produces", "understands", "yes" and so
on. It maps to nothing what means "no", and often also what means "not answered". The
rules that tell these apart look at the codes of all items of a kind together:

- A blank, ``NA``, ``9``, ``99`` ... that the mapping gives no meaning is no answer.
- A whole number mapped to nothing is a "no" if it lies below or between the numbers
  that mean something (0 beside 1 and 2; 1, "understands", on a form that asks what is
  said, coded 2). Above them it may be "no" or "missing": it is not counted.
- A word mapped to nothing is a "no".
- Where nobody ever writes "no" (less than 1 in 100 of what is not a tick), the form was
  one of boxes to tick: then the most frequent of the other codes, mostly the blank, is
  an empty box, a "no". Not where the mapping has a word for no ("not yet", "simple").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

PASSED_WORDS = frozenset(
    {"yes", "sometimes", "often", "sometimes/often", "often/sometimes", "complex"}
)
NOT_WORDS = frozenset({"no", "never", "not yet", "simple"})
NO_ANSWER = frozenset(
    {"", "na", "n/a", "nan", "null", "#null!", ".", "?", "missing"}
    | {"9", "99", "999", "998", "-9", "-99", "-999"}
)
TICKS_ONLY = 0.01
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class State(IntEnum):
    """What one cell says; below 0 there is no answer to count."""

    PASSED = 3
    PRODUCES = 2
    UNDERSTANDS = 1
    NO = 0
    NOT_ANSWERED = -1
    UNCLEAR = -2
    UNKNOWN = -3
    GRADED = -4


@dataclass(frozen=True)
class Decoded:
    """
    The meaning of each code that occurs.

    Attributes
    ----------
    states : dict of str to State
        By code.
    empty_box : str or None
        The code that was taken for an empty box, if the form was one of ticks.
    """

    states: dict[str, State]
    empty_box: str | None


def decode(counts: Mapping[str, int], mapping: Mapping[str, str]) -> Decoded:
    """
    Say what each code means.

    Parameters
    ----------
    counts : mapping of str to int
        How often each code occurs in the items of one kind.
    mapping : mapping of str to str
        Code to meaning, for this kind; the meaning is empty where it is mapped to
        nothing.

    Returns
    -------
    Decoded

    Examples
    --------
    >>> decode({"1": 10, "0": 80, "": 3}, {"1": "produces", "0": ""}).states
    {'1': <State.PRODUCES: 2>, '0': <State.NO: 0>, '': <State.NOT_ANSWERED: -1>}
    >>> decode({"1": 10, "": 83}, {"1": "produces"}).empty_box
    ''
    """
    says_no = any(meaning in NOT_WORDS for meaning in mapping.values())
    marks = [int(c) for c, m in mapping.items() if m and re.fullmatch(r"\d+", c)]
    states = {code: _state(code, mapping, marks, says_no) for code in counts}
    box = None if says_no else _empty_box(counts, states)
    if box is not None:
        states[box] = State.NO
    return Decoded(states, box)


def _state(
    code: str, mapping: Mapping[str, str], marks: list[int], says_no: bool
) -> State:
    """Look one code up."""
    meaning = mapping.get(code, "")
    if meaning:
        return _of_meaning(meaning)
    if code in NO_ANSWER:
        return State.NOT_ANSWERED
    if code not in mapping:
        return State.UNKNOWN
    if says_no:
        return State.UNCLEAR
    if re.fullmatch(r"\d+", code):
        below = int(code) < max(marks) if marks else int(code) == 0
        return State.NO if below else State.UNCLEAR
    is_word = any(letter.isalpha() for letter in code) and not _is_number(code)
    return State.NO if is_word else State.UNCLEAR


def _of_meaning(meaning: str) -> State:
    """Turn the words of a mapping into states."""
    if "produce" in meaning:
        return State.PRODUCES
    if "understand" in meaning:
        return State.UNDERSTANDS
    if meaning in PASSED_WORDS:
        return State.PASSED
    if meaning in NOT_WORDS:
        return State.NO
    return State.GRADED if _NUMBER.fullmatch(meaning) else State.UNKNOWN


def _is_number(code: str) -> bool:
    """Whether it is a number in any notation, 8.9e-315 included."""
    try:
        float(code)
    except ValueError:
        return False
    return True


def _empty_box(counts: Mapping[str, int], states: Mapping[str, State]) -> str | None:
    """Find the code of an empty box, where nobody writes a "no"."""
    unticked: Counter[str] = Counter()
    written = 0
    for code, state in states.items():
        if state is State.NO:
            written += counts[code]
        elif state in {State.NOT_ANSWERED, State.UNCLEAR}:
            unticked[code] += counts[code]
    if not unticked or State.GRADED in states.values():
        return None
    if written >= TICKS_ONLY * (written + unticked.total()):
        return None
    return unticked.most_common(1)[0][0]
