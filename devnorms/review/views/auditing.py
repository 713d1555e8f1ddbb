"""
What happened in a community, line by line.
"""

import json

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from devnorms.review.models import AuditEvent, User
from devnorms.review.views.access import community_for, require

ON_A_PAGE = 50


def audit(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the newest first, with the names that members chose."""
    place = community_for(request, slug)
    require(request, "audit", place)
    lines = AuditEvent.objects.filter(community=slug).order_by("-id")
    page = Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page"))
    actors = {line.actor for line in page if line.actor not in ("operator", "None")}
    names = {
        str(one.public_id): one.shown_name
        for one in User.objects.filter(public_id__in=actors)
    }
    rows = [{"line": line, "who": names.get(line.actor, line.actor)} for line in page]
    return render(
        request, "review/audit.html", {"community": place, "page": page, "rows": rows}
    )


def download(request: HttpRequest, slug: str) -> HttpResponse:
    """Give all lines of the community, one JSON object a line."""
    place = community_for(request, slug)
    require(request, "audit", place)
    lines = AuditEvent.objects.filter(community=slug).order_by("id")
    told = lines.values("at", "actor", "action", "what", "sha256")
    text = "".join(
        json.dumps(line, default=str, ensure_ascii=False) + "\n" for line in told
    )
    response = HttpResponse(text, content_type="application/jsonl")
    response["Content-Disposition"] = f'attachment; filename="audit-{slug}.jsonl"'
    return response
