"""
Differential item functioning with many groups and no anchors, by numerical integration.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from devnorms._base.checks import check_at_least
from devnorms._base.errors import EmptySelectionError
from devnorms._base.provenance import Record
from devnorms.models.dif_evidence import Evidence
from devnorms.models.dif_hyper import Hyper, hyper_of
from devnorms.models.dif_leaves import GRID, STEP, UNIT, Leaves, leaves_of
from devnorms.models.dif_priors import Family, family_of, share_of_slab
from devnorms.schema.dif import check_matched

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_PER_HYPER = 20


def fit_dif(
    matched: pd.DataFrame,
    *,
    prior: str = "mixture",
    clustered: bool = True,
    draws: int = 1000,
    seed: int = 20261124,
) -> xr.Dataset:
    """
    Draw from the posterior of DIF: how much easier each item is in each group.

    Parameters
    ----------
    matched : pandas.DataFrame
        See `devnorms.schema.dif.check_matched`.
    prior : str
        ``"normal", "student", "mixture"`` or ``"horseshoe"``, see
        `devnorms.models.dif_priors`.
    clustered : bool
        Whether answers of one child at several visits count as less than independent.
    draws : int
        Independent draws.
    seed : int
        Seed.

    Returns
    -------
    xarray.Dataset
        By ``draw`` and ``leaf`` (item in group): ``easier`` (logits of the scale;
        the group's common shift taken out), ``log_slope``; by ``draw`` and ``item``:
        ``place``; by ``item``: ``centre, reference_log_slope, inflation``; and the
        hyper-parameters. ``attrs``: ``unit`` (match units to logits), ``growth``,
        ``prior, log_evidence, pareto_k, record``.

    Raises
    ------
    InvalidTableError
        If the matched answers are not valid.
    EmptySelectionError
        If there is one group only.
    NotConverged
        If the hyper-parameters could not be drawn.
    """
    return fit_difs(
        matched, priors=(prior,), clustered=clustered, draws=draws, seed=seed
    )[prior]


def fit_difs(
    matched: pd.DataFrame,
    *,
    priors: Sequence[str],
    clustered: bool = True,
    draws: int = 1000,
    seed: int = 20261124,
) -> dict[str, xr.Dataset]:
    """
    Draw from the posterior of DIF under several priors; the likelihood is shared.

    Parameters
    ----------
    matched, clustered, draws, seed
        As for `fit_dif`.
    priors : sequence of str
        As for `fit_dif`.

    Returns
    -------
    dict of str to xarray.Dataset
        By prior.
    """
    check_at_least("draws", draws, _PER_HYPER)
    families = [family_of(prior) for prior in priors]
    valid = check_matched(matched)
    if valid["group"].nunique() < 2:
        raise EmptySelectionError(
            f"DIF compares groups, and all answers are of {valid['group'].iloc[0]!r}."
        )
    unit = UNIT[matched.attrs["match"]]
    leaves = leaves_of(in_logits(valid, unit), clustered=clustered)
    before = matched.attrs.get("record")
    record = Record.from_json(before) if before else Record()
    fits = {}
    for family in families:
        rng = np.random.default_rng(seed)
        evidence = Evidence(leaves, family)
        hyper = hyper_of(evidence, draws // _PER_HYPER, rng)
        found = _dataset(leaves, family, hyper, draw_leaves(evidence, hyper.draws, rng))
        choices = {"prior": family.name, "clustered": clustered, "draws": draws}
        made = Record.now(record.sources, {**record.settings, "dif": choices}, seed)
        found.attrs = {
            "unit": unit,
            "growth": matched.attrs.get("growth", ""),
            "prior": family.name,
            "hyper": json.dumps(list(evidence.names)),
            "log_evidence": hyper.log_evidence,
            "pareto_k": hyper.pareto_k,
            "record": made.to_json(),
        }
        fits[family.name] = found
    return fits


def in_logits(matched: pd.DataFrame, unit: float) -> pd.DataFrame:
    """
    Bring what children are matched on to logits of a typical item.

    Parameters
    ----------
    matched : pandas.DataFrame
        Matched answers.
    unit : float
        From `devnorms.models.dif_leaves.UNIT`.
    """
    if unit == 1:
        return matched
    match, sd = (matched[name] * unit for name in ("match", "match_sd"))
    return matched.assign(match=match, match_sd=sd)


def draw_leaves(
    evidence: Evidence, hyper: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    """
    Draw shifts and slopes of all leaves, twenty for each draw of hyper-parameters.

    Parameters
    ----------
    evidence : Evidence
        Likelihood and prior.
    hyper : numpy.ndarray
        Draws of hyper-parameters.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    shift, log_slope, place, wide : numpy.ndarray
        Draws x leaves (the group's own shift still in), draws x leaves, draws x
        items, and the probability of the wide part of a mixture, draws x leaves.
    """
    parts = [_draw(evidence, z, rng) for z in hyper]
    shift, slope, place, wide = (np.concatenate(p) for p in zip(*parts, strict=True))
    return shift, slope, place, wide


def _draw(
    evidence: Evidence, z: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    """Draw for one set of hyper-parameters."""
    leaves, family = evidence.leaves, evidence.family
    slopes = evidence.slopes(z)
    parts = evidence.of_leaves(z, slopes)
    table = evidence.of_items(z)
    items, n = len(leaves.items), _PER_HYPER
    cell = _pick(
        np.exp(table - table.max(axis=(1, 2), keepdims=True)).reshape(items, -1), n, rng
    )
    place, level = np.divmod(cell, slopes.shape[1])  # items x n
    sd2 = np.exp(2 * z[len(family.hyper)])
    first = len(family.hyper) + 1
    shift, log_slope, wide = (np.empty((n, len(leaves.item))) for _ in range(3))
    for g in range(len(leaves.groups)):
        kernel = evidence.kernel(z, g)
        for leaf in np.flatnonzero(leaves.group == g):
            j = leaves.item[leaf]
            weight = kernel[place[j]] * parts[leaf][:, level[j]].T  # n x grid
            at = _pick_rows(weight, rng)
            precision = 1 / leaves.width[leaf, at] ** 2 + 1 / sd2
            mean = leaves.place[leaf, at] / leaves.width[leaf, at] ** 2
            mean = (mean + slopes[j, level[j]] / sd2) / precision
            log_slope[:, leaf] = mean + rng.standard_normal(n) / np.sqrt(precision)
            shift[:, leaf] = GRID[at]
            own = GRID[at] - GRID[place[j]] - (z[first + g - 1] if g else 0.0)
            wide[:, leaf] = share_of_slab(family, z, own)
    # inside its cell a draw is uniform, so that draws are not on a lattice
    shift += rng.uniform(-STEP / 2, STEP / 2, shift.shape)
    return shift, log_slope, GRID[place].T, wide


def _pick(weight: Floats, number: int, rng: np.random.Generator) -> Ints:
    """Draw columns of each row by weight: rows x number."""
    total = np.cumsum(weight, axis=1)
    at = rng.uniform(size=(len(weight), number)) * total[:, -1:]
    found = [np.searchsorted(t, u) for t, u in zip(total, at, strict=True)]
    return np.asarray(np.minimum(found, weight.shape[1] - 1), dtype=np.int64)


def _pick_rows(weight: Floats, rng: np.random.Generator) -> Ints:
    """Draw one column of each row by weight."""
    total = np.cumsum(weight, axis=1)
    at = rng.uniform(size=(len(weight), 1)) * total[:, -1:]
    last = weight.shape[1] - 1
    return np.asarray(np.minimum((total < at).sum(axis=1), last), dtype=np.int64)


def _dataset(
    leaves: Leaves,
    family: Family,
    hyper: Hyper,
    drawn: tuple[Floats, Floats, Floats, Floats],
) -> xr.Dataset:
    """Name what was drawn."""
    shift, log_slope, place, wide = drawn
    first = len(family.hyper) + 1
    of_group = np.zeros((len(hyper.draws), len(leaves.groups)))
    of_group[:, 1:] = hyper.draws[:, first:]
    of_group = np.repeat(of_group, _PER_HYPER, axis=0)
    both = ("draw", "leaf")
    return xr.Dataset(
        {
            "easier": (both, shift - of_group[:, leaves.group]),
            "log_slope": (both, log_slope),
            "wide": (both, wide),
            "place": (("draw", "item"), place),
            "group_shift": (("draw", "group"), of_group),
            "hyper": (
                ("draw", "parameter"),
                np.repeat(hyper.draws, _PER_HYPER, axis=0),
            ),
            "centre": ("item", leaves.centre),
            "reference_log_slope": ("item", leaves.log_slope),
            "inflation": ("item", leaves.inflation),
            "asked": ("leaf", leaves.asked),
            "passed": ("leaf", leaves.passed),
            "low": ("leaf", leaves.low),
            "high": ("leaf", leaves.high),
        },
        coords={
            "item": list(leaves.items),
            "group": list(leaves.groups),
            "leaf_item": ("leaf", np.array(leaves.items)[leaves.item]),
            "leaf_group": ("leaf", np.array(leaves.groups)[leaves.group]),
        },
    )
