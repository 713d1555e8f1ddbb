"""
One population's norm with its name: curves of a fit, or a norm set saved earlier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import logit
from scipy.stats import norm as standard_normal

from devnorms._base.checks import check_known
from devnorms._base.errors import BadValueError, InvalidTableError
from devnorms._base.provenance import Record, content_hash
from devnorms.norms import asked
from devnorms.norms.judged import CurveDraws, Floats
from devnorms.norms.trust import check_converged
from devnorms.schema.curves import check_curves
from devnorms.schema.norms import POOLED, NormSet

DRAWS = 1000


@dataclass(frozen=True, eq=False)
class NamedNorm:
    """
    The curves of one population, and what they are called.

    Attributes
    ----------
    population : str
        Whose norm.
    id : str
        ``norm set 0123...`` or ``curves 0123...``: a hash of all beneath it.
    rows : pandas.DataFrame
        Per milestone: ``milestone, domain, asked, passed, support_low_months,
        support_high_months``.
    draws : CurveDraws
        A column per row.
    known : frozenset of str
        Every milestone that the norm set or the curves have, also of others.
    corrected : bool or None
        Whether its children's ages were corrected; None if nobody says.
    scales : dict of str to numpy.ndarray
        Draws of ``sd_study, sd_study_domain, sd_country_milestone, sd_leaf`` where the
        curves have them.
    common : tuple of float or None
        For a transported norm: SD of what all milestones, and those of a domain, may
        be off by together, in log age; it is not in the draws.
    """

    population: str
    id: str
    rows: pd.DataFrame
    draws: CurveDraws
    known: frozenset[str]
    corrected: bool | None
    scales: dict[str, Floats]
    common: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        """Population and id, as it is to be quoted."""
        return f"{self.population} ({self.id})"


def named_norm(
    norms: xr.Dataset | NormSet,
    population: str | None = None,
    *,
    allow_unconverged: bool = False,
) -> NamedNorm:
    """
    Take one population's norm out of curves or a norm set.

    Parameters
    ----------
    norms : xarray.Dataset or NormSet
        Curves, or a norm set with two shares or more; of a norm set the draws are made
        again from its intervals (as if location and spread were normal).
    population : str, optional
        Which; may be left out where there is one only.
    allow_unconverged : bool
        Whether to use draws that failed the sampler's checks.

    Returns
    -------
    NamedNorm

    Raises
    ------
    BadValueError
        If the norm is neither, or the population is not said.
    UnknownNameError
        If it is not there.
    NotConverged
        If the sampler's checks were not met.
    """
    if isinstance(norms, NormSet):
        people = [p for p in norms.table["population"].unique() if p != POOLED]
        return _of_norm_set(norms, _one_of(people, population))
    if not isinstance(norms, xr.Dataset):
        raise BadValueError.parameter("norms", "curves or a NormSet", type(norms))
    check_curves(norms)
    check_converged(norms, allow_unconverged)
    people = norms["population"].values.astype(str).tolist()
    return _of_curves(norms, _one_of(people, population), asked.cells(norms, None))


def every_norm(
    curves: xr.Dataset, *, allow_unconverged: bool = False
) -> list[NamedNorm]:
    """
    Take every population's norm out of curves.

    Parameters
    ----------
    curves : xarray.Dataset
        Curves.
    allow_unconverged : bool
        Whether to use draws that failed the sampler's checks.

    Returns
    -------
    list of NamedNorm
        In the order of the curves.

    Raises
    ------
    NotConverged
        If the sampler's checks were not met.
    """
    check_curves(curves)
    check_converged(curves, allow_unconverged)
    cells = asked.cells(curves, None)
    people = curves["population"].values.astype(str).tolist()
    return [_of_curves(curves, name, cells) for name in people]


def check_in_norm(norm: NamedNorm, milestones: Sequence[str]) -> None:
    """
    Refuse milestones that the norm does not know at all.

    Parameters
    ----------
    norm : NamedNorm
        The norm.
    milestones : sequence of str
        Milestones with an answer.

    Raises
    ------
    UnknownNameError
        For the first unknown one, with the nearest known ones.
    """
    check_known("milestone", milestones, norm.known)


def _one_of(people: list[str], population: str | None) -> str:
    """Name the population: the norm used is never left open."""
    if population is None and len(people) == 1:
        return people[0]
    if population is None:
        raise BadValueError.parameter(
            "population",
            f"the name of the norm's population, one of {', '.join(people)}",
            population,
        )
    return check_known("population", [population], people)[0]


def _of_curves(curves: xr.Dataset, population: str, cells: asked.Asked) -> NamedNorm:
    """Take some hundred draws of a population's curves."""
    mine = cells.rows[cells.rows["population"] == population]
    step = max(1, len(cells.location) // DRAWS)
    at = mine.index.to_numpy()
    record = Record.from_json(curves.attrs["record"])
    scales = {
        name: curves[name].values.reshape(-1)[::step]
        for name in ("sd_study", "sd_study_domain", "sd_country_milestone", "sd_leaf")
        if name in curves and curves[name].dims == ("chain", "draw")
    }
    return NamedNorm(
        population,
        f"curves {content_hash(record.to_dict())[:16]}",
        mine.reset_index(drop=True),
        CurveDraws(cells.location[::step][:, at], cells.log_slope[::step][:, at]),
        frozenset(curves["milestone"].values.astype(str).tolist()),
        record.settings.get("count", {}).get("corrected_age"),
        scales,
    )


def _of_norm_set(norms: NormSet, population: str) -> NamedNorm:
    """Draws that agree with the ages and intervals of a norm set."""
    table = norms.table[norms.table["population"] == population]
    if table["share"].nunique() < 2:
        raise InvalidTableError(
            f"Norm set {norms.id} gives {population}'s ages at one share only. To "
            "place a child, ages at two shares or more are needed (0.5 and 0.9)."
        )
    columns = []
    # The same normal numbers for all, so that the norm set alone decides.
    rng = np.random.default_rng(int(norms.id, 16))
    for _, one in table.groupby("milestone", sort=False):
        columns.append(_draws_of(one, rng))
    rows = table.drop_duplicates("milestone").reset_index(drop=True)
    draws = CurveDraws(*(np.column_stack(part) for part in zip(*columns, strict=True)))
    together = norms.record.settings.get("transport", {}).get("common_sd")
    common = (together["all"], together["domain"]) if together else None
    return NamedNorm(
        population,
        f"norm set {norms.id}",
        rows,
        draws if common is None else _apart(draws, common),
        frozenset(norms.table["milestone"]),
        norms.record.settings.get("count", {}).get("corrected_age"),
        {},
        common,
    )


def _apart(draws: CurveDraws, common: tuple[float, float]) -> CurveDraws:
    """Take out of each milestone's spread what it shares with others."""
    middle = np.median(draws.location, axis=0)
    own = np.var(draws.location, axis=0)
    left = np.sqrt(np.maximum(own - common[0] ** 2 - common[1] ** 2, 0.05 * own) / own)
    return CurveDraws(middle + (draws.location - middle) * left, draws.log_slope)


def _draws_of(one: pd.DataFrame, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw location and log slope so that medians and widths at the shares are met."""
    at = logit(one["share"].to_numpy(dtype=float))
    ages = [
        one[f"age_months{end}"].to_numpy(dtype=float) for end in ("", "_low", "_high")
    ]
    middle, low, high = (np.log1p(np.maximum(a, -0.99)) for a in ages)
    width = 2 * standard_normal.ppf(0.5 + float(one["level"].iloc[0]) / 2)
    variance = ((high - low) / width) ** 2
    line = np.column_stack([np.ones_like(at), at])
    location, spread = np.linalg.lstsq(line, middle, rcond=None)[0]
    parts = np.column_stack([np.ones_like(at), at**2, 2 * at])
    # Two shares cannot tell how location and spread hang together.
    known = parts if len(at) > 2 else parts[:, :2]
    solved = np.zeros(3)
    solved[: known.shape[1]] = np.linalg.lstsq(known, variance, rcond=None)[0]
    sd = np.sqrt(np.maximum(solved[:2], 0.0))
    most = 0.99 * sd[0] * sd[1]
    both = float(np.clip(solved[2], -most, most))
    factor = np.array([[sd[0], 0.0], [0.0, sd[1]]])
    if sd[0] > 0:
        rest = max(sd[1] ** 2 - (both / sd[0]) ** 2, 0.0)
        factor = np.array([[sd[0], 0.0], [both / sd[0], np.sqrt(rest)]])
    drawn = np.array([location, spread]) + rng.standard_normal((DRAWS, 2)) @ factor.T
    return drawn[:, 0], -np.log(np.maximum(drawn[:, 1], 0.1 * max(spread, 1e-3)))
