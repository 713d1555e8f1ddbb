"""
A link on paper for who has no e-mail and forgot the password: made by a steward, once.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from devnorms.review import rules
from devnorms.review.adapter import qr_code
from devnorms.review.models import PrintedLink, User
from devnorms.review.models.audit import record
from devnorms.review.operating import sha256
from devnorms.review.views.access import community_for, require

DAYS = 7
"""A printed link can be used that long."""


@require_POST
def make(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Make a link for a member and show it, once; older ones stop working."""
    place = community_for(request, slug)
    require(request, "people", place)
    person = get_object_or_404(
        User.objects.filter(
            memberships__community=place, memberships__until__isnull=True
        ).distinct(),
        public_id=public_id,
    )
    if not rules.may_print_for(request.user, person, place):
        raise PermissionDenied
    code, now = secrets.token_urlsafe(24), timezone.now()
    with transaction.atomic():
        person.printed_links.filter(used_at__isnull=True).update(expires_at=now)
        PrintedLink.objects.create(
            user=person,
            community=place,
            code_sha256=sha256(code),
            made_by=request.user,
            expires_at=now + timedelta(days=DAYS),
        )
        record(
            "printed a link",
            f"for {person.public_id}",
            actor=request.user,
            community=place.slug,
        )
    link = settings.SITE_ADDRESS + reverse("printed_use", args=[code])
    context = {
        "community": place,
        "person": person,
        "link": link,
        "qr": qr_code(link),
        "days": DAYS,
    }
    return render(request, "review/printed.html", context)


@login_not_required
def use(request: HttpRequest, code: str) -> HttpResponse:
    """Set a new password with a printed link, and log in."""
    link = _open(code)
    if link is None:
        return render(request, "review/printed_invalid.html", status=404)
    form = SetPasswordForm(link.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not _spend(link, form):
            return render(request, "review/printed_invalid.html", status=404)
        return perform_login(request, Login(user=link.user))
    return render(request, "review/printed_use.html", {"form": form, "link": link})


def _open(code: str) -> PrintedLink | None:
    """Give a link that is neither used nor too old, and whose steward still may."""
    found = (
        PrintedLink.objects.filter(
            code_sha256=sha256(code),
            used_at__isnull=True,
            expires_at__gt=timezone.now(),
        )
        .select_related("user", "community", "made_by")
        .first()
    )
    allowed = found and rules.may_print_for(found.made_by, found.user, found.community)
    return found if allowed else None


def _spend(link: PrintedLink, form: SetPasswordForm) -> bool:
    """Use the link up and keep the password; of two who come at once one is told no."""
    with transaction.atomic():
        spent = PrintedLink.objects.filter(pk=link.pk, used_at__isnull=True).update(
            used_at=timezone.now()
        )
        if spent:
            form.save()
            record(
                "used a printed link",
                f"of {link.made_by.public_id}",
                actor=link.user,
                community=link.community.slug,
            )
    return bool(spent)
