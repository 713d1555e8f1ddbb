"""
From codings to ratings: what each coder made of each milestone in each report.

A unit is a report and a milestone; a coder who read the report and gave the milestone
no code has rated it ``absent``. Codes that were made with a suggestion in sight are
refused: they agree with the suggestion, and tell nothing of who made them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from devnorms._base.checks import check_known
from devnorms._base.errors import DevnormsError, InvalidTableError
from devnorms.schema.codings import STATUSES

if TYPE_CHECKING:
    import pandas as pd

ABSENT = "absent"
CATEGORIES = (ABSENT, *STATUSES)
"""What a coder can make of a milestone in a report."""

READ_COLUMNS = ("id", "lang", "coder")


class AssistedLabelsError(DevnormsError, ValueError):
    """Codes made with a suggestion in sight, where only others may be used."""

    @classmethod
    def found(cls, coders: Iterable[str], rows: int, use: str) -> AssistedLabelsError:
        """
        Say whose codes they are, and what to do.

        Parameters
        ----------
        coders : iterable of str
            Who made them.
        rows : int
            How many there are.
        use : str
            What they cannot be used for.
        """
        who = ", ".join(sorted(coders))
        return cls(
            f"{rows} code(s) of {who} were made with suggestions in sight "
            f"(setting 'assisted'): {use} cannot be worked out from them, because "
            "people tend to take what is suggested. Code a sample of reports blind, "
            "and leave the assisted codes out."
        )


def refuse_assisted(codings: pd.DataFrame, use: str) -> None:
    """
    Refuse codes that were made with suggestions in sight.

    Parameters
    ----------
    codings : pandas.DataFrame
        With ``setting`` and ``coder``.
    use : str
        What they would be used for.

    Raises
    ------
    AssistedLabelsError
        If there is one.
    InvalidTableError
        If the table does not say how its codes were made.
    """
    _need(codings, ("setting", "coder"), "Codings")
    assisted = codings[codings["setting"] == "assisted"]
    if len(assisted):
        raise AssistedLabelsError.found(assisted["coder"].unique(), len(assisted), use)


def ratings(
    codings: pd.DataFrame, read: pd.DataFrame, concepts: Sequence[str]
) -> pd.DataFrame:
    """
    Lay codings out as a table of units by coders.

    Parameters
    ----------
    codings : pandas.DataFrame
        As `devnorms.schema.codings`; ``proposed`` or ``blind``.
    read : pandas.DataFrame
        ``id, lang, coder``: which coder has read which report, with or without giving
        a code.
    concepts : sequence of str
        The milestones that the coders looked for.

    Returns
    -------
    pandas.DataFrame
        Index ``lang, id, concept``; a column for each coder with one of `CATEGORIES`,
        null where the coder has not read the report.

    Raises
    ------
    AssistedLabelsError
        If codes were made with suggestions in sight.
    UnknownNameError
        If a code is of a milestone that is not among ``concepts``.
    InvalidTableError
        If a column is missing, or a coder gave a code for a report that is not among
        those he or she has read.

    Examples
    --------
    >>> import pandas as pd
    >>> read = pd.DataFrame(
    ...     {"id": ["r1", "r1"], "lang": ["en", "en"], "coder": ["ana", "ben"]}
    ... )
    >>> codings = pd.DataFrame(
    ...     {
    ...         "id": ["r1"],
    ...         "concept": ["crawls"],
    ...         "status": ["achieved"],
    ...         "coder": ["ana"],
    ...         "setting": ["blind"],
    ...     }
    ... )
    >>> ratings(codings, read, ["crawls"]).iloc[0].to_dict()
    {'ana': 'achieved', 'ben': 'absent'}
    """
    import pandas as pd

    refuse_assisted(codings, "agreement and error")
    _need(codings, ("id", "concept", "status"), "Codings")
    _need(read, READ_COLUMNS, "Reports read")
    check_known("milestone", codings["concept"].unique(), concepts)
    pairs = read[list(READ_COLUMNS)].drop_duplicates()
    _refuse_unread(codings, pairs)
    units = pairs.merge(pd.DataFrame({"concept": list(concepts)}), how="cross")
    coded = codings[["id", "coder", "concept", "status"]]
    units = units.merge(coded, on=["id", "coder", "concept"], how="left")
    units["status"] = units["status"].astype(object).fillna(ABSENT)
    wide = units.pivot(
        index=["lang", "id", "concept"], columns="coder", values="status"
    ).astype(object)
    return wide.where(wide.notna(), None)


def _need(table: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    missing = [column for column in columns if column not in table]
    if missing:
        raise InvalidTableError.missing_columns(name, missing, list(table.columns))


def _refuse_unread(codings: pd.DataFrame, pairs: pd.DataFrame) -> None:
    """Refuse codes of reports that their coder is not said to have read."""
    keys = codings[["id", "coder"]].drop_duplicates()
    found = keys.merge(
        pairs[["id", "coder"]], on=["id", "coder"], how="left", indicator=True
    )
    lost = found[found["_merge"] == "left_only"]
    if len(lost):
        some = ", ".join(f"{i} ({c})" for i, c in lost[["id", "coder"]].to_numpy()[:10])
        raise InvalidTableError(
            f"Codings: {len(lost)} report(s) with codes of a coder who is not said to "
            f"have read them: {some}. Add them to the table of reports read, or leave "
            "the codes out."
        )
