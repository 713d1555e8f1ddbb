"""
From observations to counts: how many were asked, how many passed, at which ages.
"""

from devnorms.tabulate.compress import compress
from devnorms.tabulate.counts import count

__all__ = ["compress", "count"]
