"""
Negative controls: what a comparison claims between two studies of the same country.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from devnorms._base.errors import EmptySelectionError
from devnorms.norms.compare import compare
from devnorms.norms.known import Known
from devnorms.schema.differences import ALL, CLAIMS, REFUSE

COLUMNS = (
    "country", "population", "reference", "share", "milestones", "told", "claims",
    "claim_rate", "claims_beyond_floor", "claim_beyond_floor_rate",
    "median_difference_months", "threshold_months", "level",
)  # fmt: skip


def control_claims(
    curves: xr.Dataset,
    *,
    shares: Sequence[float] = (0.5, 0.9),
    threshold_months: float = 1.0,
    level: float = 0.9,
    known: Known | None = None,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """
    Count the claims that `devnorms.compare` makes where country cannot be the cause.

    Studies of one country differ in who was sampled, when and by whom, so "samples
    differ" may well be true of them; as a claim about countries it would be false. So
    its rate is how often a reader who took it for one would be misled. "More than
    same-country studies" is judged by the floor of the other countries and is a false
    claim here. Both need the verdict not to be "do not compare".

    Parameters
    ----------
    curves : xarray.Dataset
        As `devnorms.fit` gives them.
    shares : sequence of float
        Shares passing.
    threshold_months : float
        A difference that matters.
    level : float
        Probability that a claim needs.
    known : Known, optional
        Who was sampled, and how sure links are.
    allow_unconverged : bool
        Whether to go on with draws that failed the sampler's checks.

    Returns
    -------
    pandas.DataFrame
        One row per pair of studies of one country and share: ``country, population,
        reference, share, milestones, told`` (not refused), ``claims, claim_rate`` (of
        those told), ``claims_beyond_floor, claim_beyond_floor_rate,
        median_difference_months`` (sign dropped), ``threshold_months, level``.

    Raises
    ------
    EmptySelectionError
        If no country has two studies.
    NotConverged
        If the sampler's checks were not met.
    BadValueError
        If a share, the level or the threshold is not one.
    """
    country = curves["population_country"].values.astype(str)
    names = curves["population"].values.astype(str)
    found = []
    for at, reference in enumerate(names):
        others = (country == country[at]) & (np.arange(len(names)) > at)
        if others.any():
            table = compare(
                curves,
                reference,
                shares=shares,
                threshold_months=threshold_months,
                level=level,
                known=known,
                allow_unconverged=allow_unconverged,
            )
            table = table[table["population"].isin(names[others])]
            found.append(_counted(table.assign(country=country[at])))
    if not found:
        raise EmptySelectionError(
            "No country has two studies in these curves, so there is no control."
        )
    return pd.concat(found, ignore_index=True)


def _counted(table: pd.DataFrame) -> pd.DataFrame:
    """Count the claims of each pair and share."""
    single = table[table["milestone"] != ALL]
    told = single[single["verdict"] != REFUSE]
    keys = ["country", "population", "reference", "share"]
    counts = single.groupby(keys, sort=False).agg(
        milestones=("milestone", "size"),
        threshold_months=("threshold_months", "first"),
        level=("level", "first"),
    )
    claims = told.assign(
        any_claim=told["claim"] != CLAIMS[0],
        beyond=told["claim"] == CLAIMS[2],
        size=told["difference_months"].abs(),
    )
    counts = counts.join(
        claims.groupby(keys, sort=False).agg(
            told=("milestone", "size"),
            claims=("any_claim", "sum"),
            claims_beyond_floor=("beyond", "sum"),
            median_difference_months=("size", "median"),
        )
    )
    whole = ["told", "claims", "claims_beyond_floor"]
    counts[whole] = counts[whole].fillna(0).astype("int64")
    rows = counts.assign(
        claim_rate=counts["claims"] / counts["told"],
        claim_beyond_floor_rate=counts["claims_beyond_floor"] / counts["told"],
    )
    return rows.reset_index()[list(COLUMNS)]
