"""
The gate: compare, compare with caution, do not compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pandas as pd
import xarray as xr

from devnorms._base.checks import check_shares
from devnorms.norms.gate_rows import gate_rows
from devnorms.norms.known import Known
from devnorms.norms.pairs import pair_of
from devnorms.norms.setting import pairs_with, setting_of
from devnorms.schema.differences import check_gate


def gate(
    curves: xr.Dataset,
    reference: str | None = None,
    *,
    shares: Sequence[float] = (0.5, 0.9),
    level: float = 0.9,
    known: Known | None = None,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """
    Say which populations may be compared, and why (not).

    A comparison is refused where nothing joins the two; where the number would follow
    from which items were chosen; where an age lies outside the ages asked, or the ages
    asked do not overlap; where it is in doubt that linked items ask the same; where
    the data leave more than 0.8 of the prior's spread in the difference on the same
    items, because instrument and wording could make it up. It needs caution where
    different items are joined by a claim, ages hardly overlap, samples were chosen
    differently or nobody described them, or no floor is known.

    Parameters
    ----------
    curves : xarray.Dataset
        As `devnorms.fit` gives them.
    reference : str, optional
        A population, or ``"(pooled)"``; without it every pair of populations.
    shares : sequence of float
        Shares passing.
    level : float
        Probability in the interval of the linking error.
    known : Known, optional
        Who was sampled, and how sure links are.
    allow_unconverged : bool
        Whether to go on with draws that failed the sampler's checks.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.schema.differences.check_gate`; the row ``(all)`` of a pair
        speaks of the mean over its milestones that are not refused.

    Raises
    ------
    UnknownNameError
        If the reference is no population of the curves.
    EmptySelectionError
        If there is one population only.
    NotConverged
        If the sampler's checks were not met.
    BadValueError
        If a share or the level is not one.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth, simulate_curves
    >>> rng = np.random.default_rng(1)
    >>> curves = simulate_curves(draw_truth(rng=rng), rng=rng)
    >>> table = gate(curves, "COL-SIM-A", shares=[0.5]).set_index("population")
    >>> table.loc["NLD-SIM", "link"].unique().tolist()
    ['linked items']
    """
    wanted = check_shares("shares", shares)
    setting = setting_of(curves, known, level, allow_unconverged=allow_unconverged)
    names = setting.effects.populations
    pairs = (
        list(combinations(names, 2))
        if reference is None
        else pairs_with(setting, reference)
    )
    rows: list[dict[str, Any]] = []
    for population, other in pairs:
        pair = pair_of(setting.effects, population, other)
        for share in wanted:
            rows += gate_rows(setting, pair, share, pair.months(share))
    return check_gate(pd.DataFrame(rows))
