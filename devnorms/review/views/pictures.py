"""
The pictures of a result, as files of their own: the page stays light.
"""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from devnorms.review.drawing import curve
from devnorms.review.views.access import result_for


def curve_picture(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Draw the curve in the reader's language."""
    drawn = curve(result_for(request, public_id).payload)
    if drawn is None:
        raise Http404
    return render(
        request, "review/curve.svg", {"c": drawn}, content_type="image/svg+xml"
    )
