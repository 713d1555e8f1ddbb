"""Logging in, and setting a new password with a link."""

from __future__ import annotations

import re
import statistics
import time
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core import mail

from devnorms.review.adapter import all_sent
from devnorms.review.models import User
from tests.review.making import PASSWORD, browser, community, person

pytestmark = pytest.mark.django_db
NEW = "another long one 8"


@pytest.fixture
def place():
    return community("here")


@pytest.fixture
def ana(place) -> User:
    return person("ana", "reviewer", at=place, email="ana@example.org")


def log_in(name: str, password: str = PASSWORD, client: Any = None) -> Any:
    return (client or browser()).post(
        "/accounts/login/", {"login": name, "password": password}
    )


def ask_for_link(account: str, client: Any = None) -> Any:
    return (client or browser()).post("/accounts/password/reset/", {"email": account})


def link_mailed(to: str) -> str:
    assert all_sent()
    letter = next(one for one in mail.outbox if one.to == [to])
    found = re.search(
        r"http://testserver(/accounts/password/reset/key/\S+)", letter.body
    )
    assert found, letter.body
    return found[1]


def set_password(link: str, client: Any = None) -> Any:
    client = client or browser()
    form = client.get(link, follow=True)
    return client.post(
        form.request["PATH_INFO"], {"password1": NEW, "password2": NEW}, follow=True
    )


@pytest.mark.parametrize("name", ["ana", "ANA", "ana@example.org", "Ana@Example.org"])
def test_people_log_in_by_user_name_or_address_whatever_the_case(ana, name):
    answer = log_in(name)
    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_pages_of_accounts_say_what_was_agreed_on():
    page = browser().get("/accounts/login/").content.decode()
    assert ">Log in</h1>" in page
    assert ">Forgot password?</a>" in page
    page = browser().get("/accounts/password/reset/").content.decode()
    assert (
        "Enter your account data and we will send you a link to reset your password."
        in page
    )
    page = browser().get("/accounts/password/reset/key/1-abc-def/").content.decode()
    assert "Your password reset link appears to be invalid or expired." in page
    assert 'href="/accounts/password/reset/"' in page


@pytest.mark.parametrize("account", ["ana", "ana@example.org"])
def test_a_link_by_mail_sets_a_password_once_and_ends_other_sessions(ana, account):
    elsewhere = browser(ana)
    assert elsewhere.get("/my-data/").status_code == 200
    ask_for_link(account)
    link = link_mailed("ana@example.org")
    assert "Your password is changed" in set_password(link).content.decode()
    assert log_in("ana", PASSWORD).status_code == 200
    assert log_in("ana", NEW).status_code == 302
    assert elsewhere.get("/my-data/").status_code == 302
    again = browser().get(link, follow=True).content.decode()
    assert "Your password reset link appears to be invalid or expired." in again


@pytest.mark.parametrize(("seconds", "works"), [(3590, True), (3610, False)])
def test_a_link_lasts_an_hour(ana, monkeypatch, seconds, works):
    from datetime import timedelta

    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    ask_for_link("ana")
    link, now = link_mailed("ana@example.org"), PasswordResetTokenGenerator._now
    monkeypatch.setattr(
        PasswordResetTokenGenerator,
        "_now",
        lambda self: now(self) + timedelta(seconds=seconds),
    )
    page = browser().get(link, follow=True).content.decode()
    assert ("appears to be invalid or expired" in page) is not works


def test_the_key_of_a_link_leaves_the_address_before_a_page_is_shown(ana):
    ask_for_link("ana")
    link = link_mailed("ana@example.org")
    client = browser()
    answer = client.get(link)
    assert answer.status_code == 302
    assert answer["Location"].endswith("-set-password/")
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store"
    elsewhere = browser().get(answer["Location"]).content.decode()
    assert "appears to be invalid or expired" in elsewhere


def test_links_in_mails_start_with_the_address_of_the_settings(ana, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    browser().post(
        "/accounts/password/reset/", {"email": "ana"}, headers={"host": "other.example"}
    )
    assert all_sent()
    assert len(mail.outbox) == 1
    assert "other.example" not in mail.outbox[0].message().as_string()
    assert "http://testserver/accounts/password/reset/key/" in mail.outbox[0].body


ACCOUNTS = ("ana", "nobody", "ana@example.org", "nobody@example.org", "paper", "gone")


def _plain(answer: Any) -> tuple[int, str]:
    text = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return answer.status_code, text


def test_asking_for_a_link_answers_the_same_for_known_and_unknown_accounts(ana, place):
    person("paper", "reviewer", at=place)
    person("gone", "reviewer", at=place, email="gone@example.org")
    User.objects.filter(username="gone").update(is_active=False)
    answers = set()
    for account in ACCOUNTS:
        client = browser()
        answer = ask_for_link(account, client)
        answers.add((answer.status_code, answer["Location"], *_plain(
            client.get(answer["Location"])
        )))  # fmt: skip
    assert len(answers) == 1
    assert all_sent()
    assert {one.to[0] for one in mail.outbox} == {"ana@example.org"}


def test_a_wrong_password_answers_the_same_for_known_and_unknown_accounts(ana):
    def told(name: str) -> tuple[int, str]:
        status, text = _plain(log_in(name, "not this one 3"))
        return status, text.replace(f'value="{name}"', "")

    assert told("ana") == told("nobody")
    assert told("ana@example.org") == told("nobody@example.org")


def _medians(known: Any, unknown: Any, times: int) -> float:
    """Ratio of median times, measured in turn, so that a busy machine slows both."""
    spent: dict[Any, list[float]] = {known: [], unknown: []}
    for ask in (known, unknown) * times:
        begun = time.process_time()
        ask()
        spent[ask].append(time.process_time() - begun)
    return statistics.median(spent[known]) / statistics.median(spent[unknown])


class Fewer(PBKDF2PasswordHasher):
    """As on a site, with a tenth of the rounds: still most of a log-in's time."""

    iterations = PBKDF2PasswordHasher.iterations // 10


def test_time_does_not_tell_known_from_unknown_accounts(ana, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Fewer"]
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "", "reset_password": ""}
    ana.set_password(PASSWORD)
    ana.save()
    ratio = _medians(
        lambda: log_in("ana", "not this 3"), lambda: log_in("nobody", "not this 3"), 4
    )
    assert 0.8 < ratio < 1.25
    by_mail = _medians(
        lambda: log_in("ana@example.org", "not this 3"),
        lambda: log_in("nobody@example.org", "not this 3"),
        4,
    )
    assert 0.8 < by_mail < 1.25
    reset = _medians(lambda: ask_for_link("ana"), lambda: ask_for_link("nobody"), 30)
    assert 0.7 < reset < 1.4


def test_six_wrong_passwords_lock_an_account_even_for_the_right_one(ana):
    said = [log_in("ana", f"wrong one {n}").content.decode() for n in range(6)]
    assert ["Too many failed" in text for text in said] == [False] * 5 + [True]
    assert log_in("ana", PASSWORD).status_code == 200


def test_another_name_of_the_site_gives_no_more_tries(ana, settings):
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    said = [
        browser()
        .post(
            "/accounts/login/",
            {"login": "ana", "password": f"wrong one {n}"},
            headers={"host": ("testserver", "localhost")[n % 2]},
        )
        .content.decode()
        for n in range(6)
    ]
    assert ["Too many failed" in text for text in said] == [False] * 5 + [True]


def test_an_unknown_account_is_locked_in_the_same_way():
    said = [log_in("nobody", f"wrong one {n}").content.decode() for n in range(6)]
    assert ["Too many failed" in text for text in said] == [False] * 5 + [True]


def test_asking_for_links_is_limited(ana):
    codes = [ask_for_link("ana").status_code for _ in range(6)]
    assert codes == [302] * 5 + [429]
    assert all_sent()
    assert len(mail.outbox) == 5


def test_after_a_log_in_one_goes_to_pages_of_this_site_only(ana):
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        answer = browser().post(
            "/accounts/login/",
            {"login": "ana", "password": PASSWORD, "next": elsewhere},
        )
        assert answer["Location"] == "/", elsewhere
        changed = browser().post(
            "/i18n/setlang/", {"language": "ar", "next": elsewhere}
        )
        assert changed["Location"] == "/", elsewhere
    inside = browser().post(
        "/accounts/login/",
        {"login": "ana", "password": PASSWORD, "next": "/collections/"},
    )
    assert inside["Location"] == "/collections/"


def test_there_is_no_form_to_sign_up():
    assert "By invitation" in browser().get("/accounts/signup/").content.decode()
    answer = browser().post(
        "/accounts/signup/",
        {"username": "eve", "password1": NEW, "password2": NEW, "email": ""},
    )
    assert "By invitation" in answer.content.decode()
    assert not User.objects.filter(username="eve").exists()


def test_who_does_not_ask_to_stay_is_logged_out_when_the_browser_closes(ana):
    client = browser()
    log_in("ana", client=client)
    assert client.session.get_expire_at_browser_close()


def test_other_sessions_are_listed_and_can_be_ended(ana):
    here, there = browser(), browser()
    log_in("ana", client=here)
    log_in("ana", client=there)
    page = here.get("/accounts/sessions/").content.decode()
    assert page.count('class="card"') == 2
    here.post("/accounts/sessions/")
    assert there.get("/my-data/").status_code == 302
    assert here.get("/my-data/").status_code == 200


def test_a_changed_password_is_told_by_mail_without_it(ana):
    client = browser()
    log_in("ana", client=client)
    answer = client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
    )
    assert answer.status_code == 302
    assert all_sent()
    assert NEW not in mail.outbox[-1].body
    assert mail.outbox[-1].to == ["ana@example.org"]
    assert client.get("/my-data/").status_code == 302, "logged out everywhere"
