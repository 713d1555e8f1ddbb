"""
Ages in days: from an age in any unit, or from dates of birth and visit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from devnorms._base.ages import DAYS_PER_MONTH
from devnorms.schema.observations import OLDEST_DAYS
from devnorms.sources.own.cells import Sheet
from devnorms.sources.own.dates import days_since_1900
from devnorms.sources.own.faults import Faults
from devnorms.sources.own.mapping.settings import Age, DataMap
from devnorms.sources.own.numbers import numbers

DAYS_PER = {
    "days": 1.0,
    "weeks": 7.0,
    "months": DAYS_PER_MONTH,
    "years": 12 * DAYS_PER_MONTH,
}
GESTATION_DAYS = (140, 320)
_TOO_SMALL = {
    "days": (72, "months"),
    "weeks": (18, "years or months"),
    "months": (6, "years"),
}
"""Whole ages that are never above this are of a larger unit."""

_ENOUGH = 10


def ages_in_days(sheet: Sheet, plan: DataMap, faults: Faults) -> pd.Series:
    """
    Give chronological ages in whole days.

    Parameters
    ----------
    sheet : Sheet
        The rows.
    plan : DataMap
        Says which columns, units and formats.
    faults : Faults
        To be added to: text, impossible ages, another unit, dates before birth or in
        the future.

    Returns
    -------
    pandas.Series
        Days, NaN where not known; in the order of the rows.
    """
    if plan.age.birth_date:
        return _from_dates(sheet, plan, faults)
    return _from_parts(sheet, plan, faults)


def gestation_in_days(sheet: Sheet, plan: DataMap, faults: Faults) -> pd.Series:
    """
    Give gestational age at birth in days.

    Parameters
    ----------
    sheet, plan, faults
        As in `ages_in_days`. Weeks may be written ``38+3``.

    Returns
    -------
    pandas.Series
        Whole days, NaN where not known.
    """
    if not plan.gestation:
        return pd.Series(np.nan, index=sheet.cells.index)
    split = _weeks_and_days(sheet, plan.gestation)
    total = _sum(split, plan.gestation, plan, faults).round()
    low, high = GESTATION_DAYS
    for column in list(plan.gestation.values())[:1]:
        faults.add(
            column,
            f"gestation must lie between {low} and {high} days ({low // 7} and "
            f"{high // 7} weeks)",
            sheet.cells[column][(total < low) | (total > high)],
            "Check the unit in [gestation], correct the cell, or list its code under "
            "missing in [file]",
        )
    return total


def _from_parts(sheet: Sheet, plan: DataMap, faults: Faults) -> pd.Series:
    """Add up years, months, weeks and days; an empty part is none."""
    total = _sum(sheet, plan.age.parts, plan, faults)
    smallest = min(plan.age.parts, key=lambda unit: DAYS_PER[unit])
    if plan.age.completed:
        total = total + DAYS_PER[smallest] / 2
    column = plan.age.parts[smallest]
    words = sheet.cells[column]
    faults.add(
        column,
        "an age before birth",
        words[total < 0],
        "Correct the cell, or list its code under missing in [file]",
    )
    faults.add(
        column,
        f"older than 18 years, if these are {smallest}",
        words[total > OLDEST_DAYS],
        "Check the unit in [age], correct the cell, or list its code under missing",
    )
    if len(plan.age.parts) == 1 and not plan.age.sure:
        _check_unit(total / DAYS_PER[smallest], words, smallest, plan.age, faults)
    return total.round()


def _check_unit(
    ages: pd.Series, words: pd.Series, unit: str, age: Age, faults: Faults
) -> None:
    """Refuse ages that are whole and so small that they are of a larger unit."""
    known = ages.dropna() - (0.5 if age.completed else 0.0)
    if unit not in _TOO_SMALL or len(known) < _ENOUGH or (known % 1 != 0).any():
        return
    most, other = _TOO_SMALL[unit]
    if known.max() <= most:
        faults.add(
            str(words.name),
            f"no age is above {known.max():g} {unit}: these look like {other}",
            words[ages.notna()],
            f"Correct the unit in [age]; if they are {unit}, say sure = true there",
        )


def _sum(
    sheet: Sheet, parts: Mapping[str, str], plan: DataMap, faults: Faults
) -> pd.Series:
    """Days, from columns in several units; NaN where all are empty."""
    read = pd.DataFrame(
        {
            unit: numbers(sheet, column, plan.file.decimal, unit, faults)
            * DAYS_PER[unit]
            for unit, column in parts.items()
        }
    )
    return read.sum(axis=1, min_count=1)


def _weeks_and_days(sheet: Sheet, parts: Mapping[str, str]) -> Sheet:
    """Write ``38+3`` as weeks; leave anything else as it is."""
    if "weeks" not in parts:
        return sheet
    column = parts["weeks"]
    if not sheet.cells[column].str.contains("+", regex=False).any():
        return sheet
    found = sheet.cells[column].str.extract(r"^(\d{2})\s*\+\s*([0-6])(?:\s*/\s*7)?$")
    both = found.notna().all(axis=1)
    weeks = found[0].astype(float) + found[1].astype(float) / 7
    text = weeks.map("{:.6f}".format, na_action="ignore")
    cells = sheet.cells.assign(**{column: sheet.cells[column].mask(both, text)})
    return Sheet(cells, sheet.name, typed=True)


def _from_dates(sheet: Sheet, plan: DataMap, faults: Faults) -> pd.Series:
    """Days from birth to visit."""
    age = plan.age
    born = days_since_1900(sheet, age.birth_date, age.date_format, faults)
    seen = days_since_1900(sheet, age.visit_date, age.date_format, faults)
    days = seen - born
    before = days < 0
    both = int(days.notna().sum())
    swapped = both and int(before.sum()) > both / 2
    hint = (
        "Most are: birth_date and visit_date in [age] look swapped"
        if swapped
        else "Correct one of the two dates; day and month may be swapped"
    )
    cells = sheet.cells
    faults.add_masked(
        age.visit_date, "a visit before birth", cells[age.visit_date][before], hint
    )
    today = (dt.datetime.now(dt.UTC).date() - dt.date(1900, 1, 1)).days + 1
    for column, found in ((age.birth_date, born), (age.visit_date, seen)):
        faults.add_masked(
            column,
            "a date in the future",
            cells[column][found > today],
            "Correct it; dates of other calendars (a year such as 2567) must be turned "
            "into Gregorian ones first",
        )
    faults.add_masked(
        age.birth_date,
        "older than 18 years at the visit",
        cells[age.birth_date][(days > OLDEST_DAYS) & ~(seen > today)],
        "Correct the date; a year of two digits, or a caregiver's own birth date?",
    )
    return days
