"""
The privacy policy: its versions, its languages, and who agreed to which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language

from devnorms.review.models import Consent, Policy

if TYPE_CHECKING:
    from devnorms.review.models import User


def current_version(kind: str = "privacy") -> int:
    """Give the newest version that is published; 0 if there is none."""
    newest = Policy.objects.filter(kind=kind).order_by("-version").first()
    return newest.version if newest else 0


def policy_text(kind: str = "privacy") -> Policy | None:
    """Give the newest version in the reader's language, else in English."""
    of_version = Policy.objects.filter(kind=kind, version=current_version(kind))
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
