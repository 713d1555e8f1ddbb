"""Every address of the site, from its own list, and what each is for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

OPEN = {
    "home", "health", "privacy", "set_language", "join", "printed_use",
    "account_login", "account_logout", "account_signup", "account_inactive",
    "account_email_verification_sent", "account_confirm_email",
    "account_confirm_login_code",
    "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done",
    "mfa_authenticate",
}  # fmt: skip
"""What can be opened without logging in; everything else asks for it."""

OWN = {
    "consent", "take_consent_back", "my_data", "download", "rename", "delete_account",
    "collections", "account_reauthenticate", "account_email",
    "account_change_password", "account_set_password", "mfa_index",
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_reauthenticate",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes", "usersessions_list",
}  # fmt: skip
"""What concerns one's own account only."""

ACTIONS = {
    "community": "see", "result": "see", "curve": "see", "collect": "see",
    "notes": "see", "changes": "see",
    "answer": "answer", "comment": "comment", "decide": "decide",
    "gather": "answer for others", "reply": "reply",
    "people": "people", "invite": "people", "give_role": "people",
    "take_role": "people", "printed_link": "people",
    "rules": "rules", "set_quorum": "rules", "set_showing": "rules",
    "moderate": "moderate", "moderate_change": "moderate", "approve_note": "moderate",
    "audit": "audit", "audit_download": "audit",
}  # fmt: skip
"""Address → the action of `devnorms.review.rules` that it is."""

OWNED = {"collection", "offline", "change_item"}
"""Addresses of one person's collection."""

ONLY_POST = {
    "take_consent_back", "rename", "delete_account", "answer", "comment", "collect",
    "change_item", "approve_note", "reply", "invite", "give_role", "take_role",
    "printed_link", "set_quorum", "set_showing", "moderate_change", "set_language",
}  # fmt: skip


def patterns() -> Iterator[tuple[str, set[str]]]:
    """Name and arguments of every address."""

    def walk(entries: list[Any], held: set[str]) -> Iterator[tuple[str, set[str]]]:
        for one in entries:
            named = held | set(one.pattern.regex.groupindex)
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, named)
            elif isinstance(one, URLPattern):
                yield one.name or "", named

    yield from walk(get_resolver().url_patterns, set())


def address(name: str, arguments: set[str], **known: Any) -> str:
    """An address with sample arguments where none are known."""
    sample = {
        "slug": "here",
        "code": "x" * 32,
        "public_id": uuid.uuid4(),
        "kind": "comment",
        "item": 1,
        "decision": 1,
        "uidb36": "1",
        "key": "abc-def",
        **known,
    }
    return reverse(name, kwargs={one: sample[one] for one in arguments})
