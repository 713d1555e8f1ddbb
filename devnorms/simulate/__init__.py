"""
Synthetic children whose norms are known, to test what should find them.
"""

from devnorms.simulate.curves import simulate_curves
from devnorms.simulate.design import (
    Design,
    Occasions,
    Population,
    Scales,
    describe_populations,
)
from devnorms.simulate.responses import simulate_counts, simulate_observations
from devnorms.simulate.truth import Truth, draw_truth
from devnorms.simulate.vocabulary import VocabularyTruth, simulate_vocabulary

__all__ = [
    "Design",
    "Occasions",
    "Population",
    "Scales",
    "Truth",
    "VocabularyTruth",
    "describe_populations",
    "draw_truth",
    "simulate_counts",
    "simulate_curves",
    "simulate_observations",
    "simulate_vocabulary",
]
