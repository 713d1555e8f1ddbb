"""
How much real children differ in pace, and whether placing them foretells their answers.

    python benchmarks/pace.py --data FOLDER --curves curves.zarr [--visits 3000]

FOLDER holds childdevdata; curves.zarr is a fit of the bundled counts. Prints a row per
population:

- ``pace_sd``: the spread of pace that makes the answers most likely (maximum marginal
  likelihood, curves at their posterior medians, one visit one unit), with a 90 %
  interval by its curvature; `devnorms.norms.pace` takes 0.10, log-normal spread 0.2;
- children are placed by half of their answers at a visit (items drawn at random) and
  the other half is foretold: ``gain``, the log score per answer beyond that of the
  curves alone; ``inside_80``, how often the number passed lies in its middle 80 %; and
  the same of the curves alone, as if children did not differ.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import log_ndtr, logsumexp, ndtr

import devnorms as dn
from devnorms.norms.pace import PACE_SD, loadings, probit_of_logit

GRID = np.linspace(-4, 4, 33)
PRIOR = -0.5 * GRID**2 - logsumexp(-0.5 * GRID**2)
SPREADS = np.round(np.geomspace(0.02, 0.4, 25), 4)


class Answers(NamedTuple):
    """Answers of one population: a row each, visits one after the other."""

    visit: np.ndarray
    passed: np.ndarray
    probit: np.ndarray
    log_slope: np.ndarray


def main() -> None:
    """Read the choices, print the tables."""
    words = argparse.ArgumentParser(description="Pace of real children.")
    words.add_argument("--data", type=Path, required=True, help="folder of the data")
    words.add_argument("--curves", type=Path, required=True, help="a fit, as zarr")
    words.add_argument("--visits", type=int, default=3000, help="visits per population")
    given = words.parse_args()
    os.environ["DEVNORMS_DATA"] = str(given.data)
    curves = xr.open_zarr(given.curves).load()
    rows = []
    for population in curves["population"].values.astype(str):
        rng = np.random.default_rng(1)
        answers = answers_of(curves, str(population), given.visits, rng)
        row = {"population": population, "visits": answers.visit[-1] + 1}
        rows.append(row | spread(answers) | foretold(answers, rng))
        print(population, flush=True)
    print(pd.DataFrame(rows).round(3).to_string(index=False))


def answers_of(
    curves: xr.Dataset, population: str, most: int, rng: np.random.Generator
) -> Answers:
    """Answers to items with a curve, at ages where the item was asked."""
    seen = dn.load("childdevdata", studies=population)
    seen = seen[seen["response"].isin(["passed", "not_yet"]) & seen["age_days"].notna()]
    mine = curves.isel(leaf=np.flatnonzero(curves["leaf_population"] == population))
    turns = (mine["leaf_passed"] > 0) & (mine["leaf_passed"] < mine["leaf_asked"])
    leaf = pd.DataFrame(
        {
            "item": mine["leaf_item"].values.astype(str),
            "location": mine["location"].median(("chain", "draw")).values,
            "log_slope": mine["log_slope"].median(("chain", "draw")).values,
            "turns": turns.values,
        }
    )
    rows = seen[["child", "age_days", "item", "response"]].merge(
        leaf[leaf["turns"]], on="item"
    )
    visit = rows.groupby(["child", "age_days"], sort=False).ngroup()
    chosen = rng.permutation(visit.max() + 1)[:most]
    rows = rows[visit.isin(chosen)].sort_values(["child", "age_days"], kind="stable")
    log_age = np.log1p(rows["age_days"].to_numpy() / 30.4375)
    logit = np.exp(rows["log_slope"]) * (log_age - rows["location"])
    return Answers(
        rows.groupby(["child", "age_days"], sort=False).ngroup().to_numpy(),
        (rows["response"] == "passed").to_numpy(),
        probit_of_logit(logit.to_numpy()),
        rows["log_slope"].to_numpy(),
    )


def by_visit(answers: Answers, pace_sd: float, keep: np.ndarray) -> np.ndarray:
    """Log likelihood of each visit's answers at every pace."""
    loading = loadings(answers.log_slope, pace_sd)
    sign = np.where(answers.passed, 1.0, -1.0)
    shift = answers.probit[:, None] + loading[:, None] * GRID
    each = log_ndtr(sign[:, None] * shift / np.sqrt(1 - loading**2)[:, None])
    total = np.zeros((answers.visit[-1] + 1, len(GRID)))
    np.add.at(total, answers.visit[keep], each[keep])
    return total


def spread(answers: Answers) -> dict[str, float]:
    """Most likely spread of pace, with a 90 % interval from the curve around it."""
    every = np.ones(len(answers.visit), dtype=bool)
    found = np.array(
        [
            logsumexp(by_visit(answers, sd, every) + PRIOR, axis=1).sum()
            for sd in SPREADS
        ]
    )
    # A parabola through the best point and its neighbours, in log spread.
    at = int(np.clip(found.argmax(), 1, len(SPREADS) - 2))
    bend, tilt, _ = np.polyfit(
        np.log(SPREADS[at - 1 : at + 2]), found[at - 1 : at + 2], 2
    )
    middle, reach = -tilt / (2 * bend), 1.645 / np.sqrt(-2 * bend)
    ends = np.exp([middle, middle - reach, middle + reach])
    return dict(zip(("pace_sd", "low", "high"), ends.tolist(), strict=True))


def foretold(answers: Answers, rng: np.random.Generator) -> dict[str, float]:
    """Place by half of the answers, foretell the others."""
    half = rng.random(len(answers.visit)) < 0.5
    log_weight = by_visit(answers, PACE_SD, half) + PRIOR
    weight = np.exp(log_weight - logsumexp(log_weight, axis=1, keepdims=True))
    loading = loadings(answers.log_slope, PACE_SD)
    shift = answers.probit[:, None] + loading[:, None] * GRID
    chance = ndtr(shift / np.sqrt(1 - loading**2)[:, None])
    rest = ~half
    told = (chance * weight[answers.visit]).sum(axis=1)[rest]
    alone = ndtr(answers.probit)[rest]
    passed = answers.passed[rest]
    alike = np.repeat(ndtr(answers.probit)[:, None], len(GRID), axis=1)
    held = {"inside_80": chance, "inside_80_curves_alone": alike}
    covered = {
        name: [
            _inside(shares[mine & rest], weight[at], answers.passed[mine & rest], rng)
            for at, mine in _visits(answers.visit)
            if (mine & rest).sum() >= 3
        ]
        for name, shares in held.items()
    }
    return {
        "gain": _log_score(told, passed) - _log_score(alone, passed),
        **{name: float(np.mean(values)) for name, values in covered.items()},
    }


def _visits(visit: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Take some visits, each with the rows that are its own."""
    chosen = range(0, visit[-1] + 1, max(1, (visit[-1] + 1) // 400))
    return [(at, visit == at) for at in chosen]


def _inside(
    chance: np.ndarray,
    weight: np.ndarray,
    answers: np.ndarray,
    rng: np.random.Generator,
) -> float:
    """Whether a number passed lies in the middle 80 %, ties counted by their part."""
    pace = rng.choice(len(GRID), p=weight / weight.sum(), size=400)
    passed = answers.sum()
    drawn = (rng.random((len(chance), 400)) < chance[:, pace]).sum(axis=0)
    # A randomised rank: a number of answers takes few values.
    rank = np.mean(drawn < passed) + rng.random() * np.mean(drawn == passed)
    return float(0.1 <= rank <= 0.9)


def _log_score(chance: np.ndarray, passed: np.ndarray) -> float:
    """Mean log probability of what was seen."""
    at = np.clip(chance, 1e-9, 1 - 1e-9)
    return float(np.mean(np.where(passed, np.log(at), np.log1p(-at))))


if __name__ == "__main__":
    main()
