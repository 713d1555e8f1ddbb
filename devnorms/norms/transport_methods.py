"""
Which ways to foretell a population are tried, and which one is used if nobody chooses.
"""

from __future__ import annotations

import pandas as pd

from devnorms.norms.transport_near import Method, Surroundings

DEFAULT = Method("uneven milestones, far-off populations", unevenness=0.6, tails=3.0)
"""
Exchangeable populations; the best of those that need nothing but counts.

Left out one at a time (`benchmarks/transport.py`), it beats all that is measured of a
country: covariates and distances.
"""

_COVARIATES = ("hdi", "log_gdp", "gini", "sampling")
_REACHES = {"geographic": 3000.0, "linguistic": 0.3, "cultural": 0.1}


def candidates(surroundings: Surroundings | None = None) -> list[Method]:
    """
    List the methods worth trying, given what is known of populations.

    Parameters
    ----------
    surroundings : Surroundings, optional
        Covariates (``hdi, log_gdp, gini, sampling`` are used) and distances
        (``geographic, linguistic, cultural``).

    Examples
    --------
    >>> [method.name for method in candidates()]
    ['uneven milestones', 'uneven milestones, far-off populations']
    """
    around = surroundings or Surroundings()
    found = [Method("uneven milestones", unevenness=0.6), DEFAULT]
    known = pd.DataFrame() if around.covariates is None else around.covariates
    found += [
        Method(f"and {name}", 0.6, 3.0, covariates=(name,))
        for name in _COVARIATES
        if name in known.columns
    ]
    found += [
        Method(f"and {name} distance", 0.6, 3.0, name, reach)
        for name, reach in _REACHES.items()
        if name in around.distances
    ]
    return found
