"""`devnorms load`: every source into one file, with a summary, or a plain message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from devnorms._base.provenance import Record
from devnorms.cli.app import app
from devnorms.schema.observations import check_observations
from devnorms.sources.registry import datasets
from devnorms.sources.tables import TABLES
from devnorms.workflow.loading import Wanted, load_source
from devnorms.workflow.saving import write_loaded


def _type(*words: str, exits: int = 0) -> tuple[str, str]:
    """Type a command; give what it prints on stdout and stderr."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == exits, (result.output, result.exception)
    assert "Traceback" not in result.output
    return result.stdout, result.stderr


def _load(source: str, folder: Path, *words: str) -> tuple[pd.DataFrame, Any, str]:
    """Load a source; give the table, the summary and what was printed."""
    out, summary = folder / "observations.parquet", folder / "summary.json"
    printed, _ = _type(
        "load", source, "--out", str(out), "--summary", str(summary), *words
    )
    assert sorted(folder.iterdir()) == [out, summary]
    return pd.read_parquet(out), json.loads(summary.read_text("utf-8")), printed


def test_one_study_is_written_with_its_numbers(
    data_folder: Path, tmp_path: Path
) -> None:
    path = str(data_folder / "childdevdata")
    table, summary, printed = _load(
        "childdevdata", tmp_path, "--path", path, "--study", "gcdg_ecu"
    )
    # counted in the text file itself
    raw = pd.read_csv(data_folder / "childdevdata" / "gcdg_ecu.txt", sep="\t")
    answered = raw.iloc[:, 7:].notna()
    (one,) = summary["sets"]
    assert one["set_id"] == "gcdg_ecu"
    assert (one["population"], one["country"]) == ("ECU", "ECU")
    assert one["children"] == raw["subjid"].nunique() == 667
    assert one["forms"] == int(answered.any(axis=1).sum())
    assert one["items"] == int(answered.any().sum())
    assert one["responses"] == int(answered.to_numpy().sum()) == len(table)
    assert one["left_out"] == {}
    assert one["quality"] in {"stop", "look", "note", "ok"}
    assert one["licence"] == "CC BY 4.0"
    assert summary["filters"] == {"studies": ["gcdg_ecu"]}
    assert "3,346" in printed


def test_the_file_is_valid_and_carries_its_record(
    data_folder: Path, tmp_path: Path
) -> None:
    path = str(data_folder / "childdevdata")
    table, summary, _ = _load(
        "childdevdata", tmp_path, "--path", path, "--study", "MDG", "--no-quality"
    )
    record = Record.from_json(check_observations(table).attrs["record"])
    assert [s.to_dict() for s in record.sources] == summary["sources"]
    assert summary["sets"][0]["quality"] is None
    printed, _ = _type("cite", str(tmp_path / "observations.parquet"))
    assert "childdevdata 1.1.0" in printed
    assert "licence: CC BY 4.0" in printed


def test_what_is_left_out_adds_up_over_all_studies(data_folder: Path) -> None:
    wanted = Wanted("childdevdata", path=data_folder / "childdevdata", quality=False)
    totals = load_source(wanted).summary["totals"]
    # the totals of the data's card: 918,707 answers in ten files
    assert totals["responses_in"] == 918_707
    assert totals["responses_in"] == totals["responses"] + sum(
        totals["left_out"].values()
    )
    assert (totals["sets"], totals["populations"]) == (10, 10)


def test_one_language_of_wordbank_is_written(data_folder: Path, tmp_path: Path) -> None:
    path = str(data_folder / "wordbank")
    _, summary, printed = _load(
        "wordbank", tmp_path, "--path", path, "--language", "Hebrew", "--no-quality"
    )
    listed = pd.read_csv(data_folder / "wordbank" / "datasets.csv", dtype=str)
    hebrew = listed[listed["language"] == "Hebrew"].set_index("stem")
    assert {one["set_id"] for one in summary["sets"]} == set(hebrew.index)
    for one in summary["sets"]:
        assert one["children"] == int(hebrew.loc[one["set_id"], "children"])
        assert one["licence"] == "CC BY 4.0"
    forbidden = [entry["use"] for entry in summary["uses_forbidden"]]
    assert forbidden == ["making new instruments without the owners' approval"]
    assert "NOT ALLOWED: making new instruments" in printed


def test_a_licence_that_forbids_commercial_use_is_in_file_and_summary(
    data_folder: Path, tmp_path: Path
) -> None:
    # seven sets of Wordbank are CC BY-NC upstream; none is here, so one is made so
    folder = tmp_path / "wordbank"
    source = data_folder / "wordbank"
    (folder / "Hebrew_WG").mkdir(parents=True)
    for file in (source / "Hebrew_WG").iterdir():
        (folder / "Hebrew_WG" / file.name).write_bytes(file.read_bytes())
    listed = pd.read_csv(source / "datasets.csv", dtype=str, keep_default_na=False)
    own = listed[listed["folder"] == "Hebrew_WG"].assign(licence="CC-BY-NC")
    own.to_csv(folder / "datasets.csv", index=False)
    out = tmp_path / "out"
    out.mkdir()
    table, summary, printed = _load(
        "wordbank", out, "--path", str(folder), "--no-quality"
    )
    assert "NC" in summary["sets"][0]["licence"]
    assert Record.from_json(table.attrs["record"]).forbidden()["commercial"]
    assert "NOT ALLOWED: commercial use" in printed


def test_sets_that_cannot_be_true_are_refused(
    data_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "observations.parquet"
    path = str(data_folder / "wordbank_known_bad")
    _, told = _type("load", "wordbank", "--path", path, "--out", str(out), exits=1)
    assert "2 data set(s) refused" in told
    assert "say that the child says every one of the 680 words" in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("source", [name for name in TABLES if name != "mb1_cdi"])
def test_every_source_of_tables_gives_its_main_table(
    source: str, data_folder: Path, tmp_path: Path
) -> None:
    path = str(data_folder / source)
    table, summary, _ = _load(source, tmp_path, "--path", path)
    written = [entry for entry in summary["tables"] if entry["written"]]
    assert [entry["table"] for entry in written] == [TABLES[source][0]]
    assert [entry["table"] for entry in summary["tables"]] == list(TABLES[source])
    assert written[0]["rows"] == len(table)
    assert summary["version"].startswith(datasets()[source].version)
    for entry in summary["tables"]:
        assert len(entry["sha256"]) == 64
        assert entry["licence"] == datasets()[source].licence


@pytest.mark.parametrize(
    ("source", "name", "rows"),
    [
        ("dscore", "keys", 6),
        ("credi", "gsed_names", 30),
        ("context", "cultural_distance", 59 * 59),
        ("published", "refused", 1),
    ],
)
def test_another_table_is_given_by_name(
    source: str, name: str, rows: int, data_folder: Path, tmp_path: Path
) -> None:
    path = str(data_folder / source)
    table, _, _ = _load(source, tmp_path, "--path", path, "--table", name)
    assert len(table) == rows


def test_forms_of_the_follow_up_are_counted_by_population(
    data_folder: Path, tmp_path: Path
) -> None:
    path = str(data_folder / "mb1_cdi")
    table, summary, _ = _load("mb1_cdi", tmp_path, "--path", path)
    assert sum(one["forms"] for one in summary["sets"]) == len(table) == 668
    assert sum(one["children"] for one in summary["sets"]) == 467
    assert summary["licence"] == "MIT"


def test_what_was_refused_of_the_published_figures_is_told(tmp_path: Path) -> None:
    _, summary, printed = _load("published", tmp_path)
    assert "refused: zhang2018, sitting without support: p50 = 5.9" in printed
    assert len(summary["refused"]) == 1
    assert len(summary["sources"]) == 21


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("childdefdata",), "Did you mean 'childdevdata'"),
        (("dscore", "--path", "nowhere"), "no such file or folder"),
        (("credi", "--table", "nroms"), "Did you mean 'norms'"),
        (("credi", "--country", "NLD"), "it cannot be selected by countries"),
        (("credi", "--out", "x.csv"), "a file with the ending .parquet"),
        (("credi", "--summary", "x.txt"), "a file with the ending .json"),
        (("credi", "--summary", "a_file/x.json"), "in a folder that can be written to"),
        (("credi", "--out", "folder.parquet"), "a file, not a folder"),
        (("childdevdata", "--table", "norms"), "'observations' (all that"),
        (("wordbank", "--path", "folder.parquet"), "folder.parquet"),
    ],
)
def test_what_cannot_be_done_is_told_and_leaves_nothing(
    words: tuple[str, ...],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a_file").write_text("")
    Path("folder.parquet").mkdir()
    before = sorted(Path().rglob("*"))
    _, message = _type("load", *words, exits=1)
    assert told in message
    assert sorted(Path().rglob("*")) == before


def test_a_disk_that_fails_leaves_neither_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load_source(Wanted("credi"))
    out, summary = tmp_path / "a.parquet", tmp_path / "a.json"
    summary.write_text("what stood here before")

    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "No space left on device", str(summary))

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        write_loaded(loaded, out, summary)
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]
    assert summary.read_text() == "what stood here before"


def test_sources_are_listed_with_tables_terms_and_card() -> None:
    printed, _ = _type("sources")
    for name, dataset in datasets().items():
        assert f"{name} {dataset.version}: {dataset.title}" in printed
        assert dataset.licence in printed
        assert f"card: {dataset.card}" in printed
    assert "itembank, itemtable, keys, references, translate" in printed


def test_a_file_without_a_record_is_not_cited(tmp_path: Path) -> None:
    bare = tmp_path / "bare.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(bare)
    _, told = _type("cite", str(bare), exits=2)
    assert "carries no record of its sources" in told
    bare.write_text("text")
    _, told = _type("cite", str(bare), exits=2)
    assert "is not a Parquet file" in told
