"""
Countries: covariates with their years.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from devnorms.schema._faults import validate

_NAME = pa.Check.str_length(min_value=1)

SCHEMA = pa.DataFrameSchema(
    {
        "country": pa.Column(str, pa.Check.str_matches(r"^[A-Z]{3}$"), unique=True),
        "country_name": pa.Column(str, _NAME),
        "un_region": pa.Column(str, nullable=True),
        "un_subregion": pa.Column(str, nullable=True),
        "world_bank_region": pa.Column(str, nullable=True),
        "income_group": pa.Column(
            str,
            pa.Check.isin(
                (
                    "Low income",
                    "Lower middle income",
                    "Upper middle income",
                    "High income",
                )
            ),
            nullable=True,
        ),
        "income_group_year": pa.Column("Int64", nullable=True, coerce=True),
        "hdi": pa.Column(float, pa.Check.in_range(0, 1), nullable=True, coerce=True),
        "hdi_year": pa.Column("Int64", nullable=True, coerce=True),
        "gdp_per_head_usd": pa.Column(
            float, pa.Check.gt(0), nullable=True, coerce=True
        ),
        "gdp_year": pa.Column("Int64", nullable=True, coerce=True),
        "gini": pa.Column(float, pa.Check.in_range(0, 100), nullable=True, coerce=True),
        "gini_year": pa.Column("Int64", nullable=True, coerce=True),
        "latitude": pa.Column(
            float, pa.Check.in_range(-90, 90), nullable=True, coerce=True
        ),
        "longitude": pa.Column(
            float, pa.Check.in_range(-180, 180), nullable=True, coerce=True
        ),
        "languages": pa.Column(str, nullable=True),
        "main_language": pa.Column(
            str, pa.Check.str_matches(r"^[a-z]{3}$"), nullable=True
        ),
        "language_family": pa.Column(str, nullable=True),
    },
    checks=[
        pa.Check(
            lambda table, value=value, year=year: (
                table[value].notna() == table[year].notna()
            ),
            name=f"{value} and {year} stand together",
            error=f"{value} and {year} stand together",
        )
        for value, year in (
            ("income_group", "income_group_year"),
            ("hdi", "hdi_year"),
            ("gdp_per_head_usd", "gdp_year"),
            ("gini", "gini_year"),
        )
    ],
    name="Countries",
)

COVARIATES = tuple(
    name for name in SCHEMA.columns if name not in {"country", "country_name"}
)


def check_countries(table: pd.DataFrame) -> pd.DataFrame:
    """
    Validate covariates of countries.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per country: ``country`` (ISO 3166-1 alpha-3), ``country_name,
        un_region, un_subregion, world_bank_region, income_group, income_group_year,
        hdi`` (0 to 1), ``hdi_year, gdp_per_head_usd`` (current US dollars),
        ``gdp_year, gini`` (0 to 100), ``gini_year, latitude, longitude`` (degrees),
        ``languages`` (BCP 47, by commas), ``main_language`` (ISO 639-3),
        ``language_family`` (Glottocode). What is not known is null, and so is its year.

    Raises
    ------
    InvalidTableError
        With all faults.
    """
    return validate(SCHEMA, table)
