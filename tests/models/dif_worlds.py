"""Made-up children of two groups, of whom it is known which items differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

import devnorms as dn
from devnorms.models import fit_difs
from devnorms.norms import dif_in_months

RISE = 8.0
"""Logits per unit of log(age in months + 1), about that of the real scales."""
SPREAD = 0.8
"""Of children of one age, logits."""
AHEAD = 0.4
"""How far girls are ahead of boys in ability, logits; not DIF."""
SIZE = 0.8
THRESHOLD = 0.5
PRIORS = ("normal", "student", "mixture", "horseshoe")


class World(NamedTuple):
    """Observations, and for each item its difficulty and what girls find it easier."""

    observations: pd.DataFrame
    difficulty: pd.Series
    easier: pd.Series


def world(
    share: float, seed: int, *, one_sided: bool = False, children: int = 600,
    items: int = 36,
) -> World:  # fmt: skip
    """
    Draw children who are seen at three visits and asked the items around their age.

    A share of the items differs by 0.5 to 1.3 logits, in girls' favour only if
    ``one_sided``. Items are those of the Dutch key by name, so that a scale begins
    somewhere; their difficulties are drawn.
    """
    rng = np.random.default_rng(seed)
    names = _names(items)
    x = np.sort(rng.uniform(np.log(3), np.log(25), items))
    easier = np.zeros(items)
    differ = rng.permutation(items)[: round(share * items)]
    size = rng.uniform(0.5, 1.3, len(differ))
    sign = (
        np.ones(len(differ))
        if one_sided
        else np.where(np.arange(len(differ)) % 2, -1, 1)
    )
    easier[differ] = size * sign
    slope = np.exp(rng.normal(0, 0.15, items))
    girl = rng.uniform(size=children) < 0.5
    child_level = rng.normal(0, SPREAD * np.sqrt(0.6), children)
    rows = []
    for visit in range(3):
        age = np.exp(rng.uniform(np.log(3), np.log(25), children)) - 1
        level = RISE * np.log1p(age) + child_level
        level = level + rng.normal(0, SPREAD * np.sqrt(0.4), children) + AHEAD * girl
        near = np.abs(np.log1p(age)[:, None] - x[None, :])
        asked = near <= np.sort(near, axis=1)[:, [9]]
        logit = slope * (level[:, None] - RISE * x + easier * girl[:, None])
        passed = rng.uniform(size=logit.shape) < 1 / (1 + np.exp(-logit))
        who, what = np.nonzero(asked)
        rows.append(
            pd.DataFrame(
                {
                    "study": "made_up",
                    "child": who.astype(str),
                    "occasion": str(visit),
                    "age_days": np.round(age[who] * 30.4375),
                    "sex": np.where(girl[who], "female", "male"),
                    "item": np.array(names)[what],
                    "response": np.where(passed[who, what], "passed", "not_yet"),
                }
            )
        )
    index = pd.Index(names)
    return World(
        pd.concat(rows, ignore_index=True),
        pd.Series(RISE * x, index),
        pd.Series(easier, index),
    )


def _names(number: int) -> list[str]:
    """Items that the Dutch key has."""
    from devnorms.workflow.scoring import load_key

    key, _ = load_key("dutch")
    return sorted(key.difficulty.index)[:number]


def true_months(made: World) -> pd.Series:
    """How much later girls are than boys who grow alike, at 50 %, months."""
    boys = np.expm1((made.difficulty + AHEAD / 2) / RISE)
    girls = np.expm1((made.difficulty + AHEAD / 2 - made.easier) / RISE)
    return girls - boys


def judged(share: float, one_sided: bool, seed: int) -> pd.DataFrame:
    """Judge a world by every method: what is flagged, and whether it is true."""
    made = world(share, 1000 + seed, one_sided=one_sided)
    matched = dn.matched(made.observations, "sex", key="dutch")
    true = true_months(made)
    parts = []
    for test in ("mantel-haenszel", "logistic"):
        found = dn.classical_dif(matched, test=test).set_index("item")
        flagged = found["q_value"] < 0.05
        parts.append(
            _counted(flagged, made, true, None).assign(method=f"{test}, q < 5 %")
        )
    for prior, fitted in fit_difs(matched, priors=PRIORS).items():
        found = dif_in_months(fitted, shares=[0.5], threshold_months=THRESHOLD)
        found = found.set_index("item")
        flagged = found["claim"] != "none"
        parts.append(_counted(flagged, made, true, found).assign(method=prior))
        sign = 0.5 * (1 + np.sign(found["logits_low"]) * np.sign(found["logits_high"]))
        parts.append(
            _counted(sign == 1, made, true, found).assign(method=f"{prior}, not zero")
        )
    return pd.concat(parts).assign(share=share, one_sided=one_sided, seed=seed)


def _counted(
    flagged: pd.Series, made: World, true: pd.Series, found: pd.DataFrame | None
) -> pd.DataFrame:
    """One row per item."""
    at = flagged.index
    large = true[at].abs() > THRESHOLD
    table = pd.DataFrame(
        {
            "flagged": flagged,
            "false": flagged & (made.easier[at] == 0),
            "minor": flagged & ~large,
            "true": large,
            "hit": flagged & large,
            "inside": np.nan,
            "error": np.nan,
        }
    )
    if found is not None:
        low, high = found["difference_months_low"], found["difference_months_high"]
        table["inside"] = true[at].between(low, high).astype(float)
        table["error"] = (found["difference_months"] - true[at]).abs()
    return table
