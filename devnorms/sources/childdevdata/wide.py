"""
Check one study as it comes, one row per visit and one column per item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.errors import InvalidTableError
from devnorms.schema.observations import OLDEST_DAYS
from devnorms.sources.childdevdata.cards import populations

VISIT_COLUMNS = ("ctrycd", "cohort", "subjid", "agedays", "sex", "gagebrth")
NOT_ITEMS = (*VISIT_COLUMNS, "cohortn")
ITEM_CODE = r"[a-z0-9]{3}[A-Za-z]{2}[a-z][0-9]{3}"
YEARS_BELOW = 19
MISSING = ("", "NA", '""')
"""How an empty cell is written: nothing, R's word, or a quoted nothing."""

_SHOWN = 5
_SEXES = {"female": "female", "male": "male"} | dict.fromkeys(MISSING, "unknown")


@dataclass(frozen=True)
class Study:
    """
    One study, checked: nothing is left out yet.

    Attributes
    ----------
    file : str
        The file's name.
    population : str
        For example ``"NLD-SMOCC"``.
    card : dict
        Its row in `populations`.
    visits : pandas.DataFrame
        One row per visit, indexed by line or row of the file: ``child, age_days``
        (NaN where missing), ``sex, gestation_days`` (NaN where missing).
    items : numpy.ndarray
        Item codes, one per column of ``answers``.
    answers : numpy.ndarray
        int8, visits x items: 1 passed, 0 not yet, -1 not asked.
    """

    file: str
    population: str
    card: dict[str, Any]
    visits: pd.DataFrame
    items: NDArray[np.str_]
    answers: NDArray[np.int8]


class _Faults:
    """Faults of one file, told at once."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, column: str, rule: str, bad: pd.Series, hint: str) -> None:
        """Note one rule; ``bad`` holds the offending cells, indexed by line."""
        if len(bad):
            self.rows.append(
                {
                    "column": column,
                    "rule": rule,
                    "rows": len(bad),
                    "first_rows": bad.index[:_SHOWN].tolist(),
                    "example": bad.iloc[0],
                    "hint": hint,
                }
            )


def check_wide(table: pd.DataFrame, file: str) -> Study:
    """
    Check one study's file and turn its cells into numbers.

    Parameters
    ----------
    table : pandas.DataFrame
        Text, as `read_delimited` or `read_rda` give it.
    file : str
        Its name, for messages.

    Raises
    ------
    InvalidTableError
        With all faults: missing columns, text or impossible ages, ages in years,
        answers other than 0 and 1, an unknown cohort, duplicate visits.
    """
    name = f"{file} (rows are named by {table.index.name} of the file)"
    missing = [c for c in VISIT_COLUMNS if c not in table.columns]
    if missing:
        raise InvalidTableError.missing_columns(name, missing, list(table.columns))
    faults = _Faults()
    card = _card(table, faults)
    ages = _number(table["agedays"], (0, OLDEST_DAYS), "days", faults)
    visits = pd.DataFrame(
        {
            "child": table["subjid"],
            "age_days": ages,
            "sex": _sex(table["sex"], faults),
            "gestation_days": _number(table["gagebrth"], (0, 400), "days", faults),
        }
    )
    _check_ages_are_days(visits["age_days"], faults)
    _check_visits(visits, faults)
    items = [c for c in table.columns if c not in NOT_ITEMS]
    answers = _answers(table, items, faults)
    if faults.rows:
        raise InvalidTableError.from_faults(name, pd.DataFrame(faults.rows))
    return Study(file, card["population"], card, visits, np.array(items, str), answers)


def _card(table: pd.DataFrame, faults: _Faults) -> dict[str, Any]:
    """Find the study card of the file's one cohort."""
    cards = populations().set_index("population", drop=False)
    names = table["cohort"].str.removeprefix("GCDG-")
    unknown = table["cohort"][~names.isin(cards.index)]
    faults.add(
        "cohort",
        "unknown cohort: there is no study card that says who was sampled",
        unknown,
        f"Known: {', '.join('GCDG-' + p for p in cards.index)}",
    )
    other = table["cohort"][names != names.iloc[0]]
    faults.add("cohort", "a file holds one cohort", other, "Split the file")
    if names.iloc[0] not in cards.index:
        return {"population": names.iloc[0]}
    row = cards.loc[names.iloc[0]]
    card = {str(column): value for column, value in row.items()}
    faults.add(
        "ctrycd",
        f"expected {card['country']!r}, the country on the study card",
        table["ctrycd"][table["ctrycd"] != card["country"]],
        "ISO 3166-1 alpha-3, for example 'NLD'",
    )
    return card


def _number(
    text: pd.Series, allowed: tuple[float, float], unit: str, faults: _Faults
) -> pd.Series:
    """Turn whole numbers of a unit into floats, empty cells into NaN."""
    empty = text.isin(MISSING)
    number = pd.to_numeric(text.where(~empty), errors="coerce").astype(float)
    column = str(text.name)
    faults.add(
        column,
        f"expected a whole number of {unit}, found text",
        text[number.isna() & ~empty],
        "Write numbers only; leave the cell empty where it is not known",
    )
    faults.add(
        column,
        f"expected a whole number of {unit}, found a fraction",
        text[number.notna() & (number % 1 != 0)],
        "Ages in months or years must be turned into days first "
        "(1 month = 30.4375 days)",
    )
    low, high = allowed
    faults.add(
        column,
        f"must lie between {low} and {high} {unit}",
        text[(number < low) | (number > high)],
        "Correct the cell, or leave it empty",
    )
    return number


def _sex(text: pd.Series, faults: _Faults) -> pd.Series:
    """Write sex as the tables do; blank becomes unknown."""
    sex = text.where(text.isin(MISSING), text.str.lower()).map(_SEXES)
    faults.add("sex", "unknown word", text[sex.isna()], "Female, Male or empty")
    return sex.fillna("unknown")


def _check_ages_are_days(age_days: pd.Series, faults: _Faults) -> None:
    """Refuse a file in which nobody is older than 18 'days': those are years."""
    known = age_days.dropna()
    if len(known) and known.max() < YEARS_BELOW:
        faults.add(
            "agedays",
            f"no age above {known.max():g}: these look like years or months, not days",
            known,
            "Turn ages into days first (1 year = 365.25 days, 1 month = 30.4375 days)",
        )


def _check_visits(visits: pd.DataFrame, faults: _Faults) -> None:
    """Check that a visit has a child, and a child one visit per age."""
    nobody = visits["child"].isin(MISSING)
    faults.add(
        "subjid", "a visit without a child", visits["child"][nobody], "Give each an id"
    )
    dated = visits[visits["age_days"].notna() & ~nobody]
    twice = dated.duplicated(["child", "age_days"], keep=False)
    faults.add(
        "subjid",
        "the same child has more than one visit at the same age",
        dated["child"][twice],
        "Remove the duplicate visits",
    )


def _answers(
    table: pd.DataFrame, items: list[str], faults: _Faults
) -> NDArray[np.int8]:
    """Turn the cells of all items into 1, 0 and -1."""
    names = pd.Series(items, dtype=str)
    wrong = names[~names.str.fullmatch(ITEM_CODE)]
    for name in wrong:
        faults.add(
            name,
            "this column is neither known nor named like an item",
            pd.Series([name], index=[1]),
            "Item codes have nine characters: instrument (3), domain (2), mode (1), "
            "number (3). Rename or remove the column",
        )
    cells = table[items].to_numpy(dtype=object)
    codes, words = pd.factorize(cells.ravel())
    meaning = {"1": 1, "0": 0} | dict.fromkeys(MISSING, -1)
    values = np.array([meaning.get(str(word), -2) for word in words], dtype=np.int8)
    answers: NDArray[np.int8] = values[codes].reshape(cells.shape)
    bad_rows, bad_columns = np.nonzero(answers == -2)
    for column in np.unique(bad_columns):
        bad = table[items[column]].iloc[bad_rows[bad_columns == column]]
        faults.add(
            items[column],
            "answers are 1 (passed), 0 (not yet) or empty (not asked)",
            bad,
            "Correct the cells",
        )
    return answers
