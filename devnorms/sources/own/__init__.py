"""
Your own data: a file, and a mapping that says which column is what and who was sampled.
"""

from devnorms.sources.own.cards import populations
from devnorms.sources.own.reading import read
from devnorms.sources.own.suggesting.drafting import suggest

__all__ = ["populations", "read", "suggest"]
