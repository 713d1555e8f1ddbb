"""The whole way with the real sampler: run, found again, made again to the last bit."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from devnorms.cli.app import app
from devnorms.schema.norms import load_norms
from devnorms.workflow import Manifest

pytestmark = pytest.mark.sampling

WALKING = """
[analysis]
id = "walking"

[data]
milestones = ["walks_alone"]
"""


def test_a_run_with_the_sampler_can_be_verified(tmp_path: Path) -> None:
    small = tmp_path / "walking.toml"
    small.write_text(WALKING, encoding="utf-8")
    results = tmp_path / "results"
    type_in = CliRunner().invoke
    ran = type_in(app, ["run", str(small), "--out", str(results)])
    assert ran.exit_code == 0, ran.output
    (folder,) = [p for p in (results / "walking").iterdir() if p.is_dir()]
    manifest = Manifest.read(folder)
    assert manifest.diagnostics["divergences"] == 0
    assert manifest.diagnostics["max_rhat"] < 1.01
    ages = load_norms(folder / "norms").table.set_index(["population", "share"])
    # SMOCC children: half walk alone between the WHO median and 15 months.
    assert 11.5 < ages.loc[("NLD-SMOCC", 0.5), "age_months"] < 15
    again = type_in(app, ["verify", str(folder)])
    assert again.exit_code == 0, again.output
    assert "draws: identical" in again.output
    assert "Made again: identical." in again.output
