"""
What every page knows.
"""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_bidi

from devnorms.review import rules


def around(request: HttpRequest) -> dict[str, object]:
    """Give languages, direction, and the communities of who is logged in."""
    user = getattr(request, "user", None)
    mine, steward_of, lacks = [], set(), False
    if user is not None and user.is_authenticated:
        held = user.memberships.filter(until__isnull=True).select_related("community")
        mine = sorted({m.community for m in held}, key=lambda c: c.name)
        steward_of = {m.community.slug for m in held if m.role == rules.STEWARD}
        lacks = rules.lacks_second_factor(user)
    return {
        "languages": settings.LANGUAGES,
        "direction": "rtl" if get_language_bidi() else "ltr",
        "my_communities": mine,
        "steward_of": steward_of,
        "needs_second_factor": lacks,
    }
