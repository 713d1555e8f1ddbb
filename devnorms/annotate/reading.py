"""
Read reports, and answer every line: what cannot be coded is said, with the reason.

One bad line never stops the others. Answers name the line and the id, never the text.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devnorms._base.errors import InvalidTableError, UnreadableFileError
from devnorms.annotate.coding import Report
from devnorms.annotate.languages import language, languages
from devnorms.schema.codings import OLDEST_MONTHS

LONGEST_TEXT = 200_000
"""Code points; a longer text is not one report."""

FIELDS = ("id", "lang", "age_months", "text")


@dataclass(frozen=True)
class Line:
    """
    A line of the input: a report, or the reason why it is none.

    Attributes
    ----------
    number : int
        Line of a JSONL file, row of a CSV file (the header is row 1).
    id : str or None
        As it was given, if it could be read.
    report : Report or None
        What it says.
    refused : str
        Why there is no report; empty if there is one.
    """

    number: int
    id: str | None
    report: Report | None
    refused: str = ""


def read_lines(file: Path, languages_read: Iterable[str] | None = None) -> list[Line]:
    """
    Read a file of reports.

    Parameters
    ----------
    file : pathlib.Path
        ``.jsonl`` (an object per line) or ``.csv`` (with a header), in UTF-8, with
        ``id, lang, age_months, text``; ``age_months`` may be missing or empty.
    languages_read : iterable of str, optional
        Languages that the coder reads; all others are refused.

    Returns
    -------
    list of Line
        One per report; empty lines are not reports.

    Raises
    ------
    UnreadableFileError
        If there is no such file, or it is neither of the two.
    InvalidTableError
        If a CSV file lacks a column.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            f"{file} cannot be read ({error.strerror}). Give a .jsonl or .csv file."
        ) from None
    # Bytes that are no UTF-8 become lone surrogates, so that only their row is refused.
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    suffix = file.suffix.lower()
    if suffix in {".jsonl", ".ndjson", ".json"}:
        rows: Iterable[tuple[int, object]] = _jsonl(text)
    elif suffix in {".csv", ".tsv"}:
        rows = _csv(file, text, "\t" if suffix == ".tsv" else None)
    else:
        raise UnreadableFileError(
            f"{file}: expected a .jsonl or .csv file of reports, one per line, with "
            f"{', '.join(FIELDS)}."
        )
    return read_rows(rows, languages_read)


def read_rows(
    rows: Iterable[tuple[int, object]], languages_read: Iterable[str] | None = None
) -> list[Line]:
    """
    Read reports from rows that are already in memory.

    Parameters
    ----------
    rows : iterable of (int, object)
        A number to name the row by, and a mapping with ``id, lang, age_months, text``.
    languages_read : iterable of str, optional
        As in `read_lines`.

    Returns
    -------
    list of Line
        One per row; where an id comes again, only the first row has it.
    """
    known = tuple(languages() if languages_read is None else languages_read)
    first_with: dict[str, int] = {}
    lines = []
    for number, row in rows:
        line = _line(number, row, known)
        if line.report is not None:
            first = first_with.setdefault(line.report.id, number)
            if first != number:
                why = f"the id comes again: line {first} has it too, and was kept"
                line = Line(number, line.id, None, why)
        lines.append(line)
    return lines


def _jsonl(text: str) -> Iterator[tuple[int, object]]:
    """Objects of a JSONL file; what is no JSON is given as the reason, a text."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (json.JSONDecodeError, RecursionError):
                yield number, "not a JSON object on one line"


def _csv(file: Path, text: str, delimiter: str | None) -> Iterator[tuple[int, object]]:
    """Rows of a CSV file."""
    head = text.partition("\n")[0]
    mark = delimiter or (";" if head.count(";") > head.count(",") else ",")
    csv.field_size_limit(10 * LONGEST_TEXT)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark)
    found = [name.strip() for name in reader.fieldnames or []]
    missing = [name for name in ("id", "lang", "text") if name not in found]
    if missing:
        raise InvalidTableError.missing_columns(str(file), missing, found)
    reader.fieldnames = found
    yield from enumerate(reader, start=2)


def _line(number: int, row: object, known: tuple[str, ...]) -> Line:
    if not isinstance(row, Mapping):
        why = row if isinstance(row, str) else "not an object with id, lang and text"
        return Line(number, None, None, why)
    identity = _identity(row.get("id"))
    faults = [fault for fault in (_bad_text(row), _bad_language(row, known)) if fault]
    age, bad_age = _age(row.get("age_months"))
    faults += [bad_age] if bad_age else []
    if identity is None or not _is_unicode(identity):
        return Line(number, None, None, "; ".join(["no id", *faults]))
    if faults:
        return Line(number, identity, None, "; ".join(faults))
    given = row.get("consent") or ()
    consent = (given,) if isinstance(given, str) else tuple(map(str, given))
    code = _primary(row["lang"])
    return Line(number, identity, Report(identity, code, row["text"], age, consent))


def _identity(value: object) -> str | None:
    """Text or a whole number; nothing else names a report."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None


def _bad_text(row: Mapping[str, Any]) -> str:
    text = row.get("text")
    if not isinstance(text, str):
        return "no text"
    if not text.strip():
        return "the text is empty"
    if not _is_unicode(text):
        return "the text is not valid UTF-8; save the file as UTF-8"
    if len(text) > LONGEST_TEXT:
        return f"the text has more than {LONGEST_TEXT:,} characters; is it one report?"
    return ""


def _bad_language(row: Mapping[str, Any], known: tuple[str, ...]) -> str:
    given = row.get("lang")
    if not isinstance(given, str) or not given.strip():
        return f"no lang; this coder reads {', '.join(known)}"
    code = _primary(given)
    if code not in known or language(code) is None:
        shown = given.strip()[:20] if _is_unicode(given) else "?"
        return f"unknown language {shown!r}; this coder reads {', '.join(known)}"
    return ""


def _primary(tag: str) -> str:
    """Give the language of a tag such as ``es-MX``."""
    return tag.strip().lower().replace("_", "-").partition("-")[0]


def _age(value: object) -> tuple[float | None, str]:
    """Age in months, or what is wrong with it."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None, ""
    try:
        age = float(value.replace(",", ".") if isinstance(value, str) else value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None, "age_months is not a number"
    if isinstance(value, bool) or not math.isfinite(age):
        return None, "age_months is not a number"
    if not 0 <= age <= OLDEST_MONTHS:
        return None, f"age_months must lie between 0 and {OLDEST_MONTHS:g}"
    return age, ""


def _is_unicode(text: str) -> bool:
    """Whether a text can be written as UTF-8."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)
