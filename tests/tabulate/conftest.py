"""Small observations whose counts can be had by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.dataframe as dd
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

Engine = Callable[[pd.DataFrame], Any]


def as_categories(table: pd.DataFrame) -> pd.DataFrame:
    """All text as category, as the loaders give it."""
    text = table.select_dtypes(exclude="number").columns
    return table.astype(dict.fromkeys(text, "category"))


def as_enums(table: pd.DataFrame) -> pl.LazyFrame:
    """Lazy polars, answers and sexes as Enum of just the words that occur."""
    frame = pl.from_pandas(table).lazy()
    enums = {
        name: pl.Enum(table[name].dropna().unique().tolist())
        for name in ("response", "sex")
        if name in table and len(table)
    }
    return frame.with_columns(pl.col(name).cast(kind) for name, kind in enums.items())


ENGINES: dict[str, Engine] = {
    "pandas": lambda table: table,
    "pandas categories": as_categories,
    "polars": pl.from_pandas,
    "polars lazy": lambda table: pl.from_pandas(table).lazy(),
    "polars categories": lambda table: pl.from_pandas(as_categories(table)),
    "polars enums": as_enums,
    "duckdb": duckdb.from_df,
    "duckdb enums": lambda table: duckdb.from_df(as_categories(table)),
    "pyarrow": lambda table: pl.from_pandas(table).to_arrow(),
    "dask": lambda table: dd.from_pandas(table, npartitions=3),
    "dask categories": lambda table: dd.from_pandas(
        as_categories(table), npartitions=3
    ),
}
FILES = ("parquet file", "parquet folder")
QUICK = ("pandas categories", "polars lazy", "duckdb", "parquet folder")


def made_by(name: str, folder: Path) -> Engine:
    """The engine of that name; files are written into a folder."""
    if name == "parquet folder":
        return lambda table: write_parts(as_categories(table), folder / "parts")
    if name == "parquet file":
        return lambda table: write_parts(table, folder / "one", parts=1) / "0.parquet"
    return ENGINES[name]


@pytest.fixture(params=QUICK)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """The engines that start at once, one after the other."""
    return made_by(request.param, tmp_path)


@pytest.fixture(params=[*ENGINES, *FILES])
def every_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """All engines and kinds of columns, one after the other."""
    return made_by(request.param, tmp_path)


def write_parts(table: pd.DataFrame, folder: Path, parts: int = 3) -> Path:
    """Write a table as several files in a folder, in small row groups."""
    folder.mkdir(parents=True)
    size = -(-len(table) // parts) or 1
    for part in range(parts):
        rows = table.iloc[part * size : (part + 1) * size]
        rows.to_parquet(folder / f"{part}.parquet", row_group_size=16)
    return folder


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
