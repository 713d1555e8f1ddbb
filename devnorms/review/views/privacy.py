"""
The privacy policy, and agreeing to it.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from devnorms.review.models import Consent
from devnorms.review.policies import current_version, has_consented, policy_text


@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    """Show the newest policy."""
    return render(request, "review/privacy.html", {"policy": policy_text()})


def consent(request: HttpRequest) -> HttpResponse:
    """Ask whether the person agrees; nothing else is open until then."""
    if request.method == "POST" and not has_consented(request.user):
        Consent.objects.create(
            user=request.user,
            version=current_version(),
            language=get_language() or "en",
        )
        return redirect("home")
    return render(request, "review/consent.html", {"policy": policy_text()})
