"""
Caregivers' own words to proposed codes, on the researcher's machine.

A person decides: what is proposed here is no observation before it was accepted.
"""

from __future__ import annotations

from devnorms.annotate.coding import Coder, Document, Proposal, Report
from devnorms.annotate.tables import annotate

__all__ = ["Coder", "Document", "Proposal", "Report", "annotate"]
