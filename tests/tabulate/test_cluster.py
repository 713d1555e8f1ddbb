"""A cluster of two processes counts exactly, also when one of them is killed."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cloudpickle
import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from dask.dataframe.utils import clear_known_categories
from distributed import Client, LocalCluster

from devnorms.tabulate import count
from tests.tabulate.conftest import as_categories, make_observations

PARTS = 11
"""So many that Dask sends rows from one process to the other in all three passes."""

PASSES = 3
"""Kinds of rows, cells, children: so often is each part read, if nobody dies."""


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Two worker processes on this machine."""
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    with (
        # A busy machine takes long to start a new process in the place of a dead one.
        dask.config.set({"distributed.deploy.lost-worker-timeout": "10 minutes"}),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            memory_limit="1GB",
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client
    cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


def read_part(file: Path, marks: Path) -> pd.DataFrame:
    """Read one part, slowly, and leave a mark that says which process read it."""
    time.sleep(0.05)
    (marks / f"{time.monotonic_ns()} {os.getpid()}").touch()
    return pd.read_parquet(file)


def readers(marks: Path) -> list[int]:
    """Which process read the parts, in order."""
    return [int(mark.name.split()[1]) for mark in sorted(marks.iterdir())]


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """Observations in as many files, each with categories of its own children."""
    folder = tmp_path / "parts"
    folder.mkdir()
    rows = observations().sort_values("child")
    for number, part in enumerate(np.array_split(np.arange(len(rows)), PARTS)):
        as_categories(rows.iloc[part]).to_parquet(folder / f"{number}.parquet")
    return folder


def observations() -> pd.DataFrame:
    """More children than a byte can number, fewer than that in each part."""
    return make_observations(children=150)


def spread(parts: Path, marks: Path) -> dd.DataFrame:
    """A Dask table of the files, one part each."""
    marks.mkdir()
    files = sorted(parts.iterdir(), key=lambda file: int(file.stem))
    meta = clear_known_categories(pd.read_parquet(files[0]).iloc[:0])
    return dd.from_map(read_part, files, marks=marks, meta=meta)


def kill_after(reads: int, marks: Path, client: Client) -> int:
    """Kill the process that read last, once there were so many reads; give its id."""
    for _ in range(30_000):
        found = readers(marks)
        if len(found) >= reads:
            os.kill(found[-1], signal.SIGKILL)
            return found[-1]
        time.sleep(0.01)
    raise AssertionError(f"only {len(found)} reads in five minutes")


@pytest.mark.parametrize(
    "reads",
    [
        pytest.param(PARTS + PARTS // 2, id="cells"),
        pytest.param(PARTS // 2, id="kinds", marks=pytest.mark.slow),
    ],
)
def test_a_process_killed_half_way_changes_nothing(client, parts, tmp_path, reads):
    client.wait_for_workers(2, timeout=300)
    workers = set(client.run(os.getpid).values())
    expected = count(observations())
    marks = tmp_path / "marks"
    with ThreadPoolExecutor(1) as thread:
        counting = thread.submit(count, spread(parts, marks))
        killed = kill_after(reads, marks, client)
        found = counting.result(timeout=300)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert found.attrs["left_out"] == expected.attrs["left_out"]
    assert killed in workers
    assert len(workers) == 2
    # What the dead process held was read again, and it read nothing any more.
    assert len(readers(marks)) > PASSES * PARTS
    assert killed not in set(client.run(os.getpid).values())


@pytest.mark.slow
def test_nothing_is_read_again_if_nobody_dies(client, parts, tmp_path):
    client.wait_for_workers(2, timeout=300)
    marks = tmp_path / "marks"
    found = count(spread(parts, marks))
    pd.testing.assert_frame_equal(found, count(observations()), check_exact=True)
    assert len(readers(marks)) == PASSES * PARTS
    assert len(set(readers(marks))) == 2
