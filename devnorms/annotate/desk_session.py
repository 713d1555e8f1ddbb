"""
A sitting at the coding desk: which reports, whose journal, and the tables it makes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devnorms._base.errors import (
    BadValueError,
    EmptySelectionError,
    UnreadableFileError,
)
from devnorms.annotate.desk import Desk
from devnorms.annotate.desk_journal import Journal, open_journal, seen_with_suggestions
from devnorms.annotate.reading import read_lines

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Sitting:
    """
    Who codes, how, and with what.

    Attributes
    ----------
    person, mode : str
        Who; ``"blind"`` or ``"assisted"``.
    folder : pathlib.Path
        Of all journals of the study.
    proposals : pathlib.Path or None
        JSONL of `devnorms annotate`: for assisted coding, and only for that.
    planted : float
        Share of suggestions that are turned round.
    only : tuple of str
        Report ids, in the order in which to code them (a draw of gold); all, if empty.
    """

    person: str
    mode: str
    folder: Path
    proposals: Path | None = None
    planted: float = 0.05
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Terminal:
    """
    Where words come from and go to.

    Attributes
    ----------
    ask, key, say : callable
        As in `devnorms.annotate.desk.Desk`.
    """

    ask: Callable[[str], str]
    key: Callable[[str], str]
    say: Callable[[str], None]


def sit(
    reports: Path, sitting: Sitting, milestones: Mapping[str, str], terminal: Terminal
) -> tuple[Journal, Counter[str]]:
    """
    Code a file of reports at the desk; goes on where the last sitting ended.

    Parameters
    ----------
    reports : pathlib.Path
        As `devnorms annotate` reads them; those that cannot be read are counted.
    sitting : Sitting
        Who codes, how, and with what.
    milestones : mapping of str to str
        With what counts.
    terminal : Terminal
        Where words come from and go to.

    Returns
    -------
    tuple of (Journal, collections.Counter)
        Everything this person has decided in this mode; and ``coded``, ``before``,
        ``seen with suggestions``, ``left``, ``not readable``.

    Raises
    ------
    BadValueError
        If suggestions are given for blind coding, or none for assisted.
    EmptySelectionError
        If there is nothing to code.
    UnreadableFileError
        If a file is not what it must be.
    """
    blind = sitting.mode == "blind"
    if blind == (sitting.proposals is not None):
        raise BadValueError.parameter(
            "proposals",
            "left out for blind coding, and given for assisted coding",
            str(sitting.proposals),
        )
    lines = read_lines(reports)
    found = {line.report.id: line.report for line in lines if line.report is not None}
    order = [i for i in sitting.only if i in found] if sitting.only else list(found)
    if not order:
        raise EmptySelectionError(f"{reports}: no report that can be coded.")
    journal = open_journal(sitting.folder, sitting.person, sitting.mode)
    desk = Desk(
        journal,
        milestones,
        terminal.ask,
        terminal.key,
        terminal.say,
        _suggestions(sitting.proposals),
        0.0 if blind else sitting.planted,
    )
    unfit = seen_with_suggestions(sitting.folder, sitting.person)
    outcome = desk.code([found[i] for i in order], unfit)
    outcome["not readable"] = sum(line.report is None for line in lines)
    return journal, outcome


def journal_tables(journal: Journal) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Give what a person decided, as tables.

    Parameters
    ----------
    journal : Journal
        Of a person and a mode.

    Returns
    -------
    tuple of pandas.DataFrame
        Codings (`devnorms.schema.codings`), and ``id, lang, coder`` of the reports
        read, for `devnorms.annotate.agreement_tables`.
    """
    import pandas as pd

    from devnorms.schema.codings import COLUMNS, check_codings

    entries = list(journal.done.values())
    rows = [row for entry in entries for row in entry["codes"]]
    read = [(entry["id"], entry["lang"], journal.person) for entry in entries]
    codings = check_codings(pd.DataFrame(rows, columns=list(COLUMNS)))
    return codings, pd.DataFrame(read, columns=["id", "lang", "coder"])


def _suggestions(file: Path | None) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Read proposals, by report."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    if file is None:
        return {}
    try:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found.setdefault(str(row["id"]), []).append(row)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableFileError(
            f"{file}: these are no proposals of `devnorms annotate` "
            f"({type(error).__name__})."
        ) from None
    return dict(found)
