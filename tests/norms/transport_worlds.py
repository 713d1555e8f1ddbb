"""Worlds of many countries whose true ages are known, to be foretold one by one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from devnorms.norms.transport_check import folds
from devnorms.norms.transport_choice import foretell_one
from devnorms.norms.transport_leaves import leaves_of
from devnorms.norms.transport_methods import DEFAULT
from devnorms.norms.transport_near import Method, Surroundings
from devnorms.norms.transport_predict import world_of
from devnorms.norms.transport_scores import age_at
from devnorms.simulate import Design, Population, Truth, draw_truth, simulate_counts
from tests.norms.worlds import SCALES, milestones

COUNTRIES = ("NLD", "COL", "CHN", "ZAF", "JAM", "ECU", "CHL", "MDG")
INSTRUMENTS = ("one", "two", "three")
PLAIN = Method("alike", unevenness=0.0)


def many(number: int = 8) -> tuple[Population, ...]:
    """One population per country, three instruments among them."""
    return tuple(
        Population(f"{c}-SIM", f"sim_{c.lower()}", c, (INSTRUMENTS[k % 3],), 1, 48)
        for k, c in enumerate(COUNTRIES[:number])
    )


def world_of_many(
    seed: int, number: int = 8, size: int = 16
) -> tuple[Truth, pd.DataFrame]:
    """A truth with many countries, and counts drawn from it."""
    rng = np.random.default_rng(seed)
    design = Design(many(number), milestones(size, 5, 30))
    truth = draw_truth(rng=rng, design=design, scales=SCALES)
    return truth, simulate_counts(truth, rng=rng, asked=20)


def ranks(seed: int, method: Method = DEFAULT, share: float = 0.5) -> pd.DataFrame:
    """Where the true ages of each country lie in what the others foretell."""
    truth, counts = world_of_many(seed)
    leaves = leaves_of(counts)
    country = leaves.rows["country"].astype(str).tolist()
    known = truth.leaves.astype({"population": "str", "item": "str"})
    true = known.set_index(["population", "item"])
    world = world_of(leaves, method, Surroundings())
    parts = []
    for fold in folds(leaves, country):
        found, _ = foretell_one(world, fold, np.asarray(country))
        rows = leaves.rows.iloc[fold.wanted].astype(
            {"population": "str", "item": "str"}
        )
        at = true.loc[list(zip(rows["population"], rows["item"], strict=True))]
        logit = float(np.log(share / (1 - share)))
        age = at["location"] + logit * np.exp(-at["log_slope"])
        below = age_at(found.mixture(), share).probability_below(
            age.to_numpy(), np.zeros(len(age))
        )
        parts.append(pd.DataFrame({"country": fold.group, "rank": below}))
    return pd.concat(parts, ignore_index=True).assign(world=seed)


def calibration(seeds: Iterable[int]) -> pd.DataFrame:
    """How often intervals hold the true age, by method and share."""
    rows = []
    listed = list(seeds)
    for method in (DEFAULT, PLAIN):
        for share in (0.5, 0.9):
            table = pd.concat([ranks(seed, method, share) for seed in listed])
            off = (table["rank"] - 0.5).abs()
            one = {"method": method.name, "share": share, "ages": len(table)}
            for level in (0.5, 0.8, 0.95):
                inside = off <= level / 2
                by_country = inside.groupby([table["world"], table["country"]]).mean()
                se = by_country.std() / np.sqrt(len(by_country))
                one |= {f"inside_{100 * level:g}": inside.mean(),
                        f"se_{100 * level:g}": se}  # fmt: skip
            rows.append(one)
    return pd.DataFrame(rows)
