"""
Numbers for the pictures of a result: a curve and a plot of twenty dots.

The pictures are small SVG texts made from a payload by a template, so that a page
weighs little and speaks the reader's language; they hold curves, never points of
children.
"""

from __future__ import annotations

from typing import Any

import numpy as np

WIDTH, HEIGHT, LEFT, BELOW = 320.0, 180.0, 36.0, 30.0
DOTS = 20


def curve(payload: dict[str, Any]) -> dict[str, Any] | None:
    """
    Give the coordinates of a curve with its band.

    Parameters
    ----------
    payload : dict
        See `devnorms.review.publishing`.

    Returns
    -------
    dict or None
        ``line, band`` (SVG points), ``ticks`` (months and shares with their places),
        ``width, height``; None if there is nothing to draw.
    """
    rows = payload.get("shares") or []
    if len(rows) < 2:
        return None
    ages = np.array([row["age_months"] for row in rows], float)
    low, high = _limits(rows, ages)
    kept = (ages >= low) & (ages <= high)

    def x(months: float) -> float:
        return LEFT + (months - low) / (high - low) * (WIDTH - LEFT - 8)

    def y(share: float) -> float:
        return 8 + (1 - share) * (HEIGHT - BELOW - 8)

    def points(name: str) -> list[str]:
        values = [row[name] for row, keep in zip(rows, kept, strict=True) if keep]
        return [
            f"{x(a):.1f},{y(v):.1f}" for a, v in zip(ages[kept], values, strict=True)
        ]

    step = next(s for s in (1, 2, 3, 6, 12, 24) if (high - low) / s <= 8)
    months = range(int(np.ceil(low / step)) * step, int(high) + 1, step)
    return {
        "line": " ".join(points("share")),
        "band": " ".join([*points("low"), *reversed(points("high"))]),
        "months": [{"at": round(x(m), 1), "text": m} for m in months],
        "shares": [
            {"at": round(y(n / DOTS), 1), "text": n} for n in range(0, DOTS + 1, 5)
        ],
        "width": WIDTH,
        "height": HEIGHT,
        "bottom": HEIGHT - BELOW,
        "left": LEFT,
    }


def _limits(rows: list[dict[str, Any]], ages: np.ndarray) -> tuple[float, float]:
    """Show where the curve rises, with three months on either side."""
    share = np.array([row["share"] for row in rows])
    rising = ages[(share > 0.02) & (share < 0.98)]
    if len(rising) == 0:
        return float(ages.min()), float(ages.max())
    low = max(float(ages.min()), float(rising.min()) - 3)
    high = min(float(ages.max()), float(rising.max()) + 3)
    return low, max(high, low + 1)


def dots(payload: dict[str, Any]) -> list[dict[str, float]]:
    """
    Give the months at which each of twenty children begins: a quantile dot plot.

    Parameters
    ----------
    payload : dict
        See `devnorms.review.publishing`.

    Returns
    -------
    list of dict
        ``months`` and ``dots`` (how many begin in that month), from the first month to
        the last; empty unless the data reach nearly all twenty.

    References
    ----------
    Fernandes M, Walls L, Munson S, Hullman J, Kay M. Uncertainty displays using
    quantile dotplots or CDFs improve transit decision-making. CHI 2018.
    doi:10.1145/3173574.3173718
    """
    rows = payload.get("shares") or []
    if not rows:
        return []
    share = np.array([row["share"] for row in rows])
    ages = np.array([row["age_months"] for row in rows], float)
    wanted = (np.arange(DOTS) + 0.5) / DOTS
    if share.min() > wanted[1] or share.max() < wanted[-2]:
        return []
    begins = np.interp(wanted, np.maximum.accumulate(share), ages).round().astype(int)
    return [
        {"months": int(month), "dots": int((begins == month).sum())}
        for month in range(begins.min(), begins.max() + 1)
    ]
