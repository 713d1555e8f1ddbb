"""
Hierarchical Bayesian item curves: specification, graph, sampling, checks.

The only room that knows PyMC, nutpie, ArviZ and statsmodels.
"""

from __future__ import annotations

from devnorms.models.baseline import logistic_regressions
from devnorms.models.dif import fit_dif
from devnorms.models.fitting import fit
from devnorms.models.predictive import posterior_predictive, refuse_poor_fit
from devnorms.models.previewing import preview
from devnorms.models.spec import LogNormal, Normal, Priors, Sampling, Spec

__all__ = [
    "LogNormal",
    "Normal",
    "Priors",
    "Sampling",
    "Spec",
    "fit",
    "fit_dif",
    "logistic_regressions",
    "posterior_predictive",
    "preview",
    "refuse_poor_fit",
]
