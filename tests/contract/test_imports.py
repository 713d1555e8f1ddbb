"""What `import devnorms` costs, and what it offers."""

from __future__ import annotations

import importlib
import subprocess
import sys
from types import ModuleType

import pytest

import devnorms

HEAVY = (
    "arviz_stats", "matplotlib", "nutpie", "pandas", "pandera", "polars", "pooch",
    "pymc", "pytensor", "scipy", "seaborn", "statsmodels", "typer", "xarray",
)  # fmt: skip


def _in_a_fresh_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_importing_devnorms_loads_nothing_heavy() -> None:
    code = f"import devnorms, sys; print([m for m in {HEAVY} if m in sys.modules])"
    assert _in_a_fresh_python(code) == "[]"


def test_help_loads_nothing_heavy() -> None:
    heavy = [name for name in HEAVY if name != "typer"] + ["rich"]
    code = (
        "import sys; sys.argv = ['devnorms', '--help']\n"
        "from devnorms.cli import main\n"
        "try: main()\n"
        f"except SystemExit: print([m for m in {heavy} if m in sys.modules])"
    )
    assert _in_a_fresh_python(code).endswith("[]")


def test_loading_counts_and_norms_needs_no_sampler_and_no_plotting() -> None:
    heavy = ("pymc", "pytensor", "nutpie", "statsmodels", "matplotlib", "seaborn")
    code = (
        "import devnorms as dn, sys; dn.load_counts('milestones'); dn.pass_ages; "
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    assert _in_a_fresh_python(code) == "[]"


@pytest.mark.parametrize("name", devnorms.__all__)
def test_every_public_name_exists(name: str) -> None:
    assert getattr(devnorms, name) is not None
    assert name in dir(devnorms)


def test_every_public_name_has_a_place() -> None:
    assert len(devnorms.__all__) == len(set(devnorms.__all__))
    assert set(devnorms.__all__) - {"__version__"} == set(devnorms._WHERE)


def test_a_name_that_is_not_there_is_told() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        _ = devnorms.lode


def test_report_stays_the_function_when_its_room_was_imported() -> None:
    room = importlib.import_module("devnorms.report")
    assert isinstance(room, ModuleType)
    assert devnorms.report is room.report
    code = "import devnorms as dn; dn.plot; print(callable(dn.report))"
    assert _in_a_fresh_python(code) == "True"


def test_the_version_is_the_one_of_the_distribution() -> None:
    from importlib.metadata import version

    assert version("devnorms") == devnorms.__version__
