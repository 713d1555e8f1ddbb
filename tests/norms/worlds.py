"""Worlds whose every effect is known, and what comparisons of them should find."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr

from devnorms.models import LogNormal, Priors, Spec, preview
from devnorms.norms import Known
from devnorms.norms.effects import MEASURE
from devnorms.simulate import (
    Design,
    Population,
    Scales,
    Truth,
    describe_populations,
    draw_truth,
    simulate_counts,
)
from devnorms.simulate.design import DEFAULT_POPULATIONS

# As the medians of the model's priors, at which a preview holds its scales.
SCALES = Scales(
    item=0.15,
    milestone_country=0.10,
    leaf=0.07,
    study=0.10,
    study_domain=0.05,
    instrument_domain=0.06,
)
TRUE_EFFECTS = {
    "country": ["milestone_country_effect"],
    "study": ["study_effect", "study_domain_effect"],
    "instrument": ["instrument_domain_effect"],
    "wording": ["item_effect"],
    "left over": ["leaf_effect"],
}
VAGUE = Spec(
    min_populations=1,
    priors=replace(Priors(), sd_study=LogNormal(0.7, 0.5, "anything may be")),
)
"""A model that leaves a study's overall shift open, as those who trust data do."""


def milestones(number: int, first: float, last: float) -> dict[str, tuple[str, float]]:
    """Milestones of one domain, evenly spread in log age."""
    ages = np.expm1(np.linspace(np.log1p(first), np.log1p(last), number))
    return {f"m{i:02d}": ("gross_motor", float(age)) for i, age in enumerate(ages)}


def world(
    seed: int,
    number: int = 24,
    first: float = 6,
    last: float = 29,
    populations: tuple[Population, ...] = DEFAULT_POPULATIONS,
) -> tuple[Truth, pd.DataFrame]:
    """A truth, and counts drawn from it."""
    rng = np.random.default_rng(seed)
    design = Design(populations, milestones(number, first, last))
    truth = draw_truth(rng=rng, design=design, scales=SCALES)
    return truth, simulate_counts(truth, rng=rng, asked=20)


def look(counts: pd.DataFrame, spec: Spec | None = None, seed: int = 1) -> xr.Dataset:
    """Curves in a second."""
    return preview(counts, spec=spec, draws=300, seed=seed)


def log_mean(a: pd.Series, b: pd.Series) -> pd.Series:
    """Logarithmic mean of two ages, each plus one, given by their logarithms."""
    return (np.exp(a) - np.exp(b)) / (a - b)


@dataclass(frozen=True)
class Between:
    """What is true between two populations; one value per milestone."""

    parts: dict[str, pd.Series]
    months_per_log: pd.Series

    @property
    def difference(self) -> pd.Series:
        """Months at 50 %, on the same items."""
        own = sum(self.parts[p] for p in self.parts if p not in MEASURE)
        return own * self.months_per_log

    @property
    def measured(self) -> pd.Series:
        """Months at 50 %."""
        return sum(self.parts.values()) * self.months_per_log


def between(truth: Truth, population: str, reference: str) -> Between:
    """Sum the true effects."""
    leaves = truth.leaves.assign(
        **{
            part: truth.leaves[names].sum(axis=1)
            for part, names in TRUE_EFFECTS.items()
        }
    )
    means = leaves.groupby(["population", "milestone"])[
        [*TRUE_EFFECTS, "location"]
    ].mean()
    here, there = means.loc[population], means.loc[reference]
    return Between(
        {part: here[part] - there[part] for part in TRUE_EFFECTS},
        log_mean(here["location"], there["location"]),
    )


def described(truth: Truth, sampling: str = "representative") -> pd.DataFrame:
    """Who was sampled, all alike."""
    return describe_populations(truth.design).assign(sampling=sampling)


def sure(truth: Truth, probability: float = 0.95) -> pd.DataFrame:
    """Links of all items, all as sure."""
    items = truth.leaves.drop_duplicates("item")
    return pd.DataFrame(
        {
            "item": items["item"].astype(str).to_numpy(),
            "milestone": items["milestone"].astype(str).to_numpy(),
            "confidence": "high",
            "probability": probability,
            "reason": "made so",
            "judged_by": "nobody",
        }
    )


def knowing(truth: Truth, probability: float = 0.95) -> Known:
    """Everything that can be known."""
    return Known(described(truth), sure(truth, probability))
