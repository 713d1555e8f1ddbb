"""
Open observations of any engine, and take a small table out of it.

Nothing here reads more than was asked for: an engine gets the whole question and gives
back counted rows.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import narwhals as nw
import pandas as pd

from devnorms._base.errors import InvalidTableError
from devnorms.tabulate.parquet import opened_parquet


class Opened(NamedTuple):
    """Observations that can be asked, and what their loader noted about them."""

    frame: nw.LazyFrame[Any]
    attrs: Mapping[str, Any]


@contextmanager
def opened(observations: Any) -> Iterator[Opened]:
    """
    Wrap any engine's table, or open Parquet files for as long as they are counted.

    Parameters
    ----------
    observations : table of any engine, or path
        A path names a Parquet file, a folder of them, or a pattern (``*``, ``**``).

    Yields
    ------
    Opened

    Raises
    ------
    InvalidTableError
        If it is neither a table nor a path.
    UnreadableFileError
        If no Parquet file is there, or one cannot be read.
    """
    if isinstance(observations, str | os.PathLike):
        with opened_parquet(os.fspath(observations)) as (relation, attrs):
            yield Opened(_as_lazy(relation), attrs)
    else:
        attrs = getattr(observations, "attrs", {})  # a column of a Dask table, perhaps
        noted = attrs if isinstance(attrs, Mapping) else {}
        yield Opened(_as_lazy(observations), noted)


def collect(frame: nw.LazyFrame[Any]) -> pd.DataFrame:
    """
    Let the engine do its work and take the result to pandas.

    Parameters
    ----------
    frame : narwhals.LazyFrame
        What was asked; its result must fit into memory.

    Returns
    -------
    pandas.DataFrame
    """
    # Polars holds the whole input in memory unless it is told to stream.
    if frame.implementation.is_polars():
        return frame.collect(engine="streaming").to_pandas()
    if frame.implementation.is_dask():
        return _collect_dask(frame)
    return frame.collect().to_pandas()


def _collect_dask(frame: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Let Dask bring its parts together by tasks."""
    import dask

    # Its other way goes through Arrow, where the categories of many parts, numbered in
    # as few bytes as each part needs, cannot be brought together.
    with dask.config.set({"dataframe.shuffle.method": "tasks"}):
        return frame.collect().to_pandas()


def _as_lazy(observations: Any) -> nw.LazyFrame[Any]:
    """Wrap any engine's table."""
    try:
        with warnings.catch_warnings():
            # That Dask will need a package of its own, which is not published yet.
            warnings.simplefilter("ignore", FutureWarning)
            wrapped = nw.from_native(observations)
        frame: nw.LazyFrame[Any] = wrapped.lazy()
    except TypeError:
        raise InvalidTableError(
            f"Observations: {type(observations).__name__} is not a table. Expected a "
            "pandas or polars DataFrame, a polars LazyFrame, a DuckDB relation, a Dask "
            "DataFrame, another table that narwhals reads, or the path of Parquet "
            "files."
        ) from None
    return frame
