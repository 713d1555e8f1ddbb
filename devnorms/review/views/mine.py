"""
What the site holds about a person: see it, take it along, have it removed.
"""

import json

from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from devnorms.review.models import User
from devnorms.review.models.audit import record


def my_data(request: HttpRequest) -> HttpResponse:
    """Show what is kept, and what can be done with it."""
    return render(request, "review/my_data.html", {"held": everything(request.user)})


def download(request: HttpRequest) -> HttpResponse:
    """Give everything about the person as one file."""
    text = json.dumps(
        everything(request.user), indent=2, ensure_ascii=False, default=str
    )
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """Take name and address off; answers stay without them."""
    user = request.user
    if not user.check_password(request.POST.get("password", "")):
        return render(
            request,
            "review/my_data.html",
            {"held": everything(user), "wrong_password": True},
            status=400,
        )
    with transaction.atomic():
        record("deleted account", "user", actor=user)
        anonymise(user)
    logout(request)
    return redirect("home")


def anonymise(user: User) -> None:
    """Remove all that names a person; the row stays, because answers point to it."""
    user.emailaddress_set.all().delete()
    user.authenticator_set.all().delete()
    user.consents.filter(withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())
    user.memberships.filter(until__isnull=True).update(until=timezone.now())
    user.collections.all().delete()
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
        "e-mail": user.email or "",
        "language": user.language,
        "joined": user.date_joined,
        "last log-in": user.last_login,
        "roles": list(
            user.memberships.values("community__name", "role", "since", "until")
        ),
        "consents": list(
            user.consents.values("kind", "version", "given_at", "withdrawn_at")
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
            user.collections.values("title", "visibility", "created_at")
        ),
    }
