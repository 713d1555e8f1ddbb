"""
From reports to proposals: redaction, pieces, coder, ages, checks, offsets back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from devnorms._base.errors import BadValueError
from devnorms.annotate.attaching import with_ages
from devnorms.annotate.checks import checked
from devnorms.annotate.coding import Coder, Document, Proposal, Report
from devnorms.annotate.redaction import Redacted, redact
from devnorms.annotate.segments import segment


def propose(
    reports: Sequence[Report],
    coder: Coder,
    *,
    names: Iterable[str] = (),
    outcomes: Counter[str] | None = None,
) -> list[list[dict[str, Any]]]:
    """
    Propose codes for reports.

    Parameters
    ----------
    reports : sequence of Report
        In languages that the coder reads.
    coder : Coder
        Sees only redacted texts.
    names : iterable of str
        Names to redact wherever they stand.
    outcomes : collections.Counter, optional
        Counts what the checks mended or left out, by reason.

    Returns
    -------
    list of list of dict
        For each report, rows with ``id, concept, status, age_months_low,
        age_months_high, evidence, start, end, subject, probability, coder``; ``start``
        and ``end`` are code points of the report as it was written, and ``evidence``
        is what stands there.

    Raises
    ------
    BadValueError
        If a coder does not answer for every report.
    """
    counted = Counter[str]() if outcomes is None else outcomes
    roster = tuple(names)
    redacted = [redact(report.text, report.lang, roster) for report in reports]
    documents = [
        prepared(report, safe) for report, safe in zip(reports, redacted, strict=True)
    ]
    answers = coder.code(documents)
    if len(answers) != len(documents):
        raise BadValueError.parameter(
            "coder", f"one that answers for all {len(documents)} reports", len(answers)
        )
    concepts = getattr(coder, "concepts", ())
    rows = []
    for report, document, safe, given in zip(
        reports, documents, redacted, answers, strict=True
    ):
        aged = with_ages(document, given)
        kept = checked(document, aged, concepts, counted)
        rows.append([_row(report, safe, proposal, coder.name) for proposal in kept])
    return rows


def prepared(report: Report, safe: Redacted) -> Document:
    """
    Give a report as a coder may see it.

    Parameters
    ----------
    report : Report
        As it was written.
    safe : Redacted
        Its text, redacted.

    Returns
    -------
    Document
    """
    return Document(
        id=report.id,
        lang=report.lang,
        text=safe.text,
        age_months=report.age_months,
        pieces=segment(safe.text, report.lang),
        consent=report.consent,
    )


def _row(
    report: Report, safe: Redacted, proposal: Proposal, coder: str
) -> dict[str, Any]:
    start, end = safe.original(proposal.start, proposal.end)
    return {
        "id": report.id,
        "concept": proposal.concept,
        "status": proposal.status,
        "age_months_low": proposal.age_months_low,
        "age_months_high": proposal.age_months_high,
        "evidence": report.text[start:end],
        "start": start,
        "end": end,
        "subject": proposal.subject,
        "probability": proposal.probability,
        "coder": coder,
    }
