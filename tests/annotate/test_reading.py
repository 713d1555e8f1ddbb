"""Every line of the input has an answer, whatever is in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms._base.errors import InvalidTableError, UnreadableFileError
from devnorms.annotate.reading import LONGEST_TEXT, Line, read_lines, read_rows

LANGS = ("en", "es", "zh", "ar")


def _file(folder: Path, *lines: bytes, name: str = "reports.jsonl") -> Path:
    file = folder / name
    file.write_bytes(b"\n".join(lines) + b"\n")
    return file


def _json(**fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


def _refusals(lines: list[Line]) -> dict[int, str]:
    return {line.number: line.refused for line in lines if line.report is None}


def test_good_reports_are_read_as_they_are(tmp_path: Path) -> None:
    text = "Camina 😀 e\u0301l — 走了 ٩ שלום"
    file = _file(tmp_path, _json(id="a", lang="es-MX", age_months=14.5, text=text))
    (line,) = read_lines(file, LANGS)
    assert line.report is not None
    report = line.report
    assert (report.id, report.lang, report.age_months, report.text) == (
        "a", "es", 14.5, text,
    )  # fmt: skip


def test_every_bad_line_is_answered_and_the_others_are_read(tmp_path: Path) -> None:
    file = _file(
        tmp_path,
        _json(id="1", lang="en", text="walks"),
        _json(id="2", lang="xx", text="walks"),
        _json(id="3", lang="en", text="  \n"),
        b'{"id": "4", "lang": "en", "text": "caf\xe9"}',
        b"not json",
        b'["a", "list"]',
        _json(id="1", lang="en", text="again"),
        _json(lang="en", text="no id"),
        _json(id="9", text="no lang"),
        _json(id="10", lang="en", age_months="old", text="walks"),
        _json(id="11", lang="en", age_months=-1, text="walks"),
        _json(id="12", lang="en", age_months=float("nan"), text="walks"),
        b'{"id": "13", "lang": "en", "text": "\\ud83d"}',
        _json(id="14", lang="en", text=7),
        b"",
        _json(id="16", lang="en", text="walks"),
    )
    lines = read_lines(file, LANGS)
    assert [line.number for line in lines] == [*range(1, 15), 16]
    assert [line.number for line in lines if line.report] == [1, 16]
    why = _refusals(lines)
    for number, words in {
        2: "unknown language 'xx'; this coder reads en, es, zh, ar",
        3: "the text is empty",
        4: "not valid UTF-8",
        5: "not a JSON object",
        6: "not an object",
        7: "the id comes again: line 1",
        8: "no id",
        9: "no lang",
        10: "not a number",
        11: "between 0 and 216",
        12: "not a number",
        13: "not valid UTF-8",
        14: "no text",
    }.items():
        assert words in why[number]
    assert lines[3].id == "4"


def test_all_faults_of_a_line_are_told_at_once() -> None:
    (line,) = read_rows([(1, {"id": "a", "lang": "??", "age_months": "x", "text": ""})])
    assert line.refused.count(";") >= 2


def test_a_long_report_is_read_and_a_longer_one_is_no_report(tmp_path: Path) -> None:
    file = _file(
        tmp_path,
        _json(id="a", lang="en", text="x" * 100_000),
        _json(id="b", lang="en", text="x" * (LONGEST_TEXT + 1)),
    )
    lines = read_lines(file, LANGS)
    assert lines[0].report is not None
    assert "more than 200,000 characters" in lines[1].refused


def test_a_refusal_never_repeats_the_text(tmp_path: Path) -> None:
    told = "Amina walks"
    rows = [
        {"id": "a", "lang": "xx", "text": told},
        {"id": "a", "lang": "en", "age_months": "?", "text": told},
        {"lang": "en", "text": told},
    ]
    for line in read_rows(enumerate(rows)):
        assert "Amina" not in line.refused
        assert "Amina" not in repr(line)


@pytest.mark.parametrize("mark", [",", ";"])
def test_csv_is_read_with_either_mark_and_line_breaks_in_cells(
    tmp_path: Path, mark: str
) -> None:
    file = tmp_path / "reports.csv"
    head = mark.join(["id", "lang", "age_months", "text"])
    file.write_text(f'\ufeff{head}\n7{mark}en{mark}14{mark}"one\ntwo"\n', "utf-8")
    (line,) = read_lines(file, LANGS)
    assert line.report is not None
    assert (line.report.id, line.report.text) == ("7", "one\ntwo")


def test_a_row_of_csv_that_is_no_utf8_is_refused_alone(tmp_path: Path) -> None:
    file = _file(tmp_path, b"id,lang,text", b"a,en,caf\xe9", b"b,en,ok", name="r.csv")
    lines = read_lines(file, LANGS)
    assert [line.report is None for line in lines] == [True, False]


def test_a_file_without_the_columns_or_of_another_kind_is_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(InvalidTableError, match=r"missing column\(s\) 'lang'"):
        read_lines(_file(tmp_path, b"id,language,text", name="a.csv"), LANGS)
    with pytest.raises(UnreadableFileError, match=r"\.jsonl or \.csv"):
        read_lines(_file(tmp_path, b"x", name="a.docx"), LANGS)
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        read_lines(tmp_path / "none.jsonl", LANGS)


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_whatever_the_bytes_no_line_is_lost(
    tmp_path_factory: pytest.TempPathFactory, junk: list[bytes]
) -> None:
    lines = [part.replace(b"\n", b" ") for part in junk]
    good = _json(id="good", lang="en", text="walks")
    file = _file(tmp_path_factory.mktemp("junk"), *lines, good)
    read = read_lines(file, LANGS)
    assert read[-1].report is not None
    assert len({line.number for line in read}) == len(read)
    for line in read:
        assert (line.report is None) == bool(line.refused)
