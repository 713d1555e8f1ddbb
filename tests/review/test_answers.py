"""What people answer is kept with who, when and on which version."""

from __future__ import annotations

import pytest

from devnorms.review.counting import counted
from devnorms.review.models import AuditEvent, Comment, ContextNote, Decision, Opinion
from tests.review.making import browser, community, person, result

pytestmark = pytest.mark.django_db
FIT = {"verdict": "fits", "text": "", "reasons": []}


@pytest.fixture
def place():
    return community("here")


@pytest.fixture
def said(place):
    return result(place)


def answer(client, one, **changes):
    given = {**FIT, "version": one.content_sha256, **changes}
    return client.post(f"/r/{one.public_id}/answer/", given)


def test_an_answer_is_bound_to_the_version_that_was_read(place, said):
    ana = person("ana", "reviewer", at=place)
    answer(browser(ana), said, reasons=["practice"], text="Aquí no gatean")
    kept = Opinion.objects.get()
    assert (kept.person, kept.verdict, kept.reasons) == (ana, "fits", ["practice"])
    assert kept.content_sha256 == said.content_sha256
    answer(browser(ana), said, version="of another page")
    assert Opinion.objects.count() == 1


@pytest.mark.parametrize("changes", [{"verdict": "yes"}, {"reasons": ["because"]}])
def test_what_is_no_answer_is_not_kept(place, said, changes):
    answer(browser(person("ana", "reviewer", at=place)), said, **changes)
    assert not Opinion.objects.exists()


def test_observers_read_and_do_not_answer(place, said):
    client = browser(person("eva", "observer", at=place))
    assert client.get(f"/r/{said.public_id}/").status_code == 200
    assert answer(client, said).status_code == 403
    assert not Opinion.objects.exists()


def test_the_last_answer_of_a_person_counts_once(place, said):
    client = browser(person("ana", "reviewer", at=place))
    person("lia", "reviewer", at=place)
    answer(client, said)
    answer(client, said, verdict="does_not_fit", reasons=["age"])
    count = counted(said)
    assert count["verdicts"] == {"does_not_fit": 1}
    assert (count["answered"], count["asked"], count["silent"]) == (1, 2, 1)
    assert Opinion.objects.count() == 2


def test_a_meeting_is_entered_by_a_facilitator_with_how_many_were_there(place, said):
    client = browser(person("flo", "facilitator", at=place))
    given = {
        "result": str(said.public_id),
        "mode": "meeting",
        "people_present": 12,
        "verdict": "does_not_fit",
        "reasons": ["meaning"],
        "text": "sits means sits on a mat here",
    }
    assert client.post("/c/here/gather/", given).status_code == 302
    kept = Opinion.objects.get()
    assert (kept.mode, kept.people_present, kept.person) == ("meeting", 12, None)
    assert kept.recorded_by.username == "flo"
    count = counted(said)
    assert count["verdicts"] == {"does_not_fit": 12}
    assert count["reasons"] == {"meaning": 12}
    assert count["missing_for_quorum"] == 0
    assert count["silent"] == count["asked"] == 1


def test_reviewers_do_not_enter_answers_of_others(place, said):
    client = browser(person("ana", "reviewer", at=place))
    assert client.get("/c/here/gather/").status_code == 403


def test_comments_show_as_text_whatever_they_hold(place, said):
    client = browser(person("ana", "reviewer", at=place))
    client.post(f"/r/{said.public_id}/comment/", {"body": "<b onclick=x()>hi</b>"})
    page = client.get(f"/r/{said.public_id}/").content.decode()
    assert Comment.objects.count() == 1
    assert "<b onclick" not in page
    assert "&lt;b onclick" in page


def test_researchers_read_comments_without_their_authors_names(place, said):
    ana = browser(person("ana", "reviewer", at=place))
    ana.post(f"/r/{said.public_id}/comment/", {"body": "hello"})
    for name, role, knows in (("lia", "observer", True), ("rio", "researcher", False)):
        client = browser(person(name, role, at=place))
        page = client.get(f"/r/{said.public_id}/").content.decode()
        card = page.split('<div class="card">')[1].split("</div>")[0]
        assert "hello" in card
        assert ("ana" in card) is knows


def test_a_note_waits_for_a_steward_before_others_read_it(place, said):
    ana, sol = person("ana", "reviewer", at=place), person("sol", "steward", at=place)
    lia = browser(person("lia", "reviewer", at=place))
    given = {
        "about": said.key,
        "kind": "practice",
        "body": "We carry babies on the back.",
        "publish": "anonymous",
    }
    browser(ana).post("/c/here/notes/", given)
    assert "on the back" not in lia.get("/c/here/notes/").content.decode()
    note = ContextNote.objects.get()
    where = f"/c/here/notes/{note.public_id}/"
    assert lia.post(where, {"to": "approved"}).status_code == 403
    browser(sol).post(where, {"to": "approved"})
    assert "on the back" in lia.get("/c/here/notes/").content.decode()


def test_who_pushed_a_result_cannot_decide_on_it(place):
    both = person("rio", "steward", "researcher", at=place)
    own = result(place, "crawls", pushed_by=both)
    assert browser(both).get(f"/r/{own.public_id}/decide/").status_code == 403
    other = browser(person("sol", "steward", at=place))
    assert other.get(f"/r/{own.public_id}/decide/").status_code == 200


def test_approval_needs_the_quorum_and_withholding_does_not(place, said):
    client = browser(person("sol", "steward", at=place))
    where = f"/r/{said.public_id}/decide/"
    for approval in ("approved", "approved_with_note"):
        page = client.post(where, {"outcome": approval, "rationale": "ok"})
        assert "Too few people have answered" in page.content.decode()
    assert not Decision.objects.exists()
    client.post(where, {"outcome": "withheld", "reasons": ["harm"], "rationale": "no"})
    kept = Decision.objects.get()
    assert (kept.outcome, kept.reasons) == ("withheld", ["harm"])
    assert kept.rule["quorum"] == place.quorum
    assert kept.rule["answered"] == 0


def test_every_step_is_a_line_of_the_audit_chain_without_words(place, said):
    client = browser(person("ana", "reviewer", at=place))
    answer(client, said, text="a secret")
    client.post(f"/r/{said.public_id}/comment/", {"body": "another secret"})
    lines = list(AuditEvent.objects.values_list("action", "what"))
    assert [action for action, _ in lines[-2:]] == ["answered", "commented"]
    assert "secret" not in str(lines)


def test_a_result_without_a_rule_is_shown_to_nobody():
    place = community("quiet", shown_to="")
    hidden = result(place)
    for role in ("observer", "reviewer", "steward"):
        client = browser(person(role, role, at=place))
        assert client.get(f"/r/{hidden.public_id}/").status_code == 404
        assert client.get(f"/r/{hidden.public_id}/curve.svg").status_code == 404
        assert str(hidden.public_id) not in client.get("/c/quiet/").content.decode()
