"""
Synthetic children whose norms are known, to test what should find them.
"""

from devnorms.simulate.curves import simulate_curves
from devnorms.simulate.truth import (
    Design,
    Occasions,
    Population,
    Scales,
    Truth,
    describe_populations,
    draw_truth,
)

__all__ = [
    "Design",
    "Occasions",
    "Population",
    "Scales",
    "Truth",
    "describe_populations",
    "draw_truth",
    "simulate_curves",
]
