"""
Are the draws to be trusted? R-hat, effective sample sizes, divergences.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
import xarray as xr

from devnorms._base.errors import NotConverged
from devnorms.models.convergence import convergence
from devnorms.models.spec import Sampling

_SHOWN = 8


@dataclass(frozen=True)
class Diagnostics:
    """
    The sampler's checks over every parameter.

    Attributes
    ----------
    parameters : int
        How many parameters were checked.
    max_rhat : float
        Largest rank-normalised split R-hat.
    min_ess_bulk, min_ess_tail : float
        Smallest effective sample sizes.
    divergences : int
        Divergent transitions after warm-up.
    chains, draws, tune : int
        Chains, kept draws per chain, warm-up draws per chain.
    mean_steps : float
        Leapfrog steps a draw.
    sampling_seconds, compile_seconds : float
        Wall time.
    """

    parameters: int
    max_rhat: float
    min_ess_bulk: float
    min_ess_tail: float
    divergences: int
    chains: int
    draws: int
    tune: int
    mean_steps: float
    sampling_seconds: float
    compile_seconds: float

    def to_json(self) -> str:
        """Give the diagnostics as JSON."""
        return json.dumps(asdict(self), sort_keys=True)


def parameter_table(draws: xr.Dataset) -> pd.DataFrame:
    """
    R-hat and effective sample sizes of every parameter.

    Parameters
    ----------
    draws : xarray.Dataset
        Variables with dims ``chain, draw, ...``.

    Returns
    -------
    pandas.DataFrame
        ``parameter, rhat, ess_bulk, ess_tail``, the worst first. Entries that are NaN
        throughout (not asked there) are left out.

    References
    ----------
    Vehtari A, Gelman A, Simpson D, Carpenter B, Buerkner P-C. Rank-normalization,
    folding, and localization: an improved R-hat. Bayesian Analysis 2021;16:667-718.
    doi:10.1214/20-BA1221
    """
    parts = []
    for name in draws.data_vars:
        array = draws[name].transpose("chain", "draw", ...)
        values = array.values.reshape(*array.shape[:2], -1)
        checked = convergence(np.moveaxis(values, -1, 0))
        labels = _labels(array.isel(chain=0, draw=0, drop=True))
        parts.append(pd.DataFrame({"parameter": labels, **checked}))
    table = pd.concat(parts, ignore_index=True).dropna(subset=["rhat"])
    return table.sort_values("rhat", ascending=False, ignore_index=True)


def _labels(array: xr.DataArray) -> list[str]:
    """Name every entry of a variable by its coordinates."""
    if not array.dims:
        return [str(array.name)]
    stacked = array.stack(entry=array.dims)
    entries = stacked.indexes["entry"]
    return [
        f"{array.name}[{', '.join(map(str, e)) if isinstance(e, tuple) else e}]"
        for e in entries
    ]


def refuse_unconverged(
    table: pd.DataFrame, diagnostics: Diagnostics, sampling: Sampling
) -> None:
    """
    Raise when any parameter or transition fails its check.

    Parameters
    ----------
    table : pandas.DataFrame
        See `parameter_table`.
    diagnostics : Diagnostics
        Their summary.
    sampling : Sampling
        With the limits.

    Raises
    ------
    NotConverged
        Naming the worst parameters and what to do.
    """
    bad = table[
        (table["rhat"] >= sampling.max_rhat)
        | (table["ess_bulk"] <= sampling.min_ess)
        | (table["ess_tail"] <= sampling.min_ess)
    ]
    if bad.empty and diagnostics.divergences == 0:
        return
    worst = bad.assign(ess=bad[["ess_bulk", "ess_tail"]].min(axis=1)).head(_SHOWN)
    lines = [
        f"  - {row.parameter}: R-hat {row.rhat:.3f}, smallest ESS {row.ess:.0f}"
        for row in worst.itertuples()
    ]
    error = NotConverged(
        f"The draws are not to be trusted: {len(bad)} of {len(table)} parameters miss "
        f"R-hat < {sampling.max_rhat:g} or ESS > {sampling.min_ess:g}, and there were "
        f"{diagnostics.divergences} divergent transitions.\n"
        + "\n".join([*lines, ""])
        + "Sample longer (more draws, more tune), raise target_accept when there are "
        "divergences, or look at the items named: an item that all pass, or a "
        "population with very few children, may carry too little information."
    )
    error.diagnostics = table
    raise error
