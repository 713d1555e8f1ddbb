"""
"You said, we did": each decision, and what researchers did about it.
"""

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from devnorms.review import rules
from devnorms.review.models import Decision, Reply
from devnorms.review.models.audit import record
from devnorms.review.views.access import community_for, require
from devnorms.review.wording import told


class ReplyForm(forms.Form):
    """What was done."""

    text = forms.CharField(max_length=4000)


def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """List decisions on results that the reader may see, the newest first."""
    place = community_for(request, slug)
    decided = place.decisions.select_related("result__run__community").order_by("-id")
    rows = [
        {
            "decision": one,
            "told": told(one.result.payload),
            "replies": one.replies.all(),
        }
        for one in decided
        if rules.may_see(request.user, one.result)
    ]
    return render(
        request,
        "review/changes.html",
        {
            "community": place,
            "rows": rows,
            "may_reply": rules.may(request.user, "reply", place),
        },
    )


@require_POST
def reply(request: HttpRequest, slug: str, decision: int) -> HttpResponse:
    """Keep what a researcher says was done."""
    place = community_for(request, slug)
    require(request, "reply", place)
    found = get_object_or_404(Decision, pk=decision, community=place)
    form = ReplyForm(request.POST)
    if form.is_valid():
        with transaction.atomic():
            Reply.objects.create(
                decision=found, text=form.cleaned_data["text"], by=request.user
            )
            record(
                "replied", f"decision {found.pk}", actor=request.user, community=slug
            )
    return redirect("changes", slug)
