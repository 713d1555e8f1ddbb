"""
Opinions and comments.
"""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from devnorms.review.models import Comment, Opinion
from devnorms.review.models.answers import Reason, Verdict
from devnorms.review.models.audit import record
from devnorms.review.views.access import require, result_for


class OpinionForm(forms.Form):
    """What a person thinks, and why."""

    verdict = forms.ChoiceField(choices=Verdict.choices)
    reasons = forms.MultipleChoiceField(choices=Reason.choices, required=False)
    text = forms.CharField(max_length=4000, required=False)
    version = forms.CharField(max_length=64)


class CommentForm(forms.Form):
    """A comment."""

    body = forms.CharField(max_length=4000)


@require_POST
def answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep an opinion on this version of the result."""
    result = result_for(request, public_id)
    place = result.run.community
    require(request, "answer", place)
    form = OpinionForm(request.POST)
    if not form.is_valid() or form.cleaned_data["version"] != result.content_sha256:
        messages.error(request, _("Please choose one of the answers."))
        return redirect("result", public_id)
    with transaction.atomic():
        Opinion.objects.create(
            result=result,
            content_sha256=result.content_sha256,
            person=request.user,
            verdict=form.cleaned_data["verdict"],
            reasons=form.cleaned_data["reasons"],
            text=form.cleaned_data["text"],
            language=get_language() or "en",
            recorded_by=request.user,
        )
        record(
            "answered", f"result {public_id}", actor=request.user, community=place.slug
        )
    messages.success(request, _("Thank you. Your answer is kept."))
    return redirect("result", public_id)


@require_POST
def comment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep a comment on this version of the result."""
    result = result_for(request, public_id)
    place = result.run.community
    require(request, "comment", place)
    form = CommentForm(request.POST)
    if form.is_valid():
        with transaction.atomic():
            made = Comment.objects.create(
                result=result,
                author=request.user,
                body=form.cleaned_data["body"],
                language=get_language() or "en",
            )
            record(
                "commented",
                f"comment {made.public_id}",
                actor=request.user,
                community=place.slug,
            )
        messages.success(request, _("Your comment is kept."))
    else:
        messages.error(
            request, _("Please write a comment of at most 4,000 characters.")
        )
    return redirect("result", public_id)
