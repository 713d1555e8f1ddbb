"""
childdevdata: item responses of 10,831 children of ten studies in eight countries.
"""

from devnorms.sources.childdevdata.cards import instruments, populations
from devnorms.sources.childdevdata.read import load

SELECTIONS = (
    "path",
    "studies",
    "countries",
    "instruments",
    "domains",
    "milestones",
    "file_format",
)
"""What `devnorms.sources.load` may hand on."""

__all__ = ["SELECTIONS", "instruments", "load", "populations"]
