"""Second factor, own data, and what stewards do for others."""

from __future__ import annotations

import json
import re

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)

from devnorms.review.models import (
    AuditEvent,
    Collection,
    Comment,
    ContextNote,
    Membership,
    ModerationEvent,
    Opinion,
    User,
)
from tests.review.making import (
    PASSWORD,
    browser,
    community,
    person,
    result,
    second_factor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return community("here")


def number(secret: str) -> str:
    """What the app shows now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def logged_in(name: str):
    client = browser()
    client.post("/accounts/login/", {"login": name, "password": PASSWORD})
    return client


def test_a_steward_without_a_second_factor_is_told_how_to_set_it_up(place):
    person("sol", "steward", at=place, factor=False)
    client = logged_in("sol")
    for path in ("/c/here/people/", "/c/here/audit/", "/c/here/moderate/"):
        page = client.get(path)
        assert page.status_code == 403
        assert "need a second factor first" in page.content.decode()
        assert 'href="/accounts/2fa/"' in page.content.decode()
    assert "need a second factor" in client.get("/").content.decode()


def test_a_second_factor_is_set_up_with_an_app_and_gives_recovery_codes(place):
    person("sol", "steward", at=place, factor=False)
    client = logged_in("sol")
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302, "is it you?"
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert "<svg" in page
    secret = re.search(r'<code dir="ltr">(\w+)</code>', page)
    assert secret
    answer = client.post(
        "/accounts/2fa/totp/activate/", {"code": number(secret[1])}, follow=True
    )
    codes = re.findall(r"<li><code>(\d+)</code></li>", answer.content.decode())
    assert len(codes) == 10
    assert client.get("/c/here/people/").status_code == 200


def test_the_factor_is_asked_for_at_log_in_and_a_recovery_code_works_once(place):
    sol = person("sol", "steward", at=place, factor=False)
    secret = second_factor(sol)
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    code = RecoveryCodes.activate(sol).get_unused_codes()[0]
    client = logged_in("sol")
    assert client.get("/c/here/").status_code == 302
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    client.post("/accounts/2fa/authenticate/", {"code": number(secret)})
    assert client.get("/c/here/people/").status_code == 200
    by_code = logged_in("sol")
    by_code.post("/accounts/2fa/authenticate/", {"code": code})
    assert by_code.get("/c/here/").status_code == 200
    again = logged_in("sol")
    again.post("/accounts/2fa/authenticate/", {"code": code})
    assert again.get("/c/here/").status_code == 302


def test_who_takes_the_factor_off_cannot_act_any_more(place):
    sol = person("sol", "steward", at=place)
    client = browser(sol)
    assert client.get("/c/here/people/").status_code == 200
    sol.authenticator_set.all().delete()
    assert client.get("/c/here/people/").status_code == 403


@pytest.fixture
def ana(place) -> User:
    """Somebody who answered, commented, noted and collected."""
    ana = person("ana", "reviewer", at=place, email="ana@example.org")
    one = result(place)
    client = browser(ana)
    path = f"/r/{one.public_id}/"
    client.post(f"{path}answer/", {"verdict": "fits", "version": one.content_sha256})
    client.post(f"{path}comment/", {"body": "My words."})
    ContextNote.objects.create(
        community=place, author=ana, about="x", kind="practice", body="Our practice."
    )
    Collection.objects.create(owner=ana, title="My list")
    return ana


def test_everything_about_a_person_is_in_the_download(ana):
    answer = browser(ana).get("/my-data/download/")
    assert answer["Content-Disposition"].startswith("attachment")
    held = json.loads(answer.content)
    assert held["user name"] == "ana"
    assert held["e-mail"][0]["email"] == "ana@example.org"
    assert held["opinions"][0]["verdict"] == "fits"
    assert held["comments"][0]["body"] == "My words."
    assert held["notes"][0]["body"] == "Our practice."
    assert held["collections"][0]["title"] == "My list"
    assert [one["action"] for one in held["what you did"]] == ["answered", "commented"]


def test_another_persons_data_are_not_in_the_download(ana, place):
    other = person("bea", "reviewer", at=place)
    assert b"My words." not in browser(other).get("/my-data/download/").content


def test_a_deleted_account_leaves_answers_without_a_name(ana, site):
    client = browser(ana)
    assert client.post("/my-data/delete/", {"password": "wrong"}).status_code == 400
    assert client.post("/my-data/delete/", {"password": PASSWORD}).status_code == 302
    assert client.get("/my-data/").status_code == 302
    gone = User.objects.get(pk=ana.pk)
    assert not gone.is_active
    assert Opinion.objects.get().person_id == ana.pk
    assert Comment.objects.get().author.shown_name == "a former member"
    assert not Collection.objects.exists()
    assert not ana.memberships.filter(until__isnull=True).exists()
    assert logged_in("ana").get("/my-data/").status_code == 302
    _nowhere("ana@example.org")
    for model in (User, AuditEvent, Membership):
        assert '"ana"' not in json.dumps(list(model.objects.values()), default=str)


def _nowhere(words: str) -> None:
    """No column of any table holds the words."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            assert words not in str(cursor.fetchall()), table


def test_a_person_chooses_the_name_that_others_see(ana):
    client = browser(ana)
    client.post("/my-data/name/", {"display_name": "Ana María"})
    assert User.objects.get(pk=ana.pk).shown_name == "Ana María"
    assert client.post("/my-data/name/", {"display_name": "x" * 81}).status_code == 400


@pytest.fixture
def sol(place) -> User:
    return person("sol", "steward", at=place)


def test_a_steward_invites_and_the_link_is_shown_once(sol):
    client = browser(sol)
    page = client.post("/c/here/people/invite/", {"role": "facilitator"})
    link = re.search(r"http://testserver(/join/\S+?/)", page.content.decode())
    assert link
    assert "Facilitator" in browser().get(link[1]).content.decode()
    assert link[1] not in client.get("/c/here/people/").content.decode()


def test_roles_are_given_and_taken_and_that_is_kept(sol, place):
    bea = person("bea", "observer", at=place)
    client, path = browser(sol), f"/c/here/people/{bea.public_id}/role/"
    client.post(path, {"role": "reviewer"})
    client.post(path, {"role": "reviewer"})
    client.post(f"{path}back/", {"role": "observer"})
    held = bea.memberships.filter(until__isnull=True)
    assert [one.role for one in held] == ["reviewer"]
    actions = list(AuditEvent.objects.values_list("action", flat=True))
    assert actions == ["gave role", "took role"]


def test_a_community_keeps_a_steward(sol, place):
    client = browser(sol)
    path = f"/c/here/people/{sol.public_id}/role/back/"
    page = client.post(path, {"role": "steward"}, follow=True)
    assert "A community needs a steward" in page.content.decode()
    person("luz", "steward", at=place)
    client.post(path, {"role": "steward"})
    assert client.get("/c/here/").status_code == 404


def test_a_hidden_comment_is_hidden_with_a_reason_that_is_kept(ana, sol):
    comment, path = (
        Comment.objects.get(),
        f"/r/{Comment.objects.get().result.public_id}/",
    )
    act = f"/c/here/moderate/comment/{comment.public_id}/"
    browser(sol).post(act, {"new": "hidden", "reason": ""})
    assert "My words." in browser(ana).get(path).content.decode()
    browser(sol).post(act, {"new": "hidden", "reason": "names a child"})
    assert "My words." not in browser(ana).get(path).content.decode()
    kept = ModerationEvent.objects.get()
    assert (kept.old, kept.new, kept.reason, kept.by) == (
        "shown", "hidden", "names a child", sol,
    )  # fmt: skip
    assert "names a child" not in str(list(AuditEvent.objects.values()))


def test_stewards_read_what_happened_in_their_community_only(ana, sol):
    far = person("far", "steward", at=community("there"))
    here = browser(sol).get("/c/here/audit/").content.decode()
    assert "answered" in here
    assert "ana" in here
    assert "answered" not in browser(far).get("/c/there/audit/").content.decode()
    lines = browser(sol).get("/c/here/audit/download/").content.decode().splitlines()
    assert [json.loads(line)["action"] for line in lines] == ["answered", "commented"]


def test_a_rule_for_one_result_counts_before_the_rule_for_all(sol, place):
    one, bea = result(place), person("bea", "reviewer", at=place)
    path = f"/r/{one.public_id}/"
    browser(sol).post("/c/here/rules/showing/", {"key": one.key, "audience": ""})
    assert browser(bea).get(path).status_code == 404
    browser(sol).post(
        "/c/here/rules/showing/", {"key": one.key, "audience": "reviewers"}
    )
    assert browser(bea).get(path).status_code == 200
    browser(sol).post("/c/here/rules/quorum/", {"quorum": 5, "about": ""})
    place.refresh_from_db()
    assert place.quorum == 5
