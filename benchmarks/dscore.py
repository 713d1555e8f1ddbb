"""
What scoring costs, what calibration finds, and what intervals cover.

    python benchmarks/dscore.py speed      # all visits of childdevdata, every key
    python benchmarks/dscore.py scales       # a scale per study beside the key
    python benchmarks/dscore.py coverage   # intervals of children whose D is known

Needs the files of childdevdata and dscore (DEVNORMS_DATA, or `devnorms fetch`).
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from devnorms import scores
from devnorms._base.errors import EmptySelectionError, NotConverged
from devnorms.sources.childdevdata.every_answer import load_every_answer
from devnorms.workflow.scoring import load_key

KEYS = ("dutch", "gcdg", "gsed1912", "gsed2212", "gsed2406")
R_SECONDS = 7.0
"""What the R package dscore needs for these visits, as measured elsewhere."""
ROUNDS = 7


def speed() -> pd.DataFrame:
    """Time the way from observations to scores: medians of seven rounds."""
    observations = load_every_answer()
    rows = []
    for name in KEYS:
        key, _ = load_key(name)
        seconds, processor = [], []
        for _ in range(ROUNDS):
            start, busy = time.perf_counter(), time.process_time()
            table = scores.dscore(observations, key)
            seconds.append(time.perf_counter() - start)
            processor.append(time.process_time() - busy)
        rows.append(
            {
                "key": name,
                "visits": len(table),
                "scored": int(table["dscore"].notna().sum()),
                "answers": int(table["n"].sum()),
                "seconds": np.median(seconds),
                "processor_seconds": np.median(processor),
                "times_r": R_SECONDS / np.median(processor),
            }
        )
    return pd.DataFrame(rows)


def scales() -> pd.DataFrame:
    """Calibrate a scale per study on the scale of gsed2406 (Dutch: dutch)."""
    answers = scores.answers_from_observations(load_every_answer())
    studies = answers.visits["study"].astype(str)
    rows = []
    for study in sorted(studies.unique()):
        own = answers.take(np.flatnonzero(studies == study))
        key, _ = load_key("dutch" if "nld" in study else "gsed2406")
        for model in ("rasch", "2pl"):
            start = time.perf_counter()
            row = {"study": study, "key": key.name, "model": model}
            try:
                scale = scores.calibrate(own, key, model=model)
            except (NotConverged, EmptySelectionError) as error:
                rows.append({**row, "refused": str(error)[:60]})
                continue
            errors = scores.item_errors(scale, own)
            shifts = scores.item_shifts(scale, errors, own)
            found = scores.eap(scale, own)
            both = shifts.dropna(subset=["shift"])
            sem2 = float((found["sem"] ** 2).mean())
            row["seconds"] = time.perf_counter() - start
            row["items"], row["in_key"] = len(shifts), len(both)
            row["correlation"] = both["difficulty"].corr(both["key_difficulty"])
            row["dif_sd"] = shifts.attrs["dif_sd"]
            row["child_sd"] = scale.sd[study]
            row["reliability_at_an_age"] = 1 - sem2 / scale.sd[study] ** 2
            rows.append(row)
    return pd.DataFrame(rows)


def coverage() -> pd.DataFrame:
    """Ninety per cent intervals on the ages and items that studies really asked."""
    answers = scores.answers_from_observations(load_every_answer())
    studies = answers.visits["study"].astype(str)
    worlds = {
        "key and norm true": scores.Uncertainty(),
        "items shifted, SD 2.5 D": scores.Uncertainty(dif_sd=2.5),
        "and instruments, SD 2.5 D": scores.Uncertainty(dif_sd=2.5, instrument_sd=2.5),
        "and a norm of 100 children": scores.Uncertainty(
            dif_sd=2.5, instrument_sd=2.5, norm_children=100.0
        ),
    }
    parts = []
    for study in ("gcdg_nld_smocc", "gcdg_col_lt42m", "gcdg_zaf"):
        key, _ = load_key("dutch" if "nld" in study else "gsed2406")
        dated = (studies == study) & answers.visits["age_days"].notna()
        rows = np.flatnonzero(dated)
        design = answers.take(rows[:: max(len(rows) // 250, 1)])
        design = design.only(key.difficulty.index)
        for name, world in worlds.items():
            table = scores.interval_coverage(
                design, key, world, populations=60, rng=np.random.default_rng(1)
            )
            parts.append(table.assign(study=study, world=name))
    return pd.concat(parts, ignore_index=True)


def main() -> None:
    """Print one table."""
    tables = {"speed": speed, "scales": scales, "coverage": coverage}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=sorted(tables))
    with pd.option_context("display.width", 160, "display.max_columns", 20):
        print(tables[parser.parse_args().what]().round(3).to_string(index=False))


if __name__ == "__main__":
    main()
