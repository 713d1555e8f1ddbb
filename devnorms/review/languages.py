"""
What is kept as data per language: who checked it, and the names of milestones.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NAMES = HERE / "milestone_names"


def is_checked(language: str) -> bool:
    """Tell whether a speaker has checked a language's texts (``checked.toml``)."""
    return language in _read(HERE / "checked.toml")


def milestone_names(language: str) -> dict[str, str]:
    """Give milestone → everyday words, in a language of the site; else in English."""
    file = NAMES / f"{language}.toml"
    return _read(file if file.is_file() else NAMES / "en.toml")


@cache
def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
