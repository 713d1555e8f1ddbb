"""
The stewards' decision on a result, by the community's rule.
"""

from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from devnorms.review import rules
from devnorms.review.counting import counted
from devnorms.review.models import Decision
from devnorms.review.models.answers import Reason, Verdict
from devnorms.review.models.audit import record
from devnorms.review.models.deciding import Outcome
from devnorms.review.views.access import result_for
from devnorms.review.wording import told


class DecisionForm(forms.Form):
    """What is decided, and why."""

    outcome = forms.ChoiceField(choices=Outcome.choices)
    reasons = forms.MultipleChoiceField(choices=Reason.choices, required=False)
    rationale = forms.CharField(max_length=4000, widget=forms.Textarea)


def decide(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show all answers and the rule; keep the decision with both."""
    result = result_for(request, public_id)
    if not rules.may_decide(request.user, result):
        raise PermissionDenied
    count = counted(result)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        approves = form.cleaned_data["outcome"] in (Outcome.APPROVED, Outcome.WITH_NOTE)
        if approves and count["missing_for_quorum"]:
            form.add_error(
                "outcome",
                _("Too few people have answered for the community to approve."),
            )
        else:
            with transaction.atomic():
                Decision.objects.create(
                    community=result.run.community,
                    result=result,
                    content_sha256=result.content_sha256,
                    outcome=form.cleaned_data["outcome"],
                    reasons=form.cleaned_data["reasons"],
                    rationale=form.cleaned_data["rationale"],
                    rule=count,
                    decided_by=request.user,
                )
                record(
                    "decided",
                    f"result {public_id} {form.cleaned_data['outcome']}",
                    actor=request.user,
                    community=result.run.community.slug,
                )
            return redirect("result", public_id)
    context = {
        "result": result,
        "form": form,
        "count": count,
        "verdicts": [
            (Verdict(value).label, people)
            for value, people in count["verdicts"].items()
        ],
        "told": told(result.payload),
    }
    return render(request, "review/decide.html", context)
