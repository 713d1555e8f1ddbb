"""
What was said on paper or in a meeting, entered by a facilitator.
"""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from devnorms.review import rules
from devnorms.review.models import Opinion
from devnorms.review.models.answers import Mode, Reason, Verdict
from devnorms.review.models.audit import record
from devnorms.review.views.access import community_for, require
from devnorms.review.wording import told


class GatherForm(forms.Form):
    """One result, how many people were there, what most of them said."""

    result = forms.ChoiceField(label=gettext_lazy("Result"))
    mode = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[c for c in Mode.choices if c[0] != Mode.WEB],
    )
    people_present = forms.IntegerField(
        label=gettext_lazy("How many people answered so"), min_value=1, max_value=500
    )
    verdict = forms.ChoiceField(
        label=gettext_lazy("Their answer"), choices=Verdict.choices
    )
    reasons = forms.MultipleChoiceField(
        label=gettext_lazy("Why"),
        choices=Reason.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    text = forms.CharField(
        label=gettext_lazy("In their own words"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


def gather(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep an answer that was given elsewhere, with who entered it."""
    place = community_for(request, slug)
    require(request, "answer for others", place)
    run = place.runs.order_by("-pushed_at").first()
    shown = {
        str(one.public_id): one
        for one in (rules.visible(request.user, run) if run else [])
    }
    form = GatherForm(request.POST or None)
    form.fields["result"].choices = [
        (key, f"{told(one.payload)['name']} ({one.payload['population']})")
        for key, one in shown.items()
    ]
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        result = shown[given.pop("result")]
        with transaction.atomic():
            Opinion.objects.create(
                result=result,
                content_sha256=result.content_sha256,
                person=None,
                language=get_language() or "en",
                recorded_by=request.user,
                **given,
            )
            record(
                "entered an answer",
                f"result {result.public_id}",
                actor=request.user,
                community=slug,
            )
        messages.success(request, _("The answer is kept."))
        return redirect("gather", slug)
    return render(request, "review/gather.html", {"community": place, "form": form})
