"""`devnorms score` and `dn.dscore`: the same numbers whichever way."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import devnorms as dn
from devnorms.cli.app import app

COLUMNS = ["study", "child", "age_days", "n", "share_passed", "dscore", "sem", "daz"]


@pytest.fixture(autouse=True)
def _data(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVNORMS_DATA", str(data_folder))


def _type(*words: object, exits: int = 0) -> tuple[str, str]:
    result = CliRunner().invoke(app, ["score", *map(str, words)])
    assert result.exit_code == exits, (result.output, result.exception)
    assert "Traceback" not in result.output
    return result.stdout, result.stderr


@pytest.fixture
def ecuador(data_folder: Path, tmp_path: Path) -> Path:
    """The smallest study, as comma-separated text."""
    table = pd.read_csv(
        data_folder / "childdevdata" / "gcdg_ecu.txt",
        sep="\t", dtype=str, keep_default_na=False,
    )  # fmt: skip
    file = tmp_path / "ecuador.csv"
    table.to_csv(file, index=False)
    return file


def test_all_visits_are_scored_and_written(tmp_path: Path) -> None:
    out = tmp_path / "new" / "scores.parquet"
    printed, _ = _type("childdevdata", "--key", "gcdg", "--out", out)
    assert "28140 of 28465 visits have a D-score" in printed
    assert "312 visits: no score: age not known" in printed
    assert "not a diagnosis" in printed
    table = pd.read_parquet(out)
    assert list(table.columns) == COLUMNS
    assert len(table) == 28465
    assert not table.duplicated(["study", "child", "age_days"])[
        table["age_days"].notna()
    ].any()
    record = json.loads(table.attrs["record"])
    assert {source["id"] for source in record["sources"]} == {"childdevdata", "dscore"}
    assert sorted(out.parent.iterdir()) == [out]


def test_a_wide_file_gives_what_the_source_gives(
    ecuador: Path, tmp_path: Path, data_folder: Path
) -> None:
    out = tmp_path / "scores.csv"
    _type(ecuador, "--key", "gcdg", "--out", out)
    from_csv = pd.read_csv(out, dtype={"child": str})
    whole = dn.dscore(data_folder / "childdevdata" / "gcdg_ecu.txt", "gcdg")
    for column in ("dscore", "sem", "daz"):
        assert (from_csv[column] - whole[column]).abs().max() < 1e-12
    assert set(from_csv["study"]) == {"gcdg_ecu"}
    record = json.loads((tmp_path / "scores.record.json").read_text())
    assert record["key"] == "gcdg"


def test_observations_of_a_study_give_the_same_scores(
    data_folder: Path, tmp_path: Path
) -> None:
    observations = dn.load("childdevdata", studies="ECU")
    file = tmp_path / "observations.parquet"
    observations.drop(columns=["weight"]).to_parquet(file)
    _type(file, "--key", "gcdg", "--out", tmp_path / "s.parquet")
    found = pd.read_parquet(tmp_path / "s.parquet").set_index("child")
    direct = dn.dscore(observations, "gcdg").set_index("child")
    wide = dn.dscore(data_folder / "childdevdata" / "gcdg_ecu.txt", "gcdg")
    wide = wide.set_index("child").loc[found.index]
    assert found["dscore"].equals(direct["dscore"])
    assert (found["dscore"] - wide["dscore"]).abs().max() < 1e-10


def test_five_answers_at_13_months_score_as_the_package_documents() -> None:
    """Vignette "Understanding and using DAZ" of dscore 1.10.0, third child."""
    items = ["gs1moc060", "gs1moc061", "gs1lgc062", "gs1sec063", "gs1moc064"]
    child = pd.DataFrame([[1, 1, 1, 0, 0]], columns=items).assign(age_months=13)
    scores = dn.dscore(child, rounded=True)
    assert scores[["n", "dscore", "daz"]].to_numpy().tolist() == [[5, 48.37, -0.862]]


def test_rounding_is_a_choice(ecuador: Path, tmp_path: Path) -> None:
    out = tmp_path / "s.parquet"
    _type(ecuador, "--key", "gcdg", "--rounded", "--out", out)
    table = pd.read_parquet(out)
    assert (table["dscore"] - table["dscore"].round(2)).abs().max() == 0
    assert table.attrs["rounded"] is True


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--key", "gsed2405"], "Did you mean 'gsed2406'"),
        (["--reference", "who"], "Known: 'dutch', 'phase1', 'preliminary_standards'"),
        (["--key", "293_0"], "none of the 22 items"),
        (["--out", "scores.xlsx"], "a .parquet or .csv file"),
    ],
)
def test_what_cannot_be_is_said_in_one_message(
    ecuador: Path, words: list[str], message: str, tmp_path: Path
) -> None:
    out = [] if "--out" in words else ["--out", tmp_path / "s.parquet"]
    _, complaint = _type(ecuador, *words, *out, exits=2)
    assert message in complaint
    assert [p.name for p in tmp_path.iterdir()] == ["ecuador.csv"]


def test_an_unknown_source_is_named(tmp_path: Path) -> None:
    _, complaint = _type("childevdata", exits=2)
    assert "Did you mean 'childdevdata'" in complaint


@pytest.mark.parametrize("name", ["no.csv", "no.parquet", "notes.docx"])
def test_a_file_that_is_no_table_is_told(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    if name != "no.csv":
        file.write_text("no table")
    _, complaint = _type(file, exits=2)
    assert name in complaint
