"""Collections hold what a person chose, and show nobody what they may not see."""

from __future__ import annotations

import re

import pytest

from devnorms.review.models import Collection
from tests.review.making import browser, community, person, result

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return community("here")


@pytest.fixture
def ana(place):
    return browser(person("ana", "reviewer", at=place))


def made(client, title="Ours", visibility="private"):
    client.post(
        "/collections/", {"title": title, "about": "", "visibility": visibility}
    )
    return Collection.objects.get(title=title)


def put(client, collection, *results):
    for one in results:
        given = {"collection": str(collection.public_id)}
        client.post(f"/r/{one.public_id}/collect/", given)


def test_the_words_of_the_page_are_those_that_people_know(ana, place):
    empty = ana.get("/collections/").content.decode()
    assert "No Collections" in empty
    assert "find all collections you&#x27;ve created before." in empty.replace(
        "you've", "you&#x27;ve"
    )
    page = ana.get(f"/r/{result(place).public_id}/").content.decode()
    assert "Add to Collection" in page


def test_items_keep_their_order_and_their_notes(ana, place):
    first, second = result(place), result(place, "crawls")
    mine = made(ana)
    put(ana, mine, first, second)
    last = mine.items.last()
    where = f"/collections/{mine.public_id}/{last.pk}/"
    ana.post(where, {"do": "up"})
    ana.post(where, {"do": "note", "note": "for Monday"})
    found = [(item.result, item.note) for item in mine.items.all()]
    assert found == [(second, "for Monday"), (first, "")]
    ana.post(where, {"do": "remove"})
    assert [item.result for item in mine.items.all()] == [first]


@pytest.mark.parametrize(
    ("visibility", "fellow", "stranger"),
    [("private", 404, 404), ("community", 200, 404), ("public", 200, 200)],
)
def test_who_may_open_a_collection(ana, place, visibility, fellow, stranger):
    mine = made(ana, visibility=visibility)
    put(ana, mine, result(place))
    lia = browser(person("lia", "observer", at=place))
    ben = browser(person("ben", "observer", at=community("there")))
    where = f"/collections/{mine.public_id}/"
    assert lia.get(where).status_code == fellow
    assert ben.get(where).status_code == stranger
    if stranger == 200:  # the collection opens, what is in it stays hidden
        assert "Walks alone" in lia.get(where).content.decode()
        assert "Walks alone" not in ben.get(where).content.decode()
        assert "Walks alone" not in ben.get(f"{where}offline/").content.decode()


def test_nobody_changes_the_collection_of_another(ana, place):
    mine = made(ana, visibility="community")
    put(ana, mine, result(place))
    lia = browser(person("lia", "reviewer", at=place))
    item = mine.items.get()
    where = f"/collections/{mine.public_id}/{item.pk}/"
    assert lia.post(where, {"do": "remove"}).status_code == 404
    given = {"collection": str(mine.public_id)}
    other = result(place, "crawls")
    assert lia.post(f"/r/{other.public_id}/collect/", given).status_code == 404
    bad = {"collection": "not an id"}
    assert lia.post(f"/r/{other.public_id}/collect/", bad).status_code == 404
    assert mine.items.count() == 1


def test_the_offline_pack_needs_no_network_and_no_script(ana, place):
    mine = made(ana, "Mine & <b>")
    put(ana, mine, result(place))
    answer = ana.get(f"/collections/{mine.public_id}/offline/")
    page = answer.content.decode()
    assert "attachment" in answer["Content-Disposition"]
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "<b>" not in page.split("<body>")[0]
    fetched = re.findall(r"""(?:src|href)\s*=\s*["']?([^"'\s>]+)|url\(""", page)
    assert fetched == []
    assert "<polyline" in page
    assert len(answer.content) < 40_000
