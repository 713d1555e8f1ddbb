"""Small analyses for tests of the workflow and the command line."""

from __future__ import annotations

import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from devnorms._base.errors import OutsideSupportWarning
from devnorms.workflow import Result, run
from tests.cli.quick import QuickModels

SMALL = """
[analysis]
id = "small"
title = "Walking alone, three populations"

[data]
source = "milestones"
populations = ["NLD-SMOCC", "ZAF", "COL-LT45M"]
milestones = ["walks_alone"]

[sampling]
chains = 2
draws = 100
tune = 100
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """An analysis file that needs seconds without the sampler."""
    file = tmp_path / "small.toml"
    file.write_text(SMALL, encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """One finished result; tests only read it."""
    folder = tmp_path_factory.mktemp("made")
    file = folder / "small.toml"
    file.write_text(SMALL, encoding="utf-8")
    models = QuickModels()
    with warnings.catch_warnings():
        # The stand-in knows nothing of other items, so many ages lie outside.
        warnings.simplefilter("ignore", OutsideSupportWarning)
        result = run(file, folder / "results", models=models, command="devnorms run x")
    assert models.fits == 1
    return result


@pytest.fixture
def spoilt(made: Result, tmp_path: Path) -> Result:
    """A copy of the finished result, for a test to spoil; its place in `results`."""
    folder = tmp_path / "results" / "small" / made.folder.name
    shutil.copytree(made.folder, folder)
    return replace(made, folder=folder)
