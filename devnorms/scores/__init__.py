"""
Scores of children from their answers, with published keys.
"""

from __future__ import annotations

from devnorms.scores.answers import Answers, answers_from_observations
from devnorms.scores.keys import Key
from devnorms.scores.posterior import Posterior
from devnorms.scores.reference import Reference
from devnorms.scores.scoring import dscore, posterior
from devnorms.scores.wide import answers_from_wide, is_wide

__all__ = [
    "Answers",
    "Key",
    "Posterior",
    "Reference",
    "answers_from_observations",
    "answers_from_wide",
    "dscore",
    "is_wide",
    "posterior",
]
