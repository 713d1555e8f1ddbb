"""
Whether draws may be used at all.
"""

from __future__ import annotations

import xarray as xr

from devnorms._base.errors import NotConverged


def check_converged(curves: xr.Dataset, allow_unconverged: bool) -> bool:
    """
    Refuse draws that failed the sampler's checks, unless they are wanted all the same.

    Parameters
    ----------
    curves : xarray.Dataset
        Valid curves.
    allow_unconverged : bool
        Whether to go on all the same.

    Returns
    -------
    bool
        Whether the checks were met.

    Raises
    ------
    NotConverged
        If they were not, and that was not allowed.
    """
    # Saved attributes come back as text or as numbers.
    met = str(curves.attrs["converged"]).lower() in {"yes", "true", "1"}
    if not met and not allow_unconverged:
        raise NotConverged(
            "These curves did not meet the sampler's checks (R-hat, effective sample "
            f"size, divergences): {curves.attrs['diagnostics']}. Fit again with more "
            "draws, or pass allow_unconverged=True; then never publish what comes out."
        )
    return met
