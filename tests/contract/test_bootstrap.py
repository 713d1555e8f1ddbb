"""Whatever python3 there is, the installation finds its way or says what is missing."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def bootstrap(root: Path) -> ModuleType:
    """The script as a module."""
    file = root / "requirements" / "bootstrap.py"
    spec = importlib.util.spec_from_file_location("bootstrap", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _program(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def _python(folder: Path, name: str, version: str) -> Path:
    """A program that answers like an interpreter of some version."""
    major, minor = version.split(".")
    return _program(folder, name, f"echo cpython {major} {minor}")


def test_a_shim_that_does_not_run_is_not_taken(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path / "shims", "python3.12", "echo 'command not found' >&2; exit 127")
    real = _python(
        tmp_path / "pyenv" / "versions" / "3.12.4" / "bin", "python3", "3.12"
    )
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(bootstrap.sys, "executable", "/bin/false")
    assert bootstrap.find_python() == str(real)


def test_a_name_does_not_make_a_version(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _python(tmp_path, "python3.12", "3.9")
    later = _python(tmp_path, "python3.13", "3.13")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
    monkeypatch.setattr(bootstrap.sys, "executable", "/bin/false")
    assert bootstrap.find_python() == str(later)


def test_nothing_that_runs_is_said_clearly(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = _program(tmp_path, "uv", "exit 2")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
    monkeypatch.setattr(bootstrap.sys, "executable", "/bin/false")
    with pytest.raises(SystemExit, match=r"devnorms needs Python >= 3\.12"):
        bootstrap.provide_python(str(uv))


def test_a_machine_without_pip_and_venv_is_told_what_to_install(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _python(tmp_path, "python3", "3.9")
    (tmp_path / "python3").write_text(
        '#!/bin/sh\ncase "$*" in *pip*|*venv*) exit 1;; esac\necho cpython 3 9\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setattr(bootstrap.sys, "executable", str(tmp_path / "python3"))
    monkeypatch.setattr(bootstrap, "BOOT", tmp_path / "boot")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        bootstrap.bring_uv()


def test_settings_of_pip_reach_uv_unless_uv_has_its_own(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = (
        "global.index-url='https://mirror.example/simple'\n"
        "global.extra-index-url='https://a.example https://b.example'\n"
        ":env:.find-links='/wheels /more'"
    )
    _program(tmp_path, "python3", f"cat <<'END'\n{settings}\nEND")
    monkeypatch.setattr(bootstrap.sys, "executable", str(tmp_path / "python3"))
    for name in [name for name in os.environ if name.startswith("UV_")]:
        monkeypatch.delenv(name)
    env = bootstrap.uv_environment()
    assert env["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert env["UV_INDEX"] == "https://a.example https://b.example"
    assert env["UV_FIND_LINKS"] == "/wheels,/more"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example")
    assert bootstrap.uv_environment()["UV_DEFAULT_INDEX"] == "https://mine.example"
    assert "UV_INDEX" not in bootstrap.uv_environment(only=("index-url", "cert"))


def test_an_environment_is_current_until_the_lock_changes(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("numpy==2.0", encoding="utf-8")
    monkeypatch.setattr(bootstrap, "LOCK", lock)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(bootstrap, "PYTHON", sys.executable)
    assert not bootstrap.is_current()
    bootstrap.STAMP.write_text(bootstrap.wanted_stamp(), encoding="utf-8")
    assert bootstrap.is_current()
    lock.write_text("numpy==2.1", encoding="utf-8")
    assert not bootstrap.is_current()


def test_the_script_needs_nothing_newer_than_python_3_6(root: Path) -> None:
    import ast

    text = (root / "requirements" / "bootstrap.py").read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 6))


def test_make_says_it_when_no_python3_runs(root: Path, tmp_path: Path) -> None:
    make = shutil.which("make")
    assert make is not None
    for name in ("sh", "env"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    done = subprocess.run(
        [make, "-C", str(root), "install", "FIND_PYTHON=true"],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "no python3 (>= 3.6) runs on this machine" in done.stderr
