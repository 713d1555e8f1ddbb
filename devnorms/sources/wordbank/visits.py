"""
The forms of a data set: whose, at what age, which sex, how much of the language.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from devnorms._base.ages import DAYS_PER_MONTH
from devnorms.sources.childdevdata.doubts import Note
from devnorms.sources.wordbank.ages import (
    Columns,
    Context,
    read_ages,
    read_dates,
)
from devnorms.sources.wordbank.codes import NO_ANSWER
from devnorms.sources.wordbank.mapping import Field, plain_code
from devnorms.sources.wordbank.rawfile import RawTable

_SPREADSHEET = r"\d+(\.\d+)?[eE]\+?\d+"
_SEXES = {"m": "male", "male": "male", "f": "female", "female": "female"}


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
    columns = Columns(table, fields)
    visits = pd.DataFrame(index=table.cells.index)
    notes: list[Note] = []
    visits["child"], more = _children(columns, context)
    notes += more
    visits["age_months"], more = read_ages(columns, context)
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


def _children(columns: Columns, context: Context) -> tuple[pd.Series, list[Note]]:
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


def _sexes(
    columns: Columns, mapping: Mapping[str, str], context: Context
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


def _exposure(columns: Columns, context: Context) -> tuple[pd.Series, list[Note]]:
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


def _years(columns: Columns, context: Context) -> tuple[pd.Series, list[Note]]:
    """Read the year of each form; the date itself is not kept."""
    given = columns.first("date_of_test")
    if given is None:
        return pd.Series(np.nan, columns.index), []
    dates = read_dates(given, context.date_format)
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
