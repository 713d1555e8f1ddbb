"""
What never reached the table, by which reason, and whether the numbers add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from devnorms.quality.case import Case, Finding

NOT_SELECTED = "not selected"
_LOOK_SHARE = 0.05
_STOP_SHARE = 0.5


def left_out(case: Case) -> list[Finding]:
    """
    Tell what the loader left out of this study, and what it noted.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    list of Finding
    """
    if "left_out" not in case.attrs:
        return [
            Finding(
                "what was left out is not known",
                "note",
                sum(case.answers.responses.values()),
                "responses",
                "These observations carry no account of what was left out before: "
                "they were joined, filtered or made by hand.",
                "Check the table that the loader gives, before anything is done to it.",
            )
        ]
    ledger = _ledger(case)
    return [*_reasons(ledger), *_sums(case, ledger)] if ledger else []


def _ledger(case: Case) -> Mapping[str, Any]:
    """Find the account of this study: reasons in ``left_out``, and totals."""
    whole = case.attrs["left_out"]
    by_study = whole.get("by_study", {})
    if case.answers.study in by_study:
        found: Mapping[str, Any] = by_study[case.answers.study]
        return found
    return whole if case.studies == 1 and "left_out" in whole else {}


def _reasons(ledger: Mapping[str, Any]) -> list[Finding]:
    """One finding per reason; what nobody asked for is not a loss."""
    total = int(ledger.get("responses_in", 0))
    chosen = total - int(ledger["left_out"].get(NOT_SELECTED, 0))
    findings = []
    for reason, n in ledger["left_out"].items():
        if reason != NOT_SELECTED and n:
            share = n / chosen if chosen else 0.0
            findings.append(
                Finding(
                    f"left out: {reason}",
                    _by_share(share),
                    int(n),
                    "responses",
                    f"{100 * share:.1f} % of the responses in the source did not "
                    f"enter: {reason}.",
                    "Ask whether those children or items differ from the rest; quote "
                    "the number with every result.",
                    of=chosen or None,
                )
            )
    return findings


def _by_share(share: float) -> str:
    """Grade by the share that is missing."""
    if share >= _STOP_SHARE:
        return "stop"
    return "look" if share >= _LOOK_SHARE else "note"


def _sums(case: Case, ledger: Mapping[str, Any]) -> list[Finding]:
    """Say where responses went that nobody accounts for."""
    if not {"responses_in", "used"} <= set(ledger):
        return []
    total, used = int(ledger["responses_in"]), int(ledger["used"])
    lost = total - used - sum(int(n) for n in ledger["left_out"].values())
    findings = []
    if lost:
        findings.append(
            Finding(
                "responses that nobody accounts for",
                "look",
                abs(lost),
                "responses",
                f"The source held {total} responses; those used and those left out by "
                f"a reason add up to {total - lost}.",
                "A fault of the loader: report it, and do not quote totals.",
                of=total,
            )
        )
    here = case.study_rows
    if here and here != used:
        findings.append(
            Finding(
                "not all that was loaded",
                "note",
                abs(used - here),
                "responses",
                f"The loader gave {used} responses of this study, this table has "
                f"{here}: it was filtered or added to since.",
                "Fine if you did so; else check the step in between.",
                of=used,
            )
        )
    return findings


def noted(case: Case) -> list[Finding]:
    """
    Pass on what the loader noted about this study.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    list of Finding
        All ``note``: what was odd was settled or kept, as each says.
    """
    return [
        Finding(
            str(note["what"]),
            "note",
            int(note["n"]),
            str(note["unit"]),
            f"The loader noted: {note['detail']}.",
            "Nothing, if what the loader did suits you.",
        )
        for note in case.attrs.get("noted", ())
        if note["study"] == case.answers.study
    ]
