"""
Who may do what: the one place where the site's permissions stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devnorms.review.models import Community, Result, Run, User

OBSERVER, REVIEWER, FACILITATOR, STEWARD, RESEARCHER = (
    "observer", "reviewer", "facilitator", "steward", "researcher",
)  # fmt: skip

ALLOWED: dict[str, frozenset[str]] = {
    "see": frozenset({OBSERVER, REVIEWER, FACILITATOR, STEWARD, RESEARCHER}),
    "comment": frozenset({REVIEWER, FACILITATOR, STEWARD, RESEARCHER}),
    "answer": frozenset({REVIEWER, FACILITATOR, STEWARD}),
    "note": frozenset({REVIEWER, FACILITATOR, STEWARD}),
    "answer for others": frozenset({FACILITATOR, STEWARD}),
    "decide": frozenset({STEWARD}),
    "moderate": frozenset({STEWARD}),
    "people": frozenset({STEWARD}),
    "rules": frozenset({STEWARD}),
    "audit": frozenset({STEWARD}),
    "push": frozenset({RESEARCHER}),
    "pull": frozenset({STEWARD, RESEARCHER}),
    "reply": frozenset({RESEARCHER}),
}
"""Action → roles. What is not listed nobody may do."""

SECOND_FACTOR = frozenset(
    {"decide", "moderate", "people", "rules", "audit", "push", "pull", "reply"}
)
"""Actions for which stewards and researchers must have set up a second factor."""

_AUDIENCES = {
    "stewards": frozenset({STEWARD}),
    "reviewers": frozenset({REVIEWER, FACILITATOR, STEWARD}),
    "members": ALLOWED["see"],
}


def roles(user: User, community: Community) -> set[str]:
    """
    Give the roles that a person holds in a community now.

    Parameters
    ----------
    user : User
        Who.
    community : Community
        Where.

    Returns
    -------
    set of str
    """
    held = user.memberships.filter(community=community, until__isnull=True)
    return set(held.values_list("role", flat=True))


def may(user: User, action: str, community: Community) -> bool:
    """
    Tell whether a person may do something in a community.

    Parameters
    ----------
    user : User
        Who.
    action : str
        One of `ALLOWED`.
    community : Community
        Where.
    """
    if not (roles(user, community) & ALLOWED.get(action, frozenset())):
        return False
    return action not in SECOND_FACTOR or has_second_factor(user)


def may_know_names(user: User, community: Community) -> bool:
    """Tell whether a person sees who wrote: members do, researchers do not."""
    return bool(roles(user, community) - {RESEARCHER})


def has_second_factor(user: User) -> bool:
    """Tell whether the person logs in with more than a password."""
    return bool(user.authenticator_set.filter(type="totp").exists())


def may_decide(user: User, result: Result) -> bool:
    """Tell whether a steward may decide on a result: never on one they pushed."""
    return (
        may(user, "decide", result.run.community) and result.run.pushed_by_id != user.pk
    )


def may_see(user: User, result: Result) -> bool:
    """
    Tell whether a person sees a result: only where a rule of the community says so.

    Researchers see the runs that they pushed, whatever the rule.
    """
    community = result.run.community
    held = roles(user, community)
    if RESEARCHER in held and result.run.pushed_by_id == user.pk:
        return True
    return bool(held & audience(community, result.key))


def audience(community: Community, key: str) -> frozenset[str]:
    """Give the roles to whom a result key is shown: its own rule, else that of "*"."""
    rules = {
        rule.key: rule.audience
        for rule in community.showings.filter(key__in=[key, "*"])
    }
    named = rules.get(key, rules.get("*"))
    return _AUDIENCES.get(named or "", frozenset())


def visible(user: User, run: Run) -> list[Result]:
    """Give the results of a run that a person sees."""
    return [result for result in run.results.all() if may_see(user, result)]


def may_print_for(steward: User, person: User, community: Community) -> bool:
    """
    Tell whether a steward may print a log-in link for a person.

    Who holds such a link can log in as the person. So it is for members of the
    steward's own community only, who are no stewards, researchers or operators
    anywhere, who are in no community in which this steward is not one, and who have no
    e-mail of their own.

    Parameters
    ----------
    steward : User
        Who would print it.
    person : User
        Who would use it.
    community : Community
        Where both are.
    """
    if steward.pk == person.pk or not may(steward, "people", community):
        return False
    if person.is_staff or person.is_superuser or not person.is_active:
        return False
    held = person.memberships.filter(until__isnull=True)
    powers = held.filter(role__in=(STEWARD, RESEARCHER))
    places = {one.community for one in held.select_related("community")}
    return (
        community in places
        and not powers.exists()
        and all(may(steward, "people", place) for place in places)
        and not (person.email or person.emailaddress_set.exists())
    )


def lacks_second_factor(user: User) -> bool:
    """Tell whether a person has a role that needs a second factor, and none set up."""
    return user.holds(STEWARD, RESEARCHER) and not has_second_factor(user)
