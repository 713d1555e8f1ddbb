"""
The forms of a data set: whose, at what age, which sex, how much of the language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from devnorms._base.ages import DAYS_PER_MONTH
from devnorms.schema.observations import OLDEST_DAYS
from devnorms.sources.childdevdata.doubts import Note
from devnorms.sources.wordbank.codes import NO_ANSWER
from devnorms.sources.wordbank.mapping import Field, plain_code
from devnorms.sources.wordbank.rawfile import RawTable

DATE_FORMATS = ("%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d", "%d-%b-%y", "%d.%m.%Y")
LIKELY_MONTHS = (6, 48)
MOST_OUTSIDE = 0.5
_OLDEST_MONTHS = int(OLDEST_DAYS / DAYS_PER_MONTH)
_SPREADSHEET = r"\d+(\.\d+)?[eE]\+?\d+"
_SEXES = {"m": "male", "male": "male", "f": "female", "female": "female"}


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


def read_visits(
    table: RawTable,
    fields: list[Field],
    values: Mapping[str, Mapping[str, str]],
    context: Context,
) -> tuple[pd.DataFrame, list[Note]]:
    """
    Read who each form speaks of.

    Parameters
    ----------
    table : RawTable
        The data file.
    fields : list of Field
        Its field mapping.
    values : mapping
        Its value mapping.
    context : Context
        What the set is.

    Returns
    -------
    visits : pandas.DataFrame
        One row per form, indexed by row of the file: ``child, occasion, age_months``
        (whole months completed, NaN where not known), ``age_days`` (the middle of that
        month), ``sex``, ``exposure_percent`` (of the form's language, NaN where not
        said), ``year`` (of the form, NaN where not dated).
    notes : list of Note
        What is odd, with numbers.
    """
    columns = _Columns(table, fields)
    visits = pd.DataFrame(index=table.cells.index)
    notes: list[Note] = []
    visits["child"], more = _children(columns, context)
    notes += more
    visits["age_months"], more = _ages(columns, context)
    notes += more
    # an age in completed months lies within that month: its middle is half a month on
    visits["age_days"] = (visits["age_months"] + 0.5) * DAYS_PER_MONTH
    visits["sex"], more = _sexes(columns, values.get("sex", {}), context)
    notes += more
    visits["exposure_percent"], more = _exposure(columns, context)
    notes += more
    visits["year"], more = _years(columns, context)
    notes += more
    visits["occasion"], more = _occasions(visits, context)
    return visits, notes + more


class _Columns:
    """The data columns of a field, as text."""

    def __init__(self, table: RawTable, fields: list[Field]) -> None:
        self.table = table
        self.fields = fields
        self.positions = table.positions()
        self.index = table.cells.index

    def of(self, field: str) -> list[tuple[str, pd.Series]]:
        """Give the columns mapped to a field that are in the data, in order."""
        found = []
        for line in self.fields:
            position = self.positions.get(line.column.strip().lower())
            if line.field == field and line.group != "item" and position is not None:
                cells = self.table.cells.iloc[:, position].astype(str).str.strip()
                found.append((self.table.names[position], cells))
        return found

    def first(self, field: str) -> pd.Series | None:
        """Give the first column of a field."""
        found = self.of(field)
        return found[0][1] if found else None


def _children(columns: _Columns, context: Context) -> tuple[pd.Series, list[Note]]:
    """Name the children: an id is only good within its family of sets."""
    given = columns.first("study_id")
    own = pd.Series([f"row {row}" for row in columns.index], columns.index, dtype=str)
    if given is None:
        note = Note(
            context.stem, "no child id", len(own), "forms", "each form is its own child"
        )
        return context.origin + ":" + own, [note]
    notes = []
    blank = given.str.lower().isin(NO_ANSWER - {"9", "99", "999", "998"})
    if blank.any():
        detail = "each such form is its own child"
        notes.append(
            Note(context.stem, "no child id", int(blank.sum()), "forms", detail)
        )
    spoilt = given.str.fullmatch(_SPREADSHEET)
    if spoilt.any():
        detail = (
            "ids like 9e9 or 9.00E+09, which a spreadsheet may have rewritten: two "
            "children may have become one; kept"
        )
        notes.append(
            Note(context.stem, "spoilt child id", int(spoilt.sum()), "forms", detail)
        )
    return context.origin + ":" + given.where(~blank, own), notes


def _ages(columns: _Columns, context: Context) -> tuple[pd.Series, list[Note]]:
    """Truncate ages to completed months; choose where two columns hold them."""
    given = columns.of("data_age")
    if not given:
        none = pd.Series(np.nan, columns.index)
        detail = "the field mapping names no column with ages"
        return none, [Note(context.stem, "no age", len(none), "forms", detail)]
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


def _sexes(
    columns: _Columns, mapping: Mapping[str, str], context: Context
) -> tuple[pd.Series, list[Note]]:
    """Write sex as the tables do."""
    given = columns.first("sex")
    if given is None:
        return pd.Series("unknown", columns.index, dtype=str), []
    codes = given.map(plain_code)
    sex = codes.map(lambda code: _SEXES.get(mapping.get(code, ""), "unknown"))
    unknown = int((sex == "unknown").sum())
    detail = "blank, or a code that the mapping gives no sex; kept as 'unknown'"
    notes = [Note(context.stem, "sex not known", unknown, "forms", detail)]
    return sex.astype(str), notes if unknown else []


def _exposure(columns: _Columns, context: Context) -> tuple[pd.Series, list[Note]]:
    """Read ``Language;percent;age``: how much of a child's input is the form's."""
    share = pd.Series(np.nan, columns.index)
    given = columns.of("languages")
    if not given:
        return share, []
    own = context.language.split(" (")[0].lower()
    for _, cells in given:
        parts = cells.str.split(";", expand=True).reindex(columns=range(3))
        percent = pd.to_numeric(parts[1], errors="coerce").astype(float)
        percent = percent.where(percent.between(0, 100))
        named = parts[0].str.strip().str.lower()
        share = share.mask((named == own) & percent.notna(), percent)
    others = int((share < 100).sum())
    detail = (
        f"hear {context.language} less than always; exposure_percent of the vocabulary "
        f"table says how much ({int(share.notna().sum())} forms say it)"
    )
    return share, [Note(context.stem, "other languages heard", others, "forms", detail)]


def _years(columns: _Columns, context: Context) -> tuple[pd.Series, list[Note]]:
    """Read the year of each form; the date itself is not kept."""
    given = columns.first("date_of_test")
    if given is None:
        return pd.Series(np.nan, columns.index), []
    formats = [context.date_format] if context.date_format else list(DATE_FORMATS)
    parsed = [pd.to_datetime(given, format=f, errors="coerce") for f in formats]
    dates = max(parsed, key=lambda dates: int(dates.notna().sum()))
    if not dates.notna().any():  # the format said is not the one used
        parsed = [
            pd.to_datetime(given, format=f, errors="coerce") for f in DATE_FORMATS
        ]
        dates = max(parsed, key=lambda dates: int(dates.notna().sum()))
    written = ~given.str.lower().isin(NO_ANSWER)
    unread = int((dates.isna() & written).sum())
    detail = "the date of the form cannot be read; only its year would be used"
    notes = [Note(context.stem, "unreadable date", unread, "forms", detail)]
    return dates.dt.year.astype(float), notes if unread else []


def _occasions(visits: pd.DataFrame, context: Context) -> tuple[pd.Series, list[Note]]:
    """Give each form a number within its child, by age."""
    order = visits.sort_values(["age_months"], kind="stable", na_position="last")
    number = (order.groupby("child").cumcount() + 1).reindex(visits.index)
    again = int(visits["child"].duplicated(keep=False).sum())
    same = int(
        visits[visits["age_months"].notna()]
        .duplicated(["child", "age_months"], keep=False)
        .sum()
    )
    notes = []
    if again:
        children = visits.loc[visits["child"].duplicated(), "child"].nunique()
        detail = f"{children} children have two or more forms"
        notes.append(Note(context.stem, "children seen again", again, "forms", detail))
    if same:
        detail = (
            "forms of one child in one month: occasions of their own if they differ"
        )
        notes.append(Note(context.stem, "twice in a month", same, "forms", detail))
    return number.astype(str), notes
