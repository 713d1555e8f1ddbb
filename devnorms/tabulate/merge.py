"""
Bins of age, and neighbouring bins merged until none is small.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devnorms._base.ages import log_age_from_days

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TIE = 1e-10


def merge_small(age_days: Floats, asked: Ints, group: Ints, least: int) -> Ints:
    """
    Merge neighbouring bins of each group until each cell holds enough children.

    Among all ways to do so, the one with the smallest sum of squares of log age
    within cells is found by dynamic programming, so that cells stay as narrow as the
    children's ages allow.

    Parameters
    ----------
    age_days : array of shape (bins,)
        Mean age of each bin; groups side by side, ascending within each.
    asked : array of shape (bins,)
        How many were asked.
    group : array of shape (bins,)
        Which group (population x item x sex) each bin belongs to.
    least : int
        How many each cell shall hold. A group with fewer becomes one cell.

    Returns
    -------
    array of shape (bins,)
        Number of the cell of each bin, ascending.

    References
    ----------
    Hansen SL, Mukherjee S. A polynomial algorithm for optimal univariate
    microaggregation. IEEE Transactions on Knowledge and Data Engineering
    2003;15:1043-1044. doi:10.1109/TKDE.2003.1209020

    Examples
    --------
    The three lone children at the end become one cell, the others stay apart.

    >>> import numpy as np
    >>> ages = np.array([100.0, 200.0, 210.0, 220.0])
    >>> merge_small(ages, np.array([5, 1, 1, 1]), np.zeros(4, dtype=int), 3)
    array([0, 1, 1, 1])
    """
    starts = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
    ends = np.append(starts[1:], len(group))
    log_age = log_age_from_days(age_days)
    begins = np.zeros(len(group), dtype=np.int64)
    for first, end in zip(starts.tolist(), ends.tolist(), strict=True):
        cells = _narrowest_cells(log_age[first:end], asked[first:end], least)
        begins[[first + cell for cell in cells]] = 1
    return np.cumsum(begins) - 1


def _narrowest_cells(log_age: Floats, asked: Ints, least: int) -> list[int]:
    """Where the cells of one group begin."""
    weight = np.append(0, np.cumsum(asked)).tolist()
    if weight[-1] < 2 * least or int(asked.min()) >= least:
        return [0] if weight[-1] < 2 * least else list(range(len(asked)))
    centred = log_age - log_age.mean()
    first = np.append(0.0, np.cumsum(asked * centred)).tolist()
    second = np.append(0.0, np.cumsum(asked * centred**2)).tolist()
    best = [0.0] + [np.inf] * len(asked)
    begin = [0] * (len(asked) + 1)
    for end in range(1, len(asked) + 1):
        latest = -1
        for start in range(end - 1, -1, -1):
            inside = weight[end] - weight[start]
            if inside < least:
                continue
            latest = start if latest < 0 else latest
            moment = first[end] - first[start]
            spread = second[end] - second[start] - moment * moment / inside
            # The margin settles ties alike on every machine.
            if best[start] + spread < best[end] - _TIE:
                best[end], begin[end] = best[start] + spread, start
            # A cell that two cells could replace is never the best.
            if weight[latest] - weight[start] >= least:
                break
    cells, end = [], len(asked)
    while end > 0:
        end = begin[end]
        cells.append(end)
    return cells[::-1]
