"""
What the sources know of the populations and items of curves.
"""

from __future__ import annotations

import pandas as pd
import xarray as xr

from devnorms._base.provenance import Record
from devnorms.norms.known import Known
from devnorms.schema.curves import check_curves
from devnorms.sources import populations as cards
from devnorms.sources.childdevdata.long import item_modes
from devnorms.sources.codebook import links

CHILDDEVDATA = "childdevdata"


def known(curves: xr.Dataset) -> Known:
    """
    Look up who was sampled, how sure the links are, and how items are asked.

    Only what the project's own sources say of these curves: the study cards of
    childdevdata if the curves rest on it and on nobody else, the project's links, and
    the modes that childdevdata's item codes name. For other data make a
    `devnorms.Known` of your own tables.

    Parameters
    ----------
    curves : xarray.Dataset
        As `devnorms.fit` gives them.

    Returns
    -------
    Known
        For `devnorms.compare`, `devnorms.gate` and `devnorms.ledger`.

    Raises
    ------
    InvalidTableError
        If the curves are not valid.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth, simulate_curves
    >>> rng = np.random.default_rng(1)
    >>> curves = simulate_curves(draw_truth(rng=rng), rng=rng)
    >>> known(curves).populations is None
    True
    """
    check_curves(curves)
    judged = links()
    items = pd.Series(sorted(set(curves["leaf_item"].values.astype(str))), dtype="str")
    sources = {s.id for s in Record.from_json(curves.attrs["record"]).sources}
    if CHILDDEVDATA not in sources:
        return Known(links=judged if items.isin(judged["item"]).any() else None)
    modes = pd.DataFrame({"item": items, "mode": item_modes(items)})
    table = cards(CHILDDEVDATA)
    described = set(curves["population"].values.astype(str)) <= set(table["population"])
    return Known(table if described else None, judged, modes)
