"""
Raw answers, ages as they were seen, and published figures in one likelihood.
"""

from __future__ import annotations

import json

import pandas as pd
import xarray as xr

from devnorms._base.provenance import Record, table_hash
from devnorms.models.attainment_build import Evidence
from devnorms.models.attainment_fit import sampled
from devnorms.models.attainment_spec import ATTAINMENT_SAMPLING, AttainmentSpec
from devnorms.models.attainment_terms import terms
from devnorms.models.fitting import Progress
from devnorms.models.joint_arrays import make_figures
from devnorms.models.joint_covariance import Published
from devnorms.models.joint_errors import published_errors
from devnorms.models.joint_leaves import (
    codes_of,
    leaves_of,
    leaves_of_counts,
    leaves_of_figures,
    leaves_of_patterns,
    nodes_of,
)
from devnorms.models.joint_start import leaf_modes_of
from devnorms.models.spec import Sampling
from devnorms.schema.attainment import check_attainment


def joint(
    *,
    counts: pd.DataFrame | None = None,
    attained: pd.DataFrame | None = None,
    figures: pd.DataFrame | None = None,
    reading: Published | None = None,
    spec: AttainmentSpec | None = None,
    sampling: Sampling | None = None,
    progress: Progress = False,
) -> xr.Dataset:
    """
    Fit raw answers, patterns of attainment and published figures together.

    Every published sample has curves of its own, which resemble those of other
    populations at the same milestone; every source has a bias, shared by all its
    figures: how far it stands from what its children would have shown had they been
    seen and counted as here. A bias is known only as far as other populations tell;
    see `devnorms.source_bias`.

    Parameters
    ----------
    counts : pandas.DataFrame, optional
        Counts, see `devnorms.schema.counts`; items without a milestone are left out.
    attained : pandas.DataFrame, optional
        Patterns of attainment, see `devnorms.attainment`.
    figures : pandas.DataFrame, optional
        Published figures, as their loader gives them.
    reading : Published, optional
        How the published sources are to be read.
    spec : AttainmentSpec, optional
        Family and priors.
    sampling : Sampling, optional
        Chains, draws, seed, and what the draws must meet.
    progress : bool or callable
        As for `devnorms.fit`.

    Returns
    -------
    xarray.Dataset
        As `devnorms.fit_attainment`; with ``bias`` (source) where there are figures,
        ``leaf_evidence`` (raw, published) and ``leaf_sources``.
        ``attrs["left_out"]`` (JSON) counts the published rows that are not used, by
        reason.

    Raises
    ------
    NotConverged
        If the draws failed their checks.
    EmptySelectionError
        If nothing is given, or nothing of it can be used.
    BadValueError
        If an item of a population comes both in counts and in patterns: its children
        would count twice.
    """
    spec = spec or AttainmentSpec()
    how = reading or Published()
    parts = [
        leaves_of_counts(counts),
        leaves_of_patterns(attained),
        leaves_of_figures(figures, how),
    ]
    leaves = leaves_of([part for part in parts if part is not None])
    valid = None if attained is None else check_attainment(attained)
    patterns = None if valid is None else terms(valid, codes_of(leaves, valid, "item"))
    nodes = None if counts is None else nodes_of(counts, leaves)
    errors = None if figures is None else published_errors(figures, how)
    published = None if errors is None else make_figures(errors, leaves, how, spec)
    mode, factor = leaf_modes_of((patterns, nodes, published), leaves, spec)
    evidence = Evidence(leaves, patterns, nodes, published, mode, factor)
    settled = (sampling or ATTAINMENT_SAMPLING).settled(len(leaves))
    given = {"counts": counts, "attained": attained, "figures": figures}
    record = _record(given, spec)
    fitted = sampled(evidence, spec, settled, progress=progress, record=record)
    if errors is None or published is None:
        return fitted
    fitted.attrs["left_out"] = json.dumps(errors.attrs["left_out"])
    return fitted.assign(source_bias_factor=("source", published.bias_factor))


def _record(given: dict[str, pd.DataFrame | None], spec: AttainmentSpec) -> Record:
    """Join the records of everything that entered."""
    tables = {name: table for name, table in given.items() if table is not None}
    texts = [t.attrs["record"] for t in tables.values() if t.attrs.get("record")]
    record = (
        Record.joined([Record.from_json(text) for text in texts])
        if texts
        else Record.now()
    )
    return record.with_settings(
        joint={
            "spec": spec.to_dict(),
            "hashes": {name: table_hash(t) for name, t in tables.items()},
        }
    )
