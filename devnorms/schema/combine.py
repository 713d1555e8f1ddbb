"""
Put tables of several sources together without losing where they came from.

`pandas.concat` drops what a table says of itself (``attrs``) as soon as two tables say
different things; here the records are joined, and what was left out is added up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from devnorms._base.errors import BadValueError, InvalidTableError
from devnorms._base.provenance import Record
from devnorms.schema.counts import check_counts
from devnorms.schema.observations import check_observations
from devnorms.schema.populations import check_populations

_CHECKS = {
    "response": check_observations,
    "asked": check_counts,
    "sampling": check_populations,
}
_KIND = {"response": "observations", "asked": "counts", "sampling": "populations"}


def combine(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """
    Put observations, counts or populations of several sources into one table.

    Parameters
    ----------
    tables : sequence of pandas.DataFrame
        All observations, all counts, or all populations, each with the ``attrs`` its
        loader gave it.

    Returns
    -------
    pandas.DataFrame
        All rows, validated. ``attrs["record"]`` names every source that entered, once;
        ``attrs["left_out"]`` is the sum; lists such as ``attrs["noted"]`` are chained.

    Raises
    ------
    BadValueError
        If there is no table, or tables of different kinds.
    InvalidTableError
        If a row comes twice, for example one population in two counts; or if one of
        several tables carries no record, so that its source would be lost.

    Examples
    --------
    >>> from devnorms.simulate import draw_truth, simulate_observations
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> truth = draw_truth(rng=rng)
    >>> one = simulate_observations(truth, rng=rng)
    >>> half = one["population"] == one["population"].iloc[0]
    >>> both = combine([one[half], one[~half]])
    >>> len(both) == len(one)
    True
    """
    given = list(tables)
    kind = _kind(given)
    stacked = pd.concat([_plain(table) for table in given], ignore_index=True)
    attrs = _attrs(given, kind)
    whole = _CHECKS[kind](stacked)
    whole.attrs.update(attrs)
    return whole


def _kind(tables: list[pd.DataFrame]) -> str:
    """Tell which kind of table all are, by the column that only it has."""
    kinds = [
        next((k for k in _CHECKS if k in getattr(table, "columns", ())), "unknown")
        for table in tables
    ]
    if len(set(kinds)) != 1 or kinds[0] == "unknown":
        words = [_KIND.get(kind, "another table") for kind in kinds]
        raise BadValueError.parameter(
            "tables", "a list of observations, of counts, or of populations", words
        )
    return kinds[0]


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Give text for categories, whose differing lists concat would not keep, bare."""
    text = table.select_dtypes("category").columns
    bare = table.astype(dict.fromkeys(text, "str"))
    bare.attrs = {}
    return bare


def _attrs(tables: list[pd.DataFrame], kind: str) -> dict[str, Any]:
    """Join what the tables say of themselves."""
    all_of = [{str(k): v for k, v in table.attrs.items()} for table in tables]
    joined: dict[str, Any] = {}
    records = [str(attrs["record"]) for attrs in all_of if attrs.get("record")]
    if kind != "sampling" and 0 < len(records) < len(tables):
        without = [str(n) for n, a in enumerate(all_of, 1) if not a.get("record")]
        raise InvalidTableError(
            f"combine: table(s) {', '.join(without)} of {len(tables)} carry no record "
            "of their source (attrs['record']); it would be lost. Load them with "
            "devnorms.load, or give them the record of the table they were made from."
        )
    if records:
        joined["record"] = Record.joined(map(Record.from_json, records)).to_json()
    for name in sorted({name for attrs in all_of for name in attrs} - {"record"}):
        values = [attrs[name] for attrs in all_of if name in attrs]
        joined[name] = _sum(values)
    return joined


def _sum(values: list[Any]) -> Any:
    """Add numbers, chain lists, go into dictionaries; keep what is the same."""
    first = values[0]
    if all(isinstance(value, Mapping) for value in values):
        names = dict.fromkeys(name for value in values for name in value)
        return {n: _sum([value[n] for value in values if n in value]) for n in names}
    if all(isinstance(value, list) for value in values):
        return [entry for value in values for entry in value]
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return sum(values)
    return first if all(value == first for value in values) else values
