"""
The first page, and whether the site is up.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """Say what this is; to members, show their communities."""
    return render(request, "review/home.html")


@login_not_required
def health(_request: HttpRequest) -> HttpResponse:
    """Answer that the site is up."""
    return HttpResponse("ok\n", content_type="text/plain")
