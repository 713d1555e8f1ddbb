"""
Populations: whom numbers speak for.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate

SAMPLINGS = (
    "representative",
    "birth cohort",
    "community",
    "poor",
    "clinical",
    "trial",
    "unknown",
)

SCHEMA = pa.DataFrameSchema(
    {
        "population": pa.Column(str, unique=True),
        "study": pa.Column(str),
        "country": pa.Column(str, pa.Check.str_matches(r"^[A-Z]{3}$")),
        "country_name": pa.Column(str),
        "place": pa.Column(str, nullable=True),
        "languages": pa.Column(str, nullable=True),
        "years": pa.Column(str, nullable=True),
        "sampling": pa.Column(str, pa.Check.isin(SAMPLINGS)),
        "who": pa.Column(str, pa.Check.str_length(min_value=1)),
        "eligibility": pa.Column(str, nullable=True),
        "children": pa.Column("Int64", nullable=True, coerce=True),
        "visits": pa.Column("Int64", nullable=True, coerce=True),
        "instruments": pa.Column(str, nullable=True),
        "age_precision": pa.Column(str, nullable=True),
        "licence": pa.Column(str),
        "citation": pa.Column(str),
        "context_notes": pa.Column(str, nullable=True),
    },
    name="Populations",
    strict=False,
    coerce=True,  # a column nobody filled has no type of its own
)


def check_populations(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate a table of populations.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per population: ``population, study, country`` (ISO 3166-1 alpha-3),
        ``country_name, place, languages, years, sampling`` (representative, birth
        cohort, community, poor, clinical, trial, unknown), ``who`` (one sentence: who
        was sampled), ``eligibility, children, visits, instruments, age_precision,
        licence, citation, context_notes``.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(SCHEMA, table)
