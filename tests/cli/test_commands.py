"""The commands say what they did, and no traceback reaches who types them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from typer.testing import CliRunner

from devnorms import __version__, workflow
from devnorms._base.errors import FetchError, LeftOutWarning, NotConverged
from devnorms.cli.app import app
from devnorms.workflow import Result, running
from tests.cli.quick import QuickModels

COMMANDS = ("demo", "run", "verify", "fetch", "load", "sources", "cite", "doctor")


def _type(*words: str, exits: int = 0) -> tuple[str, str]:
    """Type a command; give what it prints on stdout and stderr."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == exits, (result.output, result.exception)
    assert "Traceback" not in result.output
    return result.stdout, result.stderr


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> QuickModels:
    """Let the commands fit in a second."""
    models = QuickModels()
    monkeypatch.setattr(running, "real_models", lambda: models)
    return models


def test_help_names_every_command() -> None:
    printed, _ = _type("--help")
    for command in COMMANDS:
        assert re.search(rf"^  {command}  +\S", printed, flags=re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    printed, _ = _type(command, "--help")
    assert printed.startswith("Usage:")


def test_the_version_is_printed() -> None:
    assert _type("--version")[0] == f"devnorms {__version__}\n"


def test_a_run_says_what_it_did_and_what_to_open(
    small: Path, tmp_path: Path, quick: QuickModels
) -> None:
    out = tmp_path / "results"
    printed, told = _type("run", str(small), "--out", str(out))
    assert re.search(r"Done in \d+ s: load \d+\.\d s, fit", printed)
    page = re.search(r"Open: +(\S+report\.html)", printed)
    assert page is not None
    assert Path(page[1]).is_file()
    assert "warning: " in told
    again, _ = _type("run", str(small), "--out", str(out))
    assert "Already there, made on 20" in again
    assert quick.fits == 1


def test_the_demo_writes_the_folder_it_is_given(
    small: Path, tmp_path: Path, quick: QuickModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "bundled_analysis", lambda _: small)
    printed, _ = _type("demo", "--out", str(tmp_path / "demo"))
    assert str(tmp_path / "demo" / "report.html") in printed
    assert (tmp_path / "demo" / "manifest.json").is_file()
    assert quick.fits == 1


def test_what_verifies_is_said_to_be_identical(
    made: Result, quick: QuickModels
) -> None:
    printed, _ = _type("verify", str(made.folder))
    assert "files are as they were made" in printed
    assert "norms: identical" in printed
    assert "Made again: identical." in printed
    assert quick.fits == 1


def test_what_differs_is_said_and_exits_with_1(
    made: Result, quick: QuickModels
) -> None:
    quick.shift = 0.01
    printed, _ = _type("verify", str(made.folder), exits=1)
    assert "norms: age_months by at most" in printed
    assert "Made again: it differs." in printed
    _type("verify", str(made.folder), "--within", "12")


def test_an_edited_result_exits_with_1(spoilt: Result) -> None:
    spoilt.report.write_text("edited", encoding="utf-8")
    _, told = _type("verify", str(spoilt.folder), exits=1)
    assert "report.html was changed" in told


def test_what_to_cite_is_printed_with_licences(made: Result) -> None:
    printed, _ = _type("cite", str(made.folder))
    assert "doi:10.5281/zenodo.4700229" in printed
    assert "licence: CC BY 4.0" in printed
    assert made.manifest.norm_set in printed


def test_sources_are_listed_with_their_licences() -> None:
    printed, _ = _type("sources")
    assert "childdevdata 1.1.0" in printed
    assert "CC BY 4.0" in printed


def test_data_within_reach_are_found_and_checked(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVNORMS_DATA", str(data_folder))
    printed, _ = _type("fetch", "childdevdata")
    assert "10 files, complete and checked" in printed


def test_the_doctor_looks_at_packages_and_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DEVNORMS_DATA", str(tmp_path))
    printed, _ = _type("doctor")
    assert "10 populations" in printed
    assert str(tmp_path) in printed
    monkeypatch.setenv("DEVNORMS_DATA", str(tmp_path / "gone"))
    assert "gone is not a folder" in _type("doctor")[0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "none.toml"), "There is no analysis file none.toml"),
        (("verify", "."), "is not a result of devnorms"),
        (("cite", "."), "is not a result of devnorms"),
        (("fetch", "childdefdata"), "Did you mean 'childdevdata'"),
        (("rnu",), "Did you mean 'run'"),
        (("run",), "Missing argument"),
        (("verify", ".", "--within", "-1"), "Invalid value for '--within'"),
    ],
)
def test_bad_input_ends_in_one_message_and_exit_code_2(
    words: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told in _type(*words, exits=2)[1]


def test_all_faults_of_an_analysis_file_are_printed(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("[analysis]\nid = 3\n[norms]\nlevel = 95\n", encoding="utf-8")
    _, told = _type("run", str(file), exits=2)
    assert "2 faults found" in told


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (NotConverged("worst: sd_item"), 1, "devnorms: worst: sd_item\n"),
        (FetchError("the disk is full"), 1, "devnorms: the disk is full\n"),
        (PermissionError(13, "Permission denied", "/x"), 1, "Permission denied: '/x'"),
        (KeyboardInterrupt(), 130, "stopped by you; nothing half-written is left"),
        (ZeroDivisionError("division by zero"), 70, "should not have happened"),
    ],
)
def test_a_failure_ends_in_one_message(
    error: BaseException,
    code: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(workflow, "run", fail)
    assert told in _type("run", "x.toml", exits=code)[1]


def test_the_traceback_of_the_unforeseen_is_in_the_file_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(workflow, "run", fail)
    _, told = _type("run", "x.toml", exits=70)
    name = re.search(r"with the file (\S+)", told)
    assert name is not None
    log = Path(name[1])
    assert "ZeroDivisionError: division by zero" in log.read_text(encoding="utf-8")
    log.unlink()


def test_warnings_are_one_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    def warn(*_: object, **__: object) -> None:
        warnings.warn("three rows\nwere left out", LeftOutWarning, stacklevel=1)
        warnings.warn("an old name", FutureWarning, stacklevel=1)
        raise NotConverged("stop here")

    monkeypatch.setattr(workflow, "run", warn)
    _, told = _type("run", "x.toml", exits=1)
    assert "devnorms: warning: three rows were left out\n" in told
    assert "devnorms: warning (builtins.FutureWarning): an old name\n" in told


def test_a_closed_pipe_is_no_failure() -> None:
    program = Path(sys.executable).with_name("devnorms")
    with subprocess.Popen(
        [str(program), "sources"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
    assert b"Traceback" not in told
    assert process.returncode == 1
