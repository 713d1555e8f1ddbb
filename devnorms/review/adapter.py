"""
Accounts come by invitation only; links start with the site's own address.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any
from urllib.parse import quote, urlsplit

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse

_LOG = logging.getLogger("devnorms.review.mail")
_POSTMAN = ThreadPoolExecutor(1, thread_name_prefix="mail")
_UNDER_WAY: set[Future[None]] = set()


class InvitationOnly(DefaultAccountAdapter):
    """Sign-up by form is closed; what a request claims to be called is not believed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Say no: `devnorms.review.views.joining` makes accounts from invitations."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Build the link from the site's address, not from what the request says."""
        path = reverse("account_reset_password_from_key", args=["UID", "KEY"])
        return str(settings.SITE_ADDRESS + path.replace("UID-KEY", quote(key)))

    def get_email_confirmation_url(
        self,
        request: HttpRequest,  # noqa: ARG002
        emailconfirmation: Any,
    ) -> str:
        """Build the link from the site's address, too."""
        path = reverse("account_confirm_email", args=[emailconfirmation.key])
        return str(settings.SITE_ADDRESS + path)

    def _get_login_attempts_cache_key(
        self,
        request: HttpRequest,  # noqa: ARG002
        **credentials: Any,
    ) -> str:
        """Count by account, whatever name of this site the request uses."""
        return str(credentials.get("email") or credentials.get("username", "")).lower()

    def format_email_subject(self, subject: str) -> str:
        """Put nothing before it."""
        return str(subject)

    def send_mail(
        self, template_prefix: str, email: str, context: dict[str, Any]
    ) -> None:
        """Write a mail now, and send it beside the answer; to nobody if no address."""
        told = {
            "email": email,
            "site_address": settings.SITE_ADDRESS,
            "current_site": {"name": "devnorms", "domain": _domain()},
            **context,
        }
        mail = self.render_mail(template_prefix, email or "nobody@localhost", told)
        if email:
            under_way = _POSTMAN.submit(_send, mail)
            _UNDER_WAY.add(under_way)
            under_way.add_done_callback(_UNDER_WAY.discard)


class SecondFactor(DefaultMFAAdapter):
    """Authenticator apps; the picture to scan is drawn without inline styles."""

    def build_totp_svg(self, url: str) -> str:
        """Draw the code."""
        return qr_code(url)


def qr_code(text: str) -> str:
    """
    Draw a QR code as SVG that stands in a page, allowed by the strictest policy.

    Parameters
    ----------
    text : str
        What it says, such as a link.
    """
    drawn: str = segno.make(text, error="m", micro=False).svg_inline(
        scale=5, border=4, svgclass="qr", lineclass=None, light="#ffffff"
    )
    return drawn


def all_sent(seconds: float = 10) -> bool:
    """Wait until the mails under way are out; tell whether they are."""
    return not wait(set(_UNDER_WAY), timeout=seconds).not_done


def _send(mail: EmailMessage) -> None:
    try:
        mail.send()
    except OSError as error:  # smtplib's errors are OSErrors
        _LOG.error("a mail could not be sent: %s", type(error).__name__)


def _domain() -> str:
    return urlsplit(str(settings.SITE_ADDRESS)).netloc
