"""
The coding desk: a person reads reports in the terminal and codes them by keyboard.

Blind, nothing is suggested: a code is typed as ``milestone status piece [age]``.
Assisted, each suggestion is answered with one key. Which of the two it was stays with
every code.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from devnorms.annotate.coding import Report
from devnorms.annotate.desk_journal import Journal
from devnorms.annotate.desk_planting import planted
from devnorms.annotate.segments import Piece, segment

STATUS_KEYS = {"a": "achieved", "n": "not_yet", "u": "unclear"}
_AGE = re.compile(r"(\d+(?:[.,]\d+)?)(?:-(\d+(?:[.,]\d+)?))?$")
_PIECES = re.compile(r"(\d+)(?:-(\d+))?$")

HELP_BLIND = (
    "milestone status piece [age]: walks n 3, sits a 1-2 7 (a achieved, n not yet, u "
    "unclear)\n- milestone: take back; ? word: find milestones; . done; q stop"
)
HELP_ASSISTED = (
    "y right, a achieved, n not yet, u unclear, x no code, q stop; then type what was "
    "missed (walks n 3), and . when done"
)


class Stopped(Exception):  # noqa: N818  (no error: the person has stopped)
    """The person wants to stop; what is finished is kept."""


@dataclass
class Desk:
    """
    A person, the milestones, and where words come from and go to.

    Attributes
    ----------
    journal : Journal
        Where decisions are kept.
    milestones : mapping of str to str
        Milestones with what counts.
    ask : callable
        Shows a prompt, gives a line.
    key : callable
        Shows a prompt, gives one key.
    say : callable
        Shows a line.
    suggestions : mapping
        Proposals by report, for assisted coding only.
    planted : float
        Share of suggestions that are turned round.
    """

    journal: Journal
    milestones: Mapping[str, str]
    ask: Callable[[str], str]
    key: Callable[[str], str]
    say: Callable[[str], None]
    suggestions: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    planted: float = 0.0

    def code(self, reports: Sequence[Report], unfit: frozenset[str]) -> Counter[str]:
        """
        Code reports until all are done or the person stops.

        Parameters
        ----------
        reports : sequence of Report
            In the order in which to code them.
        unfit : frozenset of str
            Those that this person may not code blind any more.

        Returns
        -------
        collections.Counter
            ``coded`` now, done ``before``, ``seen with suggestions``, ``left``.
        """
        blind = self.journal.mode == "blind"
        before = [r for r in reports if r.id in self.journal.done]
        barred = [r for r in reports if blind and r.id in unfit and r not in before]
        todo = [r for r in reports if r not in before and r not in barred]
        outcome = Counter({"before": len(before), "seen with suggestions": len(barred)})
        for number, report in enumerate(todo, start=1):
            self.say(f"\n[{number}/{len(todo)}] report {report.id}, {report.lang}")
            try:
                self.journal.add(self._report(report))
            except (Stopped, EOFError):
                break
            outcome["coded"] += 1
        outcome["left"] = len(todo) - outcome["coded"]
        return outcome

    def _report(self, report: Report) -> dict[str, Any]:
        """Give the entry of a report: its codes, and what was planted."""
        pieces = segment(report.text, report.lang)
        age = "" if report.age_months is None else f" (child: {report.age_months:g} mo)"
        for number, piece in enumerate(pieces, start=1):
            self.say(f"{number:>3} {report.text[piece.start : piece.end]}")
        blind = self.journal.mode == "blind"
        self.say((HELP_BLIND if blind else HELP_ASSISTED) + age)
        codes: dict[str, dict[str, Any]] = {}
        traps: list[dict[str, Any]] = []
        if not blind:
            codes, traps = self._answered(report)
        self._typed(report, pieces, codes)
        rows = [self._row(report, code) for code in codes.values()]
        entry: dict[str, Any] = {"id": report.id, "lang": report.lang, "codes": rows}
        return entry if blind else entry | {"planted": traps}

    def _answered(
        self, report: Report
    ) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
        """Ask for a key for each suggestion; tell of planted ones, and ask again."""
        codes: dict[str, dict[str, Any]] = {}
        traps, again = [], []
        for real in self.suggestions.get(report.id, ()):
            trap = planted(real, self.planted, self.journal.person)
            taken = self._one(report, trap or real)
            if trap is None:
                _put(codes, taken)
                continue
            accepted = taken is not None and taken["status"] == trap["status"]
            traps.append({"concept": real["concept"], "accepted": accepted})
            again.append(real)
        for real in again:
            self.say("This suggestion was turned round on purpose. As it was made:")
            _put(codes, self._one(report, real))
        return codes, traps

    def _one(self, report: Report, shown: Mapping[str, Any]) -> dict[str, Any] | None:
        """Show a suggestion and give the code that the person makes of it."""
        low, high = shown.get("age_months_low"), shown.get("age_months_high")
        age = "" if low is None else f", {low:g}-{high:g} months"
        words = report.text[shown["start"] : shown["end"]]
        while True:
            pressed = self.key(f"{shown['concept']} {shown['status']}{age}: “{words}” ")
            if pressed == "q":
                raise Stopped
            if pressed == "x":
                return None
            status = shown["status"] if pressed == "y" else STATUS_KEYS.get(pressed)
            if status is None:
                self.say(HELP_ASSISTED)
                continue
            kept = status == "achieved" == shown["status"]
            ages = (low, high) if kept else (None, None)
            return {
                "concept": shown["concept"],
                "status": status,
                "start": shown["start"],
                "end": shown["end"],
                "age_months_low": ages[0],
                "age_months_high": ages[1],
            }

    def _typed(
        self,
        report: Report,
        pieces: Sequence[Piece],
        codes: dict[str, dict[str, Any]],
    ) -> None:
        """Take codes that are typed, until a point."""
        while True:
            line = self.ask("> ").strip()
            if line == "q":
                raise Stopped
            if line == ".":
                return
            if line.startswith("?"):
                for name in self._named(line[1:].strip()):
                    self.say(f"  {name}: {self.milestones[name]}")
            elif line.startswith("-"):
                for name in self._named(line[1:].strip()):
                    codes.pop(name, None)
                self.say("codes: " + (", ".join(codes) or "none"))
            else:
                self._take(report, pieces, codes, line.split())

    def _take(
        self,
        report: Report,
        pieces: Sequence[Piece],
        codes: dict[str, dict[str, Any]],
        words: Sequence[str],
    ) -> None:
        """Add one typed code, or say what is wrong with it."""
        code, fault = self._understood(report, pieces, words)
        if code is None:
            self.say(f"{fault}\n{HELP_BLIND}")
            return
        codes[code["concept"]] = code
        shown = report.text[code["start"] : code["end"]]
        self.say(f"{code['concept']} {code['status']}: “{shown}”")

    def _understood(
        self, report: Report, pieces: Sequence[Piece], words: Sequence[str]
    ) -> tuple[dict[str, Any] | None, str]:
        """Give the code that was typed, or what is wrong with it."""
        if len(words) not in {3, 4}:
            return None, "Three or four words, please."
        names = self._named(words[0])
        if len(names) != 1:
            some = ", ".join(names[:8]) or "none"
            return None, f"{words[0]!r}: which milestone? {some}"
        status = STATUS_KEYS.get(words[1])
        where = _PIECES.match(words[2])
        first = int(where[1]) if where else 0
        last = int(where[2] or first) if where else 0
        if status is None or not 1 <= first <= last <= len(pieces):
            return None, f"a, n or u; then a piece from 1 to {len(pieces)}."
        low, high, fault = _age(words[3:], status, report.age_months)
        if fault:
            return None, fault
        return {
            "concept": names[0],
            "status": status,
            "start": pieces[first - 1].start,
            "end": pieces[last - 1].end,
            "age_months_low": low,
            "age_months_high": high,
        }, ""

    def _named(self, word: str) -> list[str]:
        """Milestones that a word may stand for; an exact name stands for itself."""
        if word in self.milestones:
            return [word]
        starting = [name for name in self.milestones if name.startswith(word)]
        within = [name for name in self.milestones if word in name]
        return (starting or within) if word else []

    def _row(self, report: Report, code: Mapping[str, Any]) -> dict[str, Any]:
        """Give a code as `devnorms.schema.codings` has it."""
        return dict(code) | {
            "id": report.id,
            "lang": report.lang,
            "evidence": report.text[code["start"] : code["end"]],
            "subject": "child",
            "probability": None,
            "coder": self.journal.person,
            "setting": self.journal.mode,
            "accepted_by": self.journal.person,
        }


def _put(codes: dict[str, dict[str, Any]], code: dict[str, Any] | None) -> None:
    if code is not None:
        codes[code["concept"]] = code


def _age(
    words: Sequence[str], status: str, now: float | None
) -> tuple[float | None, float | None, str]:
    """Months as typed ("9", "8-10"), or what is wrong with them."""
    if not words:
        return None, None, ""
    found = _AGE.match(words[0])
    if found is None:
        return None, None, "An age in months: 9, 8-10 or 7.5."
    if status != "achieved":
        return None, None, "Only what is achieved has an age."
    low = float(found[1].replace(",", "."))
    high = float((found[2] or found[1]).replace(",", "."))
    if low > high or (now is not None and low > now + 0.5):
        return None, None, "The age must rise, and not be later than the child's own."
    return low, high, ""
