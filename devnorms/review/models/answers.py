"""
What people answer: opinions, comments, notes; and what moderators did.
"""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from devnorms.review.models.people import Community, User
from devnorms.review.models.results import Result


class Verdict(models.TextChoices):
    """What a person thinks of a result."""

    FITS = "fits", _("Fits")
    FITS_WITH_NOTE = "fits_with_note", _("Fits, with a note")
    DOES_NOT_FIT = "does_not_fit", _("Does not fit")
    DO_NOT_SHARE = "do_not_share", _("Do not share")
    NOT_SURE = "not_sure", _("Not sure")


class Reason(models.TextChoices):
    """Why; each acts differently on the analysis."""

    MEANING = "meaning", _("It means something else here")
    PRACTICE = "practice", _("Children here do not get to do this")
    AGE = "age", _("Ages are not known exactly here")
    SAMPLING = "sampling", _("These children are not like ours")
    HARM = "harm", _("It could do harm")


class Mode(models.TextChoices):
    """How an answer came."""

    WEB = "web", _("on this site")
    PAPER = "paper", _("on paper")
    MEETING = "meeting", _("in a meeting")


class Opinion(models.Model):
    """One answer to one version of a result; a later one of the person counts."""

    result = models.ForeignKey(Result, models.PROTECT, related_name="opinions")
    content_sha256 = models.CharField(max_length=64)
    person = models.ForeignKey(User, models.PROTECT, null=True, related_name="opinions")
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    reasons = models.JSONField(default=list)
    text = models.TextField(blank=True, max_length=4000)
    language = models.CharField(max_length=12)
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.WEB)
    people_present = models.PositiveIntegerField(default=1)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)


class Comment(models.Model):
    """Said about a part of a version of a result."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    result = models.ForeignKey(Result, models.PROTECT, related_name="comments")
    section = models.CharField(max_length=40, default="result")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True)
    author = models.ForeignKey(User, models.PROTECT, related_name="comments")
    body = models.TextField(max_length=4000)
    language = models.CharField(max_length=12)
    status = models.CharField(max_length=8, default="shown")  # shown, hidden, deleted
    created_at = models.DateTimeField(default=timezone.now)


class ContextNote(models.Model):
    """What a community says of its own practices, or what a milestone means there."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    community = models.ForeignKey(Community, models.PROTECT, related_name="notes")
    about = models.CharField(max_length=200)  # a result key, a milestone, a domain
    kind = models.CharField(max_length=16)  # practice, meaning, season, measurement
    body = models.TextField(max_length=4000)
    language = models.CharField(max_length=12)
    publish = models.CharField(max_length=10, default="none")  # none, anonymous, named
    author = models.ForeignKey(User, models.PROTECT, related_name="notes")
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=8, default="waiting")
    created_at = models.DateTimeField(default=timezone.now)


class ModerationEvent(models.Model):
    """Who showed, hid or approved what, and why; never changed."""

    kind = models.CharField(max_length=12)  # comment, note
    object_id = models.UUIDField()
    community = models.ForeignKey(Community, models.PROTECT)
    old = models.CharField(max_length=8)
    new = models.CharField(max_length=8)
    reason = models.CharField(max_length=400)
    by = models.ForeignKey(User, models.PROTECT)
    at = models.DateTimeField(default=timezone.now)
