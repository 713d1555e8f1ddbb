"""
Hierarchical Bayesian item curves: specification, graph, sampling, checks.

The only room that knows PyMC, nutpie, ArviZ and statsmodels.
"""

from __future__ import annotations

from devnorms.models.baseline import logistic_regressions
from devnorms.models.dif import fit_dif, fit_difs
from devnorms.models.dif_classical import classical_dif
from devnorms.models.dif_curves import reshaped_shifts
from devnorms.models.dif_heldout import dif_evidence
from devnorms.models.fitting import fit
from devnorms.models.predictive import posterior_predictive, refuse_poor_fit
from devnorms.models.previewing import preview
from devnorms.models.spec import LogNormal, Normal, Priors, Sampling, Spec
from devnorms.models.vocabulary import fit_vocabulary, preview_vocabulary
from devnorms.models.vocabulary_spec import VocabularySpec

__all__ = [
    "LogNormal",
    "Normal",
    "Priors",
    "Sampling",
    "Spec",
    "VocabularySpec",
    "classical_dif",
    "dif_evidence",
    "fit",
    "fit_dif",
    "fit_difs",
    "fit_vocabulary",
    "logistic_regressions",
    "posterior_predictive",
    "preview",
    "preview_vocabulary",
    "refuse_poor_fit",
    "reshaped_shifts",
]
