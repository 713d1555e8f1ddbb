"""Who may open which page: every address, every role, own and other community."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from devnorms.review import rules
from devnorms.review.models import (
    Collection,
    Comment,
    ContextNote,
    Decision,
    Membership,
    User,
)
from tests.review.addresses import (
    ACTIONS,
    ONLY_POST,
    OPEN,
    OWN,
    OWNED,
    address,
    patterns,
)
from tests.review.making import browser, community, person, result

pytestmark = pytest.mark.django_db
ROLES = ("observer", "reviewer", "facilitator", "steward", "researcher")


def test_every_address_is_known_to_the_lists_that_the_tests_walk():
    listed = OPEN | OWN | set(ACTIONS) | OWNED
    assert {name for name, _ in patterns()} == listed
    assert set(ACTIONS.values()) <= set(rules.ALLOWED)


def test_without_logging_in_only_the_open_addresses_open():
    faults = []
    for name, arguments in patterns():
        path = address(name, arguments)
        for ask in (browser().get, browser().post):
            answer = ask(path)
            to_log_in = answer.status_code == 302 and answer["Location"].startswith(
                "/accounts/login/?next="
            )
            if to_log_in is (name in OPEN):
                faults.append((name, ask.__name__, answer.status_code))
    assert faults == []


def test_nothing_that_changes_something_answers_to_a_link():
    client = browser(person("ana", "steward", at=community("here")))
    for name, arguments in patterns():
        if name in ONLY_POST:
            assert client.get(address(name, arguments)).status_code == 405, name


class World:
    """Two communities with a result, a note, a comment and a decision each."""

    def __init__(self) -> None:
        self.here, self.there = community("here"), community("there")
        self.things = {at: self._fill(at) for at in (self.here, self.there)}

    def _fill(self, at: Any) -> dict[str, Any]:
        owner = person(f"owner_{at.slug}", "reviewer", at=at)
        of = result(at)
        note = ContextNote.objects.create(
            community=at, author=owner, about="x", kind="practice", body="SECRET-WORD"
        )
        comment = Comment.objects.create(result=of, author=owner, body="SECRET-WORD")
        decided = Decision.objects.create(
            community=at, result=of, content_sha256=of.content_sha256, rule={},
            outcome="approved", rationale="SECRET-WORD", decided_by=owner,
        )  # fmt: skip
        kept = Collection.objects.create(owner=owner, title="SECRET-WORD", community=at)
        return {
            "owner": owner, "result": of, "note": note, "comment": comment,
            "decision": decided, "collection": kept,
            "item": kept.items.create(result=of, position=1),
        }  # fmt: skip

    def path(self, name: str, arguments: set[str], at: Any) -> str:
        """The address of the thing in a community."""
        things = self.things[at]
        kind = "result"
        if name in {"give_role", "take_role", "printed_link"}:
            kind = "owner"
        elif name == "approve_note":
            kind = "note"
        elif name == "moderate_change":
            kind = "comment"
        elif name in OWNED:
            kind = "collection"
        return address(
            name,
            arguments,
            slug=at.slug,
            public_id=things[kind].public_id,
            decision=things["decision"].pk,
            item=things["item"].pk,
        )


def expected(user: User, name: str, at: Any) -> str:
    """What the rules say: "open", "refused" or "absent" (as if it did not exist)."""
    if name in OWNED:
        return "absent"
    if not rules.roles(user, at):
        return "absent"
    return "open" if rules.may(user, ACTIONS[name], at) else "refused"


SEEN = {403: "refused", 404: "absent"}


@pytest.mark.parametrize("where", ["own community", "other community"])
@pytest.mark.parametrize("role", [*ROLES, "former member", "steward without a factor"])
def test_rules_hold_at_every_address(role, where):
    world = World()
    if role == "steward without a factor":
        user = person("me", "steward", at=world.here, factor=False)
    else:
        user = person("me", role if role in ROLES else "steward", at=world.here)
    if role == "former member":
        Membership.objects.filter(user=user).update(until=timezone.now())
    mine = Collection.objects.create(owner=user, title="Mine")
    at = world.here if where == "own community" else world.there
    faults = []
    for name, arguments in patterns():
        if name in OPEN | OWN:
            continue
        path = world.path(name, arguments, at)
        client = browser(user)
        for ask in (client.post,) if name in ONLY_POST else (client.get, client.post):
            answer = ask(path, {"collection": str(mine.public_id)})
            seen = SEEN.get(answer.status_code, "open")
            wanted = expected(user, name, at)
            if name == "notes" and ask.__name__ == "post" and wanted == "open":
                wanted = "open" if rules.may(user, "note", at) else "refused"
            if seen != wanted or answer.status_code >= 500:
                faults.append((name, ask.__name__, answer.status_code, wanted))
            leaks = wanted != "open" and b"SECRET-WORD" in answer.content
            if leaks or answer.get("Location", "").startswith("/accounts/login"):
                faults.append((name, ask.__name__, "leaks", wanted))
    assert faults == []


@pytest.mark.parametrize("role", ROLES)
def test_the_table_of_the_reference_is_what_the_rules_say(role):
    told = {
        "observer": {"see"},
        "reviewer": {"see", "comment", "answer", "note"},
        "facilitator": {"see", "comment", "answer", "note", "answer for others"},
        "steward": {
            "see", "comment", "answer", "note", "answer for others", "decide",
            "moderate", "people", "rules", "audit", "pull",
        },
        "researcher": {"see", "comment", "push", "pull", "reply"},
    }  # fmt: skip
    assert {a for a, held in rules.ALLOWED.items() if role in held} == told[role]


@pytest.mark.parametrize(
    ("shown_to", "readers"),
    [
        ("", set()),
        ("stewards", {"steward"}),
        ("reviewers", {"reviewer", "facilitator", "steward"}),
        ("members", set(ROLES)),
    ],
)
def test_results_are_shown_to_whom_the_rule_of_the_community_names(shown_to, readers):
    here = community("here", shown_to=shown_to)
    one = result(here)
    seen = {
        role
        for role in ROLES
        if browser(person(role, role, at=here)).get(f"/r/{one.public_id}/").status_code
        == 200
    }
    assert seen == readers
    for role in set(ROLES) - readers:
        page = browser(User.objects.get(username=role)).get("/c/here/").content
        assert str(one.public_id).encode() not in page


def test_collections_show_and_count_nothing_that_the_reader_may_not_see():
    here, there = community("here"), community("there")
    theirs = result(there)
    owner = person("owner", "reviewer", at=there)
    kept = Collection.objects.create(owner=owner, title="All", visibility="public")
    kept.items.create(result=theirs, position=1)
    reader = browser(person("ana", "steward", at=here))
    for path in (
        f"/collections/{kept.public_id}/",
        f"/collections/{kept.public_id}/offline/",
    ):
        page = reader.get(path)
        assert page.status_code == 200
        assert str(theirs.public_id) not in page.content.decode()
        assert "months" not in page.content.decode()


def test_a_result_of_elsewhere_cannot_be_put_into_a_collection():
    here, there = community("here"), community("there")
    theirs, ana = result(there), person("ana", "reviewer", at=here)
    mine = Collection.objects.create(owner=ana, title="Mine")
    answer = browser(ana).post(
        f"/r/{theirs.public_id}/collect/", {"collection": str(mine.public_id)}
    )
    assert answer.status_code == 404
    assert not mine.items.exists()


def test_things_of_two_communities_cannot_be_mixed_in_one_address():
    world = World()
    steward = browser(person("sol", "steward", at=world.here))
    theirs = world.things[world.there]
    for path in (
        f"/c/here/moderate/comment/{theirs['comment'].public_id}/",
        f"/c/here/moderate/note/{theirs['note'].public_id}/",
        f"/c/here/notes/{theirs['note'].public_id}/",
        f"/c/here/people/{theirs['owner'].public_id}/link/",
        f"/c/here/people/{theirs['owner'].public_id}/role/",
    ):
        assert steward.post(path, {"new": "hidden", "reason": "x"}).status_code == 404
    assert Comment.objects.get(pk=theirs["comment"].pk).status == "shown"


def test_addresses_of_things_cannot_be_guessed_by_counting():
    counted = {name for name, arguments in patterns() if {"pk", "id"} & arguments}
    assert counted == set()
