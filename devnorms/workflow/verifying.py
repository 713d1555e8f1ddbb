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
    from pandas.api.extensions import ExtensionArray

    from devnorms.workflow.steps import Models
    from devnorms.workflow.watching import Watcher

_LABELS = frozenset({"share", "level"})
"""Numbers that say which row it is."""

_FOLLOWING = frozenset({"support", "statement", "inside_interval"})
"""Words that follow from the ages: a rounding apart, they may say something else."""


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
        Largest difference of an age, in months; 0 if there is no age in it, infinite
        if other things than estimates differ.
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
        Two tables.

    Returns
    -------
    Difference
        ``months`` is the largest difference in a column whose name ends in months;
        infinite if something else than estimates differs.
    """
    if list(then.columns) != list(now.columns) or len(then) != len(now):
        words = f"{len(then)} rows then, {len(now)} now, or other columns"
        return Difference(name, False, np.inf, words)
    found = [
        _compare_columns(column, then[column].array, now[column].array)
        for column in then.columns
    ]
    differing = [(months, words) for months, words in found if words]
    months = max((months for months, _ in differing), default=0.0)
    words = "; ".join(words for _, words in differing)
    return Difference(name, not differing, months, words or "identical")


def _compare_columns(
    name: str, then: ExtensionArray, now: ExtensionArray
) -> tuple[float, str]:
    """Give by how many months a column differs, and how; no words if it does not."""
    import pandas as pd

    old, new = pd.Series(then), pd.Series(now)
    numbers = old.dtype.kind == new.dtype.kind == "f" and name not in _LABELS
    if numbers and old.isna().equals(new.isna()):
        gap = float((old - new).abs().max()) if old.notna().any() else 0.0
        unit = "months" if "months" in name else "shares"
        words = f"{name} by at most {gap:.3g} {unit}" if gap > 0 else ""
        return (gap if unit == "months" else 0.0), words
    plain = (column.astype(object).where(column.notna(), None) for column in (old, new))
    if next(plain).equals(next(plain)):
        return 0.0, ""
    return (0.0 if name in _FOLLOWING else np.inf), f"{name} is not the same"


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
