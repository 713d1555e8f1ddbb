"""
The privacy policy, agreeing to it, and taking that back.
"""

from django import forms
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from devnorms.review.models import Consent
from devnorms.review.models.audit import record
from devnorms.review.policies import (
    agreed_form_version,
    current_version,
    has_consented,
    policy_text,
    withdraw,
)


class ConsentForm(forms.Form):
    """The version that was shown."""

    policy = forms.IntegerField(widget=forms.HiddenInput)

    def clean_policy(self) -> int:
        """Count only consent to the text that holds now."""
        return agreed_form_version(self.cleaned_data["policy"])


@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    """Show the newest policy."""
    return render(request, "review/privacy.html", {"policy": policy_text()})


def consent(request: HttpRequest) -> HttpResponse:
    """Ask whether the person agrees; nothing else is open until then."""
    if has_consented(request.user):
        return redirect("home")
    form = ConsentForm(request.POST or None, initial={"policy": current_version()})
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            Consent.objects.create(
                user=request.user,
                version=form.cleaned_data["policy"],
                language=get_language() or "en",
            )
            record("consented", f"privacy {current_version()}", actor=request.user)
        return redirect("home")
    form = ConsentForm(initial={"policy": current_version()})
    return render(
        request, "review/consent.html", {"policy": policy_text(), "form": form}
    )


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Take consent back: from now on only leaving, or agreeing anew, is open."""
    with transaction.atomic():
        withdraw(request.user)
        record("took consent back", "privacy", actor=request.user)
    logout(request)
    return redirect("privacy")
