"""The running server: brute force over processes, and every page in a real browser."""

from __future__ import annotations

import http.cookiejar
import os
import re
import shutil
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.review.serving import Served, command, free_port, inside

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
PREPARE = """
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
from devnorms.review.models import *
from tests.review import making
here = making.community("here")
sol = making.person("sol", "steward", at=here)
ana = making.person("ana", "reviewer", at=here)
bad = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
here.about = sol.display_name = bad
here.save(); sol.save()
one = making.result(here)
Comment.objects.create(result=one, author=sol, body=bad)
ContextNote.objects.create(community=here, author=sol, about=bad, kind="meaning",
                           body=bad)
kept = Collection.objects.create(owner=sol, title=bad, about=bad)
kept.items.create(result=one, position=1, note=bad)
store = SessionStore()
store[SESSION_KEY] = str(sol.pk)
store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
store[HASH_SESSION_KEY] = sol.get_session_auth_hash()
store.create()
print(store.session_key, one.public_id, kept.public_id, ana.public_id,
      operating.invite("here", "reviewer").split("/")[-2])
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("served") / "site"
    assert command("init", "--site", made).returncode == 0
    return made


@pytest.fixture(scope="module")
def things(folder) -> list[str]:
    return inside(folder, PREPARE).split()


@pytest.fixture(scope="module")
def served(folder, things) -> Iterator[Served]:
    running = Served(folder, free_port())
    yield running
    running.end()


def log_in(address: str, password: str) -> str:
    """Log in as a browser does; give the text of the page that comes."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    client = urllib.request.build_opener(jar)
    page = client.open(f"{address}/accounts/login/").read().decode()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    told = {"csrfmiddlewaretoken": token[1], "login": "ana", "password": password}
    sent = urllib.parse.urlencode(told).encode()
    text: str = client.open(f"{address}/accounts/login/", sent).read().decode()
    return text


def test_wrong_passwords_count_over_processes(folder, served):
    other = Served(folder, free_port())
    try:
        both = [served.address, other.address] * 3
        said = [log_in(at, f"wrong one {n}") for n, at in enumerate(both)]
        right = log_in(other.address, "a long enough one 7")
    finally:
        other.end()
    assert ["Too many failed" in text for text in said] == [False] * 5 + [True]
    assert "Too many failed" in right


def paths(things: list[str]) -> list[str]:
    _session, one, kept, _ana, _code = things
    return [
        "/", "/privacy/", "/c/here/", f"/r/{one}/", f"/r/{one}/decide/", "/my-data/",
        "/collections/", f"/collections/{kept}/", "/c/here/notes/", "/c/here/gather/",
        "/c/here/changes/", "/c/here/people/", "/c/here/moderate/", "/c/here/audit/",
        "/c/here/rules/", "/accounts/email/", "/accounts/password/change/",
        "/accounts/2fa/", "/accounts/sessions/", "/accounts/reauthenticate/",
        f"/r/{uuid.uuid4()}/",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("needs Chromium: none on the PATH, and CHROMIUM names none")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield running
        running.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_says_anything_on_the_console_or_runs_what_people_wrote(
    language, served, things, chromium
):
    context = chromium.new_context(
        viewport={"width": 360, "height": 780}, locale=language
    )
    page, said = context.new_page(), []
    page.on("console", lambda one: said.append((page.url, one.text)))
    page.on("pageerror", lambda one: said.append((page.url, str(one))))
    page.on("dialog", lambda one: (said.append((page.url, "dialog")), one.dismiss()))
    closed = ["/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/",
              "/accounts/password/reset/done/", "/accounts/password/reset/key/1-a-b/",
              f"/join/{things[4]}/", "/join/none/", "/in/none/"]  # fmt: skip
    wide = []

    def visit(path: str) -> None:
        page.goto(served.address + path)
        assert page.get_attribute("html", "lang") == language, path
        assert page.get_attribute("html", "dir") == (
            "rtl" if language == "ar" else "ltr"
        ), path
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append(path)

    for path in closed:
        visit(path)
    context.add_cookies(
        [{"name": "session", "value": things[0], "url": served.address}]
    )
    for path in paths(things):
        visit(path)
        assert "/accounts/login/" not in page.url, path
    page.goto(f"{served.address}/c/here/people/")
    page.locator("form[action$='/invite/'] button").click()
    assert page.locator("svg.qr").count() == 1
    context.close()
    missing = [one for one in said if "404" in one[1]]
    assert [one for one in said if one not in missing] == [], said
    assert wide == []
