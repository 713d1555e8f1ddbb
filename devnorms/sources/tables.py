"""
Sources that are tables, not answers of children: keys, norms, figures, distances.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from devnorms._base.checks import check_known
from devnorms._base.errors import BadValueError
from devnorms.sources.registry import dataset

if TYPE_CHECKING:
    import pandas as pd

_TABLES = {
    "dscore": {
        name: f"dscore_tables:{name}"
        for name in ("itembank", "itemtable", "keys", "references", "translate")
    },
    "credi": {name: f"credi:{name}" for name in ("norms", "items", "gsed_names")},
    "mb1_cdi": {"vocabulary": "manybabies:vocabulary"},
    "published": {
        "figures": "published_figures:published",
        "refused": "published_figures:refused",
    },
    "context": {
        "countries": "context:countries",
        **{
            f"{kind}_distance": f"context:{kind}_pairs"
            for kind in ("geographic", "linguistic", "cultural")
        },
    },
}
TABLES = MappingProxyType({source: tuple(names) for source, names in _TABLES.items()})
"""The tables of each source, the main one first."""


def load_table(
    source: str, table: str | None = None, *, path: str | Path | None = None
) -> pd.DataFrame:
    """
    Load one table of a source that is not answers of children.

    Parameters
    ----------
    source : str
        Its id in the registry: ``"dscore"``, ``"credi"``, ``"mb1_cdi"``,
        ``"published"``, ``"context"``.
    table : str, optional
        Which of its tables, see `TABLES`; the main one without it.
    path : path, optional
        A folder with its files, or the one file. Without it: the files that come with
        the package, or the pinned files, from ``DEVNORMS_DATA``, the cache, or fetched.

    Returns
    -------
    pandas.DataFrame
        As the module of the source describes it. ``attrs["record"]`` is the JSON of a
        `Record` with version, hash, licence and citation.

    Raises
    ------
    UnknownNameError
        For an unknown source or table.
    BadValueError
        For a source of observations: use `devnorms.load`.
    UnreadableFileError, InvalidTableError, FetchError
        For files that are not there or not what they should be.

    Examples
    --------
    >>> load_table("credi").shape
    (222, 4)
    >>> load_table("context", "linguistic_distance").columns.tolist()
    ['country', 'other_country', 'linguistic_distance']
    """
    known = dataset(source).id
    if known not in _TABLES:
        raise BadValueError.parameter(
            "source",
            f"a source of tables ({', '.join(_TABLES)}); {source} holds observations, "
            "load them with devnorms.load",
            source,
        )
    name = TABLES[known][0] if table is None else table
    check_known(f"table of {source}", [name], TABLES[known])
    module, _, function = _TABLES[known][name].partition(":")
    read = getattr(import_module(f"devnorms.sources.{module}"), function)
    loaded: pd.DataFrame = read(path)
    return loaded
