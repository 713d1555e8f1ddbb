"""
Count made-up responses in Parquet with every engine, with pandas and with SQL by hand.

    python benchmarks/engines.py [--millions 100] [--folder FOLDER] [--limit-gb 12]

The responses are made first (benchmarks/made_up.py, in a temporary folder that is
removed, or in FOLDER, where they are kept and found again). Every row is a process of
its own, run one after the other on files that were read once before, so that the disk
is the same for all. Seconds begin after the imports and end with the counts as a pandas
table. Peak is the largest resident memory (VmHWM) of the process and of all its
children, added up. What needs more than the limit is killed, and the table says so.
`same` tells whether the counts, column by column and row by row, are those of the
first row. With the open data (DEVNORMS_DATA), a second table times childdevdata.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
from made_up import write_responses

from devnorms._base.provenance import table_hash
from devnorms.schema.counts import COLUMNS

KEYS = ["population", "item", "sex", "age_days"]
CONSTANT = ["study", "country", "milestone", "instrument"]
Row = dict[str, Any]

BY_HAND = """
    SELECT population, study, country, item, milestone, NULL::VARCHAR AS domain,
        instrument, sex, age_days AS age_days_low, age_days AS age_days_high,
        age_days AS age_days_mean, count(*) AS asked,
        count(*) FILTER (response = 'passed') AS passed
    FROM read_parquet('{folder}/*.parquet')
    WHERE response IN ('passed', 'not_yet') AND age_days IS NOT NULL
    GROUP BY population, study, country, item, milestone, instrument, sex, age_days
    ORDER BY population, item, sex, age_days
"""


def count_path(folder: Path) -> pd.DataFrame:
    """Give devnorms the folder."""
    from devnorms.tabulate import count

    return count(folder)


def count_duckdb(folder: Path) -> pd.DataFrame:
    """Give devnorms a DuckDB relation."""
    import duckdb

    from devnorms.tabulate import count

    return count(duckdb.read_parquet(f"{folder}/*.parquet"))


def count_polars(folder: Path) -> pd.DataFrame:
    """Give devnorms a polars LazyFrame."""
    import polars as pl

    from devnorms.tabulate import count

    return count(pl.scan_parquet(f"{folder}/*.parquet"))


def count_dask(folder: Path) -> pd.DataFrame:
    """Give devnorms a Dask table, on the cluster that `in_here` started."""
    import dask.dataframe as dd

    from devnorms.tabulate import count

    return count(dd.read_parquet(folder, split_row_groups=1))


def count_pandas(folder: Path) -> pd.DataFrame:
    """Give devnorms a pandas table of the columns it uses."""
    from devnorms.tabulate import count

    columns = [*KEYS, *CONSTANT, "response", "child"]
    return count(pd.read_parquet(folder, columns=columns))


def plain_pandas(folder: Path) -> pd.DataFrame:
    """Read everything and group it, as one would without devnorms."""
    return _grouped(pd.read_parquet(folder))


def plain_pandas_narrow(folder: Path) -> pd.DataFrame:
    """Read and group the needed columns only."""
    return _grouped(pd.read_parquet(folder, columns=[*KEYS, *CONSTANT, "response"]))


def sql_by_hand(folder: Path) -> pd.DataFrame:
    """Write the SQL oneself; no check of the data, no warning, no record."""
    import duckdb

    return duckdb.sql(BY_HAND.format(folder=folder)).df()


def sql_by_hand_arrow(folder: Path) -> pd.DataFrame:
    """Write the SQL oneself, and leave DuckDB by way of Arrow."""
    import duckdb

    found = duckdb.sql(BY_HAND.format(folder=folder)).to_arrow_table()
    table: pd.DataFrame = found.to_pandas()
    return table


def _grouped(responses: pd.DataFrame) -> pd.DataFrame:
    """Count answers with an age per item, sex and age."""
    answered = responses["response"].isin(["passed", "not_yet"])
    rows = responses[answered & responses["age_days"].notna()]
    keys = [*KEYS, *CONSTANT]
    groups = rows.assign(passed=rows["response"] == "passed").groupby(
        keys, observed=True, dropna=False, sort=False
    )
    counts = groups["passed"].agg(asked="size", passed="sum").reset_index()
    age = counts.pop("age_days")
    counts["domain"] = None
    for end in ("low", "high", "mean"):
        counts[f"age_days_{end}"] = age
    order = ["population", "item", "sex", "age_days_low"]
    text = dict.fromkeys([*order[:3], *CONSTANT], "str")
    return counts.astype(text).sort_values(order, ignore_index=True)


ENGINES: dict[str, Callable[[Path], pd.DataFrame]] = {
    "devnorms: a folder (DuckDB)": count_path,
    "DuckDB SQL by hand": sql_by_hand,
    "DuckDB SQL by hand, by Arrow": sql_by_hand_arrow,
    "devnorms: DuckDB relation": count_duckdb,
    "devnorms: polars LazyFrame": count_polars,
    "devnorms: Dask, two processes": count_dask,
    "devnorms: pandas, needed columns": count_pandas,
    "plain pandas, all columns": plain_pandas,
    "plain pandas, needed columns": plain_pandas_narrow,
}


@contextmanager
def cluster(engine: str) -> Iterator[None]:
    """Start two processes where the engine is a cluster."""
    if "Dask" not in engine:
        yield
        return
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as two,
        Client(two),
    ):
        yield


def spent() -> tuple[float, float]:
    """Add up largest memory (MB) and CPU seconds of this process and its children."""
    this = psutil.Process()
    memory, cpu = 0, 0.0
    for process in [this, *this.children(recursive=True)]:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        found = re.search(r"VmHWM:\s+(\d+)", status)
        memory += int(found.group(1)) if found else 0
        cpu += sum(process.cpu_times()[:2])
    return memory / 1024, cpu


def in_here(engine: str, folder: Path) -> Row:
    """Count in this process."""
    import devnorms.tabulate.counts  # noqa: F401  (imports are not timed)

    with cluster(engine):
        started, before = time.perf_counter(), spent()[1]
        counts = ENGINES[engine](folder)
        seconds, (peak_mb, after) = time.perf_counter() - started, spent()
    found: Row = {"seconds": seconds, "cpu_s": after - before, "peak_mb": peak_mb}
    found["rows"] = len(counts)
    found["asked"] = int(counts["asked"].sum())
    found["hash"] = table_hash(counts[list(COLUMNS)])
    return found


def in_own_process(engine: str, folder: Path, limit_gb: float) -> Row:
    """Count in a process of its own, killed where it needs too much memory."""
    load = os.getloadavg()[0]
    command = [sys.executable, __file__, "--one", engine, "--folder", str(folder)]
    largest, killed = 0.0, False
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT) as run,
    ):
        process = psutil.Process(run.pid)
        while run.poll() is None:
            largest = max(largest, _resident_gb(process))
            if largest > limit_gb:
                killed = True
                run.kill()
            time.sleep(0.05)
        said.seek(0)
        lines = said.read().strip().splitlines()
    if killed:
        return {"engine": engine, "load": load, "same": f"killed at {limit_gb:g} GB"}
    if run.returncode:
        return {"engine": engine, "load": load, "same": f"failed: {lines[-1:]}"}
    return {"engine": engine, "load": load, **json.loads(lines[-1])}


def _resident_gb(process: psutil.Process) -> float:
    """Resident memory of a process and its children, now."""
    total = 0
    try:
        for each in [process, *process.children(recursive=True)]:
            total += each.memory_info().rss
    except psutil.NoSuchProcess:
        return 0.0
    return total / 2**30


def real_data() -> pd.DataFrame | None:
    """Time loading and counting childdevdata, where it is."""
    given = os.environ.get("DEVNORMS_DATA", "../shared/data")
    folder = Path(given) / "childdevdata"
    if not folder.is_dir():
        return None
    import devnorms as dn

    started = time.perf_counter()
    observations = dn.load("childdevdata", path=folder)
    loaded = time.perf_counter()
    counts = dn.count(observations)
    ended = time.perf_counter()
    found = {
        "data": "childdevdata",
        "responses": len(observations),
        "load_s": loaded - started,
        "count_s": ended - loaded,
        "rows": len(counts),
        "peak_mb": spent()[0],
    }
    return pd.DataFrame([found])


def compare(folder: Path, millions: float, limit_gb: float) -> pd.DataFrame:
    """Make the responses unless they are there, and count them with every engine."""
    files = sorted(folder.glob("*.parquet"))
    files = files or write_responses(folder, int(millions * 1e6))
    size = sum(len(file.read_bytes()) for file in files) / 1e6
    print(f"{len(files)} Parquet files, {size:,.0f} MB; {os.cpu_count()} cores")
    rows = []
    for engine in ENGINES:
        rows.append(in_own_process(engine, folder, limit_gb))
        print(".", end="", file=sys.stderr, flush=True)
    table = pd.DataFrame(rows).astype({"rows": "Int64", "asked": "Int64"})
    same = (table["hash"] == table["hash"].iloc[0]).map({True: "yes", False: "NO"})
    table["same"] = table.get("same", same).fillna(same)
    return table.drop(columns="hash")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", choices=list(ENGINES), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--millions", type=float, default=100)
    parser.add_argument("--limit-gb", type=float, default=12)
    given = parser.parse_args()
    if given.one:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            print(json.dumps(in_here(given.one, given.folder)))
        return
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made)
        table = compare(folder, given.millions, given.limit_gb)
    pd.set_option("display.width", 200, "display.max_columns", 20)
    print(table.to_string(index=False, float_format="{:,.1f}".format, na_rep="-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        real = real_data()
    if real is not None:
        print(real.to_string(index=False, float_format="{:,.1f}".format))


if __name__ == "__main__":
    main()
