"""
Figures: each takes finished tables and axes, and gives the axes back.

Nothing here computes a statistic: what is drawn stands in the table. Without axes, a
figure one journal column wide is made.
"""

from __future__ import annotations

from devnorms.report.plot.ages_asked import sampled
from devnorms.report.plot.attained import attained, attained_curve
from devnorms.report.plot.dif import dif
from devnorms.report.plot.differences import differences
from devnorms.report.plot.forest_rows import forest
from devnorms.report.plot.imported_matrix import imported_matrix
from devnorms.report.plot.imported_shares import imported_shares
from devnorms.report.plot.ledger import ledger
from devnorms.report.plot.link_graph import link_graph
from devnorms.report.plot.model_checks import checks
from devnorms.report.plot.placement import placement, reference_choice
from devnorms.report.plot.planner import planner
from devnorms.report.plot.published_ages import published
from devnorms.report.plot.share_curves import curves
from devnorms.report.plot.transported import calibration, learning
from devnorms.report.plot.vocabulary import vocabulary
from devnorms.report.plot.word_ages import word_ages

__all__ = [
    "attained",
    "attained_curve",
    "calibration",
    "checks",
    "curves",
    "dif",
    "differences",
    "forest",
    "imported_matrix",
    "imported_shares",
    "learning",
    "ledger",
    "link_graph",
    "placement",
    "planner",
    "published",
    "reference_choice",
    "sampled",
    "vocabulary",
    "word_ages",
]
