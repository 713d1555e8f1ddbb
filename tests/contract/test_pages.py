"""What the pages show is what a person gets who types it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

NUMBER = re.compile(r"\d+\.\d+")


def _block(page: Path, language: str) -> str:
    found = re.findall(
        rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL
    )
    assert len(found) == 1
    return str(found[0])


def _python(code: str, folder: Path, **more: str) -> str:
    import os

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_result_fits_in_ten_lines(root: Path) -> None:
    lines = [line for line in _block(root / "README.md", "python").splitlines() if line]
    assert len(lines) <= 10


@pytest.mark.sampling
def test_the_first_result_of_the_readme_is_what_comes_out(
    root: Path, tmp_path: Path
) -> None:
    shown = _block(root / "README.md", "text").splitlines()
    printed = _python(_block(root / "README.md", "python"), tmp_path).splitlines()
    assert [line.split()[0] for line in printed] == [line.split()[0] for line in shown]
    assert [line.split()[-1] for line in printed] == [
        line.split()[-1] for line in shown
    ]
    for here, there in zip(printed, shown, strict=True):
        ours, theirs = NUMBER.findall(here), NUMBER.findall(there)
        # Another machine or seed moves the end of an interval by less than this.
        assert [float(n) for n in ours] == pytest.approx(
            [float(n) for n in theirs], abs=0.3
        )


@pytest.mark.slow
def test_the_tutorial_runs(root: Path, tmp_path: Path) -> None:
    code = (root / "docs" / "tutorials" / "first_norms.py").read_text(encoding="utf-8")
    printed = _python(code, tmp_path, MPLBACKEND="agg")
    assert "purpose: " in printed
