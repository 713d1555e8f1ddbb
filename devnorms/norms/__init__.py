"""
From curves to norms: ages at which shares pass, whom they speak for, how far they go.
"""

from devnorms.norms.ages import item_ages, pass_ages
from devnorms.norms.published import compare_published
from devnorms.norms.shares import item_shares_passing, shares_passing

__all__ = [
    "compare_published",
    "item_ages",
    "item_shares_passing",
    "pass_ages",
    "shares_passing",
]
