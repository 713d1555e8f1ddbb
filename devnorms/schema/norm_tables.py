"""
Norms of a score by age, and the parameters of its items, as others published them.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate

_NAME = pa.Check.str_length(min_value=1)
DOMAINS = ("motor", "cognitive", "language", "social_emotional")

SCORE_NORMS = pa.DataFrameSchema(
    {
        "score": pa.Column(str, _NAME),
        "age_months": pa.Column(float, pa.Check.in_range(0, 216), coerce=True),
        "mean": pa.Column(float, coerce=True),
        "sd": pa.Column(float, pa.Check.gt(0), coerce=True),
    },
    name="Score norms",
    unique=["score", "age_months"],
)

ITEM_PARAMETERS = pa.DataFrameSchema(
    {
        "item": pa.Column(str, _NAME, unique=True),
        "long_form": pa.Column(str, _NAME, unique=True),
        "long_form_2017": pa.Column(str, nullable=True),
        # not coerced: any text would count as true
        "reversed": pa.Column(bool),
        "short_form": pa.Column(bool),
        "tau": pa.Column(float, coerce=True),
        **{domain: pa.Column(float, pa.Check.ge(0), coerce=True) for domain in DOMAINS},
        "alpha": pa.Column(float, pa.Check.gt(0), nullable=True, coerce=True),
        "delta": pa.Column(float, nullable=True, coerce=True),
    },
    checks=pa.Check(
        lambda table: table["alpha"].notna() == table["delta"].notna(),
        name="alpha and delta stand together",
        error="alpha and delta stand together",
    ),
    name="Item parameters",
)


def check_score_norms(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate norms of a score by age.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per score and age: ``score, age_months, mean, sd``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(SCORE_NORMS, table)


def check_item_parameters(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate the parameters of items of a scale with several domains.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per item: ``item, long_form, long_form_2017, reversed, short_form, tau``
        (intercept), ``motor, cognitive, language, social_emotional`` (loadings),
        ``alpha, delta`` (slope and difficulty of the single-score model, null where an
        item has none).

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(ITEM_PARAMETERS, table)
