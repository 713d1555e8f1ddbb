"""
Curves that children not yet seen are expected to have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from devnorms._base.checks import check_known
from devnorms._base.errors import UnknownNameError
from devnorms.norms import asked
from devnorms.norms.judged import CurveDraws, Floats
from devnorms.norms.trust import check_converged
from devnorms.schema.curves import check_curves

SPREAD = {
    "sd_item": 0.15,
    "sd_country_milestone": 0.10,
    "sd_leaf": 0.07,
    "sd_study": 0.10,
    "sd_study_domain": 0.05,
    "sd_instrument": 0.07,
}
"""Between populations, in log age, for curves that carry no scales of their own."""

SLOPE_SPREAD = {"sd_slope_leaf": 0.27, "sd_slope_study": 0.29}
"""The same of log slopes."""

NEW = "children of a population that nobody measured"

_DRAWS = 400


@dataclass(frozen=True, eq=False)
class Expected:
    """
    What is expected of children not yet seen.

    Attributes
    ----------
    milestones : list of str
        Columns of the draws.
    curves : CurveDraws
        Draws x milestones.
    precision : numpy.ndarray
        Of location and log slope of a population that nobody measured, milestones x 2
        x 2: what an analysis together with the others knows beforehand.
    assumed : str
        Whose curves they are, in words.
    """

    milestones: list[str]
    curves: CurveDraws
    precision: Floats
    assumed: str

    def take(self, columns: list[int]) -> Expected:
        """Give some of the milestones."""
        return Expected(
            [self.milestones[column] for column in columns],
            self.curves.take(columns),
            self.precision[columns],
            self.assumed,
        )


def expected_curves(
    curves: xr.Dataset,
    milestones: list[str],
    population: str | None,
    *,
    allow_unconverged: bool = False,
) -> Expected:
    """
    Give the curves expected of a population, or of one that nobody measured.

    Parameters
    ----------
    curves : xarray.Dataset
        Curves.
    milestones : list of str
        Which milestones.
    population : str or None
        Which population; None for one that nobody measured.
    allow_unconverged : bool
        Whether to use draws that failed the sampler's checks.

    Returns
    -------
    Expected

    Raises
    ------
    UnknownNameError
        If the population is not there, or was not asked a milestone.
    NotConverged
        If the sampler's checks were not met.
    """
    check_curves(curves)
    check_converged(curves, allow_unconverged)
    cells = asked.cells(curves, milestones)
    new = _new(curves, milestones)
    joint = np.stack([new.location, new.log_slope], axis=-1)
    centred = joint - joint.mean(axis=0)
    covariance = np.einsum("dmi,dmj->mij", centred, centred) / (len(joint) - 1)
    precision = np.linalg.inv(covariance + 1e-12 * np.eye(2))
    if population is None:
        return Expected(milestones, new, precision, NEW)
    check_known("population", [population], curves["population"].values.astype(str))
    mine = cells.rows[cells.rows["population"] == population]
    place = dict(zip(mine["milestone"], mine.index, strict=True))
    for name in milestones:
        if name not in place:
            raise UnknownNameError.among(
                f"milestone asked in {population}", name, place
            )
    own = CurveDraws(*(_some(part) for part in (cells.location, cells.log_slope)))
    return Expected(
        milestones,
        own.take([place[name] for name in milestones]),
        precision,
        f"like the children of {population}",
    )


def _new(curves: xr.Dataset, milestones: list[str]) -> CurveDraws:
    """Draw a population that nobody measured around the centre of those measured."""
    known = curves["milestone"].values.astype(str).tolist()
    at = [known.index(name) for name in check_known("milestone", milestones, known)]
    picked = curves.isel(milestone=at)
    location, log_slope = (
        _some(picked[name].values.reshape(-1, len(at)))
        for name in ("pooled_location", "pooled_log_slope")
    )
    # The same normal numbers every time: a plan made again is the same plan.
    rng = np.random.default_rng(20261124)
    shape = location.shape
    return CurveDraws(
        location + _spread(curves, SPREAD) * rng.standard_normal(shape),
        log_slope + _spread(curves, SLOPE_SPREAD) * rng.standard_normal(shape),
    )


def _spread(curves: xr.Dataset, scales: dict[str, float]) -> Floats:
    """Give the standard deviation of all effects together, one per draw."""
    total = np.zeros(1)
    for name, value in scales.items():
        there = name in curves and curves[name].dims == ("chain", "draw")
        sd = _some(curves[name].values.reshape(-1)) if there else np.array([value])
        total = total + sd**2
    found: Floats = np.sqrt(total)[:, None]
    return found


def _some(draws: Floats) -> Floats:
    """Take some hundred draws, evenly."""
    step = max(1, len(draws) // _DRAWS)
    return draws[::step][:_DRAWS]
