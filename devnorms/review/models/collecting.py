"""
Collections: results that somebody put together, in an order, with notes.
"""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from devnorms.review.models.people import Community, User
from devnorms.review.models.results import Result


class Collection(models.Model):
    """Private, or for a community, or public; shows nobody what they may not see."""

    class Visibility(models.TextChoices):
        """Who may open it."""

        PRIVATE = "private", _("only me")
        COMMUNITY = "community", _("my community")
        PUBLIC = "public", _("everybody with an account")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="collections")
    community = models.ForeignKey(Community, models.PROTECT, null=True, blank=True)
    title = models.CharField(max_length=120)
    about = models.TextField(blank=True, max_length=2000)
    visibility = models.CharField(
        max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE
    )
    created_at = models.DateTimeField(default=timezone.now)


class CollectionItem(models.Model):
    """A pinned version of a result in a collection."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="items")
    result = models.ForeignKey(Result, models.PROTECT)
    position = models.PositiveIntegerField()
    note = models.TextField(blank=True, max_length=1000)

    class Meta:
        """A result is in a collection once."""

        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("collection", "result"), name="once_in_a_collection"
            ),
        )
