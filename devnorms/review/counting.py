"""
How a community answered: the latest opinion of each, and who did not answer.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from devnorms.review import rules
from devnorms.review.models import Membership

if TYPE_CHECKING:
    from devnorms.review.models import Result


def counted(result: Result) -> dict[str, object]:
    """
    Count answers to this version of a result.

    Parameters
    ----------
    result : Result
        The version.

    Returns
    -------
    dict
        ``verdicts, reasons`` (counts), ``answered, asked, silent`` (people),
        ``quorum, missing_for_quorum``.
    """
    latest = {}
    for opinion in result.opinions.order_by("id"):
        key = opinion.person_id or f"recorded {opinion.pk}"
        latest[key] = opinion
    community = result.run.community
    could = set(
        Membership.objects.filter(
            community=community, until__isnull=True, role__in=rules.ALLOWED["answer"]
        ).values_list("user_id", flat=True)
    )
    answered = len(latest)
    return {
        "verdicts": dict(Counter(one.verdict for one in latest.values())),
        "reasons": dict(Counter(r for one in latest.values() for r in one.reasons)),
        "answered": answered,
        "asked": len(could),
        "silent": len(could - set(latest)),
        "quorum": community.quorum,
        "missing_for_quorum": max(0, community.quorum - answered),
    }
