"""Fixtures for all rooms."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]

settings.register_profile("default", max_examples=15, deadline=None, derandomize=True)
settings.load_profile("default")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real open data; what needs it is skipped without it, by name."""
    folder = Path(os.environ.get("DEVNORMS_DATA", ROOT / "../shared/data")).resolve()
    if not (folder / "childdevdata").is_dir():
        pytest.skip(
            f"needs the open data: no folder childdevdata in {folder}; "
            "set DEVNORMS_DATA"
        )
    return folder
