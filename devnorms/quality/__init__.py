"""
What is wrong with data, before anybody makes norms of them.
"""

from devnorms.quality.checks import check_quality
from devnorms.quality.report import QualityReport

__all__ = ["QualityReport", "check_quality"]
