"""From an invitation to an account, with consent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from devnorms.review import operating
from devnorms.review.adapter import all_sent
from devnorms.review.models import Consent, Invitation, Membership, Policy, User
from devnorms.review.policies import current_version
from tests.review.making import PASSWORD, browser, community, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return community("here")


@pytest.fixture
def way_in(place) -> str:
    return operating.invite("here", "reviewer").removeprefix("http://testserver")


def told(**changes: object) -> dict[str, object]:
    return {
        "username": "bea",
        "display_name": "Bea",
        "email": "",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "consent": "on",
        "policy": current_version(),
        **changes,
    }


def test_an_invitation_makes_an_account_without_an_address_and_logs_in(way_in):
    client = browser()
    answer = client.post(way_in, told())
    assert answer.status_code == 302
    assert client.get("/c/here/").status_code == 200
    bea = User.objects.get(username="bea")
    assert bea.email is None
    assert [one.role for one in bea.memberships.all()] == ["reviewer"]
    assert [one.version for one in bea.consents.all()] == [current_version()]


def test_nothing_is_stored_without_consent(way_in):
    answer = browser().post(way_in, {**told(), "consent": ""})
    assert answer.status_code == 200
    assert not User.objects.exists()
    assert Invitation.objects.get().used_at is None


def test_consent_to_a_text_that_changed_meanwhile_does_not_count(way_in):
    Policy.objects.create(version=99, language="en", body="Another text.")
    answer = browser().post(way_in, told(policy=98))
    assert "The privacy policy changed" in answer.content.decode()
    assert not User.objects.exists()


def test_an_invitation_is_used_once(way_in):
    browser().post(way_in, told())
    again = browser().post(way_in, told(username="eve"))
    assert again.status_code == 404
    assert not User.objects.filter(username="eve").exists()


def test_an_invitation_ends_after_fourteen_days(way_in):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser().get(way_in).status_code == 404


def test_only_the_hash_of_an_invitation_is_kept(way_in):
    code = way_in.split("/")[2]
    kept = str(list(Invitation.objects.values()))
    assert code not in kept
    assert operating.sha256(code) in kept


def test_an_invitation_gives_its_own_role_and_no_other(way_in):
    browser().post(way_in, told(role="steward"))
    assert set(Membership.objects.values_list("role", flat=True)) == {"reviewer"}


def test_a_member_of_elsewhere_accepts_without_a_second_account(way_in, place):
    ana = person("ana", "observer", at=community("there"))
    client = browser(ana)
    assert "Accept" in client.get(way_in).content.decode()
    client.post(way_in)
    assert User.objects.count() == 1
    assert client.get("/c/here/").status_code == 200


@pytest.mark.parametrize("name", ["ana", "ANA", "x@example.org", "a b", "<b>x</b>"])
def test_names_that_are_taken_or_look_like_addresses_are_refused(way_in, place, name):
    person("ana", "observer", at=place)
    assert browser().post(way_in, told(username=name)).status_code == 200
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "password", ["short", "password123", "12345678901", "beabeabea"]
)
def test_weak_passwords_are_refused(way_in, password):
    answer = browser().post(way_in, told(password1=password, password2=password))
    assert answer.status_code == 200
    assert not User.objects.exists()


def test_an_address_that_another_has_does_not_show(way_in, place):
    person("ana", "observer", at=place, email="ana@example.org")
    answer = browser().post(way_in, told(email="Ana@example.org"))
    assert answer.status_code == 302
    assert all_sent()
    assert User.objects.get(username="bea").email is None
    assert not User.objects.get(username="bea").emailaddress_set.get().verified


def test_an_address_is_confirmed_by_a_link_to_it(way_in):
    import re

    client = browser()
    client.post(way_in, told(email="bea@example.org"))
    assert all_sent()
    link = re.search(
        r"http://testserver(/accounts/confirm-email/\S+)", mail.outbox[0].body
    )
    assert link
    client.get(link[1])
    client.post(link[1])
    assert User.objects.get(username="bea").emailaddress_set.get().verified


def test_a_new_version_of_the_policy_is_asked_for_before_anything_else(place):
    ana = person("ana", "reviewer", at=place)
    client = browser(ana)
    assert client.get("/c/here/").status_code == 200
    new = current_version() + 1
    Policy.objects.create(version=new, language="en", body="New: we keep less.")
    for path in ("/", "/c/here/", "/collections/", "/accounts/email/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/consent/"), path
    assert "New: we keep less." in client.get("/consent/").content.decode()
    assert client.post("/collections/", {"title": "x", "visibility": "private"})[
        "Location"
    ] == ("/consent/")
    assert not ana.collections.exists()
    client.post("/consent/", {"policy": new})
    assert client.get("/c/here/").status_code == 200
    assert Consent.objects.filter(user=ana).count() == 2


def test_consent_can_be_taken_back_and_data_taken_along_before_leaving(place):
    ana = person("ana", "reviewer", at=place)
    client = browser(ana)
    client.post("/consent/back/")
    client.force_login(ana)
    assert client.get("/c/here/")["Location"] == "/consent/"
    assert client.get("/my-data/").status_code == 200
    assert client.get("/my-data/download/").status_code == 200
    assert client.post("/my-data/delete/", {"password": PASSWORD}).status_code == 302


def test_the_policy_is_shown_in_the_language_of_the_reader_with_its_version():
    Policy.objects.create(version=50, language="en", body="In English.")
    Policy.objects.create(version=50, language="ar", body="بالعربية", machine_made=True)
    page = browser().get("/privacy/", headers={"accept-language": "ar"})
    text = page.content.decode()
    assert "بالعربية" in text
    assert 'dir="rtl"' in text
    assert "50" in text
    assert "In English." in (
        browser().get("/privacy/", headers={"accept-language": "eu"}).content.decode()
    )
