"""
Copies: one observation that was written down under two items.

Two items whose answers are the same in every visit may be two judgements that agree, or
one judgement entered twice. Nearly everybody passing both proves nothing; that many
children who pass and many who do not yet agree without one exception does. The chance
of that is worked out from the data, as follows.

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

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_VISITS = 20
LEAST_OF_EACH = 5
EXCEPTIONS = 0.005
EXPECTED_FALSE_ALARMS = 1e-3
_GROUP_VISITS = 15


@dataclass(frozen=True)
class Pair:
    """
    Two items that hold one observation.

    Attributes
    ----------
    first, second : int
        Columns of the answers.
    visits, passed, not_yet : int
        Visits at which both were asked; answers alike, of either kind.
    log10_false_alarms : float
        Number of such pairs that chance would give, as a power of ten.
    """

    first: int
    second: int
    visits: int
    passed: int
    not_yet: int
    log10_false_alarms: float

    @property
    def exceptions(self) -> int:
        """Visits at which the answers differ."""
        return self.visits - self.passed - self.not_yet


def find_pairs(
    answers: NDArray[np.int8],
    may_pair: NDArray[np.bool_] | None = None,
    *,
    chains: bool = True,
) -> list[Pair]:
    """
    Find the pairs of items that are copies.

    A pair is a copy if, of the visits at which the less asked item was asked, all had
    the other too; both answers occur at least 5 times; at most 1 in 200 visits
    disagree; and chance would give fewer than 0.001 such pairs.

    Parameters
    ----------
    answers : numpy.ndarray
        int8, visits x items: 1 passed, 0 not yet, -1 not asked.
    may_pair : numpy.ndarray, optional
        bool, items x items: which pairs to look at; all, if not given.
    chains : bool
        Where three or more items are copies of one another: whether to give all their
        pairs, or only those with the first.

    Returns
    -------
    list of Pair
        In the order of the columns.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = (rng.random((200, 8)) < 0.5).astype(np.int8)
    >>> answers[:, 5] = answers[:, 2]
    >>> [(pair.first, pair.second, pair.exceptions) for pair in find_pairs(answers)]
    [(2, 5, 0)]
    """
    together = _count_together(answers >= 0)
    passed = _count_together(answers == 1)
    not_yet = _count_together(answers == 0)
    asked = np.diagonal(together)
    alike = (
        (together >= LEAST_VISITS)
        & (together == np.minimum(asked, asked[:, None]))
        & (together - passed - not_yet <= EXCEPTIONS * together)
        & (np.minimum(passed, not_yet) >= LEAST_OF_EACH)
    )
    looked_at = np.triu(together >= LEAST_VISITS, 1)
    if may_pair is not None:
        looked_at &= may_pair
    pairs = int(looked_at.sum())
    found: list[Pair] = []
    copied: set[int] = set()
    for i, j in np.argwhere(alike & looked_at).tolist():
        if not chains and copied & {i, j}:
            continue
        log10 = _log10_chance(answers, i, j) + np.log10(pairs)
        if log10 < np.log10(EXPECTED_FALSE_ALARMS):
            n, k, no = int(together[i, j]), int(passed[i, j]), int(not_yet[i, j])
            found.append(Pair(i, j, n, k, no, round(float(log10), 1)))
            copied.add(j)
    return found


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
