"""Made-up sets without a fault, for tests to put one in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from devnorms.simulate import (
    Design,
    Occasions,
    Population,
    draw_truth,
    simulate_observations,
)

STUDY = "made_up"
AGES = np.geomspace(3, 40, 40)
MILESTONES = {f"m{k:02d}": ("gross_motor", float(a)) for k, a in enumerate(AGES)}


def clean(
    seed: int,
    *,
    occasions: Occasions | None = None,
    populations: int = 1,
    instruments: tuple[str, ...] = ("aaa", "bbb"),
) -> pd.DataFrame:
    """Children of 2 to 42 months, 40 milestones by each of the instruments."""
    rng = np.random.default_rng(seed)
    names = [STUDY, *(f"{STUDY}_{k}" for k in range(1, populations))]
    design = Design(
        tuple(Population(n.upper(), n, "NLD", instruments, 2, 42) for n in names),
        MILESTONES,
    )
    occasions = occasions or Occasions(children=300, visits=2, ability_sd=1.0)
    return simulate_observations(
        draw_truth(rng=rng, design=design), rng=rng, occasions=occasions
    )


def plain(observations: pd.DataFrame) -> pd.DataFrame:
    """The same with text as objects, so that cells can be changed."""
    text = observations.select_dtypes("category").columns
    changed = observations.astype(dict.fromkeys(text, object))
    changed.attrs = dict(observations.attrs)
    return changed
