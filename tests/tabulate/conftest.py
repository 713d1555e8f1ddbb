"""Small observations whose counts can be had by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

Engine = Callable[[pd.DataFrame], Any]

ENGINES: dict[str, Engine] = {
    "pandas": lambda table: table,
    "pandas categories": lambda table: table.astype(
        dict.fromkeys(table.select_dtypes(exclude="number").columns, "category")
    ),
    "polars": pl.from_pandas,
    "polars lazy": lambda table: pl.from_pandas(table).lazy(),
    "duckdb": duckdb.from_df,
    "pyarrow": lambda table: pl.from_pandas(table).to_arrow(),
}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """One dataframe engine after the other."""
    return ENGINES[request.param]


def make_observations(children: int = 40, seed: int = 1) -> pd.DataFrame:
    """Two populations, two items, ages that overlap, some answers not given."""
    rng = np.random.default_rng(seed)
    parts = []
    for population, country in (("A", "NLD"), ("B", "COL")):
        age = rng.integers(200, 500, children).astype(float)
        for item, milestone, half in (
            ("walk", "walks_alone", 360),
            ("wave", None, 300),
        ):
            passes = rng.random(children) < 1 / (1 + np.exp((half - age) / 40))
            response = np.where(passes, "passed", "not_yet").astype(object)
            response[:2] = ["not_asked", "unsure"]
            parts.append(
                pd.DataFrame(
                    {
                        "study": f"study {population}",
                        "population": population,
                        "country": country,
                        "child": [f"{population}{n}" for n in range(children)],
                        "age_days": np.where(np.arange(children) == 5, np.nan, age),
                        "gestation_days": rng.choice([230.0, 280.0, np.nan], children),
                        "sex": rng.choice(["female", "male"], children),
                        "item": item,
                        "milestone": milestone,
                        "instrument": "own",
                        "response": response,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def observations() -> pd.DataFrame:
    """Observations without any fault."""
    return make_observations()
