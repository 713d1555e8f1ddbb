"""
Copies: one observation that was written down under items of two instruments.

How a pair is found, and why chance does not explain it: `devnorms._base.copies`. Here
it is settled which of two is kept, and whose answers are left out.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devnorms._base.copies import find_pairs
from devnorms.sources.childdevdata.wide import Study


@dataclass(frozen=True)
class Copy:
    """
    A pair of items that hold one observation.

    Attributes
    ----------
    study, kept, copy : str
        The item that is kept, and the one whose answers are left out where the kept
        one is answered too.
    visits, passed, not_yet, exceptions : int
        Visits at which both were asked; answers alike; answers that differ.
    log10_false_alarms : float
        Number of such pairs that chance would give in this study, as a power of ten.
    """

    study: str
    kept: str
    copy: str
    visits: int
    passed: int
    not_yet: int
    exceptions: int
    log10_false_alarms: float

    def as_dict(self) -> dict[str, Any]:
        """Give the pair as plain values, for ``attrs``."""
        return asdict(self)


def find_copies(study: Study) -> list[Copy]:
    """
    Find the pairs of items of different instruments that are copies.

    Parameters
    ----------
    study : Study
        One study with all its items.

    Returns
    -------
    list of Copy
        The kept item is the one asked at more visits; if equal, that of the instrument
        with more items in the study; if equal, the first by name.
    """
    instrument = np.array([item[:3] for item in study.items])
    if len(np.unique(instrument)) < 2:
        return []
    n_asked = (study.answers >= 0).sum(axis=0)
    found = []
    for pair in find_pairs(study.answers, instrument != instrument[:, None]):
        kept, copy = _order(pair.first, pair.second, n_asked, instrument)
        found.append(
            Copy(
                study=str(study.card["study"]),
                kept=str(study.items[kept]),
                copy=str(study.items[copy]),
                visits=pair.visits,
                passed=pair.passed,
                not_yet=pair.not_yet,
                exceptions=pair.exceptions,
                log10_false_alarms=pair.log10_false_alarms,
            )
        )
    return sorted(found, key=lambda pair: (pair.kept, pair.copy))


def _order(
    i: int, j: int, n_asked: NDArray[np.int64], instrument: NDArray[np.str_]
) -> tuple[int, int]:
    """Which of two items to keep: asked more often, of the larger instrument."""

    def rank(item: int) -> tuple[int, int, int]:
        same = int((instrument == instrument[item]).sum())
        return (-int(n_asked[item]), -same, item)

    return (i, j) if rank(i) <= rank(j) else (j, i)


def copied_cells(
    study: Study, copies: list[Copy], selected: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """
    Mark the answers that are copies of another selected answer in the same visit.

    Parameters
    ----------
    study : Study
        The study.
    copies : list of Copy
        Its copies.
    selected : numpy.ndarray
        bool per item: where the kept item is not selected, its copy stays.

    Returns
    -------
    numpy.ndarray
        bool, visits x items.
    """
    marked = np.zeros(study.answers.shape, dtype=bool)
    position = {str(item): k for k, item in enumerate(study.items)}
    for pair in copies:
        kept, copy = position[pair.kept], position[pair.copy]
        if selected[kept]:
            marked[:, copy] |= (study.answers[:, kept] >= 0) & (
                study.answers[:, copy] >= 0
            )
    return marked
