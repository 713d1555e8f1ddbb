"""
Whether the intervals of a child's percentile hold the truth, from counts to the answer.

    python benchmarks/placing.py [--worlds 6] [--children 150]

Made-up worlds of six populations that were asked the same 24 items: counts are drawn
and fitted (a preview, scales at the medians of their priors), then new children, whose
true percentile is known, are placed. Printed per number asked and age, and per whose
children they are: how often the 90 % interval with each uncertainty holds the truth,
its mean width, the error of the median (root mean square, percentile points), and how
often there is enough for a percentile. Coverage counts every child, also where there is
not enough.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from scipy.special import logit
from scipy.stats import norm

import devnorms as dn
from devnorms.norms.named_norm import NamedNorm, named_norm
from devnorms.norms.place import ENOUGH
from devnorms.norms.standing import (
    Asked,
    Standing,
    by_measurement,
    with_norm,
    with_transport,
)
from devnorms.simulate import (
    Design,
    Population,
    Scales,
    Truth,
    draw_truth,
    simulate_counts,
)

LEVEL = 0.9
AGE = 14.0
MONTHS = np.linspace(7, 22, 24)
DOMAINS = ("gross_motor", "language", "cognitive")
ASKED = (10, 40)
KINDS = ("measurement", "and norm", "and transport")


def main() -> None:
    """Read the choices, make worlds, print the table."""
    words = argparse.ArgumentParser(description="Coverage of placements.")
    words.add_argument("--worlds", type=int, default=6, help="worlds per row")
    words.add_argument("--children", type=int, default=150, help="children per world")
    given = words.parse_args()
    rows = []
    for asked in ASKED:
        for seed in range(given.worlds):
            rows += world(seed, asked, given.children)
    table = pd.DataFrame(rows)
    keys = ["asked", "children", "interval holds"]
    print(table.groupby(keys, sort=False).mean().round(3).to_string())


def world(seed: int, asked: int, children: int) -> list[dict[str, object]]:
    """One world: fit its counts, place children of its norm and of another."""
    rng = np.random.default_rng(seed)
    milestones = {
        f"m{at:02d}": (DOMAINS[at % 3], float(age)) for at, age in enumerate(MONTHS)
    }
    people = tuple(
        Population(f"AA{letter}", f"s{letter}", f"AA{letter}", ("one",), 2, 40)
        for letter in "ABCDEF"
    )
    truth = draw_truth(rng=rng, design=Design(people, milestones), scales=Scales())
    counts = simulate_counts(truth, rng=rng, ages_months=range(2, 41, 2), asked=asked)
    norms = named_norm(dn.preview(counts), "AAA", allow_unconverged=True)
    rows = []
    for whose in ("AAA", "AAB"):
        pace, passed = children_of(truth, whose, norms, children, rng)
        for kind, found in placed(norms, passed).items():
            rows.append(
                {
                    "asked": f"{asked} an age",
                    "children": "of the norm" if whose == "AAA" else "of another",
                    "interval holds": kind,
                    **scored(found, pace),
                }
            )
    return rows


def children_of(
    truth: Truth, whose: str, norms: NamedNorm, number: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw new children: pace, and what they pass at the age."""
    means = truth.milestone_means().set_index(["population", "milestone"])
    curves = means.loc[[(whose, m) for m in norms.rows["milestone"]]]
    slope = np.exp(curves["log_slope"].to_numpy())
    pace = rng.standard_normal((number, 1))
    pace_sd = 0.10 * np.exp(rng.normal(0, 0.2, (number, 1)))
    loading = np.minimum(pace_sd * slope * np.sqrt(3) / np.pi, 0.95)
    own = np.sqrt(1 - loading**2) * rng.standard_normal((number, len(slope)))
    rank = norm.cdf(-loading * pace + own)
    attained = curves["location"].to_numpy() + logit(rank) / slope
    return pace[:, 0], attained <= np.log1p(AGE)


def placed(norms: NamedNorm, passed: np.ndarray) -> dict[str, list[Standing]]:
    """Place every child with each uncertainty."""
    domain = norms.rows["domain"].to_numpy(dtype=str)
    found: dict[str, list[Standing]] = {kind: [] for kind in KINDS}
    for row in passed:
        asked = Asked(float(np.log1p(AGE)), row, domain)
        found[KINDS[0]].append(by_measurement(asked, norms.draws, LEVEL))
        found[KINDS[1]].append(with_norm(asked, norms.draws, LEVEL))
        found[KINDS[2]].append(with_transport(asked, norms.draws, norms.scales, LEVEL))
    return found


def scored(found: list[Standing], pace: np.ndarray) -> dict[str, float]:
    """Compare intervals with the truth."""
    true = 100 * norm.cdf(pace)
    middle, low, high, known = np.array(found).T
    return {
        "covered": float(np.mean((low <= true) & (true <= high))),
        "width": float(np.mean(high - low)),
        "error": float(np.sqrt(np.mean((middle - true) ** 2))),
        "enough": float(np.mean(known >= ENOUGH)),
    }


if __name__ == "__main__":
    main()
