"""What the site refuses, and what its answers carry."""

from __future__ import annotations

import io
import logging
import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from devnorms.review import guards
from devnorms.review.models import AuditEvent, Comment, Decision, Opinion
from devnorms.review.models.audit import faults, record
from tests.review.addresses import OPEN, address, patterns
from tests.review.making import (
    PASSWORD,
    browser,
    community,
    person,
    result,
    unguarded,
)

pytestmark = pytest.mark.django_db
POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
    "connect-src 'self'", "font-src 'self'", "form-action 'self'", "base-uri 'none'",
    "frame-ancestors 'none'",
}  # fmt: skip


@pytest.fixture
def place():
    return community("here")


@pytest.fixture
def ana(place):
    return person("ana", "reviewer", at=place)


def test_every_answer_carries_the_same_strict_headers(ana):
    answers = [
        browser().get("/"),
        browser().get("/nothing-here"),
        browser().get("/my-data/"),
        browser(ana).get("/c/nowhere/"),
        Client(enforce_csrf_checks=True).post("/accounts/login/"),
        browser().get("/", headers={"host": "evil.example"}),
    ]
    assert [one.status_code for one in answers] == [200, 404, 302, 404, 403, 400]
    for one in answers:
        told = {part.strip() for part in one["Content-Security-Policy"].split(";")}
        assert told == POLICY
        assert one["X-Content-Type-Options"] == "nosniff"
        assert one["Referrer-Policy"] == "same-origin"
        assert one["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in one["Permissions-Policy"]
    for one in answers[:4]:
        assert one["X-Frame-Options"] == "DENY"


def test_pages_of_members_are_kept_by_no_cache(ana):
    assert browser(ana).get("/c/here/")["Cache-Control"] == "no-store"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(ana):
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "ana", "password": PASSWORD})
    assert client.cookies["session"]["httponly"]
    for name in ("session", "csrftoken"):
        assert client.cookies[name]["samesite"] == "Lax"


def test_every_form_is_refused_without_its_token(ana):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)
    for name, arguments in patterns():
        answer = client.post(address(name, arguments))
        assert answer.status_code == 403, name
        assert "Please try again" in answer.content.decode(), name


def test_a_request_under_another_name_is_refused():
    for host in ("evil.example", "testserver.evil.example", "testserver@evil.example"):
        assert browser().get("/", headers={"host": host}).status_code == 400
    forwarded = browser().get("/", headers={"x-forwarded-host": "evil.example"})
    assert "evil.example" not in forwarded.content.decode()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_pages_of_errors_are_translated_and_say_nothing_of_the_inside(
    language, ana, monkeypatch
):
    def broken(*_given: object) -> None:
        raise RuntimeError("SELECT secret FROM /etc/passwd")

    client = Client(
        raise_request_exception=False, headers={"accept-language": language}
    )
    client.force_login(ana)
    monkeypatch.setattr("devnorms.review.rules.roles", broken)
    answer = client.get("/c/here/")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert f'lang="{language}"' in text
    assert ('dir="rtl"' in text) is (language == "ar")
    for word in ("SELECT", "passwd", "Traceback", "RuntimeError", "/work", "devnorms/"):
        assert word not in text


def test_an_error_in_the_log_says_where_and_no_words(ana, monkeypatch):
    from devnorms.review.logs import Discreet

    written, handler = io.StringIO(), None
    handler = logging.StreamHandler(written)
    handler.setFormatter(Discreet())
    logging.getLogger("django").addHandler(handler)

    def broken(*_given: object) -> None:
        raise RuntimeError("what ana wrote")

    monkeypatch.setattr("devnorms.review.views.joining._open", broken)
    monkeypatch.setattr("devnorms.review.rules.roles", broken)
    try:
        client = Client(raise_request_exception=False)
        client.get("/join/THE-CODE/")
        client.force_login(ana)
        client.get("/c/here/")
    finally:
        logging.getLogger("django").removeHandler(handler)
    text = written.getvalue()
    assert "RuntimeError" in text
    assert "joining.py" in text
    assert "what ana wrote" not in text
    assert "THE-CODE" not in text


def test_mails_and_audit_hold_nothing_that_was_said(ana, place):
    from django.core import mail

    one = result(place)
    client = browser(ana)
    client.post(
        f"/r/{one.public_id}/answer/",
        {"verdict": "fits", "text": "SAID-WORD", "version": one.content_sha256},
    )
    client.post(f"/r/{one.public_id}/comment/", {"body": "SAID-WORD"})
    assert Opinion.objects.get().text == "SAID-WORD"
    assert "SAID-WORD" not in str(list(AuditEvent.objects.values()))
    assert "SAID-WORD" not in "".join(one.body for one in mail.outbox)


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7|add:7 }}{% debug %}",
    "</textarea><script>alert(1)</script>",
    "&lt;b&gt;",
    "\u202e<b>x</b>",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_people_write_is_shown_as_text_in_every_field(payload, place):
    sol = person("sol", "steward", at=place)
    sol.display_name = payload
    sol.save()
    one = result(place)
    client = browser(sol)
    place.name = place.about = payload
    place.save()
    client.post(
        f"/r/{one.public_id}/answer/",
        {"verdict": "fits", "text": payload, "version": one.content_sha256},
    )
    client.post(f"/r/{one.public_id}/comment/", {"body": payload})
    client.post("/c/here/notes/", {"about": payload, "kind": "practice",
                                   "body": payload, "publish": "none"})  # fmt: skip
    client.post("/collections/", {"title": payload, "about": payload,
                                  "visibility": "public"})  # fmt: skip
    comment = Comment.objects.get()
    client.post(
        f"/c/here/moderate/comment/{comment.public_id}/",
        {"new": "hidden", "reason": payload},
    )
    Decision.objects.create(
        community=place, result=one, content_sha256=one.content_sha256, rule={},
        outcome="approved", rationale=payload, decided_by=sol,
    )  # fmt: skip
    kept = sol.collections.get()
    for path in (
        "/", "/c/here/", f"/r/{one.public_id}/", "/my-data/", "/c/here/people/",
        "/c/here/moderate/", "/c/here/audit/", "/c/here/notes/", "/collections/",
        f"/collections/{kept.public_id}/", f"/collections/{kept.public_id}/offline/",
        "/c/here/changes/", "/c/here/rules/", f"/r/{one.public_id}/decide/",
    ):  # fmt: skip
        text = client.get(path).content.decode()
        for mark in ("<script>alert", "<img src=x", "<svg/onload", "<b>x</b>"):
            assert mark not in text, path
        assert not re.search(r'href="javascript:', text), path
        assert "14{" not in text


def _both(table: str) -> tuple[str, str]:
    change, remove = "UPDATE {} SET id = id + 1000", "DELETE FROM {}"
    return change.format(table), remove.format(table)


@pytest.mark.parametrize("table", guards.ONLY_ADDED)
def test_the_database_refuses_to_change_or_remove_rows_of(table, place, ana):
    one = result(place)
    browser(ana).post(
        f"/r/{one.public_id}/answer/",
        {"verdict": "fits", "version": one.content_sha256},
    )
    assert f"{table}_no_UPDATE" not in guards.missing()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")  # noqa: S608
        if not cursor.fetchone()[0]:
            return
        for statement in _both(table):
            with (
                pytest.raises(IntegrityError, match="append-only"),
                transaction.atomic(),
            ):
                cursor.execute(statement)


def test_the_database_refuses_decisions_of_who_pushed_the_result(place):
    sol = person("sol", "steward", "researcher", at=place)
    one = result(place, pushed_by=sol)
    assert browser(sol).get(f"/r/{one.public_id}/decide/").status_code == 403
    with pytest.raises(IntegrityError, match="cannot decide"), transaction.atomic():
        Decision.objects.create(
            community=place, result=one, content_sha256=one.content_sha256, rule={},
            outcome="approved", rationale="x", decided_by=sol,
        )  # fmt: skip


TAMPERED = {
    "a changed line": lambda lines: lines.filter(pk=lines[1].pk).update(action="other"),
    "a changed date": lambda lines: lines.filter(pk=lines[1].pk).update(
        at="2020-01-01T00:00Z"
    ),
    "a line taken out": lambda lines: lines[1].delete(),
    "a chain made anew without the secret": lambda lines: _made_anew(lines[1]),
}


def _made_anew(line: AuditEvent) -> None:
    line.action = "other"
    line.sha256 = line.expected_hash(secret="guessed")  # noqa: S106
    line.save()


@pytest.mark.parametrize("how", TAMPERED)
def test_the_audit_chain_tells_of(how):
    for n in range(3):
        record("did", f"thing {n}")
    assert faults() == []
    unguarded("review_auditevent")
    TAMPERED[how](AuditEvent.objects.all())
    assert faults() != []


def test_a_new_secret_leaves_the_chain_and_links_of_before_valid(settings, ana):
    from allauth.account.forms import default_token_generator

    record("did", "thing")
    token = default_token_generator.make_token(ana)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret"  # noqa: S105
    record("did", "another thing")
    assert faults() == []
    assert default_token_generator.check_token(ana, token)


def test_a_cache_that_processes_do_not_share_keeps_the_site_from_starting(settings):
    from django.core import checks

    assert not [one for one in checks.run_checks() if one.id == "review.E001"]
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    }
    assert [one.id for one in checks.run_checks()].count("review.E001") == 1


def test_secrets_of_a_site_are_for_its_owner_only(site):
    assert site.folder.stat().st_mode & 0o077 == 0
    for file in ("secret.key", "site.json", "review.sqlite3"):
        assert (site.folder / file).stat().st_mode & 0o077 == 0, file


def test_each_site_has_a_secret_of_its_own(tmp_path):
    from devnorms.review.instance import create_site

    secrets = {create_site(tmp_path / name).secret for name in ("one", "two")}
    assert len(secrets) == 2
    assert min(map(len, secrets)) >= 50


def test_large_bodies_are_refused(ana):
    client = browser(ana)
    answer = client.post("/collections/", {"title": "x" * 2_000_000})
    assert answer.status_code in (400, 413)


def test_open_addresses_show_nothing_of_any_community(place, ana):
    one = result(place)
    for name, arguments in patterns():
        if name in OPEN:
            text = browser().get(address(name, arguments)).content.decode()
            for word in ("Families of here", one.key, str(one.public_id)):
                assert word not in text, name
