"""
Dates in cells: one format, as the mapping says.
"""

from __future__ import annotations

import pandas as pd

from devnorms.sources.own.cells import Sheet
from devnorms.sources.own.faults import Faults

FORMATS = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%Y/%m/%d", "%Y.%m.%d", "%d %b %Y", "%d-%b-%Y", "%d%b%Y", "%d %B %Y", "%B %d, %Y",
    "%Y%m%d", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%b-%y",
)  # fmt: skip
"""Formats that are looked for where the one that was said does not fit."""

_LOOKED_AT = 1000
_ISO = r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?"
_SERIAL = r"[2-6]\d{4}(?:\.\d+)?"
_EXCEL_DAY_0 = pd.Timestamp("1899-12-30")
_DAY_0 = pd.Timestamp("1900-01-01")


def days_since_1900(
    sheet: Sheet, column: str, date_format: str, faults: Faults
) -> pd.Series:
    """
    Turn the dates of a column into days since 1900; the dates themselves are not kept.

    Parameters
    ----------
    sheet : Sheet
        The rows.
    column : str
        Which column.
    date_format : str
        ``iso``, ``excel`` (days since 1899-12-30) or a pattern. Files that tell dates
        from text hold both dates and text of this format.
    faults : Faults
        To be added to: what is not a date of this format.

    Returns
    -------
    pandas.Series
        NaN where the cell is empty.
    """
    text = sheet.cells[column]
    dates = read_dates(text, date_format)
    if sheet.typed:
        dates = dates.fillna(read_dates(text, "iso"))
    bad = text[(text != "") & dates.isna()]
    if len(bad):
        fitting = int(dates.notna().sum())
        mixed = f"; {fitting} others are" if fitting else ""
        faults.add_masked(
            column,
            f"not a date of the format {date_format!r}{mixed}",
            bad,
            _advice(bad),
        )
    return (dates - _DAY_0).dt.days.astype(float)


def read_dates(text: pd.Series, date_format: str) -> pd.Series:
    """
    Read dates of one format.

    Parameters
    ----------
    text : pandas.Series
        Cells.
    date_format : str
        ``iso``, ``excel`` or a pattern of `datetime.datetime.strptime`.

    Returns
    -------
    pandas.Series
        Dates, NaT where a cell is empty or does not fit.
    """
    codes, different = pd.factorize(text)
    # Dates come again and again: each is read once.
    dates = _read(pd.Series(different, dtype="str"), date_format)
    return pd.Series(dates.to_numpy()[codes], index=text.index, dtype="datetime64[s]")


def _read(text: pd.Series, date_format: str) -> pd.Series:
    """Read different cells."""
    if date_format == "excel":
        serial = pd.to_numeric(text.where(text.str.fullmatch(_SERIAL)), errors="coerce")
        days = pd.to_timedelta(serial.astype(float).round(6), unit="D")
        return (_EXCEL_DAY_0 + days).dt.normalize().astype("datetime64[s]")
    if date_format == "iso":
        bare = text.str.extract(rf"^{_ISO}$", expand=False)
        return _parse(bare, "%Y-%m-%d")
    return _parse(text.where(text != ""), date_format)


def _parse(text: pd.Series, date_format: str) -> pd.Series:
    try:
        found = pd.to_datetime(text, format=date_format, errors="coerce")
    except ValueError:  # a pattern that pandas does not know
        return pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
    return found.dt.tz_localize(None).dt.normalize().astype("datetime64[s]")


def _advice(bad: pd.Series) -> str:
    """Say which format the cells have, if they have one."""
    serial = int(bad.str.fullmatch(_SERIAL).sum())
    if serial:
        return (
            f"{serial} look like dates that Excel wrote as numbers: say date_format = "
            "'excel' in [age], or format the column as a date and save again"
        )
    some = bad.sample(min(len(bad), _LOOKED_AT), random_state=0)
    fits = {form: int(read_dates(some, form).notna().sum()) for form in FORMATS}
    best = max(fits, key=lambda form: fits[form])
    if not fits[best]:
        return "Write dates as 2021-03-31; leave the cell empty where it is not known"
    share = "all" if fits[best] == len(some) else f"{fits[best]} of {len(some)}"
    return (
        f"{share} that were looked at fit the format {best!r}: say it in [age], or "
        "write all dates in one format"
    )
