"""Every language is whole, and every page can be read in it."""

from __future__ import annotations

import ast
import gettext
import re
import tomllib
from html import unescape
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override, to_locale
from django.utils.translation.template import templatize

import devnorms.review
from devnorms.review import languages
from devnorms.review.models import Policy
from devnorms.review.wording import told
from tests.review.addresses import OPEN, address, patterns
from tests.review.making import NUMBERS, browser, community, person, result

HERE = Path(devnorms.review.__file__).parent
CODES = [code for code, _ in settings.LANGUAGES]
OTHERS = [code for code in CODES if code != "en"]
CATALOGUES = sorted(HERE.glob("**/locale/*/LC_MESSAGES/django.po"))
CALL = re.compile(r"""gettext\((u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))\)""")
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def catalogue(file: Path):
    with file.open("rb") as opened:
        return read_po(opened)


def name_of(file: Path) -> str:
    return f"{file.parents[3].name}-{file.parents[1].name}"


def test_every_language_of_the_site_has_a_catalogue():
    held = {file.parents[1].name for file in (HERE / "locale").glob("*/*/django.po")}
    assert held == {to_locale(code) for code in OTHERS}


@pytest.mark.parametrize("file", CATALOGUES, ids=name_of)
def test_nothing_is_untranslated_or_guessed(file):
    for one in catalogue(file):
        if one.id:
            forms = one.string if isinstance(one.string, tuple) else (one.string,)
            assert all(forms), one.id
            assert not one.fuzzy, one.id


@pytest.mark.parametrize("file", CATALOGUES, ids=name_of)
def test_placeholders_and_plural_forms_are_those_of_the_english_text(file):
    read = catalogue(file)
    for one in read:
        if not one.id:
            continue
        ids = one.id if isinstance(one.id, tuple) else (one.id,)
        forms = one.string if isinstance(one.string, tuple) else (one.string,)
        if len(ids) > 1:
            assert len(forms) == read.num_plurals, ids
        for form in forms:
            assert sorted(PLACE.findall(form)) == sorted(PLACE.findall(ids[-1])), ids


@pytest.mark.parametrize("file", CATALOGUES, ids=name_of)
def test_compiled_catalogues_are_those_of_the_texts(file):
    with file.with_suffix(".mo").open("rb") as opened:
        compiled = gettext.GNUTranslations(opened)._catalog  # type: ignore[attr-defined]
    expected: dict[object, str] = {}
    for one in catalogue(file):
        if isinstance(one.id, tuple):
            expected |= {(one.id[0], n): form for n, form in enumerate(one.string)}
        elif one.id:
            expected[one.id] = one.string
    assert {key: text for key, text in compiled.items() if key} == expected


def test_arabic_has_its_six_plural_forms():
    with override("ar"):
        said = {
            told({"milestone": "runs", **NUMBERS, "asked": n})["sure"].replace(
                str(n), "#"
            )
            for n in (0, 1, 2, 5, 11, 100)
        }
    assert len(said) >= 5


def bare(code: str):
    """A person's browser that asks for a language."""
    made = browser()
    made.cookies.load({settings.LANGUAGE_COOKIE_NAME: code})
    return made


def check_page(response, code: str) -> None:
    """Language and direction are named; nothing of a template or format is left."""
    page = unescape(response.content.decode())
    direction = "rtl" if code == "ar" else "ltr"
    assert f'<html lang="{code}" dir="{direction}">' in page
    assert not re.search(r"%\(\w+\)[sd]|\{[{%]", page)
    with override(code):
        note = languages_note()
    assert (note in page) if code != "en" else ("machine. No speaker" not in page)


def languages_note() -> str:
    from django.utils.translation import gettext

    return gettext(
        "This page was translated by a machine. No speaker has checked it yet."
    )


@pytest.mark.django_db
@pytest.mark.parametrize("code", CODES)
def test_every_open_page_is_in_the_reader_s_language(code):
    client, seen = bare(code), 0
    for name, arguments in patterns():
        if name in OPEN:
            response = client.get(address(name, arguments))
            is_page = response.get("Content-Type", "").startswith("text/html")
            if is_page and response.status_code in (200, 404):
                check_page(response, code)
                seen += 1
    assert seen >= 5


@pytest.mark.django_db
@pytest.mark.parametrize("code", CODES)
def test_a_result_is_told_in_the_reader_s_language(code):
    place = community("here")
    one = result(place)
    client = browser(person("ana", "reviewer", at=place))
    client.cookies.load({settings.LANGUAGE_COOKIE_NAME: code})
    path = reverse("result", args=[one.public_id])
    for each in (path, "/c/here/", "/my-data/"):
        check_page(client.get(each), code)
    page = unescape(client.get(path).content.decode())
    name = languages.milestone_names(code)["walks_alone"]
    assert f"<h1>{name}</h1>" in page
    if code != "en":
        for english in ("Of 20 children", "Your answer", "Fits", "Walks alone"):
            assert english not in page, english


@pytest.mark.django_db
@pytest.mark.parametrize("code", CODES)
def test_the_privacy_policy_is_in_the_reader_s_language(code):
    from devnorms.review.policies import policy_text

    with override(code):
        policy = policy_text()
    assert policy is not None
    assert policy.language == code
    assert policy.machine_made == (not languages.is_checked(code))
    english = Policy.objects.get(version=policy.version, language="en").body
    assert policy.body.count("\n\n") == english.count("\n\n")


@pytest.mark.parametrize("code", CODES)
def test_every_milestone_has_a_name_of_its_own_in_every_language(code):
    file = languages.NAMES / f"{code}.toml"
    names = tomllib.loads(file.read_text(encoding="utf-8"))
    english = languages.milestone_names("en")
    assert names.keys() == english.keys()
    assert len(set(names.values())) == len(english) == 49
    if code != "en":
        assert not set(names.values()) & set(english.values())


def test_only_languages_of_the_site_are_said_to_be_checked_and_by_whom():
    checked = tomllib.loads((HERE / "checked.toml").read_text(encoding="utf-8"))
    assert set(checked) <= set(CODES)
    assert all(one["by"] and one["on"] for one in checked.values())


@pytest.mark.parametrize("code", OTHERS)
def test_what_allauth_says_on_our_pages_is_translated(code):
    from django.utils.translation import gettext

    said = (
        "The username and/or password you specified are not correct.",
        "New Password (again)",
        "You have signed out.",
        "Incorrect code.",
    )
    with override(code):
        assert not [one for one in said if gettext(one) == one]


def test_the_note_goes_when_a_speaker_has_checked(monkeypatch):
    from devnorms.review.templatetags import speakers

    with override("eu"):
        assert speakers.unchecked_note()
        monkeypatch.setattr(speakers, "is_checked", lambda _: True)
        assert not speakers.unchecked_note()


def test_the_named_milestones_are_those_of_the_phrase_banks():
    banks = HERE.parents[1] / "datasets" / "annotator" / "banks" / "en.toml"
    concepts = tomllib.loads(banks.read_text(encoding="utf-8"))["concepts"]
    assert set(languages.milestone_names("en")) == set(concepts)


def said_in_source() -> set[str]:
    """Every text that the site's code and templates ask a translation of."""
    said: set[str] = set()
    for file in HERE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="_" | "ngettext"),
                    args=[ast.Constant(value=str(text)), *_],
                ):
                    said.add(text)
    for file in (HERE / "templates").rglob("*.*"):
        for found in CALL.findall(templatize(file.read_text(encoding="utf-8"))):
            said.add(ast.literal_eval(found).replace("%%", "%"))
    return said


def test_every_text_of_the_source_is_in_every_catalogue():
    said = said_in_source()
    assert len(said) > 300
    for file in (HERE / "locale").glob("*/*/django.po"):
        held = {
            one.id[0] if isinstance(one.id, tuple) else one.id
            for one in catalogue(file)
        }
        assert not said - held, f"{file.parents[1].name}: run `make translations`"
