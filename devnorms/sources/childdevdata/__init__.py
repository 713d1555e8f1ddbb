"""
childdevdata: item responses of 10,831 children of ten studies in eight countries.
"""

from devnorms.sources.childdevdata.cards import instruments, populations
from devnorms.sources.childdevdata.read import load

__all__ = ["instruments", "load", "populations"]
