"""
A preview in seconds: the Laplace approximation at reference scales.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from devnorms._base.provenance import Record
from devnorms.models.assemble import curves_from_draws
from devnorms.models.design import Design, design, select_counts
from devnorms.models.groups import group_means, zero_sum_basis
from devnorms.models.precondition import Coordinates, coordinates
from devnorms.models.spec import SCALES, Spec
from devnorms.schema.curves import check_curves

Floats = NDArray[np.float64]


def preview(
    counts: pd.DataFrame,
    *,
    spec: Spec | None = None,
    draws: int = 400,
    seed: int = 20261124,
) -> xr.Dataset:
    """
    Look at curves before the real fit; never use them for final numbers.

    A normal approximation around the joint mode, with all scales fixed at the medians
    of their priors. Against a full fit of childdevdata, ages at which half pass were
    off by 0.03 months (median) and 0.24 months (95th percentile) where the data reach,
    and much more where they do not.

    Parameters
    ----------
    counts : pandas.DataFrame
        Counts.
    spec : Spec, optional
        Priors and selection.
    draws : int
        Independent draws from the approximation.
    seed : int
        Seed.

    Returns
    -------
    xarray.Dataset
        Curves whose ``attrs["converged"]`` is ``"no"`` and ``attrs["method"]`` is
        ``"preview"``: `devnorms.pass_ages` refuses them unless told otherwise.
    """
    spec = spec or Spec()
    kept = select_counts(counts, spec.min_populations)
    leaves = design(kept, spec.nodes)
    at = coordinates(leaves, spec.priors)
    rng = np.random.default_rng(seed)
    drawn = _draws(leaves, spec, at, rng.standard_normal((draws, _size(at))))
    curves = curves_from_draws(leaves, drawn, rng)
    before = counts.attrs.get("record")
    record = Record.from_json(before) if before else Record()
    settings = {**record.settings, "spec": spec.to_dict(), "method": "preview"}
    curves.attrs = {
        "record": Record.now(record.sources, settings, seed).to_json(),
        "diagnostics": json.dumps({"method": "preview, not sampled"}),
        "converged": "no",
        "method": "preview",
    }
    return check_curves(curves)


def _size(at: Coordinates) -> int:
    """Count the standardised coordinates."""
    return len(at.group_centre) + len(at.leaf_centre)


def _draws(leaves: Design, spec: Spec, at: Coordinates, z: Floats) -> xr.Dataset:
    """Turn standard normal vectors into draws with the names that the sampler uses."""
    from devnorms.models._kernels import block_product

    group_z, leaf_z = np.split(z, [len(at.group_centre)], axis=1)
    group = at.group_centre + group_z @ at.group_factor.T
    values = at.leaf_centre + np.array(
        [block_product(row, at.blocks, at.starts) for row in leaf_z]
    )
    values[:, at.followers] += group_z @ at.following.T
    sizes = group_means(leaves, spec.priors).sizes
    parts = np.split(group, np.cumsum(sizes)[:-1], axis=1)
    basis = zero_sum_basis(len(leaves.study.names))
    priors = spec.priors
    named = {
        "location": ("leaf", values[:, at.location_at]),
        "log_slope": ("leaf", values[:, at.log_slope_at]),
        "domain_location": ("domain", parts[0]),
        "study_shift": ("study", parts[1] @ basis.T),
        "study_domain_shift": (
            "study_domain",
            parts[2] * priors.sd_study_domain.median,
        ),
        "instrument_shift": (
            "instrument_domain",
            parts[3] * priors.sd_instrument.median,
        ),
        "domain_log_slope": ("domain", parts[4]),
        "study_log_slope": ("study", parts[5] @ basis.T),
    }
    fixed = {name: np.full(len(z), getattr(priors, name).median) for name in SCALES}
    coords = {
        "domain": list(leaves.domain.names),
        "study": list(leaves.study.names),
        "study_domain": list(leaves.study_domain.names),
        "instrument_domain": list(leaves.instrument_domain.names),
    }
    variables = {k: (("chain", "draw", dim), v[None]) for k, (dim, v) in named.items()}
    scales = {k: (("chain", "draw"), v[None]) for k, v in fixed.items()}
    return xr.Dataset(
        {**variables, **scales},
        coords={**coords, "chain": [0], "draw": np.arange(len(z))},
    )
