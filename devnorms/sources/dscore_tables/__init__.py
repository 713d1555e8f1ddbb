"""
The published keys of the D-score: item bank, item table, keys, references, renaming.

They are the tables that come with the R package dscore, version 1.11.0, under the
Apache License; versions up to 1.10.0 had other terms. Their card,
``datasets/dscore/README.md``, says what is odd about them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from devnorms._base.provenance import Record
from devnorms.schema import keys as schema

__all__ = ["ID", "itembank", "itemtable", "keys", "references", "translate"]

ID = "dscore"
_MODES = {"d": "direct", "c": "caregiver", "m": "caregiver", "x": "unknown"}


def itembank(path: str | Path | None = None) -> pd.DataFrame:
    """
    Read the item bank: the Rasch difficulty of each item, by key.

    Parameters
    ----------
    path : path, optional
        The folder with ``builtin_itembank.rda``, or that file; without it, the pinned
        file is looked for in ``DEVNORMS_DATA`` and the cache, then fetched.

    Returns
    -------
    pandas.DataFrame
        One row per key and item: ``key, item, tau`` (difficulty in D-score units, null
        for the one item of gsed2212 and gsed2406 that is not scored), ``label,
        instrument, domain`` (two letters), ``mode`` (direct, caregiver, unknown; the
        letter ``m``, reported, counts as caregiver), ``number``.
        ``attrs["record"]`` names version, hash, licence and citation.

    Raises
    ------
    UnreadableFileError, InvalidTableError, FetchError

    References
    ----------
    van Buuren S, Eekhout I, Huizing A, Seiden J. dscore: D-score for Child
    Development. R package version 1.11.0 (2025).
    """

    def named(table: pd.DataFrame) -> pd.DataFrame:
        modes = table["mode"].map(_MODES)
        return table.assign(mode=modes.where(modes.notna(), table["mode"]))

    return _read("itembank", path, named, schema.check_item_bank)


def itemtable(path: str | Path | None = None) -> pd.DataFrame:
    """
    Read the item table: labels, and which items are held to ask the same.

    Parameters
    ----------
    path : path, optional
        As in `itembank`, for ``builtin_itemtable.rda``.

    Returns
    -------
    pandas.DataFrame
        One row per item: ``item, equate`` (group, null for none), ``label``.

    Raises
    ------
    UnreadableFileError, InvalidTableError, FetchError
    """
    return _read("itemtable", path, _same, schema.check_item_table)


def keys(path: str | Path | None = None) -> pd.DataFrame:
    """
    Read the keys: how the logit becomes a D-score, and where it is integrated.

    Parameters
    ----------
    path : path, optional
        As in `itembank`, for ``builtin_keys.rda``.

    Returns
    -------
    pandas.DataFrame
        One row per key: ``key, base_population, n_items, n_instruments, intercept,
        slope`` (D-score = intercept + slope x logit), ``from, to, by`` (the grid of
        D-scores to integrate over), ``retired``. The numbers of items and instruments
        are those the package states; its item bank can differ.

    Raises
    ------
    UnreadableFileError, InvalidTableError, FetchError
    """

    def named(table: pd.DataFrame) -> pd.DataFrame:
        flags = {"1": True, "0": False}
        return table.assign(retired=[flags.get(str(v), v) for v in table["retired"]])

    return _read("keys", path, named, schema.check_keys)


def references(path: str | Path | None = None) -> pd.DataFrame:
    """
    Read the references: the distribution of the D-score by age.

    Parameters
    ----------
    path : path, optional
        As in `itembank`, for ``builtin_references.rda``.

    Returns
    -------
    pandas.DataFrame
        One row per population, key and age: ``population, key, distribution`` (LMS or
        BCT), ``age`` (years), ``mu, sigma, nu, tau`` (null for LMS), ``P3, P10, P25,
        P50, P75, P90, P97, SDM2, SDM1, SD0, SDP1, SDP2`` (D-score units). Percentiles
        are rounded at the source; the parameters are not.

    Raises
    ------
    UnreadableFileError, InvalidTableError, FetchError
    """
    return _read("references", path, _same, schema.check_references)


def translate(path: str | Path | None = None) -> pd.DataFrame:
    """
    Read the names that the items of GSED had in successive versions.

    Parameters
    ----------
    path : path, optional
        As in `itembank`, for ``builtin_translate.rda``.

    Returns
    -------
    pandas.DataFrame
        One row per item: ``phase1, phase2, gsed, gsed2, gsed3, gsed4, short1, short2,
        instrument, seq_phase1, seq_phase2, label``. ``gsed2``, ``gsed3`` and ``gsed4``
        name an item once; the other names come more than once.

    Raises
    ------
    UnreadableFileError, InvalidTableError, FetchError
    """
    return _read("translate", path, _same, schema.check_translations)


def _read(
    name: str,
    path: str | Path | None,
    named: Callable[[pd.DataFrame], pd.DataFrame],
    check: Callable[[pd.DataFrame], pd.DataFrame],
) -> pd.DataFrame:
    """Read one of the R data files and give its columns their types."""
    from devnorms.sources.pinned import describe, find_files
    from devnorms.sources.rdatafile import read_rda

    files = find_files(ID, [f"builtin_{name}.rda"], path)
    text = read_rda(next(iter(files.values())))
    table = check(named(text.where(text != ""))).reset_index(drop=True)
    table.attrs["record"] = Record.now((describe(ID, files),)).to_json()
    return table


def _same(table: pd.DataFrame) -> pd.DataFrame:
    """Names are kept."""
    return table
