"""The published keys, and answers in the forms in which they are published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdata

from devnorms.schema.scores import KeyTables
from devnorms.scores import Answers, answers_from_observations

DAYS_PER_YEAR = 365.25


@pytest.fixture(scope="session")
def tables(data_folder: Path) -> KeyTables:
    """The five tables of dscore 1.11.0, as published."""
    names = ("keys", "itembank", "references")
    read = [
        rdata.read_rda(
            data_folder / "dscore" / f"builtin_{name}.rda", default_encoding="utf-8"
        )[f"builtin_{name}"]
        for name in names
    ]
    return KeyTables(*read)


Wide = Callable[[Sequence[float], Sequence[str], Sequence[Sequence[float]]], Answers]


@pytest.fixture(scope="session")
def wide() -> Wide:
    """Make answers from ages in years, items, and one row of 1, 0, NaN per child."""

    def make(
        age_years: Sequence[float],
        items: Sequence[str],
        rows: Sequence[Sequence[float]],
    ) -> Answers:
        cells = np.asarray(rows, dtype=float)
        word = np.where(
            np.isnan(cells), "not_asked", np.where(cells == 1, "passed", "not_yet")
        )
        ages = np.asarray(age_years, dtype=float) * DAYS_PER_YEAR
        return answers_from_observations(
            pd.DataFrame(
                {
                    "study": "example",
                    "child": np.repeat(np.arange(len(cells)).astype(str), len(items)),
                    "age_days": np.repeat(ages, len(items)),
                    "item": list(items) * len(cells),
                    "response": word.ravel(),
                }
            )
        )

    return make
