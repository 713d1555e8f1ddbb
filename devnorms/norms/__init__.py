"""
From curves to norms: ages at which shares pass, whom they speak for, how far they go.
"""

from devnorms.norms.ages import item_ages, pass_ages
from devnorms.norms.child import Child
from devnorms.norms.choice import reference_choice
from devnorms.norms.compare import compare
from devnorms.norms.controls import control_claims
from devnorms.norms.dif import dif_in_months
from devnorms.norms.floor import floor
from devnorms.norms.gate import gate
from devnorms.norms.imported import imported
from devnorms.norms.imported_battery import imported_battery
from devnorms.norms.known import Known
from devnorms.norms.language_floor import language_floor
from devnorms.norms.ledger import ledger
from devnorms.norms.place import place
from devnorms.norms.planner import Aim, expected_widths, plan
from devnorms.norms.printed import printed_norm
from devnorms.norms.published import compare_published
from devnorms.norms.same_country import same_country_flags
from devnorms.norms.shares import item_shares_passing, shares_passing
from devnorms.norms.transport import transport
from devnorms.norms.vocabulary import vocabulary_norms
from devnorms.norms.vocabulary_checks import (
    observed_centiles,
    refuse_poor_vocabulary_fit,
    vocabulary_checks,
)

__all__ = [
    "Aim",
    "Child",
    "Known",
    "compare",
    "compare_published",
    "control_claims",
    "dif_in_months",
    "expected_widths",
    "floor",
    "gate",
    "imported",
    "imported_battery",
    "item_ages",
    "item_shares_passing",
    "language_floor",
    "ledger",
    "observed_centiles",
    "pass_ages",
    "place",
    "plan",
    "printed_norm",
    "reference_choice",
    "refuse_poor_vocabulary_fit",
    "same_country_flags",
    "shares_passing",
    "transport",
    "vocabulary_checks",
    "vocabulary_norms",
]
