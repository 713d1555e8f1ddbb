"""
How far a run has come, and how long its steps took.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol


class Watcher(Protocol):
    """Is told how far a run has come."""

    def step(self, words: str) -> None:
        """
        Say that a step begins.

        Parameters
        ----------
        words : str
            What it does.
        """

    def advance(self, done: int, total: int) -> None:
        """
        Say how far the present step has come.

        Parameters
        ----------
        done, total : int
            Draws made, and draws in all.
        """


class Silent:
    """A watcher that says nothing."""

    def step(self, words: str) -> None:
        """Say nothing."""

    def advance(self, done: int, total: int) -> None:
        """Say nothing."""


@dataclass
class Clock:
    """
    Seconds per step.

    Attributes
    ----------
    watcher : Watcher
        Is told when a step begins.
    seconds : dict of str to float
        By step, in order.
    """

    watcher: Watcher = field(default_factory=Silent)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str, words: str) -> Iterator[None]:
        """
        Time one step.

        Parameters
        ----------
        name, words : str
            Its name in the manifest, and what it does.
        """
        self.watcher.step(words)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 2)
