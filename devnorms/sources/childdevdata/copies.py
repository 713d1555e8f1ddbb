"""
Copies: one observation that was written down under items of two instruments.

Two items of different instruments whose answers are the same in every visit may be two
judgements that agree, or one judgement entered twice. Nearly everybody passing both
proves nothing; that many children who pass and many who do not yet agree without one
exception does. The chance of that is worked out from the data, as follows.

For a pair of items, the visits at which both were asked are put into ten equal groups
by the share of all other items passed at the visit, so that "the able pass both" is no
evidence. If the two judgements were separate given the group, each way of placing the
not-yets within the groups would be as likely as any other, so that the chance of the
same placing is the product over groups of 1 / C(visits, not-yets). With d exceptions it
is at most C(visits, d) times that. Times the number of pairs looked at, this is the
number of false alarms to expect (the logic of the E-value of sequence search).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from devnorms.sources.childdevdata.wide import Study

LEAST_VISITS = 20
LEAST_OF_EACH = 5
EXCEPTIONS = 0.005
EXPECTED_FALSE_ALARMS = 1e-3
_GROUPS = 10


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

    A pair is a copy if, of the visits at which the less asked item was asked, all had
    the other too; both answers occur at least 5 times; at most 1 in 200 visits
    disagree; and chance would give fewer than 0.001 such pairs in the study.

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
    asked = study.answers >= 0
    passed = study.answers == 1
    both, alike_passed, alike_not_yet = _tables(asked, passed)
    n_asked = asked.sum(axis=0)
    first, second = np.triu_indices(len(study.items), 1)
    keep = (instrument[first] != instrument[second]) & (
        both[first, second] >= LEAST_VISITS
    )
    first, second = first[keep], second[keep]
    visits = both[first, second]
    exceptions = visits - alike_passed[first, second] - alike_not_yet[first, second]
    candidate = (
        (visits == np.minimum(n_asked[first], n_asked[second]))
        & (exceptions <= EXCEPTIONS * visits)
        & (alike_passed[first, second] >= LEAST_OF_EACH)
        & (alike_not_yet[first, second] >= LEAST_OF_EACH)
    )
    found = []
    for i, j in zip(first[candidate], second[candidate], strict=True):
        log10 = _log10_false_alarms(asked, passed, i, j) + np.log10(len(first))
        if log10 < np.log10(EXPECTED_FALSE_ALARMS):
            kept, copy = _order(i, j, n_asked, instrument)
            found.append(
                Copy(
                    study=str(study.card["study"]),
                    kept=str(study.items[kept]),
                    copy=str(study.items[copy]),
                    visits=int(both[i, j]),
                    passed=int(alike_passed[i, j]),
                    not_yet=int(alike_not_yet[i, j]),
                    exceptions=int(
                        both[i, j] - alike_passed[i, j] - alike_not_yet[i, j]
                    ),
                    log10_false_alarms=round(float(log10), 1),
                )
            )
    return sorted(found, key=lambda pair: (pair.kept, pair.copy))


def _tables(
    asked: NDArray[np.bool_], passed: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """For all pairs at once: visits with both, both passed, both not yet."""
    a, p = asked.astype(np.float32), passed.astype(np.float32)
    n = (asked & ~passed).astype(np.float32)
    return tuple(np.rint(m.T @ m).astype(np.int64) for m in (a, p, n))  # type: ignore[return-value]


def _log10_false_alarms(
    asked: NDArray[np.bool_], passed: NDArray[np.bool_], i: int, j: int
) -> float:
    """Chance that two separate judgements agree like this, given the other items."""
    from scipy.special import gammaln

    def log_choose(n: NDArray[np.int64], k: NDArray[np.int64]) -> NDArray[np.float64]:
        return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)

    rows = asked[:, i] & asked[:, j]
    others = asked[rows].sum(axis=1) - 2
    others_passed = (
        passed[rows].sum(axis=1) - passed[rows, i].astype(int) - passed[rows, j]
    )
    share = others_passed / np.maximum(others, 1)
    rank = np.argsort(np.argsort(share, kind="stable"), kind="stable")
    group = rank * _GROUPS // len(rank)
    not_yet = ~passed[rows, i]
    size = np.bincount(group, minlength=_GROUPS)
    k = np.bincount(group, weights=not_yet, minlength=_GROUPS).astype(np.int64)
    exceptions = np.array([(passed[rows, i] != passed[rows, j]).sum()])
    total = np.array([len(rank)])
    log = log_choose(total, exceptions).sum() - log_choose(size, k).sum()
    return float(log / np.log(10))


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
