"""
What belongs to a row, not to an answer: child, occasion, age, sex, population.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import numpy as np
import pandas as pd

from devnorms.sources.own.ages import ages_in_days, gestation_in_days
from devnorms.sources.own.cells import Sheet, fold, folded
from devnorms.sources.own.faults import Faults
from devnorms.sources.own.mapping.settings import DataMap, Population, Recode
from devnorms.sources.own.numbers import numbers
from devnorms.sources.own.shape import OCCASION

_SPOILT = r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+"
_FULL_NAME = r"[^\W\d_]{2,}(?:[ ,.'-]+[^\W\d_]+)+\.?"
_FIRST_NAME = r"[^\W\d_][^\W\d_]+"
_MANY = 0.2
_DIGITS_KEPT = 15
_ID_BITS = 64


@dataclass(frozen=True)
class Told:
    """
    One thing that is odd and was kept; see `devnorms.sources.load`, ``noted``.
    """

    what: str
    n: int
    unit: str
    detail: str


def visits(
    sheet: Sheet, plan: DataMap, salt: bytes | None, faults: Faults
) -> tuple[pd.DataFrame, list[Told]]:
    """
    Read what belongs to the rows.

    Parameters
    ----------
    sheet : Sheet
        The rows.
    plan : DataMap
        The mapping.
    salt : bytes or None
        For hashed ids; None leaves ids as they are.
    faults : Faults
        To be added to.

    Returns
    -------
    pandas.DataFrame
        ``child, occasion, age_days, gestation_days, sex, population, language, mode,
        coder, weight``, and ``interviewer`` (a number, not who it is) and ``site``
        where they are named; in the order of the rows, indexed as they are.
    list of Told
        What was set to unknown.
    """
    cells = sheet.cells
    child = _children(sheet, plan, salt, faults)
    age_days = ages_in_days(sheet, plan, faults)
    told: list[Told] = []
    sex = _sex(child, recoded(cells, plan.sex, "[sex]", faults, "unknown"), told)
    coder = cells[plan.coder] if plan.coder else pd.Series("", index=cells.index)
    table = pd.DataFrame(
        {
            "child": child,
            "occasion": _occasions(cells, plan, child, age_days),
            "age_days": age_days,
            "gestation_days": gestation_in_days(sheet, plan, faults),
            "sex": sex,
            "population": _populations(cells, plan.populations, faults),
            "language": recoded(cells, plan.language, "[language]", faults, ""),
            "mode": recoded(cells, plan.mode, "[mode]", faults, "unknown"),
            "coder": coder,
            "weight": _weights(sheet, plan, faults),
        }
    )
    if plan.interviewer:
        table["interviewer"] = _numbered(cells[plan.interviewer])
    if plan.site:
        table["site"] = cells[plan.site]
    return table, told


def recoded(
    cells: pd.DataFrame, recode: Recode, where: str, faults: Faults, empty: str
) -> pd.Series:
    """
    Say what the codes of a column mean.

    Parameters
    ----------
    cells : pandas.DataFrame
        The rows.
    recode : Recode
        The column and its codes; without codes a column is taken as it is.
    where : str
        The section of the mapping, for messages.
    faults : Faults
        To be added to: codes that the mapping does not know.
    empty : str
        What an empty cell means.
    """
    if not recode.column:
        return pd.Series(recode.value or empty, index=cells.index, dtype="str")
    text = cells[recode.column]
    if not recode.words:
        return text.where(text != "", recode.value or empty)
    words = {fold(code): word for code, word in recode.words.items()}
    found = folded(text).map(words).astype("object")
    bad = text[found.isna() & (text != "")]
    faults.add_codes(
        recode.column,
        f"codes that {where} does not know",
        bad,
        f"Known: {', '.join(map(repr, words))}. Add them to {where}",
    )
    return found.where(text != "", recode.value or empty).fillna(empty).astype("str")


def _children(
    sheet: Sheet, plan: DataMap, salt: bytes | None, faults: Faults
) -> pd.Series:
    """Ids of children: whole, unspoilt, and no names."""
    columns = list(plan.child.columns)
    cells = sheet.cells[columns]
    for column in columns:
        _check_ids(cells[column], faults)
    child = cells.agg("-".join, axis=1) if len(columns) > 1 else cells[columns[0]]
    if salt is not None:
        return _pseudonyms(child, salt)
    named = child.drop_duplicates()
    full = named.str.fullmatch(_FULL_NAME)
    first = named.str.fullmatch(_FIRST_NAME) & (named != named.str.upper())
    for found in (full, first):
        if found.mean() > _MANY:
            faults.add_masked(
                columns[0],
                "these look like names; names are not kept",
                child[child.isin(named[found])],
                "Use another column, or say pseudonymise = true in [child]",
            )
            break
    return child


def _check_ids(ids: pd.Series, faults: Faults) -> None:
    """Refuse ids that a spreadsheet has rounded."""
    spoilt = ids.str.fullmatch(_SPOILT) & ids.str.contains(r"[eE]\+|[.,]", regex=True)
    # "9e9" is both an id and what is left of one: only several of one kind tell
    short = ids.str.fullmatch(r"\d+[eE]\d+") & ~spoilt
    whole = ids.str.fullmatch(r"\d+")
    doubtful = short & (whole.mean() > 0.5)
    faults.add_masked(
        str(ids.name),
        "ids that a spreadsheet has turned into numbers and shortened",
        ids[spoilt | doubtful],
        "Their digits are lost and different children may share one: take ids from the "
        "original data, with the column formatted as text",
    )
    long = whole & (ids.str.len() > _DIGITS_KEPT) & ids.str.endswith("000")
    faults.add_masked(
        str(ids.name),
        f"ids of more than {_DIGITS_KEPT} digits that end in zeros: a spreadsheet has "
        "rounded them",
        ids[long] if long.sum() > whole.sum() / 2 else ids[:0],
        "Take ids from the original data, with the column formatted as text",
    )


def _pseudonyms(child: pd.Series, salt: bytes) -> pd.Series:
    """Replace ids by keyed hashes; nobody without the salt can make them again."""

    def hashed(name: str) -> str:
        digest = hmac.new(salt, name.encode(), hashlib.sha256).hexdigest()
        return digest[: _ID_BITS // 4] if name else ""

    return child.map({name: hashed(name) for name in child.unique()}).astype("str")


def _occasions(
    cells: pd.DataFrame, plan: DataMap, child: pd.Series, age_days: pd.Series
) -> pd.Series:
    """As the file names them, else numbered by age within the child."""
    if plan.occasion:
        return cells[plan.occasion]
    if OCCASION in cells:
        return cells[OCCASION]
    number = age_days.groupby(child).rank(method="dense")
    names = number.map("{:.0f}".format, na_action="ignore").astype("object")
    return names.fillna("undated").astype("str")


def _sex(child: pd.Series, sex: pd.Series, told: list[Told]) -> pd.Series:
    """Set the sex of a child that is both female and male to unknown."""
    known = sex.where(sex != "unknown")
    both = known.groupby(child).transform("nunique") > 1
    if both.any():
        n = int(child[both].nunique())
        detail = f"{int(both.sum())} rows now have sex 'unknown'"
        told.append(Told("contradictory sex", n, "children", detail))
    return sex.mask(both, "unknown")


def _populations(
    cells: pd.DataFrame, populations: tuple[Population, ...], faults: Faults
) -> pd.Series:
    """Which population each row is of."""
    first = populations[0]
    if first.when is None:
        return pd.Series(first.id, index=cells.index, dtype="str")
    column = first.when.column
    words = {
        fold(code): one.id for one in populations if one.when for code in one.when.codes
    }
    found = folded(cells[column]).map(words).astype("object")
    bad = cells[column][found.isna()]
    faults.add_codes(
        column,
        "rows of no population in the mapping",
        bad,
        "Describe who they are in a further [[population]], or leave them out with "
        "[[leave_out]]",
    )
    return found.fillna("").astype("str")


def _numbered(people: pd.Series) -> pd.Series:
    """Call interviewers 1, 2, 3 ...: who they are is not kept."""
    codes, _ = pd.factorize(people.where(people != ""), sort=True)
    return pd.Series(codes + 1, index=people.index).replace(0, "").astype("str")


def _weights(sheet: Sheet, plan: DataMap, faults: Faults) -> pd.Series:
    if not plan.weight:
        return pd.Series(np.nan, index=sheet.cells.index)
    weight = numbers(sheet, plan.weight, plan.file.decimal, "weight", faults)
    faults.add(
        plan.weight,
        "a weight below zero",
        sheet.cells[plan.weight][weight < 0],
        "Correct the cell",
    )
    return weight
