"""One good example of each table; a test spoils it in one place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from devnorms._base.provenance import Record, Source
from devnorms.schema.norms import POOLED, NormSet

POPULATION = {
    "population": "NLD-A", "study": "a", "country": "NLD",
    "country_name": "Netherlands", "place": None, "languages": "nl",
    "years": "1988-1989", "sampling": "representative", "who": "Live-born children",
    "eligibility": None, "children": 10, "visits": 30, "instruments": "ddi",
    "age_precision": "days", "licence": "CC BY 4.0",
    "citation": "Author A. A study. 1992.", "context_notes": None,
}  # fmt: skip
COUNT = {
    "population": "NLD-A", "study": "a", "country": "NLD", "item": "i",
    "milestone": "walks_alone", "domain": "gross_motor", "instrument": "ddi",
    "sex": "female", "age_days_low": 365.0, "age_days_high": 380.0,
    "age_days_mean": 370.5, "asked": 20, "passed": 9,
}  # fmt: skip


def norm_row(**changes: object) -> dict[str, object]:
    """One good row of a norm set's table."""
    row = {
        "population": "NLD-A", "country": "NLD", "milestone": "walks_alone",
        "domain": "gross_motor", "share": 0.5, "age_months": 12.1,
        "age_months_low": 11.8, "age_months_high": 12.4, "interval": "equal-tailed",
        "level": 0.9, "asked": 100, "passed": 60, "items": 1, "support": "within",
        "support_low_months": 1.0, "support_high_months": 24.0,
        "statement": "12.1 months (11.8-12.4)",
    }  # fmt: skip
    return {**row, **changes}


@pytest.fixture
def populations() -> pd.DataFrame:
    """Two described populations."""
    other = {"population": "COL-B", "study": "b", "country": "COL"}
    return pd.DataFrame([POPULATION, {**POPULATION, **other}])


@pytest.fixture
def norm_table() -> pd.DataFrame:
    """Two populations and the centre; one row lies before the data."""
    before = {
        "age_months": 5.0,
        "age_months_low": 4.0,
        "age_months_high": 6.5,
        "support": "before",
        "support_low_months": 9.0,
        "statement": "before 9.0 months",
    }
    rows = [
        norm_row(),
        norm_row(share=0.9, age_months=14.4, age_months_high=15.0),
        norm_row(population="COL-B", country="COL", **before),
        norm_row(population=POOLED, country=None, support="not_observed"),
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def norm_set(norm_table: pd.DataFrame, populations: pd.DataFrame) -> NormSet:
    """A good norm set."""
    source = Source("childdevdata", "1.1.0", "ab" * 32, "CC BY 4.0", "van Buuren S.")
    record = Record((source,), {"shares": (0.5, 0.9)}, 7, {"python": "3.12"})
    card = {"title": "Two populations", "not_for": ["Diagnosis.", "Ranking."]}
    return NormSet(norm_table, populations, card, record)


@pytest.fixture
def counts() -> pd.DataFrame:
    """Two cells of counts."""
    return pd.DataFrame([COUNT, {**COUNT, "sex": "male"}])


@pytest.fixture
def curves() -> xr.Dataset:
    """Two leaves, two populations, one milestone, six draws."""
    shape = {"chain": 2, "draw": 3}
    leaf, cell = ("chain", "draw", "leaf"), ("chain", "draw", "population", "milestone")
    pooled, known = ("chain", "draw", "milestone"), ("population", "milestone")

    def filled(
        dims: tuple[str, ...], value: float
    ) -> tuple[tuple[str, ...], np.ndarray]:
        sizes = {**shape, "leaf": 2, "population": 2, "milestone": 1}
        return dims, np.full([sizes[dim] for dim in dims], value)

    return xr.Dataset(
        {
            "location": filled(leaf, 2.5),
            "log_slope": filled(leaf, 2.0),
            "milestone_location": filled(cell, 2.5),
            "milestone_log_slope": filled(cell, 2.0),
            "pooled_location": filled(pooled, 2.5),
            "pooled_log_slope": filled(pooled, 2.0),
            "asked": filled(known, 100.0),
            "passed": filled(known, 60.0),
            "items": filled(known, 1.0),
            "support_low_months": filled(known, 1.0),
            "support_high_months": filled(known, 24.0),
            "leaf_asked": filled(("leaf",), 100.0),
            "leaf_passed": filled(("leaf",), 60.0),
            "leaf_support_low_months": filled(("leaf",), 1.0),
            "leaf_support_high_months": filled(("leaf",), 24.0),
        },
        coords={
            "chain": [0, 1],
            "draw": [0, 1, 2],
            "leaf": ["NLD-A:i", "COL-B:j"],
            "population": ["NLD-A", "COL-B"],
            "milestone": ["walks_alone"],
            "leaf_item": ("leaf", ["i", "j"]),
            "leaf_population": ("leaf", ["NLD-A", "COL-B"]),
            "leaf_milestone": ("leaf", ["walks_alone", "walks_alone"]),
            "leaf_instrument": ("leaf", ["ddi", "by3"]),
            "population_country": ("population", ["NLD", "COL"]),
            "population_study": ("population", ["a", "b"]),
            "milestone_domain": ("milestone", ["gross_motor"]),
        },
        attrs={"record": "{}", "diagnostics": "{}", "converged": "yes"},
    )
