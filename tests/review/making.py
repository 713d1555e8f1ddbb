"""
Communities, people, results and browsers for tests.
"""

from __future__ import annotations

from typing import Any

from django.test import Client

from devnorms._base.provenance import content_hash
from devnorms.review.models import (
    Community,
    Consent,
    Membership,
    Result,
    Run,
    Showing,
    User,
)
from devnorms.review.policies import current_version

PASSWORD = "a long enough one 7"  # noqa: S105
NUMBERS: dict[str, Any] = {
    "asked": 400,
    "interval": "equal-tailed",
    "level": 0.9,
    "asked_from_months": 3.0,
    "asked_to_months": 30.0,
    "ages": [
        {"share": 0.25, "age_months": 11.0, "low": 10.5, "high": 11.4},
        {"share": 0.5, "age_months": 12.1, "low": 11.8, "high": 12.5},
        {"share": 0.9, "age_months": 14.6, "low": 14.0, "high": 15.3},
    ],
    "shares": [
        {"age_months": 9, "share": 0.06, "low": 0.04, "high": 0.09},
        {"age_months": 12, "share": 0.49, "low": 0.45, "high": 0.54},
        {"age_months": 15, "share": 0.92, "low": 0.89, "high": 0.95},
    ],
}


def community(slug: str, *, shown_to: str = "members") -> Community:
    """A community whose rule shows its results to somebody (or, with "", to nobody)."""
    made = Community.objects.create(slug=slug, name=f"Families of {slug}")
    if shown_to:
        Showing.objects.create(community=made, key="*", audience=shown_to)
    return made


def person(
    name: str, *roles: str, at: Community, email: str = "", factor: bool = True
) -> User:
    """An account that agreed to the policy; stewards and researchers have a factor."""
    made = User.objects.create_user(name, email or None, PASSWORD)
    Consent.objects.create(user=made, version=current_version(), language="en")
    if email:
        made.emailaddress_set.create(email=email, primary=True, verified=True)
    for role in roles:
        Membership.objects.create(user=made, community=at, role=role)
    if factor and {"steward", "researcher"} & set(roles):
        second_factor(made)
    return made


def second_factor(user: User) -> str:
    """Set an authenticator app up for a person; give its secret."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def result(
    at: Community,
    milestone: str = "walks_alone",
    *,
    pushed_by: User | None = None,
    **changes: Any,
) -> Result:
    """A pushed result of one milestone."""
    payload = {
        "format": 1,
        "population": "COL-LT42M",
        "milestone": milestone,
        "domain": "gross_motor",
        "who": {"country_name": "Colombia", "who": "children of Bogotá"},
        "norm_rows": "0" * 64,
        **NUMBERS,
        **changes,
    }
    run = Run.objects.create(
        community=at,
        title="motor",
        folder_sha256=content_hash([at.slug, milestone, repr(changes)]),
        manifest={"norm_set": "motor", "finished": "2026-11-24"},
        pushed_by=pushed_by,
    )
    return Result.objects.create(
        run=run,
        key=f"COL-LT42M/{milestone}",
        domain="gross_motor",
        payload=payload,
        content_sha256=content_hash(payload),
    )


def browser(user: User | None = None, **settings: Any) -> Client:
    """A client of the site, logged in as somebody."""
    made = Client(**settings)
    if user is not None:
        made.force_login(user)
    return made


def unguarded(table: str) -> None:
    """Take the database's own guard off a table, as somebody with the file could."""
    from django.db import connection

    with connection.cursor() as cursor:
        for what in ("UPDATE", "DELETE"):
            cursor.execute(f"DROP TRIGGER {table}_no_{what}")
