"""
Code a file of reports into a file of proposals; a run that was killed goes on.

Results are gathered in a hidden file beside the output, one line per report, each
written whole. When every report has one, the output and the answers are written and the
hidden file is removed. A run that finds such a file of the same reports, coder and
settings begins where it ends.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any

from devnorms._base.errors import BadValueError
from devnorms._base.hashes import content_hash
from devnorms.annotate import audit
from devnorms.annotate.coders import coder_named
from devnorms.annotate.coding import Coder
from devnorms.annotate.pipeline import propose
from devnorms.annotate.reading import Line, read_lines

_AT_A_TIME = 64


@dataclass(frozen=True)
class Filed:
    """
    What came of a file of reports.

    Attributes
    ----------
    codings, answers, log : pathlib.Path
        One line per proposal; one line per report, coded or refused; the audit log.
    reports, coded, refused, proposals : int
        Counts; ``coded + refused == reports``.
    resumed : int
        Reports that an earlier run had done.
    reasons : dict of str to int
        Why reports were refused.
    mended : dict of str to int
        What the checks mended or left out.
    unreviewed : tuple of str
        Languages of these reports that no speaker has reviewed.
    """

    codings: Path
    answers: Path
    log: Path
    reports: int
    coded: int
    refused: int
    proposals: int
    resumed: int
    reasons: dict[str, int]
    mended: dict[str, int]
    unreviewed: tuple[str, ...]


def annotate_file(
    reports: Path,
    out: Path,
    *,
    coder: str | Coder = "embedded",
    names: Iterable[str] = (),
) -> Filed:
    """
    Code a file of reports.

    Parameters
    ----------
    reports : pathlib.Path
        JSONL or CSV with ``id, lang, age_months, text``.
    out : pathlib.Path
        JSONL of proposals. Beside it, ``*.answers.jsonl`` has a line for every report
        and ``*.audit.jsonl`` the log of what was sent where.
    coder : str or Coder
        Which.
    names : iterable of str
        Names to redact wherever they stand.

    Returns
    -------
    Filed

    Raises
    ------
    UnreadableFileError, InvalidTableError, UnknownNameError, BadValueError
        If the file, the coder or the output cannot be what they are given as.
    """
    reader = coder_named(coder) if isinstance(coder, str) else coder
    if out.suffix != ".jsonl":
        raise BadValueError.parameter("out", "a file ending in .jsonl", str(out))
    lines = read_lines(reports, reader.languages)
    roster = tuple(names)
    key = content_hash([audit.text_hash(_bytes(reports)), reader.name, sorted(roster)])
    out.parent.mkdir(parents=True, exist_ok=True)
    gathered = out.with_name(f".{out.name}.part")
    done = _done(gathered, key)
    log = out.with_suffix(".audit.jsonl")
    mended = Counter[str]()
    todo = [line for line in lines if line.number not in done]
    with gathered.open("a", encoding="utf-8") as stream:
        for chunk in batched(todo, _AT_A_TIME):
            results = _coded(chunk, reader, roster, mended)
            for result in results:
                stream.write(json.dumps(result, ensure_ascii=False) + "\n")
                done[result["answer"]["line"]] = result
            stream.flush()
            os.fsync(stream.fileno())
            audit.append(log, "coded", _entry(chunk, reader))
    answers = out.with_suffix(".answers.jsonl")
    ordered = [done[line.number] for line in lines]
    _write(answers, (result["answer"] for result in ordered))
    _write(out, (row for result in ordered for row in result["codings"]))
    gathered.unlink()
    return _filed(
        Filed,
        lines,
        ordered,
        reader,
        len(lines) - len(todo),
        mended,
        (out, answers, log),
    )


def _bytes(file: Path) -> str:
    return file.read_bytes().decode("latin-1")


def _done(gathered: Path, key: str) -> dict[int, dict[str, Any]]:
    """Give what an earlier run of the same reports and settings had gathered."""
    head = json.dumps({"run": key})
    done: dict[int, dict[str, Any]] = {}
    lines = gathered.read_bytes().split(b"\n") if gathered.exists() else []
    whole = lines[:-1]  # the last is empty, or was cut short
    if not whole or whole[0].decode() != head:
        gathered.write_text(head + "\n", encoding="utf-8")
        return done
    for line in whole[1:]:
        result = json.loads(line)
        done[result["answer"]["line"]] = result
    if lines[-1]:
        gathered.write_bytes(b"\n".join(whole) + b"\n")
    return done


def _coded(
    chunk: Sequence[Line], coder: Coder, names: Sequence[str], mended: Counter[str]
) -> list[dict[str, Any]]:
    """For each line, its answer and its proposals."""
    reports = [line.report for line in chunk if line.report is not None]
    rows = iter(propose(reports, coder, names=names, outcomes=mended))
    declined: dict[str, str] = getattr(coder, "refused", {})
    flagged: dict[str, str] = getattr(coder, "flagged", {})
    results = []
    for line in chunk:
        codings = next(rows) if line.report is not None else []
        answer = {"line": line.number, "id": line.id}
        why = line.refused or declined.get(line.id or "", "")
        if line.report is None or why:
            answer |= {"outcome": "refused", "why": why}
        else:
            answer |= {"outcome": "coded", "proposals": len(codings)}
        if line.report is not None and line.report.id in flagged:
            answer |= {"flag": flagged[line.report.id]}
        results.append({"answer": answer, "codings": codings})
    return results


def _entry(chunk: Sequence[Line], coder: Coder) -> dict[str, Any]:
    """Give what the log keeps of a chunk: where it went, and hashes."""
    reports = [line.report for line in chunk if line.report is not None]
    return {
        "coder": coder.name,
        "sent_to": getattr(coder, "host", audit.NOWHERE),
        "reports": [audit.text_hash(report.text) for report in reports],
    }


def _write(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write a file whole, or not at all."""
    hidden = file.with_name(f".{file.name}.new")
    with hidden.open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    hidden.replace(file)


def _filed(
    kind: type[Filed],
    lines: Sequence[Line],
    ordered: Sequence[dict[str, Any]],
    coder: Coder,
    resumed: int,
    mended: Counter[str],
    files: tuple[Path, Path, Path],
) -> Filed:
    answers = [result["answer"] for result in ordered]
    refused = [a["why"] for a in answers if a["outcome"] == "refused"]
    used = {line.report.lang for line in lines if line.report is not None}
    return kind(
        *files,
        reports=len(lines),
        coded=len(lines) - len(refused),
        refused=len(refused),
        proposals=sum(len(result["codings"]) for result in ordered),
        resumed=resumed,
        reasons=dict(Counter(refused)),
        mended=dict(mended),
        unreviewed=tuple(sorted(used & set(coder.unreviewed))),
    )
