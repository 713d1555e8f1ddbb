"""
What happened on the site: each line carries the hash of the one before.
"""

import hashlib
import hmac
import json

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

_LOCK = 0x5E71E5
"""Number of PostgreSQL's lock under which one line at a time is added."""


class AuditEvent(models.Model):
    """
    Who did what to what; no text of an answer is in it.

    The hash is keyed with the site's secret: who can write to the database, but does
    not hold the secret, cannot make a chain that fits.
    """

    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=36, blank=True)  # public id, or the operator
    action = models.CharField(max_length=40)
    what = models.CharField(max_length=240)
    community = models.CharField(max_length=60, blank=True)
    before = models.CharField(max_length=64, unique=True)  # a chain, never a tree
    sha256 = models.CharField(max_length=64)

    class Meta:
        """In the order in which they were written."""

        ordering = ("id",)

    def expected_hash(self, secret: str = "") -> str:
        """Give the hash that this line must carry, by the site's present secret."""
        told = [
            self.before, self.at.isoformat(), self.actor, self.action, self.what,
            self.community,
        ]  # fmt: skip
        key = f"audit {secret or settings.SECRET_KEY}".encode()
        return hmac.new(key, json.dumps(told).encode(), hashlib.sha256).hexdigest()

    def is_intact(self) -> bool:
        """Tell whether the line is as it was written, under any secret of the site."""
        secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        return self.sha256 in {self.expected_hash(secret) for secret in secrets}


def record(
    action: str, what: str, *, actor: object = None, community: str = ""
) -> None:
    """
    Add a line to the audit chain; call it inside the transaction of what it tells.

    Parameters
    ----------
    action : str
        A verb, such as ``decided``.
    what : str
        Kind and id, never text.
    actor : User, optional
        Who; without it the operator.
    community : str
        Its slug.
    """
    with transaction.atomic():
        _one_at_a_time()
        last = AuditEvent.objects.select_for_update().order_by("-id").first()
        event = AuditEvent(
            actor=str(getattr(actor, "public_id", "operator")),
            action=action,
            what=what,
            community=community,
            before=last.sha256 if last else "",
        )
        event.sha256 = event.expected_hash()
        event.save()


def _one_at_a_time() -> None:
    """Wait for others who add a line; SQLite lets one transaction write anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def faults() -> list[str]:
    """
    Give what is wrong with the chain, in words; nothing if it is whole.

    Returns
    -------
    list of str
    """
    found, before = [], ""
    for event in AuditEvent.objects.iterator():
        when = f"line {event.pk} ({event.at:%Y-%m-%d %H:%M})"
        if not event.is_intact():
            found.append(f"{when} was changed")
        if event.before != before:
            found.append(f"before {when} a line was taken out or put in")
        before = event.sha256
    return found
