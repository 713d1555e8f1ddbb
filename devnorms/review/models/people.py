"""
Accounts, communities, who may do what in which of them, and what people agreed to.
"""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person; e-mail is not needed, and a deleted account becomes nameless."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), null=True, blank=True)
    display_name = models.CharField(
        _("name shown to others"), max_length=80, blank=True
    )
    language = models.CharField(max_length=12, default="en")
    deleted_at = models.DateTimeField(null=True, blank=True)
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        """No two accounts share a name or an address, whatever the case."""

        constraints = (
            models.UniqueConstraint(Lower("username"), name="one_account_a_name"),
            models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(email__isnull=False),
                name="one_account_an_address",
            ),
        )

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep an empty address empty, so that several accounts may have none."""
        self.email = self.email or None
        super().save(*args, **kwargs)

    @property
    def shown_name(self) -> str:
        """Give what others see."""
        if self.deleted_at:
            return str(_("a former member"))
        return self.display_name or self.username

    def holds(self, *roles: str) -> bool:
        """Tell whether the person has one of the roles in any community now."""
        return bool(
            self.memberships.filter(until__isnull=True, role__in=roles).exists()
        )


class Role(models.TextChoices):
    """What a person is in a community; a person may be several."""

    OBSERVER = "observer", _("Observer")
    REVIEWER = "reviewer", _("Reviewer")
    FACILITATOR = "facilitator", _("Facilitator")
    STEWARD = "steward", _("Steward")
    RESEARCHER = "researcher", _("Researcher")


class Community(models.Model):
    """People whom results are about, and the rule by which they decide."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    about = models.TextField(blank=True)
    language = models.CharField(max_length=12, default="en")
    quorum = models.PositiveSmallIntegerField(
        default=3, help_text=_("Opinions needed before stewards decide.")
    )
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in a community, from when until when."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    community = models.ForeignKey(Community, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A role is held once at a time."""

        constraints = (
            models.UniqueConstraint(
                fields=("user", "community", "role"),
                condition=models.Q(until__isnull=True),
                name="one_active_membership",
            ),
        )


class Invitation(models.Model):
    """A way in, once, until a date; only a hash of the code is kept."""

    community = models.ForeignKey(Community, models.CASCADE)
    role = models.CharField(max_length=12, choices=Role.choices)
    code_sha256 = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )


class PrintedLink(models.Model):
    """A one-time log-in link on paper, from a steward, for who has no e-mail."""

    user = models.ForeignKey(User, models.CASCADE, related_name="printed_links")
    community = models.ForeignKey(Community, models.CASCADE)
    code_sha256 = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class Policy(models.Model):
    """A version of the privacy policy or of the terms, in one language."""

    kind = models.CharField(max_length=12, default="privacy")
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=12)
    body = models.TextField()
    machine_made = models.BooleanField(default=True)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """One text a version and language."""

        constraints = (
            models.UniqueConstraint(
                fields=("kind", "version", "language"), name="one_policy_text"
            ),
        )


class Consent(models.Model):
    """What a person agreed to, when, and whether it was withdrawn."""

    user = models.ForeignKey(User, models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=12, default="privacy")
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=12)
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
