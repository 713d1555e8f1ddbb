"""An installed devnorms works away from the checkout, with its data."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network by the installed hatchling."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=root, check=True, capture_output=True,
    )  # fmt: skip
    return next(folder.glob("devnorms-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment that finds the devnorms of the wheel, not the checkout's."""
    place = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    packages = sysconfig.get_paths()["purelib"]
    # -S leaves out the .pth file that points to the checkout.
    return {"PYTHONPATH": os.pathsep.join([str(place), packages]), "place": str(place)}


def _run(installed: dict[str, str], *words: str, cwd: Path) -> str:
    env = {k: v for k, v in os.environ.items() if k != "DEVNORMS_DATA"}
    done = subprocess.run(
        [sys.executable, "-S", *words],
        cwd=cwd,
        env={**env, "PYTHONPATH": installed["PYTHONPATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_code_data_and_licence_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"devnorms"}
    for part in (
        "devnorms/py.typed",
        "devnorms/_bundled/demo.toml",
        "devnorms/_bundled/milestones/dataset.json",
        "devnorms/_bundled/milestones/LICENSE.md",
        "devnorms/_bundled/milestones/CITATION.bib",
        "devnorms/_bundled/milestones/counts/NLD-SMOCC.csv",
        "devnorms/sources/registry.toml",
        "devnorms/sources/codebook/links.csv",
        "devnorms/report/templates/report.html",
    ):
        assert part in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]


def test_the_installed_one_is_the_one_tested(
    installed: dict[str, str], tmp_path: Path
) -> None:
    code = "import devnorms; print(devnorms.__file__)"
    printed = _run(installed, "-c", code, cwd=tmp_path)
    assert printed.startswith(installed["place"])


def test_its_commands_and_its_data_work_away_from_the_checkout(
    installed: dict[str, str], tmp_path: Path
) -> None:
    main = "import sys; from devnorms.cli import main; sys.argv[0] = 'devnorms'; main()"
    assert "demo" in _run(installed, "-c", main, "--help", cwd=tmp_path)
    assert "10 populations" in _run(installed, "-c", main, "doctor", cwd=tmp_path)
    assert "childdevdata" in _run(installed, "-c", main, "sources", cwd=tmp_path)


def test_its_demo_analysis_is_the_one_of_the_checkout_and_can_be_begun(
    installed: dict[str, str], tmp_path: Path, root: Path
) -> None:
    code = (
        "from devnorms.workflow import bundled_analysis, read_analysis\n"
        "from devnorms.workflow.entering import enter\n"
        "entering = enter(read_analysis(bundled_analysis('demo')))\n"
        "print(len(entering.populations), len(entering.counts) > 40_000)\n"
        "print(bundled_analysis('demo').read_text(), end='')"
    )
    printed = _run(installed, "-c", code, cwd=tmp_path)
    shipped = (root / "analyses" / "demo.toml").read_text(encoding="utf-8")
    assert printed == f"10 True\n{shipped}"
