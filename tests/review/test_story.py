"""A result goes out, answers and a decision come back, and the norms obey."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

import devnorms as dn
from devnorms._base.errors import (
    BadValueError,
    OutsideSupportWarning,
    UnknownNameError,
    UnreadableFileError,
)
from devnorms.norms.shares import shares_passing
from devnorms.review import operating
from devnorms.review.models import Community, Result, Showing
from devnorms.review.publishing import published
from devnorms.review.pulling import pull
from devnorms.schema.norms import NormSet, load_norms
from devnorms.schema.reviews import load_review
from devnorms.simulate import draw_truth, simulate_curves
from tests.review.making import browser, community, person

pytestmark = pytest.mark.django_db
POPULATION = "NLD-SIM"


def curves_of(seed: int):
    rng = np.random.default_rng(seed)
    return simulate_curves(draw_truth(rng=rng), rng=rng)


def result_folder(folder: Path, seed: int = 3, day: str = "2026-11-24") -> Path:
    """What `devnorms run` leaves, as far as the site reads it."""
    curves = curves_of(seed)
    chosen = ["walks_alone", "kicks_ball"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OutsideSupportWarning)
        norms = dn.pass_ages(curves, shares=(0.25, 0.5, 0.75), milestones=chosen)
    shares = shares_passing(curves, range(1, 49), milestones=chosen, pooled=False)
    (folder / "data").mkdir(parents=True)
    shares.attrs = {}
    shares.to_parquet(folder / "data" / "shares.parquet")
    norms.save(folder / "norms")
    (folder / "manifest.json").write_text(json.dumps({"finished": day}))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return result_folder(tmp_path_factory.mktemp("results") / "motor")


@pytest.fixture
def place() -> Community:
    return community("here")


def test_from_a_push_to_norms_that_obey_the_decision(folder, place, tmp_path):
    rio = person("rio", "researcher", at=place)
    sol, ana = person("sol", "steward", at=place), person("ana", "reviewer", at=place)
    pushed, _ = operating.push(folder, "here", by=rio)
    assert pushed > 2
    one = Result.objects.get(key=f"{POPULATION}/walks_alone")
    browser(ana).post(
        f"/r/{one.public_id}/answer/",
        {
            "verdict": "do_not_share",
            "reasons": ["harm"],
            "text": "",
            "version": one.content_sha256,
        },
    )
    browser(sol).post(
        f"/r/{one.public_id}/decide/",
        {"outcome": "withheld", "reasons": ["harm"], "rationale": "It would hurt."},
    )
    counts = pull(place, tmp_path / "review", by=rio)
    assert counts["decisions"] == 1
    norms = load_norms(folder / "norms")
    after = norms.with_review(load_review(tmp_path / "review"))
    gone = (after.table["population"] == POPULATION) & (
        after.table["milestone"] == "walks_alone"
    )
    assert not gone.any()
    assert "1 withheld" in after.card["community_review"]
    browser(rio).post(f"/c/here/changes/{one.decisions.get().pk}/", {"text": "Gone."})
    assert "Gone." in browser(ana).get("/c/here/changes/").content.decode()


def test_the_same_folder_comes_once_and_changed_numbers_are_a_new_version(
    folder, place, tmp_path
):
    pushed, again = operating.push(folder, "here")
    assert again == 0
    assert operating.push(folder, "here") == (0, 0)
    other = result_folder(tmp_path / "other", seed=4)
    both, newer = operating.push(other, "here")
    assert newer == both == pushed
    newest = Result.objects.filter(key=f"{POPULATION}/walks_alone").order_by("-version")
    assert [one.version for one in newest] == [2, 1]


def test_the_same_numbers_made_on_another_day_are_no_new_version(
    folder, place, tmp_path
):
    operating.push(folder, "here")
    later = result_folder(tmp_path / "later", day="2026-12-24")
    assert operating.push(later, "here") == (0, 0)


def test_a_decision_on_old_numbers_asks_to_be_made_again(folder, place, tmp_path):
    sol = person("sol", "steward", at=place)
    operating.push(folder, "here")
    one = Result.objects.get(key=f"{POPULATION}/kicks_ball")
    given = {"outcome": "changes", "reasons": ["meaning"], "rationale": "No balls."}
    browser(sol).post(f"/r/{one.public_id}/decide/", given)
    pull(place, tmp_path / "review")
    later = load_norms(result_folder(tmp_path / "later", seed=4) / "norms")
    after = later.with_review(load_review(tmp_path / "review"))
    rows = after.table[
        (after.table["population"] == POPULATION)
        & (after.table["milestone"] == "kicks_ball")
    ]
    assert set(rows["review"]) == {"needs review again"}


def test_small_cells_have_no_number_anywhere(folder):
    table = load_norms(folder / "norms").table
    most = int(table["asked"].max())
    for one in published(folder, smallest_cell=most)[0]:
        assert one.payload["suppressed"]
        assert not {"asked", "ages", "shares"} & set(one.payload)


def test_ages_that_nobody_was_asked_about_are_not_published(tmp_path):
    other = result_folder(tmp_path / "other", seed=4)
    norms: NormSet = load_norms(other / "norms")
    assert norms.table["support"].isin(["before", "after"]).any()
    within = norms.table[norms.table["support"] == "within"]
    told, _ = published(other, smallest_cell=1)
    assert sum(len(one.payload["ages"]) for one in told) == len(within)
    for one in told:
        for row in one.payload["shares"]:
            low, high = one.payload["asked_from_months"], one.payload["asked_to_months"]
            assert low - 1 <= row["age_months"] <= high + 1


def test_what_cannot_be_pushed_says_why(place, tmp_path):
    with pytest.raises(UnreadableFileError, match="no result folder"):
        operating.push(tmp_path, "here")
    with pytest.raises(UnknownNameError, match="'hero'"):
        operating.push(tmp_path, "hero")


def test_a_pull_never_writes_over_something(place, tmp_path):
    with pytest.raises(BadValueError, match="Name a new folder"):
        pull(place, tmp_path)


def test_a_pushed_result_waits_for_the_rule_of_the_community(folder):
    quiet = community("quiet", shown_to="")
    operating.push(folder, "quiet")
    client = browser(person("ana", "reviewer", at=quiet))
    assert "/r/" not in client.get("/c/quiet/").content.decode()
    Showing.objects.create(community=quiet, key="*", audience="reviewers")
    assert "/r/" in client.get("/c/quiet/").content.decode()
