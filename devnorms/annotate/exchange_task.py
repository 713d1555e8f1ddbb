"""
A report with its codes, and how a program writes and reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Task:
    """
    A report with its codes.

    Attributes
    ----------
    id, lang, text : str
        The report.
    codes : list of dict
        With ``concept, status, start, end`` in code points, and what else is known.
    lost : list of str
        Why spans could not be taken, one for each.
    """

    id: str
    lang: str
    text: str = field(repr=False)
    codes: list[dict[str, Any]] = field(default_factory=list, repr=False)
    lost: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Form:
    """
    How a program writes and reads tasks.

    Attributes
    ----------
    out, back : callable
        Task and units to JSON, and JSON and units to task.
    units : str
        What the program counts, unless it is told otherwise.
    lines : bool
        A task per line, or one list.
    """

    out: Callable[[Task, str], dict[str, Any]]
    back: Callable[[Mapping[str, Any], str], Task]
    units: str
    lines: bool
