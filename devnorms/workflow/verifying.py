"""
Make a result again and say what differs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from devnorms._base.errors import ResultMismatchError
from devnorms._base.provenance import package_versions
from devnorms.workflow.analysis import analysis_from
from devnorms.workflow.results import Manifest, check_unchanged
from devnorms.workflow.running import Job, prepare
from devnorms.workflow.writing import CURVES, load_curves, load_tables

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from devnorms.workflow.steps import Models
    from devnorms.workflow.watching import Watcher

_LABELS = frozenset({"share", "level", "asked", "passed", "items"})
"""Numbers that say which row it is, or were counted: they must be identical."""


@dataclass(frozen=True)
class Difference:
    """
    One table of a result against the same table made again.

    Attributes
    ----------
    table : str
        Its name.
    identical : bool
        Whether it is the same to the last bit.
    months : float
        Largest difference of an age, in months; 0 if there is no age in it.
    words : str
        What differs, in words.
    """

    table: str
    identical: bool
    months: float
    words: str

    def within(self, months: float) -> bool:
        """
        Whether it differs by no more than so many months, and in nothing but ages.

        Parameters
        ----------
        months : float
            Largest difference allowed.
        """
        return self.identical or self.months <= months


@dataclass(frozen=True)
class Verification:
    """
    What came of making a result again.

    Attributes
    ----------
    folder : pathlib.Path
        The result.
    inputs : dict of str to tuple of str
        Inputs that are not the same any more: then and now.
    versions : dict of str to tuple of str
        Packages whose versions are not the same: then and now.
    differences : tuple of Difference
        One per table.
    """

    folder: Path
    inputs: dict[str, tuple[str, str]]
    versions: dict[str, tuple[str, str]]
    differences: tuple[Difference, ...]

    @property
    def identical(self) -> bool:
        """Whether every number was the same."""
        return all(difference.identical for difference in self.differences)

    def within(self, months: float) -> bool:
        """
        Whether no table differs by more than so many months.

        Parameters
        ----------
        months : float
            Largest difference allowed; 0 asks for identical tables.
        """
        return all(difference.within(months) for difference in self.differences)


def verify(
    folder: str | os.PathLike[str],
    *,
    data_path: str = "",
    watcher: Watcher | None = None,
    models: Models | None = None,
) -> Verification:
    """
    Make a result again from what its manifest says, and compare every table.

    Parameters
    ----------
    folder : path
        A result, as `run` wrote it.
    data_path : str
        Where the data are, if not where they were then.
    watcher : Watcher, optional
        Is told how far it has come.
    models : Models, optional
        Another way to fit, for tests; `devnorms.models` without it.

    Returns
    -------
    Verification

    Raises
    ------
    UnreadableFileError
        If the folder is not a result.
    ResultMismatchError
        If files were changed after the result was made, or the data that it was made
        from are not the same any more.
    """
    path = Path(folder)
    manifest = Manifest.read(path)
    check_unchanged(path, manifest)
    choices = manifest.analysis
    if data_path:
        choices = {**choices, "data": {**choices["data"], "path": data_path}}
    analysis = analysis_from(choices, str(path / "manifest.json"))
    job = prepare(analysis, manifest.command, watcher, models)
    inputs = changes(manifest.inputs, job.inputs)
    _check_data(path, inputs)
    versions = changes(manifest.environment["versions"], package_versions())
    return Verification(path, inputs, versions, _compare(path, job))


def _compare(path: Path, job: Job) -> tuple[Difference, ...]:
    """Make the tables again and compare each."""
    made = job.compute()
    then = load_tables(path)
    tables = [
        compare_tables(name, then[name], table) for name, table in made.tables().items()
    ]
    draws = compare_draws(load_curves(path / "data" / CURVES), made.curves)
    return (*tables, draws)


def _check_data(path: Path, inputs: dict[str, tuple[str, str]]) -> None:
    """Stop where the data are not those that the result was made from."""
    other = [
        name.removeprefix("data: ") for name in inputs if name.startswith("data: ")
    ]
    if other:
        raise ResultMismatchError(
            f"{path} was made from other data: {', '.join(other)} differ from then. "
            "Give the folder of the data of then (--data), or the version of devnorms "
            "that made the result, and try again."
        )


def changes(then: dict[str, str], now: dict[str, str]) -> dict[str, tuple[str, str]]:
    """
    Give the entries that differ between two records.

    Parameters
    ----------
    then, now : dict of str to str
        Two records.

    Returns
    -------
    dict of str to tuple of str
        Then and now; "none" where an entry is missing.

    Examples
    --------
    >>> changes({"a": "1", "b": "2"}, {"a": "1", "b": "3"})
    {'b': ('2', '3')}
    """
    names = sorted({*then, *now})
    pairs = {name: (then.get(name, "none"), now.get(name, "none")) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def compare_tables(name: str, then: pd.DataFrame, now: pd.DataFrame) -> Difference:
    """
    Compare a table with the same table made again.

    Parameters
    ----------
    name : str
        Its name.
    then, now : pandas.DataFrame
        Two tables. Columns of floats named ``age_months...`` may differ by months;
        others of floats by shares; everything else must be the same.

    Returns
    -------
    Difference
    """
    if list(then.columns) != list(now.columns) or len(then) != len(now):
        words = f"{len(then)} rows then, {len(now)} now, or other columns"
        return Difference(name, False, np.inf, words)
    months, parts = 0.0, []
    for column in then.columns:
        old, new = (
            then[column].reset_index(drop=True),
            now[column].reset_index(drop=True),
        )
        if old.dtype.kind == "f" and new.dtype.kind == "f" and column not in _LABELS:
            gap = float(np.abs(old - new).max()) if len(old) else 0.0
            uneven = bool((old.isna() != new.isna()).any())
            if uneven or gap > 0:
                is_age = "months" in column
                months = np.inf if uneven else max(months, gap if is_age else 0.0)
                unit = " months" if is_age else ""
                parts.append(f"{column} by at most {gap:.3g}{unit}")
        elif (
            not old.astype(object)
            .where(old.notna(), None)
            .equals(new.astype(object).where(new.notna(), None))
        ):
            parts.append(f"{column} is not the same")
    return Difference(name, not parts, months, "; ".join(parts) or "identical")


def compare_draws(then: xr.Dataset, now: xr.Dataset) -> Difference:
    """
    Compare the draws of two fits.

    Parameters
    ----------
    then, now : xarray.Dataset
        See `devnorms.schema.curves`.

    Returns
    -------
    Difference
        In months at which half pass, leaf by leaf: the difference of the medians.
    """
    if not np.array_equal(then["leaf"].to_numpy(), now["leaf"].to_numpy()):
        return Difference("draws", False, np.inf, "other items or populations")
    same = all(
        np.array_equal(then[name], now[name], equal_nan=True)
        for name in ("location", "log_slope")
    )
    if same:
        return Difference("draws", True, 0.0, "identical")
    ages = [
        np.expm1(c["location"].median(("chain", "draw")).to_numpy())
        for c in (then, now)
    ]
    gap = float(np.abs(ages[0] - ages[1]).max())
    words = f"ages at which half pass an item by at most {gap:.3g} months"
    return Difference("draws", False, gap, words)
