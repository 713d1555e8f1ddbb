"""
The community's rules: who sees which result, and how many must answer.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from devnorms.review.models import Community, Showing
from devnorms.review.models.audit import record
from devnorms.review.views.access import community_for, require
from devnorms.review.wording import told

EVERYTHING = "*"
AUDIENCES = [("", gettext_lazy("nobody")), *Showing.Audience.choices]


class QuorumForm(forms.ModelForm):
    """How many must answer before stewards approve."""

    class Meta:
        """What is asked."""

        model = Community
        fields = ("quorum", "about")


class ShowingForm(forms.Form):
    """To whom one result, or every result, is shown."""

    key = forms.ChoiceField(label=gettext_lazy("Result"))
    audience = forms.ChoiceField(
        label=gettext_lazy("Shown to"), choices=AUDIENCES, required=False
    )

    def __init__(self, place: Community, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        run = place.runs.order_by("-pushed_at").first()
        results = run.results.all() if run else []
        self.fields["key"].choices = [
            (EVERYTHING, _("every result without a rule of its own")),
            *(
                (one.key, f"{told(one.payload)['name']} ({one.payload['population']})")
                for one in results
            ),
        ]


def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the rules that hold."""
    place = _place(request, slug)
    return _page(request, place)


@require_POST
def set_quorum(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep how many must answer."""
    place = _place(request, slug)
    form = QuorumForm(request.POST, instance=place)
    if not form.is_valid():
        return _page(request, place, status=400, quorum_form=form)
    with transaction.atomic():
        form.save()
        _record(request, f"quorum {place.quorum}", place)
    messages.success(request, _("The rule is kept."))
    return redirect("rules", slug)


@require_POST
def set_showing(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep to whom a result is shown; "nobody" for one result hides it at once."""
    place = _place(request, slug)
    form = ShowingForm(place, request.POST)
    if not form.is_valid():
        return _page(request, place, status=400, showing_form=form)
    key, audience = form.cleaned_data["key"], form.cleaned_data["audience"]
    with transaction.atomic():
        if key == EVERYTHING and not audience:
            place.showings.filter(key=key).delete()
        else:
            place.showings.update_or_create(
                key=key, defaults={"audience": audience, "set_by": request.user}
            )
        _record(request, f"{key} shown to {audience or 'nobody'}", place)
    messages.success(request, _("The rule is kept."))
    return redirect("rules", slug)


def _page(
    request: HttpRequest, place: Community, status: int = 200, **more: object
) -> HttpResponse:
    context = {
        "community": place,
        "showings": place.showings.order_by("key"),
        "quorum_form": QuorumForm(instance=place),
        "showing_form": ShowingForm(place),
        **more,
    }
    return render(request, "review/rules.html", context, status=status)


def _place(request: HttpRequest, slug: str) -> Community:
    place = community_for(request, slug)
    require(request, "rules", place)
    return place


def _record(request: HttpRequest, what: str, place: Community) -> None:
    record("set a rule", what[:240], actor=request.user, community=place.slug)
