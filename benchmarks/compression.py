"""
What coarser ages cost: item curves from compressed or binned ages, against exact ages.

    python benchmarks/compression.py --data FOLDER     (holds the childdevdata files)

For each leaf (item x population) with at least 10 passes and 10 not-yets, the mode of
location and log slope under a weak prior is found from the exact ages and from each
representation. Printed: the difference of the locations in posterior standard
deviations (root mean square, 99th percentile, maximum), of the log slopes in theirs
(root mean square), and of the ages at which half pass in days: root mean square,
median, and root mean square over the leaves whose age at 50 % lies within the ages
asked. The last rows are the counts that come with the package.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms import sources
from devnorms._base.ages import (
    DAYS_PER_MONTH,
    days_from_months,
    log_age_from_days,
    months_from_log_age,
)
from devnorms._base.errors import DevnormsWarning
from devnorms.schema.nodes import nodes_from_counts
from devnorms.sources.bundled import load_counts
from devnorms.tabulate import count

Floats = NDArray[np.float64]

LOCATION_PRIOR = (2.7, 0.7)
LOG_SLOPE_PRIOR = (2.0, 0.5)
LEAST = 10


class Points(NamedTuple):
    """Weighted ages of many leaves: ``leaf`` numbers them from 0."""

    leaf: NDArray[np.int64]
    log_age: Floats
    passed: Floats
    not_yet: Floats


class Modes(NamedTuple):
    """Posterior modes and standard deviations, one per leaf."""

    location: Floats
    log_slope: Floats
    location_sd: Floats
    log_slope_sd: Floats


def points_from_counts(counts: pd.DataFrame, leaves: pd.Index) -> Points:
    """Take counts of the leaves named, each cell at its mean age."""
    names = counts["population"].astype(str) + ":" + counts["item"].astype(str)
    leaf = leaves.get_indexer(pd.Index(names))
    keep = leaf >= 0
    asked, passed = (counts[c].to_numpy(dtype=float)[keep] for c in ("asked", "passed"))
    log_age = log_age_from_days(counts["age_days_mean"].to_numpy()[keep])
    return Points(leaf[keep], log_age, passed, asked - passed)


def points_from_nodes(counts: pd.DataFrame, leaves: pd.Index, nodes: int) -> Points:
    """Split Gauss nodes of the counts."""
    made = nodes_from_counts(counts, nodes=nodes)
    row = pd.Index(made.leaves["leaf"]).get_indexer(leaves)
    used = (made.passed[row] + made.not_yet[row]) > 0
    leaf = np.repeat(np.arange(len(leaves)), used.sum(axis=1))
    return Points(
        leaf, made.log_age[row][used], made.passed[row][used], made.not_yet[row][used]
    )


def at_midpoints(points: Points, width_days: float) -> Points:
    """Put each age in the middle of its bin, as tables of whole months do."""
    days = days_from_months(months_from_log_age(points.log_age))
    middle = (np.floor(days / width_days + 1e-9) + 0.5) * width_days
    return points._replace(log_age=log_age_from_days(middle))


def log_posterior(points: Points, location: Floats, log_slope: Floats) -> Floats:
    """Log posterior of every leaf, up to a constant."""
    eta = np.exp(log_slope)[points.leaf] * (points.log_age - location[points.leaf])
    terms = points.passed * np.logaddexp(0, -eta) + points.not_yet * np.logaddexp(
        0, eta
    )
    return -np.bincount(points.leaf, terms, len(location)) - 0.5 * (
        ((location - LOCATION_PRIOR[0]) / LOCATION_PRIOR[1]) ** 2
        + ((log_slope - LOG_SLOPE_PRIOR[0]) / LOG_SLOPE_PRIOR[1]) ** 2
    )


def _derivatives(
    points: Points, location: Floats, log_slope: Floats
) -> tuple[Floats, Floats, Floats]:
    """Gradient, observed and expected information of every leaf."""
    slope = np.exp(log_slope)
    eta = slope[points.leaf] * (points.log_age - location[points.leaf])
    share = 0.5 * (1 + np.tanh(eta / 2))
    asked = points.passed + points.not_yet
    rest, spread = points.passed - asked * share, asked * share * (1 - share)
    sums = [
        np.bincount(points.leaf, term, len(location))
        for term in (rest, rest * eta, spread, spread * eta, spread * eta**2)
    ]
    precision = np.array([LOCATION_PRIOR[1] ** -2, LOG_SLOPE_PRIOR[1] ** -2])
    gradient = np.stack(
        [
            -slope * sums[0] - precision[0] * (location - LOCATION_PRIOR[0]),
            sums[1] - precision[1] * (log_slope - LOG_SLOPE_PRIOR[0]),
        ],
        axis=-1,
    )
    expected = np.empty((len(location), 2, 2))
    expected[:, 0, 0] = slope**2 * sums[2] + precision[0]
    expected[:, 1, 1] = sums[4] + precision[1]
    expected[:, 0, 1] = expected[:, 1, 0] = -slope * sums[3]
    observed = expected.copy()
    observed[:, 0, 1] += slope * sums[0]
    observed[:, 1, 0] += slope * sums[0]
    observed[:, 1, 1] -= sums[1]
    return gradient, observed, expected


def modes(points: Points, leaves: int) -> Modes:
    """Find the posterior mode of every leaf by Newton steps that never go down."""
    location = np.full(leaves, LOCATION_PRIOR[0])
    log_slope = np.full(leaves, LOG_SLOPE_PRIOR[0])
    for _ in range(200):
        gradient, observed, expected = _derivatives(points, location, log_slope)
        definite = (np.linalg.det(observed) > 0) & (observed[:, 0, 0] > 0)
        information = np.where(definite[:, None, None], observed, expected)
        step = np.linalg.solve(information, gradient[..., None])[..., 0]
        step /= np.maximum(1, np.abs(step).max(axis=1))[:, None]
        now = log_posterior(points, location, log_slope)
        for _ in range(30):
            trial = location + step[:, 0], log_slope + step[:, 1]
            worse = log_posterior(points, *trial) < now - 1e-9
            if not worse.any():
                break
            step[worse] /= 2
        location, log_slope = trial
        if np.abs(step).max() < 1e-9:
            break
    else:
        raise RuntimeError("modes: no convergence after 200 steps")
    _, observed, _ = _derivatives(points, location, log_slope)
    variance = np.linalg.inv(observed)
    return Modes(
        location, log_slope, np.sqrt(variance[:, 0, 0]), np.sqrt(variance[:, 1, 1])
    )


def errors(exact: Modes, other: Modes, within: NDArray[np.bool_]) -> dict[str, float]:
    """Compare modes with the exact ones."""
    shift = (other.location - exact.location) / exact.location_sd
    slope = (other.log_slope - exact.log_slope) / exact.log_slope_sd
    days = days_from_months(
        months_from_log_age(other.location) - months_from_log_age(exact.location)
    )
    return {
        "location_sd_rms": _rms(shift),
        "location_sd_p99": float(np.quantile(np.abs(shift), 0.99)),
        "location_sd_max": float(np.abs(shift).max()),
        "log_slope_sd_rms": _rms(slope),
        "age50_days_rms": _rms(days),
        "age50_days_median": float(np.median(np.abs(days))),
        "age50_days_rms_within": _rms(days[within]),
    }


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2)))


def informative_leaves(counts: pd.DataFrame) -> pd.Index:
    """Leaves with enough passes and enough not-yets."""
    leaf = counts["population"].astype(str) + ":" + counts["item"].astype(str)
    sums = counts.groupby(leaf.to_numpy())[["asked", "passed"]].sum()
    enough = (sums["passed"] >= LEAST) & (sums["asked"] - sums["passed"] >= LEAST)
    return sums.index[enough]


def compare(
    exact: pd.DataFrame, others: dict[str, Callable[[pd.Index], Points]]
) -> pd.DataFrame:
    """One row per representation: how many points, and the errors."""
    leaves = informative_leaves(exact)
    points = points_from_counts(exact, leaves)
    truth = modes(points, len(leaves))
    support = nodes_from_counts(exact).leaves.set_index("leaf").loc[leaves]
    months = months_from_log_age(truth.location)
    within = (months >= support["support_low_months"].to_numpy()) & (
        months <= support["support_high_months"].to_numpy()
    )
    rows = []
    for name, make in others.items():
        points = make(leaves)
        found = errors(truth, modes(points, len(leaves)), within)
        rows.append({"ages": name, "points": len(points.leaf), **found})
    table = pd.DataFrame(rows).set_index("ages")
    table.attrs = {"leaves": len(leaves), "within": int(within.sum())}
    return table


def binned(counts: pd.DataFrame, name: str) -> dict[str, Callable[..., Points]]:
    """Give counts in bins at their mean ages, and the nodes made of them."""
    return {
        name: lambda leaves: points_from_counts(counts, leaves),
        f"{name}, 5+5 nodes": lambda leaves: points_from_nodes(counts, leaves, 5),
    }


def representations(exact: pd.DataFrame) -> dict[str, Callable[..., Points]]:
    """Nodes of the exact ages, and the midpoints of months."""
    others: dict[str, Callable[..., Points]] = {
        "months at midpoint": lambda leaves: at_midpoints(
            points_from_counts(exact, leaves), DAYS_PER_MONTH
        )
    }
    for q in (4, 5, 6, 8):
        others[f"{q}+{q} nodes"] = partial(points_from_nodes, exact, nodes=q)
    return others


def show(title: str, table: pd.DataFrame) -> None:
    """Print a table with what it rests on."""
    print(
        f"\n{title}: {table.attrs['leaves']} leaves; in {table.attrs['within']} "
        "the age at 50 % lies within the ages asked"
    )
    print(table.round(3).to_string())


def main() -> None:
    """Print both tables."""
    words = argparse.ArgumentParser(description="What coarser ages cost.")
    words.add_argument("--data", type=Path, required=True, help="childdevdata folder")
    inner = words.parse_args().data
    inner = inner / "childdevdata" if (inner / "childdevdata").is_dir() else inner
    warnings.simplefilter("ignore", DevnormsWarning)
    observations = sources.load("childdevdata", path=inner)
    exact = count(observations)
    start = time.perf_counter()
    nodes = nodes_from_counts(exact)
    seconds = time.perf_counter() - start
    used = int((nodes.passed + nodes.not_yet > 0).sum())
    print(
        f"{exact['asked'].sum():,} responses, {len(exact):,} cells of one day, "
        f"{len(nodes.leaves):,} leaves, {used:,} nodes (5 + 5) in {seconds:.2f} s"
    )
    others = representations(exact)
    for days, least in ((30, 1), (14, 1), (14, 5), (1, 5)):
        table = count(observations, bin_days=days, min_asked=least)
        others |= binned(table, f"bins of {days} days, at least {least}")
    show("All items", compare(exact, others))
    bundle = load_counts()
    linked = exact[exact["item"].isin(bundle["item"].unique())]
    others = representations(linked) | binned(bundle, "bundled counts")
    show("Items of the bundled counts", compare(linked, others))


if __name__ == "__main__":
    main()
