"""
What a few local children change in what was predicted of their population.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from devnorms.norms.pace import PACE_SD
from devnorms.norms.transport_leaves import gradient, log_likelihood
from devnorms.norms.transport_mixture import Predicted, firm
from devnorms.schema.nodes import Nodes

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def with_local(predicted: Predicted, nodes: Nodes, children: int) -> Predicted:
    """
    Let a few children of the population speak: they move what was predicted.

    Their answers hang together, because a child that is ahead is ahead in many
    milestones: the mean pace of ``n`` children is off by ``PACE_SD / sqrt(n)`` in log
    age, at all milestones at once. That is added to what their answers measure before
    they are believed. The rest is Laplace's method around the joint mode, once per draw
    of the scales; draws that foretell the answers better gain weight.

    Parameters
    ----------
    predicted : Predicted
        Before anybody was asked.
    nodes : Nodes
        The children's answers, a row per leaf (all zero where not asked).
    children : int
        How many children.

    Returns
    -------
    Predicted
    """
    asked = np.flatnonzero((nodes.passed + nodes.not_yet).sum(axis=1) > 0)
    if not len(asked):
        return predicted
    mine = Nodes(
        nodes.leaves.iloc[asked].reset_index(drop=True),
        nodes.log_age[asked],
        nodes.passed[asked],
        nodes.not_yet[asked],
    )
    common = np.full((len(asked), len(asked)), PACE_SD**2 / max(children, 1))
    parts, evidence = [], []
    for component in range(len(predicted.weight)):
        at = (
            predicted.location[component],
            predicted.location_cov[component],
            predicted.log_slope[component],
            predicted.log_slope_cov[component],
        )
        moved, height = _moved(at, mine, asked, common)
        parts.append(moved)
        evidence.append(height)
    log_weight = np.log(predicted.weight) + np.array(evidence)
    weight = np.exp(log_weight - log_weight.max())
    return Predicted(
        weight / weight.sum(), *(np.stack(p) for p in zip(*parts, strict=True))
    )


_Joint = tuple[Floats, Floats, Floats, Floats]


def _moved(
    before: _Joint, nodes: Nodes, asked: Ints, common: Floats
) -> tuple[_Joint, float]:
    """One draw of the scales, given local answers; and how well it foretold them."""
    location, location_cov, slope, slope_cov = before
    block = np.ix_(asked, asked)
    seen = firm(location_cov[block] + common), firm(slope_cov[block])
    mean = np.r_[location[asked], slope[asked]]
    n = len(asked)
    prior = np.zeros((2 * n, 2 * n))
    prior[:n, :n], prior[n:, n:] = (np.linalg.inv(part) for part in seen)
    at, after = _mode(nodes, mean, prior)
    likelihood = float(log_likelihood(nodes, at[:n], at[n:]).sum())
    off = at - mean
    signs = (np.linalg.slogdet(part)[1] for part in (prior, after))
    first, second = signs
    evidence = likelihood - 0.5 * float(off @ prior @ off) + 0.5 * (first - second)
    spread = np.linalg.inv(after)
    moved: list[Floats] = []
    for k, (m, cov, part) in enumerate(
        ((location, location_cov, seen[0]), (slope, slope_cov, seen[1]))
    ):
        piece = slice(k * n, (k + 1) * n)
        gain = cho_solve(cho_factor(part, lower=True), cov[asked]).T
        moved.append(m + gain @ off[piece])
        shrunk = cov - gain @ (part - spread[piece, piece]) @ gain.T
        moved.append((shrunk + shrunk.T) / 2)
    return (moved[0], moved[1], moved[2], moved[3]), evidence


def _mode(nodes: Nodes, mean: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Joint mode of what the answers show, and the precision there."""
    n = len(mean) // 2
    at = mean.copy()

    def height(point: Floats) -> float:
        off = point - mean
        fit = log_likelihood(nodes, point[:n], point[n:]).sum()
        return float(fit - 0.5 * off @ prior @ off)

    best = height(at)
    after = _precision(nodes, at, prior)[1]
    for _ in range(40):
        slope, after = _precision(nodes, at, prior)
        slope = slope - prior @ (at - mean)
        step = np.linalg.solve(after, slope)
        part = 1.0
        while height(at + part * step) < best - 1e-9 and part > 1e-6:
            part /= 2
        at = at + part * step
        best = height(at)
        if np.abs(part * step).max() < 1e-6:
            break
    return at, after


def _precision(nodes: Nodes, at: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Slope of the log-likelihood, and information of answers and prior together."""
    n = len(at) // 2
    slope, information = gradient(nodes, np.column_stack([at[:n], at[n:]]))
    total = prior.copy()
    first, second = np.arange(n), np.arange(n, 2 * n)
    total[first, first] += information[:, 0, 0]
    total[second, second] += information[:, 1, 1]
    total[first, second] += information[:, 0, 1]
    total[second, first] += information[:, 0, 1]
    return np.r_[slope[:, 0], slope[:, 1]], total
