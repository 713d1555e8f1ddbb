"""The coding desk: what is typed becomes codes; blind and assisted stay apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devnorms._base.errors import BadValueError, UnreadableFileError
from devnorms.annotate.agreement_ratings import AssistedLabelsError, ratings
from devnorms.annotate.desk_journal import Journal
from devnorms.annotate.desk_planting import acceptance, planted
from devnorms.annotate.desk_session import Sitting, Terminal, journal_tables, sit

BOOK = {"crawls": "moves forward", "walks_alone": "several steps", "waves_bye": "waves"}
TEXTS = {
    "r1": "👶 She crawls since eight months. She does not walk yet.",
    "r2": "He waves. He walks.",
    "r3": "هو يمشي",
}


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    rows = [
        {"id": i, "lang": "ar" if i == "r3" else "en", "age_months": 14, "text": t}
        for i, t in TEXTS.items()
    ]
    file = tmp_path / "reports.jsonl"
    file.write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    return file


class Hands:
    """Types what a test says, and remembers what was shown."""

    def __init__(self, *typed: str) -> None:
        self._typed: Iterator[str] = iter(typed)
        self.shown: list[str] = []

    def give(self, prompt: str) -> str:
        self.shown.append(prompt)
        try:
            return next(self._typed)
        except StopIteration:
            raise EOFError from None


def _sit(
    reports: Path, *typed: str, mode: str = "blind", **how: Any
) -> tuple[Journal, Counter[str], str]:
    hands = Hands(*typed)
    terminal = Terminal(hands.give, hands.give, hands.shown.append)
    sitting = Sitting("ana", mode, reports.parent / "codings", **how)
    journal, outcome = sit(reports, sitting, BOOK, terminal)
    return journal, outcome, "\n".join(hands.shown)


@pytest.fixture
def proposals(reports: Path) -> Path:
    """What a coder suggested for the first two reports."""
    rows = []
    for i, concept, words in (
        ("r1", "crawls", "She crawls"), ("r2", "waves_bye", "He waves"),
        ("r2", "walks_alone", "He walks"),
    ):  # fmt: skip
        start = TEXTS[i].index(words)
        rows.append(
            {"id": i, "concept": concept, "status": "achieved", "start": start,
             "end": start + len(words), "age_months_low": 8.0, "age_months_high": 8.0}
        )  # fmt: skip
    file = reports.parent / "proposals.jsonl"
    file.write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    return file


def test_a_line_is_a_code_with_verbatim_evidence(reports: Path) -> None:
    journal, outcome, _ = _sit(
        reports, "crawls a 1 8", "walks n 2", ".", "waves a 1", "walks a 2 11-12.5",
        ".",
        "walk u 1", ".",
    )  # fmt: skip
    codings, read = journal_tables(journal)
    assert outcome["coded"] == 3
    assert outcome["left"] == 0
    assert codings[["id", "concept", "status"]].to_numpy().tolist() == [
        ["r1", "crawls", "achieved"], ["r1", "walks_alone", "not_yet"],
        ["r2", "waves_bye", "achieved"], ["r2", "walks_alone", "achieved"],
        ["r3", "walks_alone", "unclear"],
    ]  # fmt: skip
    for row in codings.itertuples():
        assert TEXTS[str(row.id)][row.start : row.end] == row.evidence
    assert codings.loc[3, ["age_months_low", "age_months_high"]].tolist() == [11, 12.5]
    assert set(codings["setting"]) == {"blind"}
    assert read["id"].tolist() == ["r1", "r2", "r3"]


def test_what_cannot_be_is_told_and_asked_again(reports: Path) -> None:
    journal, _, shown = _sit(
        reports, "w n 2", "crawls a 9", "crawls x 1", "crawls a 1 old", "crawls a 1 20",
        "walks n 2 9", "crawls", "crawls a 1 8", "- crawls", "? wav", ".",
    )  # fmt: skip
    assert journal.done["r1"]["codes"] == []
    for told in (
        "which milestone? walks_alone, waves_bye", "a piece from 1 to 2",
        "An age in months", "not be later than the child's own",
        "Only what is achieved has an age", "Three or four words",
        "codes: none", "waves_bye: waves",
    ):  # fmt: skip
        assert told in shown


def test_a_sitting_goes_on_where_the_last_one_ended(reports: Path) -> None:
    journal, outcome, _ = _sit(reports, "crawls a 1", ".", "waves a 1", "q")
    assert (outcome["coded"], outcome["left"]) == (1, 2)
    with journal.file.open("ab") as stream:
        stream.write(b'{"id": "r2", "la')  # killed while writing
    journal, outcome, shown = _sit(reports, ".", ".")
    assert (outcome["before"], outcome["coded"], outcome["left"]) == (1, 2, 0)
    assert "crawls since" not in shown
    assert list(journal.done) == ["r1", "r2", "r3"]


def test_blind_coding_shows_no_suggestion_and_takes_none(
    reports: Path, proposals: Path
) -> None:
    with pytest.raises(BadValueError, match="left out for blind coding"):
        _sit(reports, proposals=proposals)
    with pytest.raises(BadValueError, match="given for assisted coding"):
        _sit(reports, mode="assisted")


def test_one_key_takes_corrects_or_drops_a_suggestion(
    reports: Path, proposals: Path
) -> None:
    journal, _, _ = _sit(
        reports, "y", ".", "n", "x", "walks u 2", ".", ".",
        mode="assisted", proposals=proposals, planted=0.0,
    )  # fmt: skip
    codings, _ = journal_tables(journal)
    assert codings[["concept", "status"]].to_numpy().tolist() == [
        ["crawls", "achieved"], ["waves_bye", "not_yet"], ["walks_alone", "unclear"],
    ]  # fmt: skip
    assert codings["age_months_low"].isna().tolist() == [False, True, True]
    assert set(codings["setting"]) == {"assisted"}


def test_assisted_codes_never_become_blind_ones(reports: Path, proposals: Path) -> None:
    assisted, _, _ = _sit(
        reports, "y", ".", "q", mode="assisted", proposals=proposals, planted=0.0
    )
    blind, outcome, shown = _sit(reports, ".", ".")
    assert outcome["seen with suggestions"] == 1
    assert "crawls since" not in shown
    assert "r1" not in blind.done
    assert blind.file != assisted.file
    codings, read = journal_tables(assisted)
    with pytest.raises(AssistedLabelsError, match="ana"):
        ratings(codings, read, list(BOOK))
    assisted.file.replace(blind.file)
    with pytest.raises(UnreadableFileError, match="never mixed"):
        _sit(reports)


def test_planted_errors_are_told_counted_and_never_codes(
    reports: Path, proposals: Path
) -> None:
    # every suggestion is turned round: the first is accepted, the others seen through
    journal, _, shown = _sit(
        reports, "y", "y", ".", "a", "a", "y", "y", ".", ".",
        mode="assisted", proposals=proposals, planted=0.999999,
    )  # fmt: skip
    assert "crawls not_yet" in shown
    assert "turned round on purpose" in shown
    codings, _ = journal_tables(journal)
    assert codings["status"].tolist() == ["achieved"] * 3
    found = acceptance(journal.done.values())
    assert (found.planted, found.accepted) == (3, 1)


def test_as_many_are_planted_as_was_said_and_always_the_same() -> None:
    made = [
        {"id": str(i), "concept": "crawls", "status": "achieved"} for i in range(4000)
    ]
    turned = [planted(s, 0.1, "ana") for s in made]
    assert 330 <= sum(t is not None for t in turned) <= 470  # 400 expected, sd 19
    assert turned == [planted(s, 0.1, "ana") for s in made]
    assert {t["status"] for t in turned if t} == {"not_yet"}
    with pytest.raises(BadValueError, match="'planted' must be"):
        planted(made[0], 1.5, "ana")


def test_the_interval_of_acceptance_is_jeffreys() -> None:
    from statsmodels.stats.proportion import proportion_confint

    entries = [{"planted": [{"accepted": i < 3}]} for i in range(20)]
    found = acceptance(entries)
    low, high = proportion_confint(3, 20, method="jeffreys")
    assert (found.low, found.high) == pytest.approx((low, high))


def test_the_command_codes_a_draw_in_its_order(reports: Path) -> None:
    from typer.testing import CliRunner

    from devnorms.cli.app import app

    draw = reports.parent / "draw.csv"
    draw.write_text("id,lang,probability\nr2,en,0.5\nr1,en,0.5\n", "utf-8")
    folder = reports.parent / "codings"
    done = CliRunner().invoke(
        app,
        ["code", str(reports), "--person", "ana", "--folder", str(folder),
         "--draw", str(draw)],
        input="waves_bye a 1\n.\n.\n",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    lines = (folder / "codings.ana.blind.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line).get("id") for line in lines] == [None, "r2", "r1"]
    assert "2 coded" in done.output
