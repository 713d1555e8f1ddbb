"""
Hierarchical Bayesian item curves: specification, graph, sampling, checks.

The only room that knows PyMC, nutpie, ArviZ and statsmodels.
"""

from __future__ import annotations

from devnorms.models.fit import fit
from devnorms.models.spec import LogNormal, Normal, Priors, Sampling, Spec

__all__ = ["LogNormal", "Normal", "Priors", "Sampling", "Spec", "fit"]
