"""
Ages of attainment without any curve: Turnbull's estimator for interval-censored data.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms.schema.attainment import RECALLED, check_attainment

Floats = NDArray[np.float64]

_TOLERANCE = 1e-9
_ROUNDS = 20_000


def turnbull(patterns: pd.DataFrame) -> pd.DataFrame:
    """
    Estimate the share that has reached each item by age, without assuming a curve.

    The nonparametric maximum-likelihood estimate puts its mass on intervals between
    ages at which children were seen; within them nothing is known. Where children were
    seen at two ages only, the estimate says what share had passed by each, and no more.
    With right-censored exact ages it is the Kaplan-Meier estimate.

    Parameters
    ----------
    patterns : pandas.DataFrame
        See `devnorms.schema.attainment.check_attainment`. Ages noted in whole months
        are taken as from the beginning of the month to its end; remembered ages as
        they were said.

    Returns
    -------
    pandas.DataFrame
        One row per population, item and interval that holds mass: ``population, item,
        milestone, after_months`` (0 if from birth), ``by_months`` (inf if not reached
        when last seen), ``mass, share`` (reached by ``by_months``), ``children``.

    Raises
    ------
    InvalidTableError
        If the patterns are not valid.

    References
    ----------
    Turnbull BW. The empirical distribution function with arbitrarily grouped, censored
    and truncated data. J R Stat Soc B 1976;38:290-295.
    doi:10.1111/j.2517-6161.1976.tb01597.x

    Examples
    --------
    >>> import pandas as pd
    >>> patterns = pd.DataFrame(
    ...     {
    ...         "population": "A",
    ...         "item": "walks",
    ...         "milestone": None,
    ...         "kind": "seen",
    ...         "after_months": [None, 9.0, 12.0],
    ...         "by_months": [9.0, 12.0, None],
    ...         "width_months": 0.0,
    ...         "heap_after_months": None,
    ...         "heap_by_months": None,
    ...         "children": [20, 60, 20],
    ...     }
    ... )
    >>> turnbull(patterns)[["after_months", "by_months", "share"]]
       after_months  by_months  share
    0           0.0        9.0    0.2
    1           9.0       12.0    0.8
    2          12.0        inf    1.0
    """
    valid = check_attainment(patterns)
    seen = valid["kind"] != RECALLED
    width = valid["width_months"].where(seen, 0.0)
    table = valid.assign(
        after=valid["after_months"].fillna(0.0),
        by=(valid["by_months"] + width).fillna(np.inf),
    )
    parts = []
    for (population, item), leaf in table.groupby(
        ["population", "item"], observed=True, sort=True
    ):
        cells = self_consistent(
            leaf["after"].to_numpy(float),
            leaf["by"].to_numpy(float),
            leaf["children"].to_numpy(float),
        )
        parts.append(
            cells.assign(
                population=str(population),
                item=str(item),
                milestone=leaf["milestone"].iloc[0],
                children=int(leaf["children"].sum()),
            )
        )
    columns = ["population", "item", "milestone", *cells.columns, "children"]
    return pd.concat(parts, ignore_index=True)[columns]


def self_consistent(after: Floats, by: Floats, weight: Floats) -> pd.DataFrame:
    """
    Find the self-consistent distribution of ages in intervals (after, by].

    Parameters
    ----------
    after, by : array of shape (rows,)
        Ends of the intervals; ``by`` may be infinite. Equal ends are an exact age.
    weight : array of shape (rows,)
        Children per row.

    Returns
    -------
    pandas.DataFrame
        ``after_months, by_months, mass, share``; intervals with mass only.
    """
    left, right = innermost(after, by)
    exact_row, exact_cell = after == by, left == right
    inside = (after[:, None] <= left) & (right <= by[:, None])
    # An interval (after, by] is open on the left: an exact age there is outside it.
    edge = exact_cell[None, :] & (left[None, :] == after[:, None])
    inside &= ~(edge & ~exact_row[:, None])
    mass = np.full(len(left), 1 / len(left))
    for _ in range(_ROUNDS):
        holds = inside @ mass
        expected = mass * (inside.T @ (weight / holds)) / weight.sum()
        change = np.abs(expected - mass).max()
        mass = expected
        if change < _TOLERANCE:
            break
    kept = mass > 1e-7
    mass = mass[kept] / mass[kept].sum()
    return pd.DataFrame(
        {
            "after_months": left[kept],
            "by_months": right[kept],
            "mass": mass,
            "share": np.minimum(np.cumsum(mass), 1.0),
        }
    )


def innermost(after: Floats, by: Floats) -> tuple[Floats, Floats]:
    """
    Find the intervals that can hold mass: a left end directly followed by a right end.

    Parameters
    ----------
    after, by : array of shape (rows,)
        Ends of the intervals (after, by].

    Returns
    -------
    array, array
        Left and right ends, in order.
    """
    exact = after == by
    # At one age: right ends of exact ages and of intervals come before left ends of
    # intervals (open there), but after the left ends of exact ages (closed).
    ends = np.r_[after, by]
    is_right = np.r_[np.zeros(len(after)), np.ones(len(by))]
    rank = np.r_[np.where(exact, 0, 2), np.ones(len(by))]
    order = np.lexsort((rank, ends))
    ends, is_right = ends[order], is_right[order]
    at = np.flatnonzero((is_right[:-1] == 0) & (is_right[1:] == 1))
    pairs = np.unique(np.stack([ends[at], ends[at + 1]], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]
