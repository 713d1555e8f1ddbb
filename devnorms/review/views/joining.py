"""
From an invitation to an account.
"""

from typing import Any

from allauth.account.internal.flows.email_verification import (
    send_verification_email_to_address,
)
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import EmailAddress, Login
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import UserCreationForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from devnorms.review.models import Consent, Invitation, Membership, User
from devnorms.review.models.audit import record
from devnorms.review.operating import sha256
from devnorms.review.policies import agreed_form_version, current_version, policy_text


class JoinForm(UserCreationForm):
    """A user name, a password, consent; an address only if wanted."""

    email = forms.EmailField(
        label=_("E-mail (if you want)"),
        required=False,
        help_text=_("So that you can get a link if you forget your password."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    policy = forms.IntegerField(widget=forms.HiddenInput)
    consent = forms.BooleanField(label=_("I have read the privacy policy and agree"))

    class Meta:
        """What is asked."""

        model = User
        fields = ("username", "display_name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "autofocus": False,
        }
        self.fields["display_name"].widget.attrs["autocomplete"] = "nickname"

    def clean_username(self) -> str:
        """Keep names and addresses apart: both are used to log in."""
        name: str = super().clean_username() or ""
        if "@" in name:
            raise ValidationError(_("A user name is no e-mail address: please no @."))
        return name

    def clean_policy(self) -> int:
        """Count only consent to the text that holds now."""
        return agreed_form_version(self.cleaned_data["policy"])

    def save(self, *, language: str) -> User:
        """Keep the account together with the consent to keep it."""
        with transaction.atomic():
            user = super().save(commit=False)
            user.language = language
            user.save()
            Consent.objects.create(
                user=user, version=self.cleaned_data["policy"], language=language
            )
        return user


@login_not_required
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Show what the invitation is for, and make the account."""
    invitation = _open(code)
    if invitation is None:
        return render(request, "review/join_invalid.html", status=404)
    if request.user.is_authenticated:
        if request.method == "POST" and _use(invitation, request.user):
            return redirect("community", invitation.community.slug)
        return render(request, "review/join_more.html", {"invitation": invitation})
    form = JoinForm(request.POST or None, initial={"policy": current_version()})
    if request.method == "POST" and form.is_valid():
        user = _join(form, invitation)
        if user is None:
            return render(request, "review/join_invalid.html", status=404)
        _confirm(request, user, form.cleaned_data["email"])
        return perform_login(request, Login(user=user))
    context: dict[str, Any] = {
        "form": form,
        "invitation": invitation,
        "policy": policy_text(),
    }
    return render(request, "review/join.html", context)


def _open(code: str) -> Invitation | None:
    """Give an invitation that is neither used nor too old."""
    found: Invitation | None = (
        Invitation.objects.filter(
            code_sha256=sha256(code),
            used_at__isnull=True,
            expires_at__gt=timezone.now(),
        )
        .select_related("community")
        .first()
    )
    return found


def _join(form: JoinForm, invitation: Invitation) -> User | None:
    """Make the account and spend the invitation: both or neither."""
    with transaction.atomic():
        user = form.save(language=get_language() or "en")
        if _use(invitation, user):
            return user
        transaction.set_rollback(True)
        return None


def _confirm(request: HttpRequest, user: User, email: str) -> None:
    """
    Ask the address whether it is the person's.

    Whether another account has it already does not show; then it can't be confirmed.
    """
    if email:
        address = EmailAddress.objects.create(user=user, email=email.lower())
        send_verification_email_to_address(request, address)


def _use(invitation: Invitation, user: User) -> bool:
    """Spend the invitation; of two who come at once one is told no."""
    with transaction.atomic():
        spent = Invitation.objects.filter(
            pk=invitation.pk, used_at__isnull=True
        ).update(used_at=timezone.now(), used_by=user)
        if spent:
            Membership.objects.get_or_create(
                user=user,
                community=invitation.community,
                role=invitation.role,
                until=None,
            )
            record(
                "joined",
                f"invitation {invitation.pk} {invitation.role}",
                actor=user,
                community=invitation.community.slug,
            )
    return bool(spent)
