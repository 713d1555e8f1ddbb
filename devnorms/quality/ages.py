"""
Ages: missing, out of place, rounded, or written for many children at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from devnorms._base.ages import DAYS_PER_MONTH
from devnorms.quality.case import ALPHA, Case, Finding, listed, months
from devnorms.quality.grains import COARSE, FINE, LEAST_VISITS, Grain, age_grain

Floats = NDArray[np.float64]
_NOMINAL_SHARE = 0.5
_MISSING_LOOK, _MISSING_STOP = 0.05, 0.5
_TAIL_SHARE, _TAIL_VISITS, _TAIL_LOG, _TAIL_DAYS = 0.01, 3, 0.3, 60
_TAIL_SPACINGS = 15
_MONTHS_BELOW = 100


def ages(case: Case) -> list[Finding]:
    """
    Look at the ages of one set.

    Parameters
    ----------
    case : Case
        A set.

    Returns
    -------
    list of Finding
    """
    answers = case.answers
    known = answers.age_days[: answers.dated]
    found = _missing(len(answers.visits) - len(known), len(answers.visits))
    if not len(known):
        return found
    grain = age_grain(known)
    found += [*_grain(known, grain), *_newborn(known), *_apart(known)]
    if len(known) >= LEAST_VISITS:
        fine = grain is None or grain.name == FINE
        unit = grain.days if grain else 1.0
        found += _units(known)
        if fine:
            nominal = nominal_days(known)
            found += _nominal(known, nominal)
            found += _heaps(known[~np.isin(known, list(nominal))], unit)
    return found


def _missing(undated: int, visits: int) -> list[Finding]:
    """Visits without an age."""
    if not undated:
        return []
    share = undated / visits
    grade = "look" if share >= _MISSING_LOOK else "note"
    return [
        Finding(
            "no age",
            "stop" if share >= _MISSING_STOP else grade,
            undated,
            "visits",
            "Without an age an answer says nothing about development; these visits "
            "count nowhere.",
            "Fill in the age from the date of the visit and of birth, where they are "
            "known.",
            of=visits,
        )
    ]


def _grain(known: Floats, grain: Grain | None) -> list[Finding]:
    """Ages that are coarser than days."""
    if grain is None:
        return []
    width = grain.days / (2 if grain.start else 1)
    away = f"{width / DAYS_PER_MONTH:.2g} months" if grain.name != FINE else "3 days"
    return [
        Finding(
            f"ages in {grain.name}",
            "look" if grain.name in COARSE else "note",
            len(known),
            "visits",
            f"All ages are {grain.name}, turned into days ({len(np.unique(known))} "
            f"different ages). An age may be off by {away}."
            + (
                ""
                if grain.start
                else " If completed months were counted, children are half of that "
                "older than written, on average."
            ),
            "Find out whether ages were cut off or rounded, and treat each age as an "
            "interval where that width matters."
            if grain.name != FINE
            else "Nothing: three days hardly matter for any milestone.",
            of=len(known),
        )
    ]


def _newborn(known: Floats) -> list[Finding]:
    """Ages of exactly zero: newborn, or a stand-in for 'not known'."""
    n = int((known == 0).sum())
    if not n:
        return []
    return [
        Finding(
            "age of 0 days",
            "note",
            n,
            "visits",
            "An age of 0 may be a newborn, a first month that was cut off, or an age "
            "that nobody knew.",
            "Check against the answers and the date of birth.",
            of=len(known),
        )
    ]


def _apart(known: Floats) -> list[Finding]:
    """Find a few visits far younger or far older than all others."""
    few = max(_TAIL_VISITS, int(_TAIL_SHARE * len(known)))
    if len(known) < LEAST_VISITS:
        return []
    log_age = np.log1p(known / DAYS_PER_MONTH)
    spacing = np.diff(np.quantile(known, [0.05, 0.95]))[0] / len(known)
    least = max(_TAIL_DAYS, _TAIL_SPACINGS * spacing)
    gap = (np.diff(log_age) >= _TAIL_LOG) & (np.diff(known) >= least)
    place = np.flatnonzero(gap)
    young = place[place < few]
    old = place[place >= len(known) - 1 - few]
    low = int(young[-1]) + 1 if len(young) else 0
    high = len(known) - 1 - int(old[0]) if len(old) else 0
    apart = np.concatenate([known[:low], known[len(known) - high :]])
    if not len(apart):
        return []
    rest = known[low : len(known) - high]
    return [
        Finding(
            "ages far from all others",
            "look",
            len(apart),
            "visits",
            f"All other visits lie between {months(rest[0])} and {months(rest[-1])}. "
            "So far outside, an age is more likely a slip (a digit, a unit, a year) "
            "than a child.",
            "Check these ages against the forms; leave the visits out if they cannot "
            "be checked.",
            of=len(known),
            where=listed([months(day) for day in np.unique(apart)]),
        )
    ]


def _units(known: Floats) -> list[Finding]:
    """Nobody is older than three months 'of days': perhaps those are months."""
    if known.max() >= _MONTHS_BELOW or (known % 1 != 0).any():
        return []
    return [
        Finding(
            "ages that may be months, not days",
            "look",
            len(known),
            "visits",
            f"No child is older than {known.max():g} days. In a study of children "
            "beyond their first months these are months.",
            "If so, multiply by 30.4375 before loading.",
            of=len(known),
        )
    ]


def nominal_days(known: Floats) -> dict[float, int]:
    """
    Find ages that were written for many children instead of measured.

    Parameters
    ----------
    known : numpy.ndarray
        Ages in days, in order.

    Returns
    -------
    dict of float to int
        Age in days to visits: days with at least 30 visits, and at least half of all
        within 30 days of them.
    """
    days, visits = np.unique(known, return_counts=True)
    near = np.searchsorted(known, days + 30, "right") - np.searchsorted(
        known, days - 30, "left"
    )
    nominal = (visits >= LEAST_VISITS) & (visits >= _NOMINAL_SHARE * near)
    return dict(zip(days[nominal].tolist(), visits[nominal].tolist(), strict=True))


def _nominal(known: Floats, days: dict[float, int]) -> list[Finding]:
    """Single days that hold most of the visits of their months."""
    if not days:
        return []
    return [
        Finding(
            "nominal age",
            "look",
            sum(days.values()),
            "visits",
            "Visits of one wave spread over weeks. Days that hold at least half of all "
            "visits within a month around them were written down as the planned age; "
            "nobody's age was measured.",
            "Get the real dates. Until then the age is a wide interval, and no curve "
            "can be read off within it.",
            of=len(known),
            where=listed(f"{day:g} days ({months(day)})" for day in days),
        )
    ]


def _heaps(known: Floats, unit: float) -> list[Finding]:
    """Round ages that hold more visits than the days around them."""
    found: list[Finding] = []
    for name, step in (("whole years", 12), ("half years", 6), ("whole months", 1)):
        if step * DAYS_PER_MONTH >= 10 * unit - 1e-9 and not found:
            found += _heap(known, unit, name, step * DAYS_PER_MONTH)
    return found


def _heap(known: Floats, unit: float, name: str, step: float) -> list[Finding]:
    """
    Compare round ages with the units next to them.

    A schedule makes a peak, even a steep one, heaping a spike: it is told if round ages
    hold more than twice the visits of the fullest of the four units around them, beyond
    chance.
    """
    place = np.round(known / unit).astype(np.int64)
    round_age = np.round(np.round(known / step) * step / unit).astype(np.int64)
    off = (place - round_age)[round_age > 2]
    held = {k: int((off == k).sum()) for k in (-2, -1, 0, 1, 2)}
    on, beside = held.pop(0), max(held.values())
    # Three kinds of round ages are tried.
    p = 3 * float(binom.sf(on - 1, on + beside, 2 / 3)) if on else 1.0
    if p >= ALPHA or on < LEAST_VISITS:
        return []
    return [
        Finding(
            f"ages heaped at {name}",
            "look" if on >= 0.1 * len(known) else "note",
            on,
            "visits",
            f"{on} visits lie exactly on {name}, and at most {beside} on any of the "
            "days next to them. Part of the ages was rounded or recalled.",
            "Find out who rounded. Treat round ages as intervals.",
            of=len(known),
            chance=ALPHA,
        )
    ]
