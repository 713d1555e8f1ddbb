"""
Context notes: what a community says of itself, in its own words.
"""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from devnorms.review import rules
from devnorms.review.models import ContextNote, ModerationEvent
from devnorms.review.models.audit import record
from devnorms.review.views.access import community_for, require

KINDS = [
    ("practice", gettext_lazy("What we do: carrying, massage, floor time, play")),
    ("meaning", gettext_lazy("What this means here")),
    ("season", gettext_lazy("Season, work, school, illness")),
    ("measurement", gettext_lazy("How children were asked or tested")),
]
PUBLISH = [
    ("none", gettext_lazy("stays in the community")),
    ("anonymous", gettext_lazy("may be published without my name")),
    ("named", gettext_lazy("may be published with my name")),
]


class NoteForm(forms.Form):
    """What it is about, its kind, the words, and whether it may leave."""

    about = forms.CharField(max_length=200, label=gettext_lazy("About"))
    kind = forms.ChoiceField(choices=KINDS, label=gettext_lazy("Kind"))
    body = forms.CharField(
        max_length=4000,
        label=gettext_lazy("In your own words"),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    publish = forms.ChoiceField(choices=PUBLISH, label=gettext_lazy("Who may read it"))


def notes(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a community's notes; take a new one from who may write them."""
    place = community_for(request, slug)
    may_write = rules.may(request.user, "note", place)
    form = NoteForm(request.POST or None, initial={"about": request.GET.get("about")})
    if request.method == "POST":
        require(request, "note", place)
        if form.is_valid():
            with transaction.atomic():
                note = ContextNote.objects.create(
                    community=place,
                    author=request.user,
                    language=get_language() or "en",
                    **form.cleaned_data,
                )
                record(
                    "noted",
                    f"note {note.public_id}",
                    actor=request.user,
                    community=slug,
                )
            messages.success(request, _("Your note waits for a steward to read it."))
            return redirect("notes", slug)
    moderates = rules.may(request.user, "moderate", place)
    shown = place.notes.select_related("author").order_by("-id")
    if not moderates:
        shown = [n for n in shown if n.status == "approved" or n.author == request.user]
    return render(
        request,
        "review/notes.html",
        {
            "community": place,
            "notes": shown,
            "form": form,
            "may_write": may_write,
            "moderates": moderates,
            "names": rules.may_know_names(request.user, place),
        },
    )


@require_POST
def approve(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Approve or hide a note; the step is kept."""
    place = community_for(request, slug)
    require(request, "moderate", place)
    note = get_object_or_404(place.notes, public_id=public_id)
    new = "approved" if request.POST.get("to") == "approved" else "hidden"
    with transaction.atomic():
        ModerationEvent.objects.create(
            kind="note",
            object_id=note.public_id,
            community=place,
            old=note.status,
            new=new,
            reason=request.POST.get("reason", "")[:400],
            by=request.user,
        )
        note.status = new
        note.approved_by = request.user if new == "approved" else None
        note.save()
        record(new, f"note {note.public_id}", actor=request.user, community=slug)
    return redirect("notes", slug)
