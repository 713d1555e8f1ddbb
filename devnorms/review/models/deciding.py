"""
What communities decided, and what researchers answered.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from devnorms.review.models.people import Community, User
from devnorms.review.models.results import Result


class Outcome(models.TextChoices):
    """What stewards may decide."""

    APPROVED = "approved", _("approved")
    WITH_NOTE = "approved_with_note", _("approved with a note")
    CHANGES = "changes", _("changes are needed")
    WITHHELD = "withheld", _("not to be shared")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Decision(models.Model):
    """One decision on one version of a result; the newest counts; never changed."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="decisions")
    result = models.ForeignKey(Result, models.PROTECT, related_name="decisions")
    content_sha256 = models.CharField(max_length=64)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    reasons = models.JSONField(default=list)
    rationale = models.TextField(max_length=4000)
    rule = models.JSONField()  # the rule and the counts of answers, as they were
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)


class Reply(models.Model):
    """What was done about a decision: "You said, we did"."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="replies")
    text = models.TextField(max_length=4000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
