"""
Faults of a person's own file: collected, grouped, told at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from devnorms._base.errors import InvalidTableError, UnknownNameError

_ROWS_SHOWN = 5
_LONGEST = 24
_KINDS = 8


class Faults:
    """
    What is wrong with a file, one entry per column and rule, however many rows.

    Attributes
    ----------
    found : list of dict
        ``column, rule, rows, first_rows, example, hint``.
    """

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []

    def add(self, column: str, rule: str, bad: pd.Series, hint: str = "") -> None:
        """
        Note a rule that cells break; nothing if there are none.

        Parameters
        ----------
        column : str
            The column as the file names it.
        rule : str
            What was expected and what was found.
        bad : pandas.Series
            The offending cells, indexed by the row of the file.
        hint : str
            What to do.
        """
        if len(bad):
            rows = bad.index.unique()
            self.found.append(
                {
                    "column": column,
                    "rule": rule,
                    "rows": len(rows),
                    "first_rows": rows[:_ROWS_SHOWN].tolist(),
                    "example": shown(str(bad.iloc[0])),
                    "hint": hint,
                }
            )

    def add_codes(self, column: str, rule: str, bad: pd.Series, hint: str = "") -> None:
        """
        Note codes that are not known: which, and how often; free text is not shown.

        Parameters
        ----------
        column, rule, bad, hint
            As in `add`.
        """
        if len(bad):
            kinds = kinds_of(bad)
            add = self.add if kinds.startswith("'") else self.add_masked
            add(column, f"{rule}: {kinds}", bad, hint)

    def add_masked(
        self, column: str, rule: str, bad: pd.Series, hint: str = ""
    ) -> None:
        """
        Note a rule that birth dates or ids break; only their pattern is shown.

        Parameters
        ----------
        column, rule, bad, hint
            As in `add`.
        """
        self.add(column, rule, bad.astype(str).head(1).map(masked), hint)
        if len(bad):
            rows = bad.index.unique()
            self.found[-1]["rows"] = len(rows)
            self.found[-1]["first_rows"] = rows[:_ROWS_SHOWN].tolist()

    def add_missing(self, column: str, what: str, columns: Iterable[str]) -> None:
        """
        Note a column that the mapping names and the file has not.

        Parameters
        ----------
        column : str
            The name in the mapping.
        what : str
            What it was to be, for example ``"[child] column"``.
        columns : iterable of str
            The columns of the file.
        """
        words = str(UnknownNameError.among("column", column, columns))
        hint = words.partition(". ")[2].rstrip(".")
        rule = f"the mapping names it in {what}, the file does not have it"
        self.found.append(
            {
                "column": column,
                "rule": rule,
                "rows": 0,
                "first_rows": [],
                "example": "",
                "hint": hint,
            }
        )

    def raise_if_any(self, table: str) -> None:
        """
        Raise one error with everything found.

        Parameters
        ----------
        table : str
            Names the file, and what its rows are called.

        Raises
        ------
        InvalidTableError
            If there is any fault.
        """
        if self.found:
            raise InvalidTableError.from_faults(table, pd.DataFrame(self.found))


def shown(text: str) -> str:
    """
    Cut a cell to what an error message may show.

    Parameters
    ----------
    text : str
        A cell.
    """
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def masked(text: str) -> str:
    """
    Show the pattern of a cell that may tell who a child is, not the cell.

    Parameters
    ----------
    text : str
        A birth date or an id.

    Examples
    --------
    >>> masked("Ana 3/11/2021")
    'aaa 9/99/9999'
    """
    pattern = re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", text))
    return shown(pattern)


def kinds_of(bad: pd.Series) -> str:
    """
    List the different wrong codes with how often each comes; never free text.

    Parameters
    ----------
    bad : pandas.Series
        Cells.

    Examples
    --------
    >>> import pandas as pd
    >>> kinds_of(pd.Series(["3", "3", "ja"]))
    "'3' (2), 'ja' (1)"
    """
    counts = bad.value_counts()
    free = len(counts) > _KINDS and (
        counts.index.str.len().max() > _LONGEST or len(counts) > len(bad) / 2
    )
    if free:
        return f"{len(counts)} different texts, not shown: they may be free text"
    listed = ", ".join(f"{shown(str(k))!r} ({n})" for k, n in counts[:_KINDS].items())
    rest = len(counts) - _KINDS
    return f"{listed} and {rest} more" if rest > 0 else listed
