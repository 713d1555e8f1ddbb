"""
Whether a site is sound: what the operator is told, and what keeps it from starting.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.core.checks import CheckMessage

    from devnorms.review.instance import Site

_ALONE = ("LocMemCache", "DummyCache")


def check(site: Site) -> list[str]:
    """
    Give what is wrong with a site that is up, in words; nothing if it is sound.

    Parameters
    ----------
    site : Site
        That is up.

    Returns
    -------
    list of str
    """
    from devnorms.review.models.audit import faults

    return [
        *(f"audit: {line}" for line in faults()),
        *_unguarded(),
        *_changed_results(),
        *_damaged(),
        *_readable_by_others(site),
        *_settings(site),
    ]


def shared_counts(**_options: Any) -> Sequence[CheckMessage]:
    """Refuse a cache that each process has for itself: log-ins are counted in it."""
    from django.conf import settings
    from django.core.checks import Error

    backend = settings.CACHES["default"]["BACKEND"]
    if not backend.endswith(_ALONE):
        return []
    return [
        Error(
            f"{backend} is not shared by processes: wrong passwords would not count.",
            id="review.E001",
        )
    ]


def _unguarded() -> Iterator[str]:
    """Name tables whose rows the database would let somebody change."""
    from devnorms.review.guards import missing

    for name in missing():
        yield f"database: the guard {name} is gone; the next start lays it again"


def _changed_results() -> Iterator[str]:
    """Name results whose content is not what its hash says."""
    from devnorms._base.provenance import content_hash
    from devnorms.review.models import Decision, Result

    for one in Result.objects.iterator():
        if content_hash(one.payload) != one.content_sha256:
            yield f"result {one.public_id}: its content is not what was pushed"
    pushers = Decision.objects.select_related("result__run")
    for decision in pushers.iterator():
        if decision.decided_by_id == decision.result.run.pushed_by_id:
            yield f"decision {decision.pk}: made by who pushed the result"


def _damaged() -> Iterator[str]:
    """Ask SQLite whether its file is whole."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        for (line,) in cursor.fetchall():
            if line != "ok":
                yield f"database: {line}"
        cursor.execute("PRAGMA foreign_key_check")
        for row in cursor.fetchall():
            yield f"database: a row of {row[0]} points to nothing"


def _readable_by_others(site: Site) -> Iterator[str]:
    """Name files that other accounts of this machine can read."""
    held = [site.folder, *(f for f in site.folder.iterdir() if f.is_file())]
    for one in held:
        if stat.S_IMODE(one.stat().st_mode) & 0o077:
            yield f"{one}: others on this machine can read it (chmod go-rwx)"


def _settings(site: Site) -> Iterator[str]:
    """Ask Django; what matters beyond this machine is asked for such sites only."""
    from django.core import checks

    found = checks.run_checks(include_deployment_checks=site.is_https)
    for one in found:
        if one.level >= checks.WARNING and not one.is_silenced():
            yield f"settings: {one.msg} ({one.id})"
