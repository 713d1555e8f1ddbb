"""
Made-up responses in Parquet: as many as asked for, in bounded memory.

    python benchmarks/made_up.py FOLDER [--millions 100]

Twenty populations, one file each, with 150 items of an instrument that four
populations share. Children of one to 48 months are seen three times; at each visit
they are asked the items near their age, and whether they pass follows a logistic curve
of log age that differs between populations. As in real data, some answers are not
given, some ages are missing, and some items have no milestone. All columns of
Observations are there. Nothing in it is about a child who exists.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

COUNTRIES = (
    "BGD", "BRA", "CHL", "CHN", "COL", "DEU", "ECU", "ETH", "GHA", "IDN",
    "IND", "JAM", "KEN", "KHM", "MDG", "NLD", "PAK", "PER", "TUR", "ZAF",
)  # fmt: skip
ITEMS = 150
SHARED_BY = 4
VISITS = 3
WINDOW = 0.32
VISITS_AT_ONCE = 9_000
RESPONSES = ("passed", "not_yet", "not_asked", "does_not_apply", "unsure")


@dataclass(frozen=True)
class _Population:
    """Who is asked what, and how hard it is."""

    number: int
    country: str
    items: list[str]
    milestones: list[str | None]
    location: NDArray[np.float64]
    slope: NDArray[np.float64]


def make_population(number: int, rng: np.random.Generator) -> _Population:
    """Draw the curves of one population."""
    instrument = number // SHARED_BY
    names = [f"i{instrument}{n:03d}" for n in range(ITEMS)]
    concepts = [f"concept_{n:03d}" if n % 3 else None for n in range(ITEMS)]
    location = np.linspace(np.log1p(1.5), np.log1p(46), ITEMS)
    moved = location + rng.normal(0, 0.1, ITEMS)
    slope = np.exp(rng.normal(np.log(9), 0.25, ITEMS))
    return _Population(number, COUNTRIES[number], names, concepts, moved, slope)


def _text(codes: NDArray[np.integer], names: list[str | None]) -> pa.Array:
    """Text with few different values, as a dictionary."""
    kept = [name for name in names if name is not None]
    place = {name: n for n, name in enumerate(kept)}
    index = np.array([-1 if n is None else place[n] for n in names])[codes]
    return pa.DictionaryArray.from_arrays(
        pa.array(index.astype(np.int32), mask=index < 0), pa.array(kept, pa.string())
    )


def responses(
    whose: _Population, visits: int, first: int, rng: np.random.Generator
) -> pa.Table:
    """Make all responses of some visits, in the order of children and visits."""
    number = first + np.arange(visits)
    age = np.floor(rng.uniform(31, 1461, visits))
    log_age = np.log1p(age / 30.4375)
    ability = rng.normal(0, 0.05, visits)
    visit, item = np.nonzero(np.abs(log_age[:, None] - whose.location) < WINDOW)
    eta = whose.slope[item] * (log_age + ability)[visit]
    passes = rng.random(len(item)) < 1 / (1 + np.exp(whose.slope * whose.location)[item]
                                          * np.exp(-eta))  # fmt: skip
    answer = np.where(passes, 0, 1)
    other = rng.random(len(item))
    for code, below in ((4, 0.02), (3, 0.012), (2, 0.008)):
        answer[other < below] = code
    no_age = rng.random(visits) < 0.0004
    gestation = np.round(rng.normal(276, 12, visits)).clip(160, 310)
    child = number // VISITS
    codes, rows = np.unique(child, return_inverse=True)
    name = f"P{whose.number:02d}"
    zeros = np.zeros(len(item), dtype=np.int8)
    sex = (child * 2654435761) % 7 % 2
    columns = {
        "study": _text(zeros, [f"study_{name}"]),
        "population": _text(zeros, [f"{whose.country}-{name}"]),
        "country": _text(zeros, [whose.country]),
        "language": _text(zeros, ["und"]),
        "child": _text(rows[visit], [f"{name}-{n:07d}" for n in codes]),
        "occasion": _text((number % VISITS)[visit], ["1", "2", "3"]),
        "age_days": pa.array(age[visit], mask=no_age[visit]),
        "gestation_days": pa.array(gestation[visit]),
        "sex": _text(sex[visit], ["female", "male"]),
        "item": _text(item, list(whose.items)),
        "milestone": _text(item, whose.milestones),
        "instrument": _text(zeros, [whose.items[0][:2]]),
        "mode": _text(zeros, ["caregiver"]),
        "response": _text(answer, list(RESPONSES)),
        "weight": pa.nulls(len(item), pa.float64()),
        "coder": pa.nulls(len(item), pa.string()),
    }
    return pa.table(columns)


def parts(
    whose: _Population, total: int, rng: np.random.Generator
) -> Iterator[pa.Table]:
    """Yield row groups until there are as many responses as wanted."""
    first, made = 0, 0
    while made < total:
        part = responses(whose, VISITS_AT_ONCE, first, rng).slice(0, total - made)
        first, made = first + VISITS_AT_ONCE, made + len(part)
        yield part


def write_responses(folder: Path, total: int, seed: int = 1) -> list[Path]:
    """
    Write the files, one per population; the same seed gives the same responses.

    Parameters
    ----------
    folder : pathlib.Path
        Made if it is not there.
    total : int
        How many responses, divided evenly among the populations.
    seed : int
        Seed.

    Returns
    -------
    list of pathlib.Path
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number in range(len(COUNTRIES)):
        rng = np.random.default_rng([seed, number])
        whose = make_population(number, rng)
        size = total // len(COUNTRIES) + (number < total % len(COUNTRIES))
        file = folder / f"{whose.country}-P{number:02d}.parquet"
        writer = None
        for part in parts(whose, size, rng):
            writer = writer or pq.ParquetWriter(file, part.schema, compression="zstd")
            writer.write_table(part)
        if writer:
            writer.close()
            files.append(file)
    return files


def main() -> None:
    """Write the files and say how large they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--millions", type=float, default=100)
    given = parser.parse_args()
    files = write_responses(given.folder, int(given.millions * 1e6))
    size = sum(file.stat().st_size for file in files) / 1e6
    print(f"{len(files)} files, {size:,.0f} MB")


if __name__ == "__main__":
    main()
