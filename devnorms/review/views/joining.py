"""
From an invitation to an account.
"""

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import EmailAddress, Login
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import BaseUserCreationForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from devnorms.review.models import Consent, Invitation, Membership, User
from devnorms.review.models.audit import record
from devnorms.review.operating import sha256
from devnorms.review.policies import current_version, policy_text


class JoinForm(BaseUserCreationForm):
    """A user name, a password, consent; an address only if wanted."""

    consent = forms.BooleanField(label=_("I have read the privacy policy and agree"))

    class Meta:
        """What is asked."""

        model = User
        fields = ("username", "display_name", "email")


@login_not_required
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Show what the invitation is for, and make the account."""
    invitation = (
        Invitation.objects.filter(
            code_sha256=sha256(code),
            used_at__isnull=True,
            expires_at__gt=timezone.now(),
        )
        .select_related("community")
        .first()
    )
    if invitation is None:
        return render(request, "review/join_invalid.html", status=404)
    if request.user.is_authenticated:
        if request.method == "POST":
            _use(invitation, request.user)
            return redirect("community", invitation.community.slug)
        return render(request, "review/join_more.html", {"invitation": invitation})
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            user = form.save(commit=False)
            user.language = get_language() or "en"
            user.save()
            if user.email:
                EmailAddress.objects.create(user=user, email=user.email, primary=True)
            Consent.objects.create(
                user=user, version=current_version(), language=user.language
            )
            _use(invitation, user)
        return perform_login(request, Login(user=user))
    return render(
        request,
        "review/join.html",
        {"form": form, "invitation": invitation, "policy": policy_text()},
    )


def _use(invitation: Invitation, user: User) -> None:
    """Spend the invitation; two who come at once cannot both."""
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
