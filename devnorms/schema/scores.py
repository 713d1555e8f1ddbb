"""
Scores: one row is one visit of a child; and the tables of published keys.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa

from devnorms._base.errors import InvalidTableError
from devnorms.schema._faults import validate

SCHEMA = pa.DataFrameSchema(
    {
        "study": pa.Column(str, coerce=True),
        "child": pa.Column(str, pa.Check.str_length(min_value=1), coerce=True),
        "age_days": pa.Column(float, nullable=True, coerce=True),
        "n": pa.Column("int64", pa.Check.ge(0), coerce=True),
        "share_passed": pa.Column(
            float, pa.Check.in_range(0, 1), nullable=True, coerce=True
        ),
        "dscore": pa.Column(float, nullable=True, coerce=True),
        "sem": pa.Column(float, pa.Check.ge(0), nullable=True, coerce=True),
        "daz": pa.Column(float, nullable=True, coerce=True),
    },
    name="Scores",
    strict=False,
)
COLUMNS = tuple(SCHEMA.columns)

KEY_COLUMNS = ("key", "base_population", "slope", "from", "to", "by")
ITEM_COLUMNS = ("key", "item", "tau")
REFERENCE_COLUMNS = (
    "key", "population", "distribution", "age", "mu", "sigma", "nu", "tau",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class KeyTables:
    """
    The published keys: scales, difficulties of items, references by age.

    Attributes
    ----------
    keys : pandas.DataFrame
        One row per key: ``key, base_population, slope`` (D-score units per logit),
        ``from, to, by`` (the grid of D-scores).
    items : pandas.DataFrame
        ``key, item, tau``: the difficulty of an item on the D-score scale; one row per
        key and item.
    references : pandas.DataFrame
        ``key, population, distribution`` (LMS or BCT), ``age`` (years), ``mu, sigma,
        nu, tau``; one row per key, population and age.
    """

    keys: pd.DataFrame
    items: pd.DataFrame
    references: pd.DataFrame

    def __post_init__(self) -> None:
        for name, table, needed in (
            ("Keys", self.keys, KEY_COLUMNS),
            ("Items of keys", self.items, ITEM_COLUMNS),
            ("References of keys", self.references, REFERENCE_COLUMNS),
        ):
            missing = [column for column in needed if column not in table.columns]
            if missing:
                found = [str(column) for column in table.columns]
                raise InvalidTableError.missing_columns(name, missing, found)


def check_scores(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate scores; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per visit. Columns: ``study, child, age_days`` (nullable), ``n``
        (answers to items of the key), ``share_passed`` (of those; null where n is 0),
        ``dscore`` (posterior mean), ``sem`` (posterior standard deviation), ``daz``
        (z-score for age in the reference). The last three are null where there is no
        score: no age, an age outside the prior or the reference, no item of the key.
        Further columns are kept.

    Returns
    -------
    pandas.DataFrame
        The validated table.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(SCHEMA, table)
