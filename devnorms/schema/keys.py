"""
Scoring keys: what it takes to turn answers into a score, and scores into percentiles.

The names of columns are those of the R package dscore, so that a table can be laid
beside its documentation: ``age`` is in years here.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate
from devnorms.schema.responses import MODES

DISTRIBUTIONS = ("LMS", "BCT")
PERCENTILES = ("P3", "P10", "P25", "P50", "P75", "P90", "P97")
SD_LINES = ("SDM2", "SDM1", "SD0", "SDP1", "SDP2")

_NAME = pa.Check.str_length(min_value=1)


def _rising(columns: tuple[str, ...]) -> pa.Check:
    """Each number is larger than the one left of it."""
    return pa.Check(
        lambda table: ~(table[list(columns)].diff(axis=1) <= 0).any(axis=1),
        name=f"{', '.join(columns)} must rise",
        error=f"{', '.join(columns)} must rise",
    )


ITEM_BANK = pa.DataFrameSchema(
    {
        "key": pa.Column(str, _NAME),
        "item": pa.Column(str, _NAME),
        "tau": pa.Column(float, nullable=True, coerce=True),
        "label": pa.Column(str, nullable=True),
        "instrument": pa.Column(str, _NAME),
        "domain": pa.Column(str, _NAME),
        "mode": pa.Column(str, pa.Check.isin(MODES)),
        "number": pa.Column(str, _NAME),
    },
    name="Item bank",
    unique=["key", "item"],
)

ITEM_TABLE = pa.DataFrameSchema(
    {
        "item": pa.Column(str, _NAME, unique=True),
        "equate": pa.Column(str, nullable=True),
        "label": pa.Column(str, nullable=True),
    },
    name="Item table",
)

KEYS = pa.DataFrameSchema(
    {
        "key": pa.Column(str, _NAME, unique=True),
        "base_population": pa.Column(str, _NAME),
        "n_items": pa.Column(int, pa.Check.gt(0), coerce=True),
        "n_instruments": pa.Column(int, pa.Check.gt(0), coerce=True),
        "intercept": pa.Column(float, coerce=True),
        "slope": pa.Column(float, pa.Check.gt(0), coerce=True),
        "from": pa.Column(float, coerce=True),
        "to": pa.Column(float, coerce=True),
        "by": pa.Column(float, pa.Check.gt(0), coerce=True),
        "retired": pa.Column(bool),  # not coerced: any text would count as true
    },
    checks=_rising(("from", "to")),
    name="Keys",
)

REFERENCES = pa.DataFrameSchema(
    {
        "population": pa.Column(str, _NAME),
        "key": pa.Column(str, _NAME),
        "distribution": pa.Column(str, pa.Check.isin(DISTRIBUTIONS)),
        "age": pa.Column(float, pa.Check.in_range(0, 18), coerce=True),
        "mu": pa.Column(float, pa.Check.gt(0), coerce=True),
        "sigma": pa.Column(float, pa.Check.gt(0), coerce=True),
        "nu": pa.Column(float, coerce=True),
        "tau": pa.Column(float, pa.Check.gt(0), nullable=True, coerce=True),
        **{name: pa.Column(float, coerce=True) for name in (*PERCENTILES, *SD_LINES)},
    },
    checks=[
        _rising(PERCENTILES),
        _rising(SD_LINES),
        pa.Check(
            lambda table: (table["distribution"] == "BCT") == table["tau"].notna(),
            name="tau stands where the distribution is BCT, and only there",
            error="tau stands where the distribution is BCT, and only there",
        ),
    ],
    name="References",
    unique=["population", "key", "age"],
)

TRANSLATIONS = pa.DataFrameSchema(
    {
        **{
            name: pa.Column(str, _NAME)
            for name in ("phase1", "phase2", "gsed", "gsed2", "gsed3", "gsed4")
        },
        "short1": pa.Column(str, _NAME),
        "short2": pa.Column(str, _NAME),
        "instrument": pa.Column(str, _NAME),
        "seq_phase1": pa.Column("Int64", nullable=True, coerce=True),
        "seq_phase2": pa.Column("Int64", nullable=True, coerce=True),
        "label": pa.Column(str, nullable=True),
    },
    name="Item names",
    unique=["gsed4"],
)


def check_item_bank(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate an item bank: how hard each item is, by key.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per key and item: ``key, item, tau`` (difficulty in D-score units; null
        where the item is not scored), ``label, instrument, domain, mode, number``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(ITEM_BANK, table)


def check_item_table(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate an item table: labels, and which items are held to ask the same.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per item: ``item, equate`` (group, null for none), ``label``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(ITEM_TABLE, table)


def check_keys(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate scoring keys.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per key: ``key, base_population, n_items, n_instruments, intercept,
        slope`` (of the logit on the D-score scale), ``from,
        to, by`` (D-score units), ``retired``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(KEYS, table)


def check_references(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate age-conditional references of a score.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per population, key and age: ``population, key, distribution`` (LMS or
        BCT), ``age`` (years), ``mu, sigma, nu, tau`` (null for LMS), ``P3 ... P97`` and
        ``SDM2 ... SDP2`` (D-score units).

    Raises
    ------
    InvalidTableError
        With all faults; also where percentiles fall.
    """
    return validate(REFERENCES, table)


def check_translations(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate the renaming of items between versions.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per item: its names ``phase1, phase2, gsed, gsed2, gsed3, gsed4,
        short1, short2``, and ``instrument, seq_phase1, seq_phase2, label``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(TRANSLATIONS, table)
