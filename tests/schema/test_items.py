"""Milestones and links: each rule broken once, and the message read."""

from __future__ import annotations

import pandas as pd
import pytest

from devnorms._base.errors import InvalidTableError
from devnorms.schema.items import check_links, check_milestones

MILESTONE = {
    "milestone": "walks_alone", "domain": "gross_motor", "name": "Walks alone",
    "counts_as": "Takes five steps without help", "does_not_count": None,
    "origin": "core", "question": "Does your child walk without help?",
}  # fmt: skip
LINK = {
    "item": "ddigmd068", "milestone": "walks_alone", "confidence": "high",
    "probability": 0.95, "reason": "asks for walking without help", "judged_by": "us",
}  # fmt: skip


def _two(row: dict, key: str, **changes: object) -> pd.DataFrame:
    return pd.DataFrame([row, {**row, key: "another", **changes}])


def test_good_milestones_and_links_pass():
    assert len(check_milestones(_two(MILESTONE, "milestone"))) == 2
    assert len(check_links(_two(LINK, "item"))) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"milestone": "Walks alone"}, r"'milestone'.*str_matches.*'Walks alone'"),
        (
            {"milestone": "walks_alone"},
            r"'milestone': the same key comes more than once",
        ),
        ({"domain": "motor"}, r"'domain'.*gross_motor.*\[1\].*'motor'"),
        ({"name": ""}, r"'name'.*str_length"),
        ({"counts_as": None}, r"'counts_as': empty cells are not allowed"),
        ({"origin": "ours"}, r"'origin'.*core.*'ours'"),
        ({"question": ""}, r"'question'.*str_length"),
    ],
)
def test_each_rule_of_milestones_names_column_and_row(changes, words):
    with pytest.raises(InvalidTableError, match=words):
        check_milestones(_two(MILESTONE, "milestone", **changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"item": "ddigmd068"}, r"'item': the same key comes more than once"),
        ({"milestone": None}, r"'milestone': empty cells are not allowed"),
        ({"confidence": "sure"}, r"'confidence'.*high.*'sure'"),
        ({"probability": 95.0}, r"'probability'.*in_range\(0, 1\).*95"),
        ({"reason": ""}, r"'reason'.*str_length"),
        ({"judged_by": ""}, r"'judged_by'.*str_length"),
    ],
)
def test_each_rule_of_links_names_column_and_row(changes, words):
    with pytest.raises(InvalidTableError, match=words):
        check_links(_two(LINK, "item", **changes))
