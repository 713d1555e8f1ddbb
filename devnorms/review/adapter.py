"""
Accounts come by invitation only, and links start with the site's own address.
"""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class InvitationOnly(DefaultAccountAdapter):
    """Sign-up by form is closed; the address in mails is that of the settings."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Say no: `devnorms.review.views.joining` makes accounts from invitations."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Build the link from the site's address, not from what the request says."""
        from django.urls import reverse

        path = reverse("account_reset_password_from_key", args=["UID", "KEY"])
        return settings.SITE_ADDRESS + path.replace("UID-KEY", key)
