"""
Ages in words: from what a caregiver says to an interval in months.
"""

from devnorms.annotate.ages.finding import Age, find_ages

__all__ = ["Age", "find_ages"]
