"""
Doubts about visits: sex, gestation and ages that are not what they seem.

Each is found in the data, never looked up in a list, and each is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from devnorms._base.ages import DAYS_PER_MONTH

GESTATION_DAYS = (154, 301)
"""22 completed weeks, the least that is counted as a birth, to 43 weeks."""
VERY_EARLY_DAYS = 196
NOMINAL_VISITS = 30
NOMINAL_SHARE = 0.5
GRAIN_SHARE = 0.995
_GRAINS = {"whole months": DAYS_PER_MONTH, "tenths of a month": DAYS_PER_MONTH / 10}


@dataclass(frozen=True)
class Note:
    """
    One thing that a reader of the numbers should know.

    Attributes
    ----------
    study, what : str
        Where, and in a few fixed words.
    n : int
        How many.
    unit : str
        Of what: responses, visits, children, items, pairs.
    detail : str
        What was done about it.
    """

    study: str
    what: str
    n: int
    unit: str
    detail: str


def settle_visits(visits: pd.DataFrame, study: str) -> tuple[pd.DataFrame, list[Note]]:
    """
    Settle sex and gestation, and note what is odd about ages.

    Parameters
    ----------
    visits : pandas.DataFrame
        ``child, age_days, sex, gestation_days``.
    study : str
        For the notes.

    Returns
    -------
    visits : pandas.DataFrame
        With ``sex`` unknown where it is blank or contradicts itself, and
        ``gestation_days`` NaN where it is implausible.
    notes : list of Note
    """
    settled = visits.copy()
    notes: list[Note] = []
    settled["sex"], sex_notes = _settle_sex(visits, study)
    settled["gestation_days"], gestation_notes = _settle_gestation(visits, study)
    notes += sex_notes + gestation_notes + _note_ages(visits["age_days"], study)
    return settled, notes


def _settle_sex(visits: pd.DataFrame, study: str) -> tuple[pd.Series, list[Note]]:
    """Set the sex of a child that is both female and male to unknown."""
    known = visits[visits["sex"] != "unknown"]
    kinds = known.groupby("child")["sex"].nunique()
    both = kinds.index[kinds > 1]
    contradicts = visits["child"].isin(both)
    notes = []
    if len(both):
        detail = f"{int(contradicts.sum())} visits now have sex 'unknown'"
        notes.append(Note(study, "contradictory sex", len(both), "children", detail))
    blank = int((visits["sex"] == "unknown").sum())
    if blank:
        notes.append(Note(study, "blank sex", blank, "visits", "kept as 'unknown'"))
    return visits["sex"].mask(contradicts, "unknown"), notes


def _settle_gestation(visits: pd.DataFrame, study: str) -> tuple[pd.Series, list[Note]]:
    """Set a gestation that no birth has to not known; tell a very short one."""
    days = visits["gestation_days"]
    low, high = GESTATION_DAYS
    outside = (days < low) | (days > high)
    very_early = (days < VERY_EARLY_DAYS) & ~outside
    notes = []
    if outside.any():
        shown = ", ".join(f"{d:g}" for d in sorted(days[outside].unique()))
        detail = f"{shown} days: outside {low} to {high}, now not known"
        notes.append(
            Note(study, "implausible gestation", int(outside.sum()), "visits", detail)
        )
    if very_early.any():
        detail = f"born before 28 weeks, from {days[very_early].min():g} days; kept"
        notes.append(
            Note(study, "very short gestation", int(very_early.sum()), "visits", detail)
        )
    return days.mask(outside), notes


def _note_ages(age_days: pd.Series, study: str) -> list[Note]:
    """Tell ages that are missing, rounded, nominal or zero."""
    known = age_days.dropna().to_numpy()
    notes = []
    undated = len(age_days) - len(known)
    if undated:
        notes.append(
            Note(study, "no age", undated, "visits", "their responses are left out")
        )
    grain = age_grain(known)
    if grain:
        detail = (
            f"all {len(known)} ages are {grain} turned into days "
            f"({len(np.unique(known))} distinct ages); kept"
        )
        notes.append(Note(study, f"ages in {grain}", len(known), "visits", detail))
    if grain != "whole months":
        for day, n in nominal_ages(known).items():
            detail = f"all at exactly {day:g} days, a nominal age; kept"
            notes.append(Note(study, "nominal age", n, "visits", detail))
    newborn = int((known == 0).sum())
    if newborn:
        notes.append(Note(study, "age of 0 days", newborn, "visits", "kept"))
    return notes


def age_grain(age_days: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    """
    Say in what ages were recorded before they were turned into days.

    An age recorded in months, or in tenths of a month, and then turned into days falls
    on ``round(k * 30.4375)``, or ``round(k * 3.04375)``, every time; of ages recorded
    in days a thirtieth, or a third, fall there by chance.

    Parameters
    ----------
    age_days : numpy.ndarray
        Ages in days, none missing.

    Returns
    -------
    str
        ``"whole months"``, ``"tenths of a month"``, or empty where neither holds or
        there are fewer than 30 ages.

    Examples
    --------
    >>> age_grain(np.round(np.arange(1.0, 41.0) * 30.4375))
    'whole months'
    """
    if len(age_days) < NOMINAL_VISITS:
        return ""
    for name, grain in _GRAINS.items():
        on_grain = np.round(np.round(age_days / grain) * grain) == age_days
        if on_grain.mean() >= GRAIN_SHARE:
            return name
    return ""


def nominal_ages(
    age_days: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> dict[float, int]:
    """
    Find ages that were written for many children instead of measured.

    Visits of one wave spread over weeks. An exact day that holds at least 30 visits
    and at least half of all those within 30 days of it is no measured age.

    Parameters
    ----------
    age_days : numpy.ndarray
        Ages in days, none missing.

    Returns
    -------
    dict of float to int
        Age in days to visits.

    Examples
    --------
    >>> nominal_ages(np.array([365.0] * 40 + [300.0, 310.0, 380.0]))
    {365.0: 40}
    """
    days, visits = np.unique(age_days, return_counts=True)
    ordered = np.sort(age_days)
    near = np.searchsorted(ordered, days + 30, "right") - np.searchsorted(
        ordered, days - 30, "left"
    )
    nominal = (visits >= NOMINAL_VISITS) & (visits >= NOMINAL_SHARE * near)
    return {
        float(d): int(n) for d, n in zip(days[nominal], visits[nominal], strict=True)
    }
