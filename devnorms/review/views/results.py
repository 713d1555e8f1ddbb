"""
A community's results, and one result in plain words.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from devnorms.review import rules
from devnorms.review.drawing import curve, dots
from devnorms.review.models import Decision, Opinion
from devnorms.review.models.answers import Reason, Verdict
from devnorms.review.views.access import community_for, result_for
from devnorms.review.wording import domain_name, told


def community(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what waits for answers, and what was answered."""
    place = community_for(request, slug)
    run = place.runs.order_by("-pushed_at").first()
    shown = rules.visible(request.user, run) if run else []
    mine = set(
        Opinion.objects.filter(person=request.user, result__in=shown).values_list(
            "result_id", flat=True
        )
    )
    rows = [
        {
            "result": one,
            "domain": domain_name(one.domain),
            "told": told(one.payload),
            "answered": one.pk in mine,
        }
        for one in shown
    ]
    context = {
        "community": place,
        "run": run,
        "rows": rows,
        "may_gather": rules.may(request.user, "answer for others", place),
        "answered": len(mine),
    }
    return render(request, "review/community.html", context)


def result(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say what was found, for whom, how sure, and what it does not say."""
    found = result_for(request, public_id)
    place = found.run.community
    last = found.opinions.filter(person=request.user).order_by("-id").first()
    return render(
        request,
        "review/result.html",
        {
            "result": found,
            "community": place,
            "told": told(found.payload),
            "has_curve": curve(found.payload) is not None,
            "dots": dots(found.payload),
            "may_note": rules.may(request.user, "note", place),
            "verdicts": Verdict.choices,
            "reasons": Reason.choices,
            "last": last,
            "names": rules.may_know_names(request.user, place),
            "comments": found.comments.filter(status="shown").order_by("id"),
            "decision": Decision.objects.filter(result=found).order_by("-id").first(),
            "may_answer": rules.may(request.user, "answer", place),
            "may_comment": rules.may(request.user, "comment", place),
            "may_decide": rules.may_decide(request.user, found),
        },
    )
