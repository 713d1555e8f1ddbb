"""
What happened on the site: each line carries the hash of the one before.
"""

import hashlib
import json

from django.db import models, transaction
from django.utils import timezone


class AuditEvent(models.Model):
    """Who did what to what; no text of an answer is in it."""

    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=36, blank=True)  # public id, or the operator
    action = models.CharField(max_length=40)
    what = models.CharField(max_length=240)
    community = models.CharField(max_length=60, blank=True)
    before = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)

    class Meta:
        """In the order in which they were written."""

        ordering = ("id",)

    def expected_hash(self) -> str:
        """Give the hash that this line must carry."""
        told = [
            self.before, self.at.isoformat(), self.actor, self.action, self.what,
            self.community,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


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


def faults() -> list[str]:
    """
    Give what is wrong with the chain, in words; nothing if it is whole.

    Returns
    -------
    list of str
    """
    found, before = [], ""
    for event in AuditEvent.objects.all():
        if event.before != before or event.sha256 != event.expected_hash():
            found.append(f"line {event.pk} ({event.at:%Y-%m-%d %H:%M}) was changed")
        before = event.sha256
    return found
