"""Codings go out to other programs and come back the same, emoji and all."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devnorms._base.errors import (
    InvalidTableError,
    UnknownNameError,
    UnreadableFileError,
)
from devnorms.annotate.exchange import export_codings, import_codings
from devnorms.annotate.exchange_offsets import Offsets, span_back
from devnorms.annotate.exchange_tables import label_config, read_table
from devnorms.schema.codings import COLUMNS, check_codings

FORMS = ("labelstudio", "doccano", "spacy")
TEXT = "👨‍👩‍👧 Bebê 👶🏽 anda! 她会走了 — يمشي 🎉 yes"


def _code(text: str, words: str, **other: Any) -> dict[str, Any]:
    start = text.index(words)
    plain = {
        "id": "r1", "concept": "walks_alone", "status": "achieved",
        "age_months_low": 11.0, "age_months_high": 12.5, "evidence": words,
        "start": start, "end": start + len(words), "subject": "child",
        "probability": 0.75, "coder": "embedded-1", "lang": "pt",
        "setting": "proposed", "accepted_by": None,
    }  # fmt: skip
    return plain | other


def _tables(
    text: str, codes: list[dict[str, Any]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    reports = pd.DataFrame(
        {"id": ["r1", "r2"], "lang": ["pt", "pt"], "text": [text, "–"]}
    )
    return check_codings(pd.DataFrame(codes, columns=list(COLUMNS))), reports


def utf16_slice(text: str, start: int, end: int) -> str:
    """What JavaScript's `slice` gives."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


any_text = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_categories=["Cs"]),
        st.sampled_from("👶🏽‍👩𝒳é她ي \n"),
    ),
    min_size=1,
    max_size=30,
)


@given(any_text, st.data())
def test_positions_are_those_of_javascript(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    offsets = Offsets(text)
    low, high = offsets.to(start, "utf16"), offsets.to(end, "utf16")
    assert utf16_slice(text, low, high) == text[start:end]
    assert span_back(text, low, high, "utf16") == (start, end)


@given(
    any_text,
    st.sampled_from(FORMS),
    st.sampled_from(["code_points", "utf16"]),
    st.data(),
)
def test_every_form_comes_back_as_it_went(
    text: str, form: str, units: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first = _code(text, text[start:end], start=start, end=end, evidence=text[start:end])
    second = first | {
        "concept": "crawls", "status": "not_yet",
        "age_months_low": None, "age_months_high": None, "probability": None,
    }  # fmt: skip
    codings, reports = _tables(text, [first, second])
    with TemporaryDirectory() as folder:
        file = Path(folder) / "out.json"
        assert export_codings(codings, reports, file, form, units=units) == 2
        back = import_codings(
            file, form, coder="nobody", setting="proposed", units=units
        )
    pd.testing.assert_frame_equal(back.codings, codings)
    assert back.reports["text"].tolist() == reports["text"].tolist()
    assert back.left_out == {}


@given(any_text, st.sampled_from(["jsonl", "csv"]))
def test_tables_come_back_as_they_went(text: str, form: str) -> None:
    codings, reports = _tables(text, [_code(text, text[:1])])
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"out.{form}"
        export_codings(codings, reports, file, form)
        pd.testing.assert_frame_equal(read_table(file), codings)


def test_doccano_is_given_what_javascript_counts(tmp_path: Path) -> None:
    codings, reports = _tables(TEXT, [_code(TEXT, "她会走了")])
    export_codings(codings, reports, tmp_path / "d.jsonl", "doccano")
    line = json.loads((tmp_path / "d.jsonl").read_text("utf-8").splitlines()[0])
    start, end, label = line["label"][0]
    assert utf16_slice(line["text"], start, end) == "她会走了"
    assert TEXT[start:end] != "她会走了"
    assert label == "walks_alone:achieved"
    # the example of doccano issue 2290: firetrucks is 22-32 there, 19-29 in Python
    text = "👨🏻‍🚒 firemen drive firetrucks"
    assert (
        Offsets(text).to(text.index("firetrucks"), "utf16")
        == text.index("firetrucks") + 3
    )


def test_label_studio_shows_by_the_words_what_it_counted(tmp_path: Path) -> None:
    # the example of Label Studio issue 1347: start 13, end 23, text "annotation"
    text = "💩This is an annotation."
    item = {
        "data": {"id": "r1", "lang": "en", "text": text},
        "annotations": [
            {
                "completed_by": {"email": "ana@example.org"},
                "result": [
                    {
                        "type": "labels",
                        "value": {
                            "start": 13, "end": 23, "text": "annotation",
                            "labels": ["walks_alone:unclear"],
                        },
                    }
                ],
            }
        ],
    }  # fmt: skip
    file = tmp_path / "ls.json"
    file.write_text(json.dumps([item]), "utf-8")
    found = import_codings(file, "labelstudio", coder="x", setting="blind").codings
    assert found.loc[0, ["evidence", "start", "end"]].tolist() == ["annotation", 12, 22]
    assert found.loc[0, ["coder", "setting"]].tolist() == [
        "labelstudio-ana@example.org", "blind",
    ]  # fmt: skip


def test_spans_that_fit_nowhere_and_labels_that_are_no_codes_are_counted(
    tmp_path: Path,
) -> None:
    line = {
        "text": "👶 walks", "report": "r1", "lang": "en",
        "label": [[1, 5, "walks_alone:achieved"], [3, 80, "crawls:achieved"],
                  [3, 8, "PERSON"], [3, 8, "walks_alone:not_yet"],
                  [3, 8, "walks_alone:unclear"]],
    }  # fmt: skip
    file = tmp_path / "d.jsonl"
    file.write_text(json.dumps(line), "utf-8")
    found = import_codings(file, "doccano", coder="ana", setting="blind")
    assert found.left_out == {
        "span that fits no place in its text": 2,  # one begins within an emoji
        "label that is no milestone and status": 1,
        "milestone more than once in a report: the first kept": 1,
    }
    assert found.where == ["r1"] * 4
    assert found.codings["evidence"].tolist() == ["walks"]


def test_a_code_changed_there_loses_what_was_said_of_the_old_one(
    tmp_path: Path,
) -> None:
    codings, reports = _tables(TEXT, [_code(TEXT, "anda")])
    file = tmp_path / "d.jsonl"
    export_codings(codings, reports, file, "doccano")
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    lines[0]["label"][0][2] = "walks_alone:not_yet"
    file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    found = import_codings(file, "doccano", coder="ana", setting="assisted").codings
    assert found.loc[0, "coder"] == "ana"
    assert found.loc[0, ["age_months_low", "probability"]].isna().all()


def test_evidence_that_does_not_stand_there_is_not_written(tmp_path: Path) -> None:
    codings, reports = _tables(TEXT, [_code(TEXT, "anda")])
    reports["text"] = "x" + reports["text"]
    with pytest.raises(InvalidTableError, match=r"1 code\(s\) does not stand"):
        export_codings(codings, reports, tmp_path / "x.json", "spacy")
    assert not list(tmp_path.iterdir())


def test_other_files_are_told_without_their_words(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text('{"body": "secret words"}', "utf-8")
    with pytest.raises(UnreadableFileError, match="task 1 is not of this form") as told:
        import_codings(file, "spacy", coder="a", setting="blind")
    assert "secret" not in str(told.value)
    file.write_text("{", "utf-8")
    with pytest.raises(UnreadableFileError, match="no JSON"):
        import_codings(file, "spacy", coder="a", setting="blind")
    with pytest.raises(UnknownNameError, match="Unknown form 'brat'"):
        import_codings(file, "brat", coder="a", setting="blind")
    with pytest.raises(UnknownNameError, match="Unknown setting"):
        import_codings(file, "spacy", coder="a", setting="seen")


def test_the_interface_of_label_studio_is_xml_with_every_code() -> None:
    from xml.etree import ElementTree as ET

    root = ET.fromstring(label_config(["crawls", "walks_alone"]))  # noqa: S314
    assert len(root.findall(".//Label")) == 6
