"""
Comments and notes: stewards show, hide and approve, with a reason that is kept.
"""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from devnorms.review.models import Comment, Community, ContextNote, ModerationEvent
from devnorms.review.models.audit import record
from devnorms.review.views.access import community_for, require

NEXT: dict[str, dict[str, tuple[str, ...]]] = {
    "comment": {"shown": ("hidden",), "hidden": ("shown",)},
    "note": {
        "waiting": ("approved", "hidden"),
        "approved": ("hidden",),
        "hidden": ("approved",),
    },
}
"""What may become what."""


class ModerationForm(forms.Form):
    """What it becomes, and why."""

    new = forms.CharField(max_length=8)
    reason = forms.CharField(max_length=400)


def moderate(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what waits and what was said lately."""
    place = community_for(request, slug)
    require(request, "moderate", place)
    notes = place.notes.select_related("author")
    context = {
        "community": place,
        "waiting": notes.filter(status="waiting").order_by("id"),
        "notes": notes.exclude(status="waiting").order_by("-id")[:100],
        "comments": _comments(place).order_by("-id")[:100],
    }
    return render(request, "review/moderate.html", context)


@require_POST
def change(request: HttpRequest, slug: str, kind: str, public_id: UUID) -> HttpResponse:
    """Keep what a steward did, and why."""
    place = community_for(request, slug)
    require(request, "moderate", place)
    found = _thing(place, kind, public_id)
    form = ModerationForm(request.POST)
    if not form.is_valid() or form.cleaned_data["new"] not in NEXT[kind].get(
        found.status, ()
    ):
        messages.error(request, _("Please say why."))
        return redirect("moderate", slug)
    with transaction.atomic():
        ModerationEvent.objects.create(
            kind=kind,
            object_id=public_id,
            community=place,
            old=found.status,
            new=form.cleaned_data["new"],
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
        found.status = form.cleaned_data["new"]
        if kind == "note":
            found.approved_by = request.user if found.status == "approved" else None
        found.save()
        record(
            f"moderated {kind}",
            f"{public_id} {found.status}",
            actor=request.user,
            community=place.slug,
        )
    messages.success(request, _("Kept."))
    return redirect("moderate", slug)


def _comments(place: Community):  # type: ignore[no-untyped-def]
    return (
        Comment.objects.filter(result__run__community=place)
        .exclude(status="deleted")
        .select_related("author", "result")
    )


def _thing(place: Community, kind: str, public_id: UUID) -> Comment | ContextNote:
    if kind == "comment":
        return get_object_or_404(_comments(place), public_id=public_id)
    if kind == "note":
        return get_object_or_404(place.notes, public_id=public_id)
    raise Http404
