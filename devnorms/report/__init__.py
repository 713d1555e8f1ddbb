"""
Figures and the page that people read: every number with n, interval and population.
"""

from __future__ import annotations

from devnorms.report.inputs import ReportInputs
from devnorms.report.write import report, write_report

__all__ = ["ReportInputs", "report", "write_report"]
