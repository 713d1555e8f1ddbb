"""The log shows what was changed in it, and holds no text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devnorms._base.errors import UnreadableFileError
from devnorms.annotate.audit import append, check_log, text_hash


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Three entries."""
    file = tmp_path / "deep" / "audit.jsonl"
    for text in ("one", "two", "three"):
        append(file, "coded", {"reports": [text_hash(text)]})
    return file


def test_an_untouched_log_holds(log: Path) -> None:
    assert check_log(log) == []


def test_a_changed_entry_is_found(log: Path) -> None:
    lines = log.read_text("utf-8").splitlines()
    entry = json.loads(lines[1])
    lines[1] = json.dumps({**entry, "event": "nothing"})
    log.write_text("\n".join(lines) + "\n", "utf-8")
    assert check_log(log) == ["line 2 was changed after it was written"]


def test_an_entry_taken_out_is_found(log: Path) -> None:
    lines = log.read_text("utf-8").splitlines()
    log.write_text("\n".join([lines[0], lines[2]]) + "\n", "utf-8")
    assert check_log(log) == ["line 2 does not follow the line before it"]


def test_a_line_that_is_no_entry_is_found(log: Path) -> None:
    with log.open("a", encoding="utf-8") as stream:
        stream.write("oops\n")
    assert check_log(log) == ["line 4 is no entry"]
    append(log, "coded", {})
    assert "line 5 does not follow the line before it" in check_log(log)


def test_a_missing_log_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        check_log(tmp_path / "none.jsonl")


def test_the_hash_is_sha_256() -> None:
    # FIPS 180-2, appendix B.1
    assert text_hash("abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
