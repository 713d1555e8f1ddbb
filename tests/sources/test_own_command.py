"""`devnorms import` reads, drafts, writes whole files, and says what it did."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import tomli_w
from typer.testing import CliRunner

from devnorms.cli.app import app
from devnorms.sources.own import populations
from tests.sources.ownexports import EXAMPLES, MAPS
from tests.sources.ownfiles import observations
from tests.sources.test_own_faults import changed, rows, save


def _type(*words: object, exits: int = 0) -> tuple[str, str]:
    """Type a command; give what it prints on stdout and stderr."""
    result = CliRunner().invoke(app, ["import", *map(str, words)])
    assert result.exit_code == exits, (result.output, result.exception)
    assert "Traceback" not in result.output
    return result.stdout, result.stderr


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return EXAMPLES["csv"].write(tmp_path)


def test_a_file_is_read_told_and_written(data: Path, tmp_path: Path) -> None:
    out, summary = tmp_path / "o.parquet", tmp_path / "s.json"
    made = observations()
    printed, _ = _type(
        data, "--map", MAPS / "csv.toml", "--out", out, "--summary", summary
    )
    assert printed.startswith("sim_kivu: 60 children, 120 visits, 8 items (8 with a")
    assert f"Answers:  {len(made)} used of {len(made)}" in printed
    assert "Speak for: COD-SIM (COD, community), 60 children: Children who" in printed
    assert f"Written: {out}, {summary}" in printed
    back = pd.read_parquet(out)
    assert len(back) == len(made)
    assert populations(back)["population"].tolist() == ["COD-SIM"]
    (one,) = json.loads(summary.read_text("utf-8"))["sets"]
    told = {k: one[k] for k in ("set", "population", "children", "forms", "responses")}
    assert told == {
        "set": "sim_kivu", "population": "COD-SIM", "children": 60, "forms": 120,
        "responses": len(made),
    }  # fmt: skip
    assert one["quality"] in {"ok", "note", "look", "stop"}
    assert one["licence"] == "CC0-1.0"
    assert not list(tmp_path.glob(".*"))


def test_without_out_nothing_is_written(data: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    printed, _ = _type(data, "--map", MAPS / "csv.toml")
    assert "Nothing was written: say --out observations.parquet" in printed
    assert sorted(tmp_path.iterdir()) == before


def test_what_is_left_out_is_said_and_warned_of(tmp_path: Path) -> None:
    path = save(tmp_path, rows({}, {"age": ""}))
    (tmp_path / "map.toml").write_text(tomli_w.dumps(changed()), "utf-8")
    printed, told = _type(path, "--map", tmp_path / "map.toml")
    assert "Answers:  2 used of 4\n          2 left out: no age" in printed
    assert "warning: data.csv: of 4 answers 2 (no age) were left out" in told


def test_a_draft_is_printed_or_written_with_what_is_left_to_do(
    data: Path, tmp_path: Path
) -> None:
    draft, _ = _type("--suggest", data)
    assert draft.startswith("# Mapping of visits.csv, drafted by")
    out = tmp_path / "map.toml"
    printed, _ = _type("--suggest", data, "--out", out)
    assert out.read_text("utf-8").rstrip() == draft.rstrip()
    assert "map.toml: 9 gaps to fill (FILL)" in printed
    assert f"Then:  devnorms import {data} --map {out}" in printed


def test_the_corrected_age_and_hashed_ids_are_had_on_request(tmp_path: Path) -> None:
    mapping = changed(child={"column": "child", "pseudonymise": True})
    (tmp_path / "map.toml").write_text(tomli_w.dumps(mapping), "utf-8")
    (tmp_path / "salt.txt").write_text("a secret of ours\n", "utf-8")
    path = save(tmp_path, rows({}))
    out = [tmp_path / "1.parquet", tmp_path / "2.parquet"]
    for file in out:
        _type(
            path, "--map", tmp_path / "map.toml", "--out", file, "--corrected-age",
            "--salt-file", tmp_path / "salt.txt",
        )  # fmt: skip
    one, two = map(pd.read_parquet, out)
    assert one.equals(two)
    assert "age_days_corrected" in one
    assert "a0" not in set(one["child"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--map", "nowhere.toml"], "There is no mapping file nowhere.toml"),
        ([], "To draft one: devnorms import --suggest"),
        (["--map", MAPS / "csv.toml", "--out", "o.csv"], "with the ending .parquet"),
        (["--map", MAPS / "excel.toml"], "a text file has no sheets"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    data: Path, words: list[object], said: str
) -> None:
    _, told = _type(data, *words, exits=2)
    plain = " ".join(told.replace("│", " ").split())
    assert said in plain


def test_a_failure_leaves_older_files_as_they_were(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "o.parquet"
    out.write_bytes(b"older")
    blocked = tmp_path / "visits.csv" / "s.json"  # a file stands where a folder must
    _type(data, "--map", MAPS / "csv.toml", "--out", out, "--summary", blocked, exits=1)
    assert out.read_bytes() == b"older"
    assert not list(tmp_path.glob(".*"))
