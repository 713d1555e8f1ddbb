"""
The tables of the site.
"""

from devnorms.review.models.answers import (
    Comment,
    ContextNote,
    ModerationEvent,
    Opinion,
)
from devnorms.review.models.audit import AuditEvent
from devnorms.review.models.collecting import Collection, CollectionItem
from devnorms.review.models.deciding import Decision, Reply
from devnorms.review.models.people import (
    Community,
    Consent,
    Invitation,
    Membership,
    Policy,
    PrintedLink,
    User,
)
from devnorms.review.models.results import Figure, Result, Run, Showing

__all__ = [
    "AuditEvent",
    "Collection",
    "CollectionItem",
    "Comment",
    "Community",
    "Consent",
    "ContextNote",
    "Decision",
    "Figure",
    "Invitation",
    "Membership",
    "ModerationEvent",
    "Opinion",
    "Policy",
    "PrintedLink",
    "Reply",
    "Result",
    "Run",
    "Showing",
    "User",
]
