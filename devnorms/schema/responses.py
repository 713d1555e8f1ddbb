"""
The five answers, and the ways an answer can come about.
"""

from __future__ import annotations

RESPONSES = ("passed", "not_yet", "not_asked", "does_not_apply", "unsure")
"""What may stand in ``response``; only the first two are counted by `count`."""

SEXES = ("female", "male", "unknown")
MODES = ("direct", "caregiver", "record", "unknown")
"""Seen by an assessor, told by a caregiver, taken from a record, or not said."""
