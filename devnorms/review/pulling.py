"""
Decisions and notes → plain files that an analysis reads without the site.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devnorms._base.errors import BadValueError
from devnorms.schema.reviews import FILES, FORMAT

if TYPE_CHECKING:
    from devnorms.review.models import Community, ContextNote, Decision, User


def pull(place: Community, folder: Path, *, by: User | None = None) -> dict[str, int]:
    """
    Write a community's decisions and notes: whole or not at all.

    Parameters
    ----------
    place : Community
        Whose.
    folder : pathlib.Path
        New; holds ``decisions.jsonl, notes.jsonl, manifest.json`` afterwards.
    by : User, optional
        Who pulls; without it the operator.

    Returns
    -------
    dict of str to int
        ``decisions, notes, results_without_decision``.

    Raises
    ------
    BadValueError
        If the folder exists.
    """
    from django.db import transaction

    from devnorms.review.models.audit import record

    if folder.exists():
        raise BadValueError(f"{folder} exists. Name a new folder.")
    with transaction.atomic():
        decisions = [_decision(one) for one in _newest(place)]
        notes = [_note(one) for one in _approved(place)]
        waiting = _undecided(place)
        record("pulled", f"{len(decisions)} decisions", actor=by, community=place.slug)
    counts = {
        "decisions": len(decisions),
        "notes": len(notes),
        "results_without_decision": waiting,
    }
    _write(folder, dict(zip(FILES, (decisions, notes), strict=True)), counts, place)
    return counts


def _newest(place: Community) -> list[Decision]:
    """Give the newest decision of each result key."""
    newest = {}
    for one in place.decisions.select_related("result").order_by("id"):
        newest[one.result.key] = one
    return list(newest.values())


def _undecided(place: Community) -> int:
    """Count results of the newest run on which nobody decided."""
    run = place.runs.order_by("-pushed_at").first()
    return run.results.filter(decisions__isnull=True).count() if run else 0


def _approved(place: Community) -> list[ContextNote]:
    """Give notes that a steward approved and whose author lets them leave."""
    return list(
        place.notes.filter(status="approved")
        .exclude(publish="none")
        .select_related("author")
        .order_by("id")
    )


def _decision(one: Decision) -> dict[str, Any]:
    """Give one line; the counts are those at the time of the decision."""
    from devnorms.review.counting import counted

    payload = one.result.payload
    rule = one.rule or counted(one.result)
    return {
        "population": payload["population"],
        "milestone": payload["milestone"],
        "norm_rows": payload["norm_rows"],
        "content_sha256": one.content_sha256,
        "outcome": one.outcome,
        "reasons": one.reasons,
        "rationale": one.rationale,
        "community": one.community.slug,
        "decided_at": one.decided_at.isoformat(),
        **{name: rule[name] for name in ("answered", "asked", "silent", "quorum")},
    }


def _note(one: ContextNote) -> dict[str, Any]:
    """Give one line; a name only if the author wants it."""
    return {
        "about": one.about,
        "kind": one.kind,
        "body": one.body,
        "language": one.language,
        "by": one.author.shown_name if one.publish == "named" else "",
        "community": one.community.slug,
    }


def _write(
    folder: Path,
    tables: dict[str, list[dict[str, Any]]],
    counts: dict[str, int],
    place: Community,
) -> None:
    """Write all files in a hidden folder, then give it its name."""
    from django.utils import timezone

    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        hashes = {}
        for name, rows in tables.items():
            lines = [
                json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows
            ]
            text = "".join(f"{line}\n" for line in lines).encode()
            (draft / name).write_bytes(text)
            hashes[name] = hashlib.sha256(text).hexdigest()
        manifest = {
            "format": FORMAT,
            "community": place.slug,
            "pulled_at": timezone.now().isoformat(),
            "counts": counts,
            "sha256": hashes,
        }
        (draft / "manifest.json").write_text(json.dumps(manifest, indent=2))
        os.rename(draft, folder)  # noqa: PTH104  (must fail if the folder is there)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
