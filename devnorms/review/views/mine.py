"""
What the site holds about a person: see it, take it along, have it removed.
"""

import json

from allauth.core import ratelimit
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from devnorms.review.models import AuditEvent, User
from devnorms.review.models.audit import record
from devnorms.review.policies import withdraw


class NameForm(forms.ModelForm):
    """What others see."""

    class Meta:
        """What is asked."""

        model = User
        fields = ("display_name",)


def my_data(request: HttpRequest) -> HttpResponse:
    """Show what is kept, and what can be done with it."""
    return _page(request)


def download(request: HttpRequest) -> HttpResponse:
    """Give everything about the person as one file."""
    text = json.dumps(
        everything(request.user), indent=2, ensure_ascii=False, default=str
    )
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@require_POST
def rename(request: HttpRequest) -> HttpResponse:
    """Change the name that others see."""
    form = NameForm(request.POST, instance=request.user)
    if not form.is_valid():
        return _page(request, status=400, name_form=form)
    form.save()
    messages.success(request, _("Your name is changed."))
    return redirect("my_data")


@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """Take name and address off; answers stay without them."""
    user = request.user
    refused = ratelimit.consume_or_429(request, action="reauthenticate", user=user)
    if refused:
        return refused
    if not user.check_password(request.POST.get("password", "")):
        return _page(request, status=400, wrong_password=True)
    with transaction.atomic():
        record("deleted account", "user", actor=user)
        anonymise(user)
    logout(request)
    return redirect("home")


def anonymise(user: User) -> None:
    """Remove all that names a person; the row stays, because answers point to it."""
    withdraw(user)
    user.emailaddress_set.all().delete()
    user.authenticator_set.all().delete()
    user.printed_links.all().delete()
    user.memberships.filter(until__isnull=True).update(until=timezone.now())
    user.collections.all().delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    user.username = f"deleted-{user.public_id}"
    user.display_name, user.email = "", None
    user.first_name = user.last_name = ""
    user.is_active, user.deleted_at = False, timezone.now()
    user.set_unusable_password()
    user.save()


def everything(user: User) -> dict[str, object]:
    """Give all that is kept about a person."""
    return {
        "user name": user.username,
        "shown name": user.display_name,
        "e-mail": list(user.emailaddress_set.values("email", "verified", "primary")),
        "language": user.language,
        "joined": user.date_joined,
        "last log-in": user.last_login,
        "second factor": list(user.authenticator_set.values("type", "created_at")),
        "sessions": list(
            UserSession.objects.filter(user=user).values(
                "ip", "user_agent", "created_at", "last_seen_at"
            )
        ),
        "roles": list(
            user.memberships.values("community__name", "role", "since", "until")
        ),
        "consents": list(
            user.consents.values("kind", "version", "given_at", "withdrawn_at")
        ),
        "printed links": list(
            user.printed_links.values("created_at", "expires_at", "used_at")
        ),
        "opinions": list(
            user.opinions.values(
                "result__key", "verdict", "reasons", "text", "created_at"
            )
        ),
        "comments": list(user.comments.values("result__key", "body", "created_at")),
        "notes": list(
            user.notes.values("about", "kind", "body", "publish", "created_at")
        ),
        "collections": list(
            user.collections.values("title", "about", "visibility", "created_at")
        ),
        "what you did": list(
            AuditEvent.objects.filter(actor=str(user.public_id)).values(
                "at", "action", "what", "community"
            )
        ),
    }


def _page(request: HttpRequest, status: int = 200, **more: object) -> HttpResponse:
    user = request.user
    counts = [
        (_("Opinions"), user.opinions.count()),
        (_("Comments"), user.comments.count()),
        (_("Notes"), user.notes.count()),
        (_("Collections"), user.collections.count()),
    ]
    context = {
        "addresses": user.emailaddress_set.order_by("email"),
        "roles": user.memberships.select_related("community").order_by("since"),
        "consents": user.consents.order_by("given_at"),
        "printed": user.printed_links.order_by("created_at"),
        "counts": counts,
        "name_form": NameForm(instance=user),
        **more,
    }
    return render(request, "review/my_data.html", context, status=status)
