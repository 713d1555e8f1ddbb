"""
Answers: visits x items, the form in which scores are computed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from devnorms._base.errors import EmptySelectionError, InvalidTableError
from devnorms.schema.responses import RESPONSES

NEEDED = ("study", "child", "age_days", "item", "response")
_ROWS_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Answers:
    """
    Who was seen when, and what each child passed or did not pass yet.

    Attributes
    ----------
    visits : pandas.DataFrame
        One row per visit: ``study, child, age_days`` (NaN where not known), and
        ``population`` where it is known.
    items : pandas.Index
        Items in lower case, one per column of the matrices.
    asked, passed : scipy.sparse.csr_array
        Visits x items: one where the child answered, one where it passed.
    left_out : dict of str to int
        Answers that are neither passed nor not yet, by what they are.
    """

    visits: pd.DataFrame
    items: pd.Index
    asked: csr_array
    passed: csr_array
    left_out: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Give the number of visits."""
        return len(self.visits)

    def take(self, rows: NDArray[np.int64]) -> Answers:
        """
        Keep some visits.

        Parameters
        ----------
        rows : numpy.ndarray
            Positions.
        """
        return Answers(
            self.visits.iloc[rows].reset_index(drop=True),
            self.items,
            self.asked[rows],
            self.passed[rows],
        )

    def only(self, items: pd.Index) -> Answers:
        """
        Keep some items; visits without any of them stay.

        Parameters
        ----------
        items : pandas.Index
            Items, in lower case.
        """
        kept = np.flatnonzero(self.items.isin(items))
        return Answers(
            self.visits,
            self.items[kept],
            self.asked[:, kept],
            self.passed[:, kept],
            self.left_out,
        )


def answers_from_observations(observations: pd.DataFrame) -> Answers:
    """
    Put observations into visits x items.

    A visit is a child on an occasion; where there is no column ``occasion``, a child
    at an age.

    Parameters
    ----------
    observations : pandas.DataFrame
        ``study, child, occasion, age_days, item, response`` of
        `devnorms.schema.observations`; further columns are not used. Item names are
        taken in lower case.

    Returns
    -------
    Answers
        Visits in the order in which they first appear.

    Raises
    ------
    InvalidTableError
        For missing columns, unknown responses, an item answered twice in a visit, or a
        visit with two ages.
    EmptySelectionError
        If there is no row.
    """
    missing = [column for column in NEEDED if column not in observations.columns]
    if missing:
        found = [str(column) for column in observations.columns]
        raise InvalidTableError.missing_columns("Observations", missing, found)
    if observations.empty:
        raise EmptySelectionError("Observations: there is no row to score.")
    response, left_out = _responses(observations["response"])
    visit, first = _visits(observations)
    columns = ["study", "child", "age_days"]
    columns += [c for c in ("population",) if c in observations.columns]
    visits = observations[columns].iloc[first].reset_index(drop=True)
    visits["age_days"] = visits["age_days"].astype(float)
    _check_one_age(observations, visit, visits["age_days"])
    codes, items = _items(observations["item"])
    used = response >= 0
    shape = (len(visits), len(items))
    cells = (visit[used], codes[used])
    asked = coo_array((np.ones(len(cells[0])), cells), shape=shape).tocsr()
    if asked.nnz and asked.data.max() > 1:
        raise _answered_twice(observations[used], cells)
    passed = response == 1
    cells = (visit[passed], codes[passed])
    return Answers(
        visits,
        items,
        asked,
        coo_array((np.ones(len(cells[0])), cells), shape=shape).tocsr(),
        left_out,
    )


def _responses(column: pd.Series) -> tuple[NDArray[np.int8], dict[str, int]]:
    """Give 1, 0 or -1 per row, and count what counts as neither."""
    codes, words = pd.factorize(column)
    unknown = sorted({str(word) for word in words} - set(RESPONSES))
    if unknown:
        raise InvalidTableError(
            f"Observations, column 'response': unknown {', '.join(map(repr, unknown))}."
            f" Allowed: {', '.join(RESPONSES)}. If 1 means passed and 0 not yet, write "
            "these words, or give a table with one column per item."
        )
    meaning = np.array(
        [{"passed": 1, "not_yet": 0}.get(str(w), -1) for w in words] + [-1],
        dtype=np.int8,
    )
    counts = np.bincount(np.where(codes < 0, len(words), codes), minlength=len(words))
    left_out = {
        str(word): int(count)
        for word, count in zip(words, counts, strict=False)
        if word not in ("passed", "not_yet")
    }
    if (codes < 0).any():
        left_out["empty"] = int((codes < 0).sum())
    return meaning[codes], left_out


def _visits(observations: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give each row its visit, and each visit its first row."""
    last = "occasion" if "occasion" in observations.columns else "age_days"
    study, _ = pd.factorize(observations["study"], use_na_sentinel=False)
    child, children = pd.factorize(observations["child"], use_na_sentinel=False)
    when, times = pd.factorize(observations[last], use_na_sentinel=False)
    together = (study * len(children) + child) * len(times) + when
    visit, numbers = pd.factorize(together)
    first = np.empty(len(numbers), dtype=np.int64)
    first[visit[::-1]] = np.arange(len(visit))[::-1]
    return visit, first


def _items(column: pd.Series) -> tuple[NDArray[np.int64], pd.Index]:
    """Give each row its item; names in lower case."""
    codes, names = pd.factorize(column)
    lower = pd.Index([str(name).lower() for name in names], dtype="str")
    merged, items = pd.factorize(lower)
    return merged[codes], pd.Index(items, name="item")


def _check_one_age(
    observations: pd.DataFrame, visit: NDArray[np.int64], age_days: pd.Series
) -> None:
    """Check that the rows of a visit agree about the child's age."""
    age = observations["age_days"].to_numpy(dtype=float, na_value=np.nan)
    of_visit = age_days.to_numpy()[visit]
    differs = (age != of_visit) & ~(np.isnan(age) & np.isnan(of_visit))
    if differs.any():
        rows = observations.index[differs][:_ROWS_SHOWN].tolist()
        raise InvalidTableError(
            f"Observations, column 'age_days': {int(differs.sum())} row(s) have "
            f"another age than the first row of their visit, first at {rows}. Give "
            "each visit its own 'occasion'."
        )


def _answered_twice(
    observations: pd.DataFrame, cells: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> InvalidTableError:
    """Say which rows answer an item that the visit already has an answer to."""
    again = pd.DataFrame({"visit": cells[0], "item": cells[1]}).duplicated()
    rows = observations.index[again.to_numpy()]
    coders = "coder" in observations and observations["coder"].nunique() > 1
    advice = (
        "Keep the answers of one coder."
        if coders
        else "Give repeats their own 'occasion', or remove them (upper and lower case "
        "in item names does not count)."
    )
    return InvalidTableError(
        f"Observations: {len(rows)} row(s) answer an item for the second time in a "
        f"visit, first at {rows[:_ROWS_SHOWN].tolist()}. {advice}"
    )
