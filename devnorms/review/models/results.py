"""
What was pushed: runs and their results, never changed afterwards.
"""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from devnorms.review.models.people import Community, User


class Run(models.Model):
    """One push of one result folder to one community."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    community = models.ForeignKey(Community, models.PROTECT, related_name="runs")
    title = models.CharField(max_length=200)
    folder_sha256 = models.CharField(max_length=64)
    manifest = models.JSONField()
    pushed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True)
    pushed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """The same folder comes to a community once."""

        constraints = (
            models.UniqueConstraint(
                fields=("community", "folder_sha256"), name="one_push_a_folder"
            ),
        )


class Result(models.Model):
    """What is said of one milestone (or comparison): already suppressed, immutable."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(Run, models.PROTECT, related_name="results")
    key = models.CharField(max_length=200)  # population/milestone: stable over runs
    version = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=20, default="norm")
    domain = models.CharField(max_length=40, blank=True)
    payload = models.JSONField()
    content_sha256 = models.CharField(max_length=64)

    class Meta:
        """A key has each version once in a run's community."""

        ordering = ("domain", "key")
        constraints = (
            models.UniqueConstraint(fields=("run", "key"), name="one_result_a_key"),
        )


class Figure(models.Model):
    """A picture of curves; never of children's points."""

    result = models.ForeignKey(Result, models.PROTECT, related_name="figures")
    kind = models.CharField(max_length=20)
    svg = models.TextField()
    alt = models.TextField()
    sha256 = models.CharField(max_length=64)


class Showing(models.Model):
    """A community's rule who sees a result key; without a row nobody does."""

    class Audience(models.TextChoices):
        """From the smallest to the widest."""

        STEWARDS = "stewards", _("stewards only")
        REVIEWERS = "reviewers", _("people who answer")
        MEMBERS = "members", _("everybody in the community")

    community = models.ForeignKey(Community, models.CASCADE, related_name="showings")
    key = models.CharField(max_length=200)  # "*" for every result of the community
    audience = models.CharField(max_length=12, choices=Audience.choices)
    set_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True)
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """One rule a key."""

        constraints = (
            models.UniqueConstraint(fields=("community", "key"), name="one_rule_a_key"),
        )
