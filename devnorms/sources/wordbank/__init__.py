"""
Wordbank: vocabulary forms (CDI) of children in many languages, from the raw files.
"""

from devnorms.sources.wordbank.cards import populations
from devnorms.sources.wordbank.items import items
from devnorms.sources.wordbank.read import load
from devnorms.sources.wordbank.vocabulary import load_vocabulary

SELECTIONS = (
    "path",
    "studies",
    "countries",
    "languages",
    "instruments",
    "milestones",
    "accept_spoilt",
)
"""What `devnorms.sources.load` may hand on."""

__all__ = ["SELECTIONS", "items", "load", "load_vocabulary", "populations"]
