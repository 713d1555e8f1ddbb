"""
The items of a draft: wide, several visits in a row, boxes to tick, or long.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from devnorms.sources.own.cells import Sheet
from devnorms.sources.own.mapping.settings import VISIT
from devnorms.sources.own.suggesting import roles, words
from devnorms.sources.own.suggesting.answers import is_answer, milestones_of
from devnorms.sources.own.suggesting.profile import Profile
from devnorms.sources.own.suggesting.toml import Lines, clean, key, written
from devnorms.sources.own.suggesting.words import plain

_VISIT = re.compile(
    r"(.+?)(?P<visit>[_. ]?(?:v|t|w|visit|wave|time|round)[_. ]?\d{1,2})"
)
_BOX = re.compile(r"(?P<question>.+?)(?:___(?P<code>.+)| \(choice=(?P<label>.+)\))")
_MOST_ITEMS = 500
_MOST_CHOICES = 60
_OFTEN = 5
_NOT_ITEMS = re.compile(r"consent|agree|twin|urban|rural|complete|eligible|duplicate")


@dataclass(frozen=True)
class Found:
    """
    What seems to be answers.

    Attributes
    ----------
    answers : list of Profile
        Columns that hold answers.
    items : list of (str, str)
        Item, and the words of its name and label.
    long : tuple of (str, str), optional
        Columns of item and answer.
    visits : tuple of str
        Names of visits, where a row holds several.
    boxes : dict of str to list of (str, str)
        Question to its choices and their words.
    """

    answers: list[Profile]
    items: list[tuple[str, str]]
    long: tuple[str, str] | None = None
    visits: tuple[str, ...] = ()
    boxes: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def coded(self) -> list[Profile]:
        """Columns with codes of their own: boxes are ticked or not."""
        return [p for p in self.answers if not _BOX.fullmatch(p.name)]

    def columns(self) -> set[str]:
        """Columns that are used."""
        own = {p.name for p in self.answers} | set(self.boxes)
        return own | set(self.long or ())


def find_items(profiles: Sequence[Profile], sheet: Sheet, system: str) -> Found:
    """
    Find the columns that hold answers.

    Parameters
    ----------
    profiles : sequence of Profile
        Columns that are nothing else.
    sheet : Sheet
        The file.
    system : str
        What exported it: only KoboToolbox and ODK list choices in one cell.

    Returns
    -------
    Found
    """
    answers = [p for p in profiles if is_answer(p) and not _NOT_ITEMS.search(p.words)]
    long = _long(profiles, answers, sheet)
    if long is not None:
        return long
    boxes: dict[str, list[tuple[str, str]]] = {}
    single: list[Profile] = []
    for one in answers:
        box = _BOX.fullmatch(one.name)
        if box:
            choice = box["code"] or box["label"]
            said = f"{plain(choice)} {one.title}".strip()
            boxes.setdefault(box["question"], []).append((choice, said))
        else:
            single.append(one)
    if system in {"kobo", "odk"}:
        boxes |= _listed([p for p in profiles if p not in answers], sheet)
    visits = _visits(single)
    if visits:
        stems = dict.fromkeys(_stem(p.name) for p in single)
        items = [(stem, plain(stem.replace(VISIT, ""))) for stem in stems]
        return Found(answers, items, visits=visits, boxes=boxes)
    items = [(p.name, f"{p.words} {p.title}".strip()) for p in single]
    return Found(answers, items, boxes=boxes)


def _listed(
    profiles: Sequence[Profile], sheet: Sheet
) -> dict[str, list[tuple[str, str]]]:
    """Find columns whose cells list choices by their codes, such as "walks runs"."""
    found = {}
    for one in profiles:
        text = sheet.cells[one.name]
        cells = text[text != ""]
        codes = cells.str.fullmatch(r"[a-z0-9_]+(?: [a-z0-9_]+)*")
        if not codes.all() or not cells.str.contains(" ").any() or one.date_format:
            continue
        choices = cells.str.split(" ").explode().value_counts()
        # Codes come again and again; words of free text do not.
        few = 1 < len(choices) <= _MOST_CHOICES and choices.median() >= _OFTEN
        if few and roles.named(one, words.PERSON) < 2:
            listed = [str(choice) for choice in choices.index]
            found[one.name] = [(choice, plain(choice)) for choice in sorted(listed)]
    return found


def write_items(lines: Lines, found: Found) -> None:
    """
    Write the items, with milestones where their names say so.

    Parameters
    ----------
    lines : Lines
        The draft.
    found : Found
        The items.
    """
    from devnorms.sources.codebook import milestones

    table = milestones()
    known = dict(zip(table["milestone"], table["name"], strict=True))
    every = [*found.items, *(c for choices in found.boxes.values() for c in choices)]
    near = milestones_of(every, known)
    if any(len(one) == 1 for one in near.values()):
        lines.section("[links]", "Who says which item asks which milestone.")
        lines.gap("judged_by", "who has checked the milestones below")
        lines.said("confidence", "low")
    if found.visits:
        lines.section("[visits]")
        lines.guess("names", found.visits, "endings of the columns' names")
    if found.long:
        lines.section("[long]")
        lines.guess("item", found.long[0], "its name, and its values repeat")
        lines.guess("answer", found.long[1], "its name, and its few codes")
    lines.section(
        "[items]",
        "One line per item: delete what is no item. Milestones: dn.milestones()",
    )
    if not found.items and not found.boxes:
        lines.comment("FILL: no column with answers was found. Write, for example:")
        lines.comment('walk = { milestone = "walks_alone", confidence = "high" }')
    for name, _ in found.items:
        _write_item(lines, name, near[name])
    for question, choices in found.boxes.items():
        _write_boxes(lines, question, choices, near)


def _write_boxes(
    lines: Lines,
    question: str,
    choices: Sequence[tuple[str, str]],
    near: dict[str, list[str]],
) -> None:
    """Write a question of which any choice may be ticked."""
    lines.section(f"[multiple.{key(question)}]")
    lines.gap(
        "none_ticked",
        "not_yet (asked, and none is ticked) or not_asked. If a column tells whether "
        'it was asked: asked_when = { COLUMN = ["CODE"] } and not_yet',
    )
    lines.section(f"[multiple.{key(question)}.items]")
    for choice, _ in choices:
        _write_item(lines, choice, near[choice])


def _write_item(lines: Lines, name: str, near: Sequence[str]) -> None:
    if len(near) == 1:
        given = f"{{ milestone = {written(near[0])} }}"
        lines.lines.append(f"{key(name)} = {given}  # GUESS: words of its name")
    elif near:
        maybe = clean(", ".join(near))
        lines.lines.append(f"{key(name)} = {{}}  # milestone may be: {maybe}")
    else:
        lines.lines.append(f"{key(name)} = {{}}")


def _long(
    profiles: Sequence[Profile], answers: Sequence[Profile], sheet: Sheet
) -> Found | None:
    """Find the two columns of a file with one row per answer."""
    if len(answers) > 3:
        return None
    codelike = [p for p in profiles if p.codelike and 1 < p.kinds <= _MOST_ITEMS]
    item = roles.best(
        [p for p in codelike if p.kinds < 0.5 * p.filled], words.ITEM, least=2
    )
    answer = roles.best(answers, words.ANSWER, least=1)
    if item is None or answer is None or item.name == answer.name:
        return None
    text = sheet.cells[item.name]
    names = [str(name) for name in text[text != ""].unique()]
    listed = [(name, plain(name)) for name in names]
    return Found([answer], listed, long=(item.name, answer.name))


def _visits(answers: Sequence[Profile]) -> tuple[str, ...]:
    """Find the endings that at least half of the items come with, several each."""
    found: dict[str, set[str]] = {}
    for one in answers:
        match = _VISIT.fullmatch(one.name)
        if match:
            found.setdefault(match[1], set()).add(match["visit"])
    several = {stem: ends for stem, ends in found.items() if len(ends) > 1}
    covered = sum(len(ends) for ends in several.values())
    if not several or covered < len(answers) / 2:
        return ()
    return tuple(sorted(set().union(*several.values())))


def _stem(name: str) -> str:
    match = _VISIT.fullmatch(name)
    return f"{match[1]}{VISIT}" if match else name
