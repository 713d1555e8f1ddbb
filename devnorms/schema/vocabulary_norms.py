"""
Vocabulary norms: centiles of vocabulary by age, with their intervals.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate
from devnorms.schema.vocabulary import MEASURES

_SHARE = pa.Check.in_range(0, 1, False, False)
_TEXT = pa.Check.str_length(min_value=1)


def _ordered(table: pd.DataFrame) -> pd.Series[bool]:
    """Whether numbers of words lie inside their intervals and on the form."""
    low, words, high = (table[f"words{end}"] for end in ("_low", "", "_high"))
    inside = (low <= words) & (words <= high)
    return (low >= 0) & inside & (high <= table["ceiling"])


def _rising(table: pd.DataFrame) -> bool:
    """Whether a higher centile is never a smaller number of words."""
    ordered = table.sort_values("centile")
    steps = ordered.groupby(["population", "sex", "age_months"])["words"].diff()
    return bool((steps.dropna() >= 0).all())


NORMS = pa.DataFrameSchema(
    {
        "population": pa.Column(str, _TEXT),
        "country": pa.Column(str),
        "language": pa.Column(str, nullable=True),
        "instrument": pa.Column(str, _TEXT),
        "measure": pa.Column(str, pa.Check.isin(MEASURES)),
        "sex": pa.Column(str, _TEXT),
        "age_months": pa.Column("int64", pa.Check.ge(0), coerce=True),
        "centile": pa.Column(float, _SHARE),
        "words": pa.Column(float),
        "words_low": pa.Column(float),
        "words_high": pa.Column(float),
        "ceiling": pa.Column("int64", pa.Check.ge(1), coerce=True),
        "interval": pa.Column(str, _TEXT),
        "level": pa.Column(float, _SHARE),
        "children_at": pa.Column(float, pa.Check.ge(0), coerce=True),
        "children": pa.Column("int64", pa.Check.ge(1), coerce=True),
        "forms": pa.Column("int64", pa.Check.ge(1), coerce=True),
        "at_edge": pa.Column(str, pa.Check.isin(("", "floor", "ceiling"))),
        "statement": pa.Column(str, _TEXT),
    },
    checks=[
        pa.Check(_ordered, name="0 <= words_low <= words <= words_high <= ceiling"),
        pa.Check(_rising, name="a higher centile is never fewer words"),
    ],
    name="Vocabulary norms",
    unique=["population", "sex", "age_months", "centile"],
    strict=False,
)

CHECKS = pa.DataFrameSchema(
    {
        "population": pa.Column(str, _TEXT),
        "measure": pa.Column(str, pa.Check.isin(MEASURES)),
        "age_months_low": pa.Column("int64", coerce=True),
        "age_months_high": pa.Column("int64", coerce=True),
        "centile": pa.Column(float, _SHARE),
        "children": pa.Column(float, pa.Check.gt(0)),
        "below": pa.Column(float, pa.Check.in_range(0, 1)),
        "below_low": pa.Column(float, pa.Check.in_range(0, 1)),
        "below_high": pa.Column(float, pa.Check.in_range(0, 1)),
        "worm": pa.Column(float, nullable=True),
    },
    name="Vocabulary checks",
    unique=["population", "age_months_low", "centile"],
    strict=False,
)

_HINTS = {
    "centile": "A centile is given as a share: 0.1, not 10",
    "level": "A level lies between 0 and 1: 0.9, not 90",
}


def check_vocabulary_norms(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate centiles of vocabulary; all faults at once.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per population, sex, age and centile: ``population, country, language,
        instrument`` (the form), ``measure`` (produces, understands), ``sex`` (female,
        male, all), ``age_months`` (completed), ``centile`` (share of children below),
        ``words`` (posterior median; round it for a whole number), ``words_low,
        words_high, interval`` (its kind), ``level, ceiling`` (words on the form),
        ``children_at`` (of that age; a child with k forms counts 1/k at each),
        ``children, forms`` (of the population), ``at_edge`` (floor: the centile is no
        word at all; ceiling: all words), ``statement``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(NORMS, table, _HINTS)


def check_vocabulary_checks(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate shares of children under each centile.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per population, group of ages and centile: ``population, measure,
        age_months_low, age_months_high, centile, children, below`` (share of these
        children under the centile), ``below_low, below_high`` (where nine of ten such
        shares would lie if the centiles were right), ``worm`` (observed minus expected
        standard normal score: a worm plot as numbers).

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(CHECKS, table, _HINTS)
