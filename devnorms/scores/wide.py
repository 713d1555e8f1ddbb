"""
Answers from a table with one row per visit and one column per item.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from devnorms._base.ages import DAYS_PER_MONTH
from devnorms._base.errors import (
    EmptySelectionError,
    InvalidTableError,
    LeftOutWarning,
    UnknownItemWarning,
)
from devnorms.scores.answers import Answers
from devnorms.scores.priors import DAYS_PER_YEAR

AGE_COLUMNS = {
    "age_days": 1.0,
    "agedays": 1.0,
    "age_months": DAYS_PER_MONTH,
    "age_years": DAYS_PER_YEAR,
}
"""Days per unit of each; a column called just ``age`` is refused: it has no unit."""
CHILD_COLUMNS = ("child", "subjid")
STUDY_COLUMNS = ("study", "cohort")
ALSO_KNOWN = (
    "ctrycd", "cohortn", "sex", "gagebrth", "population", "country", "language",
    "occasion", "gestation_days", "weight", "study", "cohort",
)  # fmt: skip
ITEM_NAME = re.compile(r"[a-z0-9]{3}[a-z]{2}[a-z][0-9]{3}", re.IGNORECASE)
MISSING = ("", "NA", "NaN", '""')

_SHOWN = 5
_FOREIGN, _EMPTY = -2, -1


def answers_from_wide(table: pd.DataFrame, study: str = "") -> Answers:
    """
    Read answers from one row per visit, one column per item.

    Parameters
    ----------
    table : pandas.DataFrame
        One age column whose name says its unit (``age_days``, ``agedays``,
        ``age_months``, ``age_years``; negative before the expected date of birth),
        ``child`` or ``subjid``, ``study`` or ``cohort`` (optional), and items with
        nine-character names: 1 passed, 0 not yet, empty not asked. Numbers or text.
    study : str
        Name of the study where the table has none.

    Returns
    -------
    Answers
        One visit per row, in their order. Answers other than 0 and 1 count as
        missing, as they do in the dscore package, and are counted in ``left_out``.

    Raises
    ------
    InvalidTableError
        For no age, several ages or an age without a unit, text in it, and for answers
        that are not coded 0 and 1.
    EmptySelectionError
        If there is no row or no item.

    Warns
    -----
    UnknownItemWarning
        For columns that are neither known nor named like an item.
    LeftOutWarning
        For answers other than 0 and 1.

    Examples
    --------
    >>> table = pd.DataFrame({"subjid": ["a"], "agedays": [400], "ddigmd063": [1]})
    >>> answers = answers_from_wide(table, "mine")
    >>> len(answers), answers.items.tolist()
    (1, ['ddigmd063'])
    """
    if table.empty:
        raise EmptySelectionError("Answers: the table has no row.")
    age = _age_column(table)
    items = _item_columns(table, age)
    values, foreign = _values(table[items])
    visits = pd.DataFrame(
        {
            "study": _study(table, study),
            "child": _child(table),
            "age_days": _days(table[age]) * AGE_COLUMNS[age.lower()],
        }
    )
    left_out = {f"answer {word!r}": count for word, count in foreign.items()}
    lower = pd.Index([name.lower() for name in items], name="item")
    return Answers(
        visits.reset_index(drop=True),
        lower,
        csr_array((values >= 0).astype(float)),
        csr_array((values == 1).astype(float)),
        left_out,
    )


def is_wide(table: pd.DataFrame) -> bool:
    """
    Say whether a table has a column per item, rather than a row per answer.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.
    """
    return not {"item", "response"} <= set(map(str, table.columns))


def _age_column(table: pd.DataFrame) -> str:
    """Find the one column of ages whose name says its unit."""
    found = [str(c) for c in table.columns if str(c).lower() in AGE_COLUMNS]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidTableError(
            f"Answers: several columns of ages ({', '.join(found)}). Keep one."
        )
    vague = [str(c) for c in table.columns if str(c).lower() in {"age", "a", "months"}]
    hint = f" Column {vague[0]!r} does not say its unit: rename it." if vague else ""
    raise InvalidTableError(
        f"Answers: no column of ages. Expected one of {', '.join(AGE_COLUMNS)}.{hint}"
    )


def _item_columns(table: pd.DataFrame, age: str) -> list[str]:
    """Give the items; warn of columns that are nothing known."""
    known = {*CHILD_COLUMNS, *ALSO_KNOWN, age.lower()}
    others = [str(c) for c in table.columns if str(c).lower() not in known]
    items = [name for name in others if ITEM_NAME.fullmatch(name)]
    strange = [name for name in others if not ITEM_NAME.fullmatch(name)]
    if not items:
        raise EmptySelectionError(
            f"Answers: no column is named like an item ({', '.join(others[:_SHOWN])} "
            "...). Item names have nine characters: instrument (3), domain (2), mode "
            "(1), number (3), for example 'ddigmd063'."
        )
    lower = pd.Series([name.lower() for name in items])
    if lower.duplicated().any():
        twice = lower[lower.duplicated()].iloc[0]
        raise InvalidTableError(
            f"Answers: several columns are named {twice!r} (upper and lower case does "
            "not count). Keep one."
        )
    if strange:
        warnings.warn(
            f"Answers: {len(strange)} column(s) are not used, because they are not "
            f"named like an item: {', '.join(strange[:_SHOWN])}. Rename them if they "
            "are items.",
            UnknownItemWarning,
            stacklevel=3,
        )
    return items


def _days(column: pd.Series) -> pd.Series:
    """Turn ages into numbers; empty cells become NaN."""
    text = column.astype("object")
    empty = text.isna() | text.isin(MISSING)
    number = pd.to_numeric(text.where(~empty), errors="coerce").astype(float)
    wrong = number.isna() & ~empty
    if wrong.any():
        raise InvalidTableError(
            f"Answers, column {column.name!r}: {int(wrong.sum())} row(s) are not "
            f"numbers, first at {column.index[wrong][:_SHOWN].tolist()}, for example "
            f"{text[wrong].iloc[0]!r}. Leave the cell empty where the age is not known."
        )
    return number


def _child(table: pd.DataFrame) -> pd.Series:
    """Give each row's child, or the row itself where children have no name."""
    for column in table.columns:
        if str(column).lower() in CHILD_COLUMNS:
            return table[column].astype(str)
    return pd.Series([f"row {row}" for row in table.index], index=table.index)


def _study(table: pd.DataFrame, study: str) -> pd.Series:
    """Give each row's study; a cohort of childdevdata by its usual name."""
    for column in table.columns:
        if str(column).lower() in STUDY_COLUMNS:
            names = table[column].astype(str)
            gcdg = names.str.startswith("GCDG-")
            return names.mask(gcdg, names.str.lower().str.replace("-", "_"))
    return pd.Series(study, index=table.index, dtype="str")


def _values(cells: pd.DataFrame) -> tuple[NDArray[np.int8], dict[str, int]]:
    """Give 1, 0 or below zero per cell, and count what is none of 1, 0 and empty."""
    codes, words = pd.factorize(cells.to_numpy(dtype=object).ravel())
    meaning = np.array([_meaning(word) for word in words] + [_EMPTY], dtype=np.int8)
    values = meaning[codes]
    counts = np.bincount(codes[codes >= 0], minlength=len(words))
    foreign = {
        str(word): int(count)
        for word, count in zip(words, counts, strict=True)
        if _meaning(word) == _FOREIGN
    }
    if foreign:
        _judge(foreign, (int((values == 1).sum()), int((values == 0).sum())), cells)
    values[values == _FOREIGN] = _EMPTY
    return values.reshape(cells.shape), foreign


def _meaning(word: Any) -> int:
    """Say what one cell means."""
    if word is None or word is pd.NA or word != word or word in MISSING:
        return _EMPTY
    try:
        number = float(word)
    except (TypeError, ValueError):
        return _FOREIGN
    return int(number) if number in (0.0, 1.0) else _FOREIGN


def _judge(
    foreign: dict[str, int], known: tuple[int, int], cells: pd.DataFrame
) -> None:
    """Refuse another coding; leave out single odd answers, and say so."""
    total = sum(foreign.values())
    shown = ", ".join(f"{word!r} ({n})" for word, n in list(foreign.items())[:_SHOWN])
    if min(known) == 0 or total > sum(known):
        raise InvalidTableError(
            f"Answers: {total} of {total + sum(known)} answers are neither 1 nor 0: "
            f"{shown}. Expected 1 passed, 0 not yet, empty not asked. Recode them "
            "first (a code 2 for 'no', or words, would be read as not asked)."
        )
    warnings.warn(
        f"Answers: {total} answers in {len(cells)} rows are neither 1 nor 0 and count "
        f"as not asked: {shown}.",
        LeftOutWarning,
        stacklevel=4,
    )
