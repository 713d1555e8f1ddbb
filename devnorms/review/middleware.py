"""
What every answer of the site carries, and consent before anything is stored.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from devnorms.review.policies import current_version, has_consented

Answer = Callable[[HttpRequest], HttpResponse]

FREE = (
    "/accounts/logout/",
    "/accounts/2fa/authenticate/",
    "/privacy/",
    "/consent/",
    "/my-data/",
    "/i18n/",
    "/static/",
)
"""What an account may use before it agreed to the privacy policy: also leaving."""

SECRET = ("/join/", "/in/", "/accounts/password/reset/key/")
"""Addresses that open something to who knows them: kept by no cache."""


def security_headers(get_response: Answer) -> Answer:
    """Forbid devices' sensors, and keep pages of members out of shared caches."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        user = getattr(request, "user", None)
        known = user is not None and user.is_authenticated
        if known or request.path.startswith(SECRET):
            response["Cache-Control"] = "no-store"
            response["Referrer-Policy"] = "same-origin"
        return response

    return answer


def consent_first(get_response: Answer) -> Answer:
    """Ask for consent to the present privacy policy before an account goes on."""

    def answer(request: HttpRequest) -> HttpResponse:
        user = request.user
        free = request.path.startswith(FREE)
        held_back = user.is_authenticated and not free and current_version()
        if held_back and not has_consented(user):
            return redirect(reverse("consent"))
        return get_response(request)

    return answer
