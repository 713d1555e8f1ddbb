"""
How a community answered: the latest opinion of each, and who did not answer.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from devnorms.review import rules
from devnorms.review.models import Membership

if TYPE_CHECKING:
    from devnorms.review.models import Result


def counted(result: Result) -> dict[str, Any]:
    """
    Count answers to this version of a result.

    Parameters
    ----------
    result : Result
        The version.

    Returns
    -------
    dict
        ``verdicts, reasons`` (people, those of meetings and on paper included),
        ``answered`` (people), ``asked, silent`` (accounts that may answer, and those of
        them that did not), ``quorum, missing_for_quorum``.
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
    verdicts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for opinion in latest.values():
        verdicts[opinion.verdict] += opinion.people_present
        reasons.update(dict.fromkeys(opinion.reasons, opinion.people_present))
    answered = verdicts.total()
    return {
        "verdicts": dict(verdicts),
        "reasons": dict(reasons),
        "answered": answered,
        "asked": len(could),
        "silent": len(could - set(latest)),
        "quorum": community.quorum,
        "missing_for_quorum": max(0, community.quorum - answered),
    }
