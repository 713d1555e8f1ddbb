"""
Ages of children on their forms, in completed months, and dates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from devnorms._base.ages import DAYS_PER_MONTH
from devnorms.schema.observations import OLDEST_DAYS
from devnorms.sources.childdevdata.doubts import Note
from devnorms.sources.wordbank.mapping import Field
from devnorms.sources.wordbank.rawfile import RawTable

DATE_FORMATS = ("%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d", "%d-%b-%y", "%d.%m.%Y")
LIKELY_MONTHS = (6, 48)
MOST_OUTSIDE = 0.5
_OLDEST_MONTHS = int(OLDEST_DAYS / DAYS_PER_MONTH)


@dataclass(frozen=True)
class Context:
    """
    What is known of a data set before its file is read.

    Attributes
    ----------
    stem, origin : str
        The set, and the family of sets in which a child keeps its id.
    language : str
        For example ``"English (American)"``.
    ages : tuple of int or None
        Youngest and oldest month the form is meant for.
    date_format : str
        ``strptime`` format; empty where not known.
    """

    stem: str
    origin: str
    language: str
    ages: tuple[int, int] | None
    date_format: str


class Columns:
    """
    The data columns of a field, as text.

    Parameters
    ----------
    table : RawTable
        The data file.
    fields : list of Field
        Its field mapping.
    """

    def __init__(self, table: RawTable, fields: list[Field]) -> None:
        self.table = table
        self.fields = fields
        self.positions = table.positions()
        self.index = table.cells.index

    def of(self, field: str) -> list[tuple[str, pd.Series]]:
        """
        Give the columns mapped to a field that are in the data, in order.

        Parameters
        ----------
        field : str
            Of a child or a form, for example ``"data_age"``.
        """
        found = []
        for line in self.fields:
            position = self.positions.get(line.column.strip().lower())
            if line.field == field and line.group != "item" and position is not None:
                cells = self.table.cells.iloc[:, position].astype(str).str.strip()
                found.append((self.table.names[position], cells))
        return found

    def first(self, field: str) -> pd.Series | None:
        """
        Give the first column of a field.

        Parameters
        ----------
        field : str
            Of a child or a form.
        """
        found = self.of(field)
        return found[0][1] if found else None


def read_ages(columns: Columns, context: Context) -> tuple[pd.Series, list[Note]]:
    """
    Truncate ages to completed months; choose where two columns hold them.

    Parameters
    ----------
    columns : Columns
        The data.
    context : Context
        What the set is.

    Returns
    -------
    ages : pandas.Series
        Months, NaN where not known.
    notes : list of Note
    """
    given = columns.of("data_age")
    if not given:
        ages = _from_dates(columns, context)
        return ages, _age_notes(ages, context)
    low, high = context.ages or LIKELY_MONTHS
    parsed = {name: _months(cells) for name, cells in given}
    inside = {name: int(ages.between(low, high).sum()) for name, ages in parsed.items()}
    chosen = max(inside, key=inside.__getitem__)
    ages, notes = parsed[chosen], []
    for name, other in parsed.items():
        if name != chosen:
            differ = int((other.notna() & ages.notna() & (other != ages)).sum())
            detail = (
                f"{chosen!r} and {name!r} are both mapped to the age; {chosen!r} has "
                f"more ages from {low} to {high} months and is used"
            )
            notes.append(
                Note(context.stem, "two age columns differ", differ, "forms", detail)
            )
    return ages, notes + _age_notes(ages, context)


def _from_dates(columns: Columns, context: Context) -> pd.Series:
    """Work out completed months from birth to form; neither date is kept."""
    born, seen = columns.first("date_of_birth"), columns.first("date_of_test")
    if born is None or seen is None:
        return pd.Series(np.nan, columns.index)
    start, end = (read_dates(cells, context.date_format) for cells in (born, seen))
    months = 12 * (end.dt.year - start.dt.year) + end.dt.month - start.dt.month
    completed: pd.Series = (months - (end.dt.day < start.dt.day)).astype(float)
    return completed.where((completed > 0) & (completed < _OLDEST_MONTHS))


def read_dates(cells: pd.Series, known: str) -> pd.Series:
    """
    Read dates in the format that is known, or the one that reads most of them.

    Parameters
    ----------
    cells : pandas.Series
        Text.
    known : str
        ``strptime`` format; empty where not known.
    """
    formats = [known] if known else list(DATE_FORMATS)
    parsed = [pd.to_datetime(cells, format=f, errors="coerce") for f in formats]
    dates = max(parsed, key=lambda dates: int(dates.notna().sum()))
    if known and not dates.notna().any():  # the format said is not the one used
        return read_dates(cells, "")
    return dates


def _months(cells: pd.Series) -> pd.Series:
    """Turn text into completed months; NaN where it is no possible age."""
    number = pd.to_numeric(cells.str.replace(",", ".", regex=False), errors="coerce")
    possible = number.astype(float).where((number > 0) & (number < _OLDEST_MONTHS))
    return possible // 1


def _age_notes(ages: pd.Series, context: Context) -> list[Note]:
    """Tell ages that are missing or outside what the form is meant for."""
    notes = []
    undated = int(ages.isna().sum())
    if undated:
        detail = "blank, 0, or no number; their responses are left out"
        notes.append(Note(context.stem, "no age", undated, "forms", detail))
    if context.ages is not None:
        low, high = context.ages
        outside = ages[(ages < low) | (ages > high)]
        if len(outside):
            doubt = (
                "; most of the set lies outside, so that the range may be wrong"
                if len(outside) > MOST_OUTSIDE * ages.notna().sum()
                else ""
            )
            detail = (
                f"the form is meant for {low} to {high} months; these are from "
                f"{outside.min():g} to {outside.max():g}; kept{doubt}"
            )
            notes.append(
                Note(
                    context.stem, "age outside the form", len(outside), "forms", detail
                )
            )
    return notes
