"""
Forms of accounts: logging in, and asking for a link to set a new password.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.utils import user_pk_to_url_str
from django import forms
from django.utils.translation import gettext_lazy as _

from devnorms.review.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest

ACCOUNT = _("User name or e-mail")


class LoginForm(allauth_forms.LoginForm):
    """One field for user name or e-mail; the link to a new password is on the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = ACCOUNT
        self.fields["login"].widget.attrs = {
            "autocomplete": "username",
            "autocapitalize": "none",
        }
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["remember"].label = _("Stay logged in on this device")

    def user_credentials(self) -> dict[str, str]:
        """
        Look by address or by name, not by both.

        Both would check the password of a known address twice, and of an unknown one
        once: the time would tell them apart.
        """
        told = self.cleaned_data["login"]
        return {
            "email" if "@" in told else "username": told,
            "password": self.cleaned_data["password"],
        }


class ResetForm(allauth_forms.ResetPasswordForm):
    """
    A user name or an e-mail address; a link goes to the address that is on file.

    Nothing in the answer, nor the time it takes, tells whether there is such an
    account: a mail is written in every case, and sent, beside the answer, if there is.
    """

    email = forms.CharField(
        label=ACCOUNT,
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none"}
        ),
    )

    def clean_email(self) -> str:
        """Look whose account it is."""
        told = self.cleaned_data["email"].strip()
        if "@" in told:
            found = filter_users_by_email(
                told, is_active=True, prefer_verified=True, for_login=True
            )
            self.addressed = [(user, told) for user in found]
        else:
            found = User.objects.filter(username__iexact=told, is_active=True)
            self.addressed = [(one, _address(one)) for one in found if _address(one)]
        return told

    def save(self, request: HttpRequest, **_others: Any) -> str:
        """Write to who asked; to nobody if there is no such account."""
        nobody = User(pk=0, username="nobody", password="!")  # noqa: S106
        for user, address in self.addressed or [(nobody, "")]:
            key = (
                f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
            )
            adapter = get_adapter(request)
            adapter.send_mail(
                "account/email/password_reset_key",
                address,
                {
                    "user": user,
                    "username": user.username,
                    "password_reset_url": adapter.get_reset_password_from_key_url(key),
                },
            )
        return str(self.cleaned_data["email"])


def _address(user: User) -> str:
    """Give where a person's mail goes: the address that was confirmed, if one was."""
    first = user.emailaddress_set.order_by("-verified", "-primary").first()
    return first.email if first else (user.email or "")
