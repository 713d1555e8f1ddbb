"""
Codings in and out of other programs: JSONL, CSV, Label Studio, doccano, spaCy.

Nothing is written that is not known to be right: the evidence of every code must stand
in its report where the table says. What comes back from another program is checked in
the same way; spans that do not fit are counted and named, and never moved by guess.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devnorms._base.checks import check_known
from devnorms._base.errors import InvalidTableError, UnreadableFileError
from devnorms.annotate.exchange_forms import (
    from_doccano,
    from_label_studio,
    from_spacy,
    to_doccano,
    to_label_studio,
    to_spacy,
)
from devnorms.annotate.exchange_offsets import CODE_POINTS, UNITS, UTF16
from devnorms.annotate.exchange_tables import as_json, table_text, write_whole
from devnorms.annotate.exchange_task import Form, Task

if TYPE_CHECKING:
    import pandas as pd

FORMS: dict[str, Form] = {
    "labelstudio": Form(to_label_studio, from_label_studio, CODE_POINTS, lines=False),
    "doccano": Form(to_doccano, from_doccano, UTF16, lines=True),
    "spacy": Form(to_spacy, from_spacy, CODE_POINTS, lines=True),
}
TABLES = ("jsonl", "csv")
TWICE = "milestone more than once in a report: the first kept"


@dataclass(frozen=True)
class Exchanged:
    """
    What came back from another program.

    Attributes
    ----------
    codings : pandas.DataFrame
        As `devnorms.schema.codings`.
    reports : pandas.DataFrame
        ``id, lang, text`` of every task, with codes or without.
    left_out : dict of str to int
        Spans that could not be taken, by reason.
    where : list of str
        The ids of their reports.
    """

    codings: pd.DataFrame
    reports: pd.DataFrame
    left_out: dict[str, int]
    where: list[str]


def export_codings(
    codings: pd.DataFrame,
    reports: pd.DataFrame,
    file: Path,
    form: str,
    *,
    units: str | None = None,
) -> int:
    """
    Write codings for another program.

    Parameters
    ----------
    codings : pandas.DataFrame
        As `devnorms.schema.codings`.
    reports : pandas.DataFrame
        ``id, lang, text``: all of them are written, those without codes too.
    file : pathlib.Path
        Where to.
    form : str
        ``"jsonl"`` or ``"csv"`` (codings alone), ``"labelstudio"``, ``"doccano"``,
        ``"spacy"`` (with the texts).
    units : str, optional
        ``"code_points"`` or ``"utf16"``; without it, what the program counts: doccano
        UTF-16 units, the others code points.

    Returns
    -------
    int
        How many codes were written.

    Raises
    ------
    UnknownNameError
        If there is no such form or unit.
    InvalidTableError
        If the evidence of a code does not stand where the table says.
    """
    from devnorms.schema.codings import check_codings

    check_known("form", [form], [*FORMS, *TABLES])
    table = check_codings(codings)
    texts = dict(zip(reports["id"], reports["text"], strict=True))
    _refuse_moved(table, texts)
    if form in TABLES:
        write_whole(file, table_text(table, form))
        return len(table)
    chosen = FORMS[form]
    counted = check_known("unit", [units or chosen.units], UNITS)[0]
    tasks = _tasks(table, reports)
    written = [chosen.out(task, counted) for task in tasks]
    if chosen.lines:
        write_whole(file, "".join(f"{as_json(item)}\n" for item in written))
    else:
        write_whole(file, f"{json.dumps(written, ensure_ascii=False, indent=1)}\n")
    return len(table)


def import_codings(
    file: Path,
    form: str,
    *,
    coder: str,
    setting: str,
    units: str | None = None,
) -> Exchanged:
    """
    Read what people coded in another program.

    Parameters
    ----------
    file : pathlib.Path
        As that program exports it.
    form : str
        ``"labelstudio"``, ``"doccano"`` or ``"spacy"``.
    coder : str
        Who coded, where the file does not say.
    setting : str
        ``"blind"``, ``"assisted"`` or ``"proposed"``: no file says whether the coder
        had suggestions in sight, so it must be said here.
    units : str, optional
        What the program counts, if not what it usually does. Where the file holds the
        words of a span (Label Studio), they decide.

    Returns
    -------
    Exchanged

    Raises
    ------
    UnknownNameError
        If there is no such form, unit or setting.
    UnreadableFileError
        If the file is not of that form.
    InvalidTableError
        If the codes break the rules of codings.
    """
    import pandas as pd

    from devnorms.schema.codings import COLUMNS, SETTINGS, check_codings

    check_known("form", [form], FORMS)
    check_known("setting", [setting], SETTINGS)
    chosen = FORMS[form]
    counted = check_known("unit", [units or chosen.units], UNITS)[0]
    left_out = Counter[str]()
    where: list[str] = []
    rows: list[dict[str, Any]] = []
    reports: list[dict[str, Any]] = []
    for number, item in enumerate(_items(file, chosen), start=1):
        task = _understood(file, number, item, chosen.back, counted)
        reports.append({"id": task.id, "lang": task.lang, "text": task.text})
        for reason in task.lost:
            left_out[reason] += 1
            where.append(task.id)
        rows += [_row(task, code, coder, setting) for code in task.codes]
    rows, again = _once(rows)
    if again:
        left_out[TWICE] = len(again)
        where += again
    codings = check_codings(pd.DataFrame(rows, columns=list(COLUMNS)))
    found = pd.DataFrame(reports, columns=["id", "lang", "text"])
    return Exchanged(codings, found, dict(left_out), where)


def _once(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """Keep the first code of a milestone in a report; give the reports of others."""
    kept: dict[tuple[str, str, str], dict[str, Any]] = {}
    again = []
    for row in rows:
        key = row["id"], row["concept"], row["coder"]
        if key in kept:
            again.append(row["id"])
        kept.setdefault(key, row)
    return list(kept.values()), again


def _row(
    task: Task, code: Mapping[str, Any], coder: str, setting: str
) -> dict[str, Any]:
    start, end = int(code["start"]), int(code["end"])
    plain: dict[str, Any] = {
        "age_months_low": None,
        "age_months_high": None,
        "subject": "child",
        "probability": None,
        "accepted_by": None,
    }
    given = {name: code.get(name, value) for name, value in plain.items()}
    return given | {
        "id": task.id,
        "lang": task.lang,
        "concept": code["concept"],
        "status": code["status"],
        "start": start,
        "end": end,
        "evidence": task.text[start:end],
        "coder": code.get("coder") or coder,
        "setting": setting,
    }


def _tasks(table: pd.DataFrame, reports: pd.DataFrame) -> Iterator[Task]:
    """Give each report with its codes."""
    plain = table.astype(object).where(table.notna(), None)
    by_report: dict[str, list[dict[str, Any]]] = {}
    for row in plain.to_dict("records"):
        by_report.setdefault(str(row["id"]), []).append(
            {str(name): value for name, value in row.items()}
        )
    for name, lang, text in reports[["id", "lang", "text"]].itertuples(index=False):
        yield Task(str(name), str(lang), str(text), by_report.get(str(name), []))


def _refuse_moved(table: pd.DataFrame, texts: Mapping[str, str]) -> None:
    """Refuse codes whose evidence does not stand in its report."""
    moved = [
        str(name)
        for name, start, end, words in table[
            ["id", "start", "end", "evidence"]
        ].itertuples(index=False)
        if texts.get(name, "")[start:end] != words
    ]
    if moved:
        raise InvalidTableError(
            f"Codings: the evidence of {len(moved)} code(s) does not stand in the "
            f"report where the table says (reports {', '.join(moved[:10])}). Offsets "
            "are code points of the text as it was written; give the reports that were "
            "coded."
        )


def _understood(
    file: Path,
    number: int,
    item: object,
    back: Callable[[Mapping[str, Any], str], Task],
    units: str,
) -> Task:
    """Read one task; say which one cannot be read, never what it says."""
    given = item if isinstance(item, Mapping) else {}
    try:
        return back(given, units)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise UnreadableFileError(
            f"{file}: task {number} is not of this form (no text, no id, or labels "
            "that are not as this program writes them)."
        ) from None


def _items(file: Path, form: Form) -> Iterable[object]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"{file} cannot be read ({error}).") from None
    try:
        if form.lines:
            return [json.loads(line) for line in text.split("\n") if line.strip()]
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise UnreadableFileError(f"{file}: this is no JSON.") from None
    return found if isinstance(found, list) else [found]
