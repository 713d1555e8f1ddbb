"""The report: a table that holds, a page that names nobody, a command that tells."""

from __future__ import annotations

from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import devnorms as dn
from devnorms._base.errors import BadValueError, InvalidTableError, UnknownNameError
from devnorms.cli.app import app
from devnorms.quality import QualityReport, check_quality
from devnorms.schema.findings import COLUMNS, check_findings
from devnorms.simulate import Occasions
from tests.quality.made import STUDY, clean, plain


@cache
def _spoilt() -> pd.DataFrame:
    t = plain(clean(2))
    t["child"] = "secret-" + t["child"]
    t["item"] = t["item"].replace("aaa_m10", "<b>aaa & m10</b>")
    odd = t["item"].str.startswith("<b>")
    return t.assign(
        response=t["response"].mask(
            odd, t["response"].map({"passed": "not_yet", "not_yet": "passed"})
        )
    )


@cache
def _report() -> QualityReport:
    return check_quality(_spoilt())


class _Tags(HTMLParser):
    """Collects open tags and complains about those that are not closed."""

    VOID = {"meta", "br", "link"}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _parse(html: str) -> _Tags:
    tags = _Tags()
    tags.feed(html)
    assert tags.open == []
    return tags


def test_findings_are_a_valid_table_in_the_order_of_gravity() -> None:
    findings = check_findings(_report().findings)
    assert tuple(findings.columns) == COLUMNS
    place = findings["grade"].map({"stop": 0, "look": 1, "note": 2})
    assert place.is_monotonic_increasing


def test_the_page_names_no_child_and_escapes_what_comes_from_data(
    tmp_path: Path,
) -> None:
    page = _report().to_html(tmp_path / "new" / "quality.html")
    text = page.read_text(encoding="utf-8")
    _parse(text)
    assert "secret-" not in text
    assert "<b>aaa" not in text
    assert "&lt;b&gt;aaa &amp; m10&lt;/b&gt;" in text
    assert "secret-" not in _report().findings.to_csv()


def test_the_page_says_how_large_a_study_is(tmp_path: Path) -> None:
    size = _report().sets.iloc[0]
    text = _report().to_html(tmp_path / "q.html").read_text(encoding="utf-8")
    shown = f"{size['children']:,} children, {size['visits']:,} visits, "
    assert shown + f"{size['items']:,} items, {size['responses']:,} responses" in text
    assert "built-in" not in text + _report()._repr_html_()


def test_the_page_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    tags = _parse(_report().to_html(tmp_path / "q.html").read_text(encoding="utf-8"))
    links = [a.get("href") or a.get("src") for _, a in tags.seen]
    assert all(link is None or link.startswith("#") for link in links)
    targets = {a["id"] for _, a in tags.seen if "id" in a}
    assert {link[1:] for link in links if link} <= targets


def test_the_page_says_of_every_finding_what_to_do_and_which_checks_were_quiet(
    tmp_path: Path,
) -> None:
    text = _report().to_html(tmp_path / "q.html").read_text(encoding="utf-8")
    assert text.count("What to do:") == len(_report().findings)
    quiet = set(_report().checks) - set(_report().findings["check"])
    assert quiet
    assert all(_report().checks[check] in text for check in quiet)


def test_nothing_half_written_is_left_where_writing_fails(tmp_path: Path) -> None:
    (tmp_path / "q.html").mkdir()
    with pytest.raises(OSError, match=r"q\.html"):
        _report().to_html(tmp_path / "q.html")
    assert [p.name for p in tmp_path.iterdir()] == ["q.html"]


def test_a_notebook_shows_what_must_be_looked_at() -> None:
    shown = _report()._repr_html_()
    _parse(shown)
    assert "answers go against all other items" in shown
    assert "cells too small" not in shown
    assert repr(_report()).startswith("QualityReport: ")


def test_a_study_that_is_not_there_has_no_grade() -> None:
    assert _report().grade(STUDY) == "look"
    with pytest.raises(UnknownNameError, match=r"made_upp.*Did you mean 'made_up'"):
        _report().grade("made_upp")


def test_only_pages_and_tables_are_written(tmp_path: Path) -> None:
    table = pd.read_csv(_report().write(tmp_path / "findings.csv"))
    assert len(table) == len(_report().findings)
    with pytest.raises(BadValueError, match=r"a \.html or \.csv file"):
        _report().write(tmp_path / "findings.pdf")


def test_what_are_no_observations_is_refused() -> None:
    with pytest.raises(InvalidTableError, match="missing column"):
        check_quality(pd.DataFrame({"age": [3]}))


def test_the_public_name_is_the_function() -> None:
    assert dn.check_quality is check_quality


def test_one_child_seen_once_without_an_age_breaks_nothing() -> None:
    one = plain(clean(2)).iloc[:1].assign(age_days=np.nan)
    found = check_quality(one).findings
    assert found.set_index("what")["grade"]["no age"] == "stop"


def test_observations_are_left_as_they_were() -> None:
    t = clean(2, occasions=Occasions(children=40))
    before, attrs = t.copy(), dict(t.attrs)
    check_quality(t)
    pd.testing.assert_frame_equal(t, before)
    assert t.attrs == attrs


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    """A file of spoilt observations."""
    file = tmp_path / "observations.parquet"
    _spoilt().to_parquet(file)
    return file


def test_the_command_prints_grades_and_writes_the_page(
    parquet: Path, tmp_path: Path
) -> None:
    page = tmp_path / "q.html"
    done = CliRunner().invoke(app, ["quality", str(parquet), "--out", str(page)])
    assert done.exit_code == 0, done.output
    assert f"look  {STUDY} (" in done.stdout
    assert "look: answers go against all other items, 1 items: <b>aaa" in done.stdout
    assert "secret-" not in done.stdout
    assert page.is_file()


def test_the_command_ends_with_one_where_a_study_must_not_be_used(
    tmp_path: Path,
) -> None:
    file = tmp_path / "observations.parquet"
    plain(clean(2)).assign(response="passed").to_parquet(file)
    done = CliRunner().invoke(app, ["quality", str(file)])
    assert done.exit_code == 1
    assert f"stop  {STUDY}" in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere.parquet"], "is not there"),
        (["childdefdata"], "Did you mean 'childdevdata'"),
        (["{file}", "--study", "made"], "Unknown study 'made'"),
        (["{broken}"], "cannot be read as Parquet"),
        (["{file}", "--out", "q.pdf"], "a .html or .csv file"),
    ],
)
def test_the_command_says_in_words_what_is_wrong(
    parquet: Path, tmp_path: Path, words: list[str], says: str
) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_text("no parquet")
    typed = [w.format(file=parquet, broken=broken) for w in words]
    done = CliRunner().invoke(app, ["quality", *typed])
    assert done.exit_code == 2
    assert says in done.stderr
    assert "Traceback" not in done.output
