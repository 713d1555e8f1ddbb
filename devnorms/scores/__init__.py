"""
Scores of children from their answers, with published keys.
"""

from __future__ import annotations

from devnorms.scores.answers import Answers, answers_from_observations
from devnorms.scores.calibration import calibrate
from devnorms.scores.coverage import interval_coverage, simulate_children
from devnorms.scores.eap import eap, item_shifts
from devnorms.scores.information import ItemErrors, item_errors
from devnorms.scores.intervals import dscore_intervals
from devnorms.scores.keys import Key
from devnorms.scores.posterior import Posterior
from devnorms.scores.reference import Reference
from devnorms.scores.scale import Scale
from devnorms.scores.scoring import dscore, posterior
from devnorms.scores.uncertainty import Uncertainty
from devnorms.scores.wide import answers_from_wide, is_wide

__all__ = [
    "Answers",
    "ItemErrors",
    "Key",
    "Posterior",
    "Reference",
    "Scale",
    "Uncertainty",
    "answers_from_observations",
    "answers_from_wide",
    "calibrate",
    "dscore",
    "dscore_intervals",
    "eap",
    "interval_coverage",
    "is_wide",
    "item_errors",
    "item_shifts",
    "posterior",
    "simulate_children",
]
