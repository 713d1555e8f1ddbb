"""
The algorithm once more, item by item, in plain Python: slow and easy to read.

Written from the specification alone; shares no line with the package.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from scipy import stats

# per base population: up to which age, then a + b t + c ln(t + d)
CURVES = {
    "dutch": [(99, 44.35, -1.8, 28.47, 0.25)],
    "gcdg": [(99, 47.65, -3.05, 26.70, 0.19)],
    "phase1": [
        (0.75, 20.5883, 27.3376, 6.4254, 0.2),
        (3.5, 14.63748, -12.11774, 69.05463, 0.92),
        (99, 61.37967, 3.83513, 0, 1),
    ],
    "preliminary_standards": [
        (0.75, 24.522, 23.886, 9.190, 0.2),
        (3.5, 18.434, -9.206, 61.255, 0.92),
        (99, 62.6268, 4, 0, 1),
    ],
}


def prior_mean(base: str, t: float) -> float:
    _, a, b, c, d = next(curve for curve in CURVES[base] if t <= curve[0])
    return a + b * t + c * math.log(t + d)


def score(
    age_days: float,
    answers: Mapping[str, int],
    tau: Mapping[str, float],
    key: Mapping[str, float | str],
) -> tuple[float, float, int]:
    """Give mean and standard deviation of the posterior, and the items used."""
    t = round(age_days / 365.25, 4)
    low, high = int(key["from"]), int(key["to"])
    grid = [float(d) for d in range(low, high + 1)]
    mu = prior_mean(str(key["base_population"]), t)
    weight = [stats.norm.pdf(d, mu, 5) for d in grid]
    used = 0
    for item, y in answers.items():
        if math.isnan(tau.get(item, math.nan)):
            continue
        used += 1
        for k, d in enumerate(grid):
            p = 1 / (1 + math.exp(-(d - tau[item]) / float(key["slope"])))
            weight[k] *= p if y == 1 else 1 - p
        total = sum(weight)
        weight = [w / total for w in weight]
    if not used:
        return math.nan, math.nan, 0
    total = sum(weight)
    mean = sum(w * d for w, d in zip(weight, grid, strict=True)) / total
    second = sum(w * (d - mean) ** 2 for w, d in zip(weight, grid, strict=True)) / total
    return mean, math.sqrt(second), used


def z_score(d: float, t: float, rows: list[tuple[float, ...]], bct: bool) -> float:
    """Interpolate (age, mu, sigma, nu, tau) in t and standardise."""
    if math.isnan(d) or not rows[0][0] <= t <= rows[-1][0]:
        return math.nan
    below = max(row for row in rows if row[0] <= t)
    above = min(row for row in rows if row[0] >= t)
    share = 0.0 if above == below else (t - below[0]) / (above[0] - below[0])
    mu, sigma, nu, df = (
        a + share * (b - a) for a, b in zip(below[1:], above[1:], strict=True)
    )
    d = max(d, 1.0) if bct else d
    if d <= 0 and not float(nu).is_integer():
        return math.nan
    if (nu == 0) if bct else (abs(nu) <= 0.01):
        z = math.log(d / mu) / sigma
    else:
        z = ((d / mu) ** nu - 1) / (nu * sigma)
    if not bct:
        return z
    end = math.inf if nu == 0 else 1 / (sigma * abs(nu))
    start = stats.t.cdf(-end, df) if nu > 0 else 0.0
    z = stats.norm.ppf((stats.t.cdf(z, df) - start) / stats.t.cdf(end, df))
    return float(z) if math.isfinite(z) else math.nan
