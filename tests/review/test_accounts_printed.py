"""A printed link for who has no e-mail: who may make one, and what it does."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from devnorms.review.models import AuditEvent, Membership, PrintedLink, User
from tests.review.making import PASSWORD, browser, community, person, second_factor

pytestmark = pytest.mark.django_db
NEW = "another long one 8"


@pytest.fixture
def place():
    return community("here")


@pytest.fixture
def steward(place) -> User:
    return person("sol", "steward", at=place)


@pytest.fixture
def ana(place) -> User:
    return person("ana", "reviewer", at=place)


def ask(steward: User, person: User, slug: str = "here"):
    return browser(steward).post(f"/c/{slug}/people/{person.public_id}/link/")


def link_of(answer) -> str:
    found = re.search(r"http://testserver(/in/[\w-]+/)", answer.content.decode())
    assert found
    return found[1]


def test_a_printed_link_sets_a_password_and_logs_in_once(steward, ana):
    page = ask(steward, ana)
    assert page.status_code == 200
    assert "<svg" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    link, client = link_of(page), browser()
    assert client.get(link).status_code == 200, "looking does not use it up"
    answer = client.post(link, {"new_password1": NEW, "new_password2": NEW})
    assert answer.status_code == 302
    assert client.get("/c/here/").status_code == 200
    assert User.objects.get(pk=ana.pk).check_password(NEW)
    assert browser().get(link).status_code == 404
    assert (
        browser().post(link, {"new_password1": NEW, "new_password2": NEW}).status_code
        == 404
    )


def test_the_picture_says_the_link(steward, ana):
    import segno

    page = ask(steward, ana)
    link = f"http://testserver{link_of(page)}"
    path = re.search(r'<path stroke="#000" d="([^"]+)"', page.content.decode())
    drawn = segno.make(link, error="m", micro=False).svg_inline(scale=5, lineclass=None)
    assert path
    assert path[1] in drawn


def test_printing_and_using_are_lines_of_the_audit_and_told_to_the_person(steward, ana):
    link = link_of(ask(steward, ana))
    client = browser()
    client.post(link, {"new_password1": NEW, "new_password2": NEW})
    lines = list(AuditEvent.objects.values_list("action", "what", "actor", "community"))
    assert lines == [
        ("printed a link", f"for {ana.public_id}", str(steward.public_id), "here"),
        ("used a printed link", f"of {steward.public_id}", str(ana.public_id), "here"),
    ]
    assert "Printed links" in client.get("/my-data/").content.decode()


def test_only_the_hash_of_a_printed_link_is_kept(steward, ana):
    code = link_of(ask(steward, ana)).split("/")[2]
    assert code not in str(list(PrintedLink.objects.values()))
    assert code not in str(list(AuditEvent.objects.values()))


def test_a_printed_link_ends_after_seven_days_and_with_the_next_one(steward, ana):
    first, second = link_of(ask(steward, ana)), link_of(ask(steward, ana))
    assert browser().get(first).status_code == 404
    assert browser().get(second).status_code == 200
    PrintedLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser().get(second).status_code == 404


def test_a_link_of_a_steward_who_is_one_no_more_does_not_work(steward, ana):
    link = link_of(ask(steward, ana))
    Membership.objects.filter(user=steward).update(until=timezone.now())
    assert browser().get(link).status_code == 404


def test_a_printed_link_ends_sessions_of_before(steward, ana):
    elsewhere = browser(ana)
    browser().post(
        link_of(ask(steward, ana)), {"new_password1": NEW, "new_password2": NEW}
    )
    assert elsewhere.get("/my-data/").status_code == 302


def test_a_second_factor_is_asked_for_after_a_printed_link_too(steward, ana):
    second_factor(ana)
    client = browser()
    answer = client.post(
        link_of(ask(steward, ana)), {"new_password1": NEW, "new_password2": NEW}
    )
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/my-data/").status_code == 302


REFUSED = {
    "themselves": lambda _place: User.objects.get(username="sol"),
    "another steward": lambda place: person("other", "steward", at=place),
    "a steward who is also a reviewer": lambda place: person(
        "both", "steward", "reviewer", at=place
    ),
    "a researcher": lambda place: person("res", "researcher", at=place),
    "who has e-mail": lambda place: person(
        "mail", "reviewer", at=place, email="m@example.org"
    ),
    "an operator": lambda place: _with(
        person("op", "reviewer", at=place), is_staff=True
    ),
    "who is also in another community": lambda place: _also(
        person("two", "reviewer", at=place), "reviewer"
    ),
    "a steward of another community": lambda place: _also(
        person("far", "reviewer", at=place), "steward"
    ),
}


def _with(user: User, **changes: object) -> User:
    User.objects.filter(pk=user.pk).update(**changes)
    return user


def _also(user: User, role: str) -> User:
    Membership.objects.create(user=user, community=community("there"), role=role)
    return user


@pytest.mark.parametrize("whom", REFUSED)
def test_no_link_is_printed_for(steward, place, whom):
    assert ask(steward, REFUSED[whom](place)).status_code == 403
    assert not PrintedLink.objects.exists()
    assert not AuditEvent.objects.exists()


def test_no_link_is_printed_by_stewards_of_elsewhere(place, ana):
    far = person("far", "steward", at=community("there"))
    assert ask(far, ana).status_code == 404
    assert ask(far, ana, slug="there").status_code == 404


@pytest.mark.parametrize("role", ["observer", "reviewer", "facilitator", "researcher"])
def test_no_link_is_printed_by_who_is_no_steward(place, ana, role):
    assert ask(person("other", role, at=place), ana).status_code == 403


def test_no_link_is_printed_without_a_second_factor(place, ana):
    assert ask(person("sol", "steward", at=place, factor=False), ana).status_code == 403


def test_whoever_gets_roles_meanwhile_cannot_be_taken_over_by_an_old_link(steward, ana):
    link = link_of(ask(steward, ana))
    Membership.objects.create(
        user=ana, community=steward.memberships.get().community, role="steward"
    )
    assert browser().get(link).status_code == 404
    assert User.objects.get(pk=ana.pk).check_password(PASSWORD)
