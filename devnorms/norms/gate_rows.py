"""
One pair through the gate: what joins the two at each milestone, and the verdicts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from devnorms.norms.draws import INTERVAL, summarise
from devnorms.norms.effects import OWN
from devnorms.norms.linked import LINKED, NONE, SAME, Graph
from devnorms.norms.pairs import Months, Pair, mean_row
from devnorms.norms.setting import Setting
from devnorms.norms.support import Support, flag
from devnorms.norms.verdicts import Evidence, Side, judge
from devnorms.schema.differences import ALL, REFUSE

Floats = NDArray[np.float64]


def gate_rows(
    setting: Setting, pair: Pair, share: float, months: Months
) -> list[dict[str, Any]]:
    """
    Judge a pair at one share: a row per milestone, and one for their mean.

    Parameters
    ----------
    setting : Setting
        What all comparisons need.
    pair : Pair
        The two.
    share : float
        Share passing.
    months : Months
        From `Pair.months`.

    Returns
    -------
    list of dict
        Rows of `devnorms.schema.differences.GATE`; the last one is ``(all)``.
    """
    linking = months.factor * pair.linking()
    sd = pair.own().std(axis=1)
    prior = pair.prior_sd(OWN, np.zeros(len(sd), dtype=bool))[:-1]
    rows = [_milestone_row(setting, pair, share, months, at) for at in range(len(sd))]
    for at, row in enumerate(rows):
        ratio = float(sd[at] / prior[at]) if prior[at] > 0 else 0.0
        row.update(_linking(linking[at], setting.level), prior_ratio=ratio)
        _judge(setting, pair, row)
    keep = np.array([row["verdict"] != REFUSE for row in rows], dtype=bool)
    rows.append(_all_row(pair, share, rows, keep))
    rows[-1] |= _linking(mean_row(linking, keep), setting.level)
    _judge(setting, pair, rows[-1])
    for row in rows:
        for name in ("seen_low", "seen_high", "supports"):
            del row[name]
    return rows


def _milestone_row(
    setting: Setting, pair: Pair, share: float, months: Months, at: int
) -> dict[str, Any]:
    """Say what is known of one milestone of a pair, before it is judged."""
    graph, name = setting.graph, pair.names()[at]
    mine = graph.items[pair.population, name]
    other = (
        graph.others(pair.population, name)
        if pair.pooled
        else graph.items[pair.reference, name]
    )
    here, there = _reach(setting, pair, at)
    ages = (np.median(months.age[at]), np.median(months.age_reference[at]))
    supports = tuple(
        str(flag(np.array([age]), Support(*(np.array([v]) for v in reach)))[0])
        for age, reach in zip(ages, (here, there), strict=True)
    )
    low, high = max(here[2], there[2]), min(here[3], there[3])
    shorter = min(here[3] - here[2], there[3] - there[2])
    same = len(mine & other)
    link = SAME if same else (LINKED if other else NONE)
    return {
        "population": pair.population,
        "reference": pair.reference,
        "milestone": name,
        "share": share,
        "link": link,
        "milestones": 1,
        "shared_items": same,
        "items": len(mine),
        "items_reference": len(other),
        "link_probability": _sure(graph, mine, other, pair.pooled) if other else 0.0,
        "overlap_low_months": low if low <= high else np.nan,
        "overlap_high_months": high if low <= high else np.nan,
        "overlap": _overlap(low, high, shorter),
        "seen_low": (here[2], there[2]),
        "seen_high": (here[3], there[3]),
        "supports": supports,
    }


def _sure(
    graph: Graph, mine: frozenset[str], other: frozenset[str], pooled: bool
) -> float:
    """How sure it is that both sides were asked the same; items in common are."""
    if mine == other:
        return 1.0
    return graph.probability(mine) if pooled else graph.probability(mine, other)


def _overlap(low: float, high: float, shorter: float) -> float:
    """Share of the shorter range of ages that both were asked at."""
    if low > high:
        return 0.0
    return float(min((high - low) / shorter, 1.0)) if shorter > 0 else 1.0


def _reach(
    setting: Setting, pair: Pair, at: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Asked, passed, youngest and oldest age asked, of both sides."""
    values = setting.effects.reach[:, :, pair.milestones[at]]
    here = values[:, setting.effects.populations.index(pair.population)]
    if not pair.pooled:
        there = values[:, setting.effects.populations.index(pair.reference)]
    else:
        others = values[:, ~np.isnan(values[0])]
        there = np.array([*others[:2].sum(axis=1), others[2].min(), others[3].max()])
    return tuple(map(float, here)), tuple(map(float, there))


def _all_row(
    pair: Pair,
    share: float,
    rows: list[dict[str, Any]],
    keep: NDArray[np.bool_],
) -> dict[str, Any]:
    """Say what is known of the mean over the milestones that are not refused."""
    kept = [row for row, told in zip(rows, keep, strict=True) if told]
    links = {row["link"] for row in rows}
    sure = [row["link_probability"] for row in kept]
    sd = float(mean_row(pair.own(), keep).std()) if kept else np.nan
    prior = float(pair.prior_sd(OWN, keep)[-1]) if kept else np.nan
    return {
        "population": pair.population,
        "reference": pair.reference,
        "milestone": ALL,
        "share": share,
        "link": next((k for k in (SAME, LINKED) if k in links), NONE),
        "milestones": len(kept),
        "shared_items": sum(row["shared_items"] for row in kept),
        "items": sum(row["items"] for row in kept),
        "items_reference": sum(row["items_reference"] for row in kept),
        "link_probability": float(np.mean(sure)) if kept else np.nan,
        "overlap_low_months": np.nan,
        "overlap_high_months": np.nan,
        "overlap": np.nan,
        "prior_ratio": sd / prior if prior > 0 else (0.0 if kept else np.nan),
        "seen_low": (np.nan, np.nan),
        "seen_high": (np.nan, np.nan),
        "supports": ("within", "within"),
    }


def _linking(draws: Floats, level: float) -> dict[str, float]:
    """Give the linking error in months, with its interval."""
    middle, low, high = summarise(draws, level)
    return {
        "linking_months": middle,
        "linking_months_low": low,
        "linking_months_high": high,
    }


def _judge(setting: Setting, pair: Pair, row: dict[str, Any]) -> None:
    """Put verdict and reason into a row."""
    weight = setting.graph.unlinked_weight
    sides = tuple(
        Side(
            name,
            row["supports"][k],
            row["seen_low"][k],
            row["seen_high"][k],
            setting.known.sampling(name),
            weight.get(name, 0.0),
        )
        for k, name in enumerate((pair.population, pair.reference))
    )
    here, there = setting.country(pair.population), setting.country(pair.reference)
    seen = Evidence(
        sides=(sides[0], sides[1]),
        link=row["link"],
        link_probability=row["link_probability"],
        overlap=row["overlap"],
        prior_ratio=row["prior_ratio"],
        milestones=row["milestones"],
        foreign=here != there,
        floor=bool(setting.floors),
        share=row["share"],
    )
    row["verdict"], row["reason"] = judge(seen)
    row["unlinked_weight"] = max(side.unlinked_weight for side in seen.people)
    row["interval"], row["level"] = INTERVAL, setting.level
