"""A file of reports becomes a file of proposals; nothing is lost, killed or not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from devnorms._base.errors import BadValueError, UnknownNameError
from devnorms.annotate import filing
from devnorms.annotate.audit import check_log
from devnorms.annotate.filing import annotate_file
from tests.annotate.fakes import WordCoder

KEYS = [
    "id", "concept", "status", "age_months_low", "age_months_high", "evidence",
    "start", "end", "subject", "probability", "coder",
]  # fmt: skip


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Ten reports, of which two cannot be coded."""
    rows: list[dict[str, Any]] = [
        {"id": str(i), "lang": "en", "age_months": 12, "text": f"😀 Emma {i} walks"}
        for i in range(8)
    ]
    rows += [{"id": "8", "lang": "xx", "text": "walks"}, {"id": "0", "lang": "en"}]
    file = tmp_path / "reports.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return file


def test_one_line_per_proposal_with_verbatim_evidence(
    reports: Path, tmp_path: Path
) -> None:
    filed = annotate_file(reports, tmp_path / "out.jsonl", coder=WordCoder())
    rows = _rows(filed.codings)
    assert [list(row) for row in rows] == [KEYS] * 8
    texts = {row["id"]: row["text"] for row in _rows(reports)[:8]}
    for row in rows:
        assert texts[row["id"]][row["start"] : row["end"]] == row["evidence"] == "walks"


def test_every_report_is_answered_and_the_counts_add_up(
    reports: Path, tmp_path: Path
) -> None:
    filed = annotate_file(reports, tmp_path / "out.jsonl", coder=WordCoder())
    answers = _rows(filed.answers)
    assert [answer["line"] for answer in answers] == list(range(1, 11))
    assert [a["outcome"] for a in answers].count("refused") == 2 == filed.refused
    assert filed.coded + filed.refused == filed.reports == 10
    assert sum(filed.reasons.values()) == filed.refused
    assert filed.proposals == 8


def test_the_coder_sees_no_name_and_the_log_no_text(
    reports: Path, tmp_path: Path
) -> None:
    coder = WordCoder()
    filed = annotate_file(reports, tmp_path / "out.jsonl", coder=coder)
    assert all("Emma" not in text for text in coder.shown)
    assert check_log(filed.log) == []
    log = filed.log.read_text("utf-8")
    assert "walks" not in log
    assert "this process" in log


def test_a_killed_run_goes_on_where_it_ended(
    reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filing, "_AT_A_TIME", 2)
    out = tmp_path / "out.jsonl"
    with pytest.raises(KeyboardInterrupt, match="killed"):
        annotate_file(reports, out, coder=WordCoder(die_after=4))
    assert not out.exists()
    part = tmp_path / ".out.jsonl.part"
    with part.open("ab") as stream:
        stream.write(b'{"answer": {"line": 5, "id"')  # cut short while being written
    again = WordCoder()
    filed = annotate_file(reports, out, coder=again)
    assert filed.resumed == 4
    assert len(again.shown) == 4
    assert not part.exists()
    whole = annotate_file(reports, tmp_path / "whole.jsonl", coder=WordCoder())
    assert filed.codings.read_bytes() == whole.codings.read_bytes()
    assert filed.answers.read_bytes() == whole.answers.read_bytes()


def test_other_reports_or_another_coder_begin_anew(
    reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filing, "_AT_A_TIME", 2)
    out = tmp_path / "out.jsonl"
    with pytest.raises(KeyboardInterrupt, match="killed"):
        annotate_file(reports, out, coder=WordCoder(die_after=4))
    filed = annotate_file(reports, out, coder=WordCoder(name="fake-2"))
    assert filed.resumed == 0
    assert {row["coder"] for row in _rows(filed.codings)} == {"fake-2"}


def test_a_wrong_name_or_place_is_told_before_anything_is_done(
    reports: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnknownNameError, match="Unknown coder 'embeded'"):
        annotate_file(reports, tmp_path / "out.jsonl", coder="embeded")
    with pytest.raises(BadValueError, match=r"ending in \.jsonl"):
        annotate_file(reports, tmp_path / "out.csv", coder=WordCoder())


def test_languages_nobody_reviewed_are_named(tmp_path: Path) -> None:
    file = tmp_path / "r.jsonl"
    file.write_text('{"id": "a", "lang": "es", "text": "anda"}\n', "utf-8")
    assert annotate_file(file, tmp_path / "o.jsonl", coder=WordCoder()).unreviewed == (
        "es",
    )
