"""
Which norm meets which children: every pair with the milestones that both have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from devnorms._base.checks import check_known
from devnorms._base.errors import BadValueError
from devnorms.norms import asked
from devnorms.norms.judged import CurveDraws, Floats
from devnorms.norms.known import Known
from devnorms.norms.printed import PrintedNorm, printed_norm
from devnorms.norms.trust import check_converged
from devnorms.schema.curves import check_curves
from devnorms.schema.norms import NormSet

Reference = str | Sequence[str] | NormSet | PrintedNorm | None


class Pair(NamedTuple):
    """
    A norm and the children judged by it, on the milestones that both have.

    Attributes
    ----------
    reference : str
        Whose norm.
    reference_country : str or None
        Where its children lived.
    reference_sampling : str
        How they were chosen.
    log_age : numpy.ndarray
        Ages judged at: draws x milestones, or one row for printed ages.
    norm : pandas.DataFrame or None
        What is known of the norm's own curves, a row per milestone.
    children : pandas.DataFrame
        What is known of the children's curves, a row per milestone.
    curves : CurveDraws
        The children's curves.
    """

    reference: str
    reference_country: str | None
    reference_sampling: str
    log_age: Floats
    norm: pd.DataFrame | None
    children: pd.DataFrame
    curves: CurveDraws

    @property
    def country(self) -> str:
        """Where the children live."""
        return str(self.children["country"].iloc[0])


class World(NamedTuple):
    """
    Everything that pairs are made from.

    Attributes
    ----------
    curves : xarray.Dataset
        Valid curves.
    cells, leaves : Asked
        Curves per population and milestone, and per item.
    known : Known
        Who was sampled, and how sure links are.
    """

    curves: xr.Dataset
    cells: asked.Asked
    leaves: asked.Asked
    known: Known


def look(
    curves: xr.Dataset,
    milestones: Sequence[str] | None,
    known: Known | None,
    allow_unconverged: bool,
) -> World:
    """
    Check curves and descriptions, and take out what pairs are made from.

    Parameters
    ----------
    curves : xarray.Dataset
        Curves.
    milestones : sequence of str or None
        Which milestones.
    known : Known or None
        What is known besides.
    allow_unconverged : bool
        Whether to use draws that failed the sampler's checks.

    Returns
    -------
    World
    """
    check_curves(curves)
    check_converged(curves, allow_unconverged)
    return World(
        curves,
        asked.cells(curves, milestones),
        asked.leaves(curves, milestones),
        known or Known(),
    )


def pairs(world: World, reference: Reference, share: float) -> Iterator[Pair]:
    """
    Give every reference with every other population, where they share milestones.

    Parameters
    ----------
    world : World
        From `look`.
    reference : Reference
        See `imported`.
    share : float
        Share passing at the age judged at.

    Yields
    ------
    Pair
    """
    rows = world.cells.rows
    known = world.curves["population"].values.astype(str).tolist()
    if isinstance(reference, NormSet):
        reference = printed_norm(reference)
    for norm in _norms(reference, known):
        for name in known:
            children = rows[rows["population"] == name]
            if isinstance(norm, PrintedNorm):
                pair = _printed_pair(world, norm, children, share)
            elif norm != name:
                pair = _population_pair(world, norm, children, share)
            else:
                continue
            if len(pair.children):
                yield pair


def _norms(reference: Reference, known: list[str]) -> Sequence[str | PrintedNorm]:
    """Whose norms; names must be known, each counts once."""
    if reference is None:
        return known
    if isinstance(reference, str | PrintedNorm):
        names = [reference]
    elif isinstance(reference, Sequence) and len(reference):
        names = list(dict.fromkeys(reference))
    else:
        raise BadValueError.parameter(
            "reference",
            "a population, several, a NormSet of one population, or a PrintedNorm",
            reference,
        )
    check_known("reference", (n for n in names if isinstance(n, str)), known)
    return names


def _population_pair(
    world: World, norm: str, children: pd.DataFrame, share: float
) -> Pair:
    """Judge by a population of the same curves, draw by draw."""
    rows = world.cells.rows
    theirs = rows[rows["population"] == norm]
    both = [m for m in children["milestone"] if m in set(theirs["milestone"])]
    draws = _curves_of(world, theirs, both)
    country = dict(zip(rows["population"], rows["country"], strict=True))
    return Pair(
        norm,
        country.get(norm),
        world.known.sampling(norm),
        draws.log_age_at(share),
        theirs.set_index("milestone", drop=False).loc[both],
        children.set_index("milestone", drop=False).loc[both],
        _curves_of(world, children, both),
    )


def _printed_pair(
    world: World, norm: PrintedNorm, children: pd.DataFrame, share: float
) -> Pair:
    """Judge by ages as they are printed."""
    at_share = norm.ages[(norm.ages["share"] - share).abs() < 1e-6]
    ages = dict(zip(at_share["milestone"], at_share["age_months"], strict=True))
    both = [m for m in children["milestone"] if m in ages]
    return Pair(
        norm.name,
        norm.country,
        norm.sampling,
        np.log1p(np.array([[ages[m] for m in both]], dtype=float)),
        None,
        children.set_index("milestone", drop=False).loc[both],
        _curves_of(world, children, both),
    )


def _curves_of(world: World, rows: pd.DataFrame, both: list[str]) -> CurveDraws:
    """One population's curves of some milestones."""
    # Rows keep the number of their curve as index.
    place = dict(zip(rows["milestone"], rows.index, strict=True))
    draws = CurveDraws(world.cells.location, world.cells.log_slope)
    return draws.take([place[m] for m in both])
