"""
The privacy policy: its versions, its languages, and who agreed to which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from devnorms.review.models import Consent, Policy

if TYPE_CHECKING:
    from devnorms.review.models import User


def current_version(kind: str = "privacy") -> int:
    """Give the newest version that is published; 0 if there is none."""
    newest = Policy.objects.filter(kind=kind).order_by("-version").first()
    return newest.version if newest else 0


def policy_text(kind: str = "privacy", version: int = 0) -> Policy | None:
    """Give a version (the newest) in the reader's language, else in English."""
    of_version = Policy.objects.filter(
        kind=kind, version=version or current_version(kind)
    )
    return (
        of_version.filter(language=get_language()).first()
        or of_version.filter(language="en").first()
    )


def has_consented(user: User) -> bool:
    """Tell whether a person agreed to the newest version and did not take it back."""
    return Consent.objects.filter(
        user=user,
        kind="privacy",
        version=current_version(),
        withdrawn_at__isnull=True,
    ).exists()


def withdraw(user: User) -> None:
    """Take back what a person agreed to."""
    user.consents.filter(withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())


def agreed_form_version(shown: int) -> int:
    """
    Give the version that stood on a form, if it is the newest one.

    Raises
    ------
    ValidationError
        If another was published since.
    """
    if shown != current_version():
        raise ValidationError(_("The privacy policy changed. Please read it again."))
    return shown
