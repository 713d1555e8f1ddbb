"""
From counts to nodes: a few weighted ages per leaf.
"""

from __future__ import annotations

import pandas as pd

from devnorms.schema.counts import check_counts
from devnorms.schema.nodes import Nodes, nodes_from_counts


def compress(counts: pd.DataFrame, *, nodes: int = 5) -> Nodes:
    """
    Compress the ages of counts by Gauss quadrature, passes and not-yets apart.

    Parameters
    ----------
    counts : pandas.DataFrame
        Counts, as `count` gives them. Bins of one day lose nothing; wider bins stand
        at the mean age of their children.
    nodes : int
        Nodes for the passes and again for the not-yets of each leaf (an item in a
        population), on the scale ``log(age_months + 1)``. Five keep all moments of
        these ages up to the ninth.

    Returns
    -------
    Nodes
        ``leaves`` (one row each), ``log_age, passed, not_yet`` of shape
        (leaves, 2 x nodes).

    Raises
    ------
    InvalidTableError
        If the counts break their schema.
    EmptySelectionError
        If there is no row.
    BadValueError
        If `nodes` is not a whole number above zero.

    References
    ----------
    Golub GH, Welsch JH. Calculation of Gauss quadrature rules. Mathematics of
    Computation 1969;23:221-230. doi:10.1090/S0025-5718-69-99647-1

    Examples
    --------
    >>> import pandas as pd
    >>> days = [300.0, 330.0, 360.0, 390.0, 420.0, 450.0, 480.0]
    >>> counts = pd.DataFrame(
    ...     {
    ...         "population": "A",
    ...         "study": "A",
    ...         "country": "NLD",
    ...         "item": "walks",
    ...         "milestone": "walks_alone",
    ...         "domain": "gross_motor",
    ...         "instrument": "own",
    ...         "sex": "unknown",
    ...         "age_days_low": days,
    ...         "age_days_high": days,
    ...         "age_days_mean": days,
    ...         "asked": 20,
    ...         "passed": [1, 3, 8, 14, 17, 19, 20],
    ...     }
    ... )
    >>> compressed = compress(counts, nodes=2)
    >>> compressed.log_age.shape
    (1, 4)
    >>> float(compressed.passed.sum().round(6)), float(compressed.not_yet.sum())
    (82.0, 58.0)
    """
    return nodes_from_counts(check_counts(counts), nodes=nodes)
