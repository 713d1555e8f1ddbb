"""
Copies: one observation that was written down under items of two instruments.

Two items of different instruments whose answers are the same in every visit may be two
judgements that agree, or one judgement entered twice. Nearly everybody passing both
proves nothing; that many children who pass and many who do not yet agree without one
exception does. The chance of that is worked out from the data, as follows.

For a pair of items, the visits at which both were asked are put in order by the share
of all other items passed at the visit, and cut into groups of 15, so that "the able
pass both" is no evidence. If the two judgements were separate given the group, each way
of placing the not-yets within the groups would be as likely as any other, so that the
chance of the same placing is the product over groups of 1 / C(visits, not-yets). With d
exceptions it is at most about C(visits, d) times that. Times the number of pairs looked
at, this is the number of false alarms to expect (the logic of the E-value of sequence
search). Larger groups cry wolf where items are very sharp: within a group of 30 visits
the few that fail both are then those of the least able, and that is no coincidence.
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
_GROUP_VISITS = 15


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
    pairs = _Pairs.between(study, instrument)
    found = []
    for k in np.flatnonzero(pairs.alike()):
        i, j = int(pairs.first[k]), int(pairs.second[k])
        log10 = _log10_chance(study.answers, i, j) + np.log10(len(pairs.first))
        if log10 < np.log10(EXPECTED_FALSE_ALARMS):
            kept, copy = _order(i, j, pairs.n_asked, instrument)
            found.append(
                Copy(
                    study=str(study.card["study"]),
                    kept=str(study.items[kept]),
                    copy=str(study.items[copy]),
                    visits=int(pairs.visits[k]),
                    passed=int(pairs.passed[k]),
                    not_yet=int(pairs.not_yet[k]),
                    exceptions=int(pairs.exceptions[k]),
                    log10_false_alarms=round(float(log10), 1),
                )
            )
    return sorted(found, key=lambda pair: (pair.kept, pair.copy))


@dataclass(frozen=True)
class _Pairs:
    """All pairs of items of different instruments that were asked together."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    visits: NDArray[np.int64]
    passed: NDArray[np.int64]
    not_yet: NDArray[np.int64]
    n_asked: NDArray[np.int64]

    @classmethod
    def between(cls, study: Study, instrument: NDArray[np.str_]) -> _Pairs:
        """Count, for all pairs at once, visits with both and answers alike."""
        answers = study.answers
        first, second = np.triu_indices(len(study.items), 1)
        visits = _count_together(answers >= 0)[first, second]
        keep = (instrument[first] != instrument[second]) & (visits >= LEAST_VISITS)
        first, second = first[keep], second[keep]
        return cls(
            first=first,
            second=second,
            visits=visits[keep],
            passed=_count_together(answers == 1)[first, second],
            not_yet=_count_together(answers == 0)[first, second],
            n_asked=(answers >= 0).sum(axis=0),
        )

    @property
    def exceptions(self) -> NDArray[np.int64]:
        """Visits at which the answers differ."""
        return self.visits - self.passed - self.not_yet

    def alike(self) -> NDArray[np.bool_]:
        """Say which pairs agree nearly always, on both answers, wherever asked."""
        less_asked = np.minimum(self.n_asked[self.first], self.n_asked[self.second])
        together: NDArray[np.bool_] = self.visits == less_asked
        agree = self.exceptions <= EXCEPTIONS * self.visits
        tells = np.minimum(self.passed, self.not_yet) >= LEAST_OF_EACH
        return together & agree & tells


def _count_together(mark: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count the visits at which two items are both marked, for all pairs."""
    as_float = mark.astype(np.float32)  # exact up to 16 million visits, and fast
    return np.rint(as_float.T @ as_float).astype(np.int64)


def _log10_chance(answers: NDArray[np.int8], i: int, j: int) -> float:
    """Chance that two separate judgements agree like this, given the other items."""
    from scipy.special import gammaln

    def log_choose(n: NDArray[np.int64], k: NDArray[np.int64]) -> NDArray[np.float64]:
        ways: NDArray[np.float64] = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
        return ways

    both = answers[(answers[:, i] >= 0) & (answers[:, j] >= 0)]
    one, other = both[:, i] == 1, both[:, j] == 1
    others_passed = (both == 1).sum(axis=1) - one.astype(int) - other
    others_asked = (both >= 0).sum(axis=1) - 2
    order = np.argsort(others_passed / np.maximum(others_asked, 1), kind="stable")
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.arange(len(order)) // _GROUP_VISITS
    size = np.bincount(group)
    not_yet = np.bincount(group, weights=~one).astype(np.int64)
    total, exceptions = np.array([len(both)]), np.array([(one != other).sum()])
    log = log_choose(total, exceptions).sum() - log_choose(size, not_yet).sum()
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
