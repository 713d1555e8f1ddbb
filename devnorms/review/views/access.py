"""
What views share: getting a thing only if the person may.
"""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from devnorms.review import rules
from devnorms.review.models import Community, Result


def result_for(request: HttpRequest, public_id: UUID) -> Result:
    """Give a result that the person may see; to others it does not exist."""
    found = get_object_or_404(
        Result.objects.select_related("run__community"), public_id=public_id
    )
    if not rules.may_see(request.user, found):
        raise Http404
    return found


def community_for(request: HttpRequest, slug: str) -> Community:
    """Give a community of the person's; to others it does not exist."""
    found = get_object_or_404(Community, slug=slug)
    if not rules.roles(request.user, found):
        raise Http404
    return found


def require(request: HttpRequest, action: str, community: Community) -> None:
    """Refuse what the person may not do here."""
    if not rules.may(request.user, action, community):
        raise PermissionDenied
