"""Small analyses for tests of the workflow and the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

SMALL = """
[analysis]
id = "small"
title = "Three milestones, four populations"

[data]
source = "milestones"
populations = ["NLD-SMOCC", "ZAF", "CHL-1", "COL-LT45M"]
milestones = ["walks_alone", "sits_without_support", "stands_alone"]

[sampling]
chains = 2
draws = 100
tune = 100
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """An analysis file that needs a second without the sampler."""
    file = tmp_path / "small.toml"
    file.write_text(SMALL, encoding="utf-8")
    return file
