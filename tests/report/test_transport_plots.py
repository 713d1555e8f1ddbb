"""Figures of predictions: what is drawn stands in the table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from devnorms.report.plot import calibration, learning


def test_the_learning_curve_draws_each_method_at_its_numbers_of_children() -> None:
    table = pd.DataFrame(
        {
            "method": ["ours", "ours", "local"],
            "share": 0.5,
            "children": [0, 10, 10],
            "error_months": [2.0, 1.0, 1.5],
            "width_months": [9.0, 4.0, 7.0],
            "leaves": 5,
        }
    )
    axes = learning(table)
    lines = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert lines["ours"] == [[0, 2.0], [1, 1.0]]
    assert lines["local"] == [[1, 1.5]]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["0", "10"]


def test_honest_ranks_lie_on_the_diagonal_and_proud_ones_below() -> None:
    even = (np.arange(2000) + 0.5) / 2000
    proud = np.where(even < 0.5, even / 4, 1 - (1 - even) / 4)
    table = pd.DataFrame(
        {
            "method": ["honest"] * 2000 + ["proud"] * 2000,
            "share": 0.5,
            "group": "ZAF",
            "rank": [*even, *proud],
            "judged": True,
        }
    )
    axes = calibration(table)
    lines = {line.get_label(): line.get_xydata() for line in axes.lines}
    assert np.abs(np.diff(lines["honest"], axis=1)).max() < 0.002
    # With the ranks pushed outwards, the middle 80 % hold a fifth of them.
    at = np.argmin(np.abs(lines["proud"][:, 0] - 0.8))
    assert lines["proud"][at, 1] == pytest.approx(0.2, abs=0.01)
