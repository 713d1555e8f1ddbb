"""
Norms as they are printed: fixed ages in a table, used as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from devnorms._base.errors import BadValueError, EmptySelectionError, InvalidTableError
from devnorms.schema.norms import POOLED, NormSet

_NEEDED = ("milestone", "share", "age_months")


@dataclass(frozen=True, eq=False)
class PrintedNorm:
    """
    Ages that somebody printed, and that others judge by as if they were exact.

    Attributes
    ----------
    name : str
        What to call it, the norm set's id or the publication with it.
    ages : pandas.DataFrame
        ``milestone, share, age_months``; each milestone and share once.
    country : str or None
        Of the children it was made from, ISO 3166-1 alpha-3.
    sampling : str
        How these were chosen, see `devnorms.schema.populations.SAMPLINGS`.

    Raises
    ------
    InvalidTableError
        If the ages are no such table.
    """

    name: str
    ages: pd.DataFrame
    country: str | None = None
    sampling: str = "unknown"

    def __post_init__(self) -> None:
        missing = [name for name in _NEEDED if name not in self.ages.columns]
        if missing:
            found = [str(column) for column in self.ages.columns]
            raise InvalidTableError.missing_columns("Printed norm", missing, found)
        ages = self.ages[list(_NEEDED)].reset_index(drop=True)
        numbers = ages[["share", "age_months"]].apply(pd.to_numeric, errors="coerce")
        faults = []
        if bad := _rows(~numbers["share"].between(0, 1, inclusive="neither")):
            faults.append(f"'share' is no share between 0 and 1 in rows {bad}")
        if bad := _rows(~numbers["age_months"].between(0, 216)):
            faults.append(f"'age_months' is no age from 0 to 216 months in rows {bad}")
        if bad := _rows(ages["milestone"].isna()):
            faults.append(f"no milestone in rows {bad}")
        if bad := _rows(ages.duplicated(["milestone", "share"])):
            faults.append(f"milestone and share come more than once: rows {bad}")
        if faults or ages.empty:
            raise InvalidTableError(
                f"Printed norm {self.name!r}: {'; '.join(faults) or 'no age at all'}."
            )
        object.__setattr__(self, "ages", ages.assign(**numbers))


def printed_norm(
    norms: NormSet | pd.DataFrame,
    name: str | None = None,
    *,
    country: str | None = None,
) -> PrintedNorm:
    """
    Take one population's ages out of a norm set, or ages out of a publication.

    Parameters
    ----------
    norms : NormSet or pandas.DataFrame
        A norm set, or a table with ``milestone, share, age_months``: rows without a
        milestone or without an age are passed over, so that the rows of one source of
        `devnorms.sources.published` can be given as they are.
    name : str, optional
        The population of the norm set; may be left out where it has one only. For a
        table: what to call it, which must be said.
    country : str, optional
        For a table: where its children lived.

    Returns
    -------
    PrintedNorm

    Raises
    ------
    BadValueError
        If the name is missing, or no population of the norm set.
    EmptySelectionError
        If no age is left.
    InvalidTableError
        If the table has not the columns, or names a milestone and share twice.

    Examples
    --------
    >>> import pandas as pd
    >>> denver = pd.DataFrame(
    ...     {"milestone": ["walks_alone"], "share": [0.9], "age_months": [14.9]}
    ... )
    >>> printed_norm(denver, "Denver II", country="USA").name
    'Denver II'
    """
    if isinstance(norms, NormSet):
        return _of_norm_set(norms, name)
    if not name:
        raise BadValueError.parameter("name", "what to call this printed norm", name)
    missing = [column for column in _NEEDED if column not in norms.columns]
    if missing:
        found = [str(column) for column in norms.columns]
        raise InvalidTableError.missing_columns("Printed norm", missing, found)
    ages = norms.dropna(subset=list(_NEEDED))
    if ages.empty:
        raise EmptySelectionError(
            f"Printed norm {name!r}: no row has a milestone, a share and an age."
        )
    return PrintedNorm(name, ages, country)


def _of_norm_set(norms: NormSet, name: str | None) -> PrintedNorm:
    """Take the ages that the data carry, of the one population or the named one."""
    people = [p for p in norms.table["population"].unique() if p != POOLED]
    if name is None and len(people) == 1:
        name = people[0]
    if name not in people:
        raise BadValueError.parameter(
            "reference",
            f"one population of the norm set (printed_norm(norms, {people[0]!r}); it "
            f"has {', '.join(people)})",
            name,
        )
    rows = norms.table[norms.table["population"] == name]
    who = norms.populations.set_index("population").loc[name]
    # A transported norm is predicted where nobody there was asked.
    carried = rows[rows["support"].isin(["within", "not_observed"])]
    if carried.empty:
        raise EmptySelectionError(
            f"{name} in norm set {norms.id}: no age lies where its children were asked."
        )
    label = f"{name} (norm set {norms.id})"
    return PrintedNorm(label, carried, str(who["country"]), str(who["sampling"]))


def _rows(bad: pd.Series) -> list[int]:
    """Where something is wrong, the first few."""
    return [int(row) for row in bad.index[bad.to_numpy()][:5]]
