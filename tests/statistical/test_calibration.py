"""Simulation-based calibration of the whole fit, recovered effects included."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from devnorms.models.calibration import calibrate, calibration_summary
from devnorms.models.spec import Priors


def load_design() -> ModuleType:
    """The small world beside this file."""
    path = Path(__file__).with_name("calibration_design.py")
    spec = importlib.util.spec_from_file_location("calibration_design", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.sampling
def test_posteriors_are_calibrated_over_200_worlds() -> None:
    nodes = load_design().small_world()
    ranks = calibrate(nodes, priors=Priors(), simulations=200, seed=1)
    summary = calibration_summary(ranks)
    # 25 parameters are tested: Bonferroni at 1 % overall
    assert summary["p_uniform"].min() > 0.01 / len(summary), summary.to_string()
    # pooled over parameters, 5,000 ranks: a miss of 2 points would be seen
    assert abs(summary["coverage_90"].mean() - 0.9) < 0.02, summary.to_string()
    assert abs(summary["coverage_50"].mean() - 0.5) < 0.03, summary.to_string()
