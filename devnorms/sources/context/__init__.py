"""
Context of countries: covariates with their years, and three kinds of distance.

The tables come with devnorms. A figure that is missing stays missing, and is named.
"""

from devnorms.sources.context.countries import countries, join_context
from devnorms.sources.context.distances import (
    cultural_distance,
    cultural_pairs,
    geographic_distance,
    geographic_pairs,
    linguistic_distance,
    linguistic_pairs,
    long,
)

ID = "context"

__all__ = [
    "ID",
    "countries",
    "cultural_distance",
    "cultural_pairs",
    "geographic_distance",
    "geographic_pairs",
    "join_context",
    "linguistic_distance",
    "linguistic_pairs",
    "long",
]
