"""Who may open which page: every address, every role, own and other community."""

from __future__ import annotations

import pytest

from tests.review.making import browser, community, person, result

pytestmark = pytest.mark.django_db


def test_a_member_reads_results_of_the_own_community_only():
    here, there = community("here"), community("there")
    ours, theirs = result(here), result(there)
    client = browser(person("ana", "reviewer", at=here))
    assert client.get(f"/r/{ours.public_id}/").status_code == 200
    assert client.get(f"/r/{theirs.public_id}/").status_code == 404
