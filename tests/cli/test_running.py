"""A result is whole or not there, is found again, and says how it was made."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from devnorms._base.errors import (
    EmptySelectionError,
    LeftOutWarning,
    NotConverged,
    ResultMismatchError,
    UnknownNameError,
    UnreadableFileError,
)
from devnorms.schema.norms import load_norms
from devnorms.workflow import Manifest, Result, read_analysis, run, run_into
from devnorms.workflow.analysis import analysis_from
from devnorms.workflow.entering import enter
from devnorms.workflow.running import prepare
from devnorms.workflow.writing import load_curves
from tests.cli.quick import QuickModels

pytestmark = pytest.mark.filterwarnings(
    # The stand-in knows nothing of neighbouring items, so many ages lie outside.
    "ignore::devnorms._base.errors.OutsideSupportWarning"
)
ROOT = Path(__file__).parents[2]
SCRIPT = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from tests.cli.quick import QuickModels
from devnorms.workflow import run, run_into

class Tells(QuickModels):
    def fit(self, *args, **kwargs):
        with Path(sys.argv[3]).open("a") as log:
            log.write("fitting\\n")
        return super().fit(*args, **kwargs)

result = run(sys.argv[1], sys.argv[2], models=Tells(seconds=float(sys.argv[4])))
print(result.folder, result.reused)
"""


def _start(
    small: Path, results: Path, log: Path, seconds: float
) -> subprocess.Popen[str]:
    arguments = [str(small), str(results), str(log), str(seconds)]
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for(file: Path, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        if file.exists() and file.read_text():
            return
        if process.poll() is not None:
            pytest.fail(f"ended too early: {process.communicate()}")
        time.sleep(0.1)
    pytest.fail(f"{file} did not appear")


def test_a_run_writes_report_norms_draws_and_tables(made: Result) -> None:
    folder = made.folder
    assert folder.parent.name == "small"
    assert (folder / "report.html").stat().st_size > 0
    assert load_norms(folder / "norms").id == made.manifest.norm_set
    assert set(load_norms(folder / "norms").table["population"]) == {
        "NLD-SMOCC", "ZAF", "COL-LT45M", "(pooled)",
    }  # fmt: skip
    for name in ("counts", "shares", "predictive", "published"):
        assert len(pd.read_parquet(folder / "data" / f"{name}.parquet")) > 0


def test_the_manifest_says_how_it_was_made(made: Result) -> None:
    raw = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    assert raw["command"] == "devnorms run x"
    assert raw["analysis"]["data"]["milestones"] == ["walks_alone"]
    assert raw["seed"] == raw["analysis"]["sampling"]["seed"]
    assert raw["environment"]["versions"]["python"].startswith("3.")
    assert raw["environment"]["versions"]["xarray"] == xr.__version__
    assert {"load", "fit", "check", "norms", "report", "save"} == set(raw["seconds"])
    assert {s["id"] for s in raw["sources"]} >= {"childdevdata"}
    assert all(len(s["sha256"]) == 64 for s in raw["sources"])
    assert {n for n in raw["inputs"] if n.startswith("data: ")} >= {"data: counts"}
    assert raw["started"] <= raw["finished"]


def test_the_manifest_holds_the_hash_of_every_file(made: Result) -> None:
    folder, manifest = made.folder, made.manifest
    files = {p for p in folder.rglob("*") if p.is_file()} - {folder / "manifest.json"}
    assert {folder / name for name in manifest.files} == files
    page = folder / "report.html"
    sha256 = hashlib.sha256(page.read_bytes()).hexdigest()
    assert manifest.files["report.html"]["sha256"] == sha256


def test_the_manifest_names_no_person_and_no_place(made: Result) -> None:
    text = (made.folder / "manifest.json").read_text(encoding="utf-8")
    assert str(Path.home()) + os.sep not in text
    assert os.uname().nodename not in text


def test_a_finished_result_is_reused(small: Path, made: Result) -> None:
    models = QuickModels()
    again = run(small, made.folder.parents[1], models=models)
    assert again.reused
    assert again.folder == made.folder
    assert models.fits == 0
    assert again.manifest == Manifest.read(made.folder)


def test_nothing_but_the_result_is_left(made: Result) -> None:
    beside = {p.name for p in made.folder.parent.iterdir()}
    assert beside == {made.folder.name, f".{made.folder.name}.lock"}


def test_draws_come_back_to_the_last_bit(small: Path, made: Result) -> None:
    analysis = read_analysis(small)
    counts = enter(analysis).counts
    curves = QuickModels().fit(
        counts, spec=analysis.model, sampling=analysis.sampling, progress=None
    )
    xr.testing.assert_identical(
        load_curves(made.folder / "data" / "curves.zarr"), curves
    )


def test_draws_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="does not hold the draws of a fit"):
        load_curves(tmp_path / "curves.zarr")


def test_every_choice_but_place_and_cores_has_a_folder_of_its_own(small: Path) -> None:
    analysis = read_analysis(small)

    def key(**changes: object) -> str:
        changed = replace(analysis, **changes)  # type: ignore[arg-type]
        return prepare(changed, "", None, QuickModels()).key

    sampling = analysis.sampling
    assert key() == key()
    assert key(sampling=replace(sampling, cores=1)) == key()
    assert key(sampling=replace(sampling, seed=1)) != key()
    assert key(norms=replace(analysis.norms, level=0.8)) != key()
    assert key(data=replace(analysis.data, populations=("ZAF", "NLD-SMOCC"))) != key()


def test_a_fit_that_fails_leaves_nothing(small: Path, tmp_path: Path) -> None:
    class Fails(QuickModels):
        def fit(self, *_: object, **__: object) -> xr.Dataset:
            raise NotConverged("worst: sd_item, R-hat 1.2")

    with pytest.raises(NotConverged, match=r"R-hat 1\.2"):
        run(small, tmp_path / "results", models=Fails())
    left = [p.name for p in (tmp_path / "results").rglob("*") if p.is_dir()]
    assert left == ["small"]


def test_a_killed_run_leaves_no_half_result_and_can_be_repeated(
    small: Path, tmp_path: Path
) -> None:
    results, log = tmp_path / "results", tmp_path / "log"
    process = _start(small, results, log, seconds=60)
    _wait_for(log, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    left = list((results / "small").iterdir())
    assert all(p.name.startswith(".") for p in left), left
    assert any("draft" in p.name for p in left), "it was killed too early"
    result = run(small, results, models=QuickModels())
    assert not result.reused
    left = {p.name for p in (results / "small").iterdir() if p.suffix != ".lock"}
    assert left == {result.folder.name}


def test_of_two_runs_at_once_one_works_and_the_other_takes_its_result(
    small: Path, tmp_path: Path
) -> None:
    results, log = tmp_path / "results", tmp_path / "log"
    first = _start(small, results, log, seconds=2)
    second = _start(small, results, log, seconds=2)
    ends = [p.communicate(timeout=120) for p in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], ends
    assert sorted(out.split()[-1] for out, _ in ends) == ["False", "True"]
    assert log.read_text() == "fitting\n"


def test_an_edited_result_is_not_reused(small: Path, spoilt: Result) -> None:
    spoilt.report.write_text("better numbers", encoding="utf-8")
    (spoilt.folder / "notes.txt").write_text("mine", encoding="utf-8")
    (spoilt.folder / "norms" / "README.md").unlink()
    with pytest.raises(ResultMismatchError, match="not as it was made") as caught:
        run(small, spoilt.folder.parents[1], models=QuickModels())
    assert "report.html was changed" in str(caught.value)
    assert "notes.txt was added" in str(caught.value)
    assert "norms/README.md is missing" in str(caught.value)


def test_a_given_folder_takes_a_new_result_in_the_place_of_an_old_one(
    small: Path, spoilt: Result
) -> None:
    out, results = spoilt.folder, spoilt.folder.parent
    small.write_text(small.read_text() + "seed = 5\n", encoding="utf-8")
    assert Manifest.read(out).seed != 5
    second = run_into(small, out, models=QuickModels())
    assert (second.folder, second.reused) == (out, False)
    assert Manifest.read(out).seed == 5
    assert {p.name for p in results.iterdir()} == {out.name, f".{out.name}.lock"}
    assert run_into(small, out, models=QuickModels()).reused


def test_an_edited_result_is_not_replaced(small: Path, spoilt: Result) -> None:
    small.write_text(small.read_text() + "seed = 5\n", encoding="utf-8")
    spoilt.report.write_text("my notes", encoding="utf-8")
    with pytest.raises(ResultMismatchError, match=r"report\.html was changed"):
        run_into(small, spoilt.folder, models=QuickModels())
    assert spoilt.report.read_text(encoding="utf-8") == "my notes"


def test_a_folder_of_something_else_is_not_touched(small: Path, tmp_path: Path) -> None:
    mine = tmp_path / "thesis" / "chapter.tex"
    mine.parent.mkdir()
    mine.write_text("years of work", encoding="utf-8")
    with pytest.raises(ResultMismatchError, match="not a result of devnorms"):
        run_into(small, mine.parent, models=QuickModels())
    assert mine.read_text(encoding="utf-8") == "years of work"


def test_all_responses_of_the_source_are_accounted_for(root: Path) -> None:
    entering = enter(read_analysis(root / "analyses" / "motor.toml"))
    assert set(entering.counts["domain"]) == {"gross_motor"}
    left_out = sum(entering.left_out.values())
    assert entering.counts["asked"].sum() + left_out == 918_707


def test_an_unknown_milestone_is_told_with_the_nearest(small: Path) -> None:
    analysis = read_analysis(small)
    wrong = replace(analysis, data=replace(analysis.data, milestones=("walk_alone",)))
    with pytest.raises(UnknownNameError, match="Did you mean 'walks_alone'"):
        enter(wrong)


def test_choices_that_leave_nothing_are_told(small: Path) -> None:
    analysis = read_analysis(small)
    data = replace(analysis.data, domains=("language",))
    with pytest.raises(EmptySelectionError, match="leave no response"):
        enter(replace(analysis, data=data))


def test_a_chosen_population_that_was_asked_nothing_is_told(small: Path) -> None:
    analysis = read_analysis(small)
    data = replace(analysis.data, populations=("ZAF", "CHL-1"))
    with pytest.warns(LeftOutWarning, match="population: 'CHL-1'"):
        enter(replace(analysis, data=data))


@pytest.mark.filterwarnings("ignore::devnorms._base.errors.SparseDataWarning")
def test_the_responses_themselves_can_enter_at_corrected_ages(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVNORMS_DATA", str(data_folder))
    about = {"analysis": {"id": "responses"}}
    chosen = {"source": "childdevdata", "milestones": ["walks_alone"]}
    plain = enter(analysis_from({**about, "data": chosen}, "here"))
    corrected = enter(
        analysis_from(
            {**about, "data": chosen, "count": {"corrected_age": True}}, "here"
        )
    )
    for entering in (plain, corrected):
        assert set(entering.counts["domain"]) == {"gross_motor"}
        left_out = sum(entering.left_out.values())
        assert entering.counts["asked"].sum() + left_out == 918_707

    def mean_age_days(counts: pd.DataFrame) -> pd.Series:
        days = counts["age_days_mean"] * counts["asked"]
        by = counts["population"]
        return days.groupby(by).sum() / counts["asked"].groupby(by).sum()

    younger = mean_age_days(plain.counts) - mean_age_days(corrected.counts)
    # Gestation is not known for these; Dutch preterm children are some weeks younger.
    assert younger["ECU"] == 0
    assert 0 < younger["NLD-SMOCC"] < 7
    assert plain.hashes() != corrected.hashes()
