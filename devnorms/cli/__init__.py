"""
Words in, table or file out; no statistics.
"""

from __future__ import annotations

from devnorms.cli.app import main

__all__ = ["main"]
