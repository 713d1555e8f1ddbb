"""
The only place where rooms are joined: one analysis file in, one result folder out.
"""

from __future__ import annotations

from devnorms.workflow.analysis import Analysis, read_analysis
from devnorms.workflow.results import Manifest
from devnorms.workflow.running import Result, run, run_into
from devnorms.workflow.surroundings import bundled_analysis
from devnorms.workflow.verifying import Verification, verify
from devnorms.workflow.watching import Silent, Watcher

__all__ = [
    "Analysis",
    "Manifest",
    "Result",
    "Silent",
    "Verification",
    "Watcher",
    "bundled_analysis",
    "read_analysis",
    "run",
    "run_into",
    "verify",
]
