"""
Patterns of attainment in, draws of the ages out; draws not to be trusted do not.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from devnorms._base.errors import EmptySelectionError
from devnorms._base.provenance import Record, table_hash
from devnorms.models.attainment_build import Evidence, build
from devnorms.models.attainment_spec import ATTAINMENT_SAMPLING, AttainmentSpec
from devnorms.models.attainment_start import leaf_modes
from devnorms.models.attainment_terms import Floats, Terms, log_probabilities, terms
from devnorms.models.diagnostics import (
    Diagnostics,
    parameter_table,
    refuse_unconverged,
)
from devnorms.models.fitting import Progress, compile_model, sample_compiled
from devnorms.models.spec import Sampling, Settled
from devnorms.schema.attainment import check_attainment

_HEAPING_START = 0.3


def fit_attainment(
    patterns: pd.DataFrame,
    *,
    spec: AttainmentSpec | None = None,
    sampling: Sampling | None = None,
    progress: Progress = False,
) -> xr.Dataset:
    """
    Fit ages of attainment to what was seen of them.

    The likelihood of a child last seen without a milestone at one age and first seen
    with it at another is the probability of reaching it between; see
    `devnorms.models.attainment_spec` for the family, `devnorms.attainment` and
    `devnorms.recalled_attainment` for the patterns.

    Parameters
    ----------
    patterns : pandas.DataFrame
        See `devnorms.schema.attainment.check_attainment`.
    spec : AttainmentSpec, optional
        Family and priors.
    sampling : Sampling, optional
        Chains, draws, seed, and what the draws must meet.
    progress : bool or callable
        As for `devnorms.fit`.

    Returns
    -------
    xarray.Dataset
        Draws, dims ``chain, draw``: ``location, log_slope`` (leaf), ``heaping``
        (recalling: populations with remembered ages), scales; coordinates
        ``leaf_population, leaf_item, leaf_milestone``; ``leaf_children``,
        ``leaf_seen_low_months, leaf_seen_high_months`` (between which ages children
        were seen). Use `devnorms.ages_attained` for ages in months.

    Raises
    ------
    NotConverged
        If any parameter has R-hat >= 1.01 or bulk or tail ESS <= 400, or any
        transition diverged.
    EmptySelectionError
        If there is no pattern.
    InvalidTableError
        If the patterns are not valid.

    References
    ----------
    Sun J. The Statistical Analysis of Interval-censored Failure Time Data. Springer,
    New York, 2006. doi:10.1007/0-387-37119-2
    """
    spec = spec or AttainmentSpec()
    valid = check_attainment(patterns)
    leaves, codes = pattern_leaves(valid)
    parts = terms(valid, codes)
    mode, factor = leaf_modes(
        lambda b, a: leaf_density(parts, b, a, spec), *start(valid, codes, spec)
    )
    evidence = Evidence(leaves, parts, None, None, mode, factor)
    settled = (sampling or ATTAINMENT_SAMPLING).settled(len(leaves))
    record = (
        Record.from_json(patterns.attrs["record"])
        if "record" in (patterns.attrs)
        else Record.now()
    )
    record = record.with_settings(
        fit_attainment={
            "spec": spec.to_dict(),
            "sampling": settled.to_dict(),
            "patterns": table_hash(valid),
        }
    )
    return sampled(evidence, spec, settled, progress=progress, record=record)


def pattern_leaves(patterns: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """
    Name the leaves of patterns: items in populations.

    Parameters
    ----------
    patterns : pandas.DataFrame
        Valid patterns.

    Returns
    -------
    pandas.DataFrame, array of shape (rows,)
        ``population, item, milestone, group, children, seen_low_months,
        seen_high_months``, and which leaf each pattern belongs to.
    """
    if patterns.empty:
        raise EmptySelectionError("fit_attainment: there is no pattern.")
    keys = ["population", "item"]
    text = patterns.assign(**{name: patterns[name].astype(str) for name in keys})
    codes = text.groupby(keys, sort=True).ngroup().to_numpy(dtype=np.int64)
    edges = text.assign(
        low=text[["after_months", "by_months"]].min(axis=1),
        high=text[["after_months", "by_months"]].max(axis=1),
    )
    leaves = edges.groupby(keys, sort=True).agg(
        milestone=("milestone", "first"),
        children=("children", "sum"),
        seen_low_months=("low", "min"),
        seen_high_months=("high", "max"),
    )
    return with_groups(leaves.reset_index()), codes


def with_groups(leaves: pd.DataFrame) -> pd.DataFrame:
    """
    Say which leaves ask the same: their milestone, or the item where it has none.

    Parameters
    ----------
    leaves : pandas.DataFrame
        ``item, milestone``.
    """
    linked = leaves["milestone"].notna()
    group = leaves["milestone"].astype(str).where(linked, "item " + leaves["item"])
    return leaves.assign(group=group)


def start(
    patterns: pd.DataFrame, codes: np.ndarray, spec: AttainmentSpec
) -> tuple[Floats, Floats]:
    """
    Give rough locations to begin with: the middle of the edges.

    Parameters
    ----------
    patterns : pandas.DataFrame
        Valid patterns.
    codes : array of shape (rows,)
        Their leaves.
    spec : AttainmentSpec
        Priors.
    """
    edges = patterns[["after_months", "by_months"]].mean(axis=1).to_numpy(dtype=float)
    weight = patterns["children"].to_numpy(dtype=float)
    total = np.bincount(codes, weight)
    location: Floats = np.bincount(codes, weight * np.log1p(edges)) / total
    return location, np.full(len(total), spec.mean_log_slope)


def leaf_density(
    parts: Terms, location: Floats, log_slope: Floats, spec: AttainmentSpec
) -> Floats:
    """
    Log density of every leaf's two numbers, each leaf for itself.

    Parameters
    ----------
    parts : Terms
        Patterns.
    location, log_slope : array of shape (leaves,)
        Where.
    spec : AttainmentSpec
        Family and priors.
    """
    normal = spec.family == "log-normal"
    each = log_probabilities(parts, location, log_slope, _HEAPING_START, normal=normal)
    likelihood = np.bincount(parts.leaf, parts.children * each, minlength=len(location))
    total: Floats = likelihood + leaf_prior(location, log_slope, spec)
    return total


def leaf_prior(location: Floats, log_slope: Floats, spec: AttainmentSpec) -> Floats:
    """
    Log prior density of a leaf that is looked at alone.

    Parameters
    ----------
    location, log_slope : array of shape (leaves,)
        Where.
    spec : AttainmentSpec
        Priors.
    """
    wide = np.hypot(spec.log_slope.sd, spec.sd_log_slope.median)
    density: Floats = (
        -0.5 * ((location - spec.location.mean) / spec.location.sd) ** 2
        - 0.5 * ((log_slope - spec.mean_log_slope) / wide) ** 2
    )
    return density


def _free(draws: xr.Dataset, evidence: Evidence) -> xr.Dataset:
    """Leave out biases that are zero by what is known: a constant has no R-hat."""
    if evidence.figures is None:
        return draws
    free = evidence.figures.bias_factor > 0
    return (
        draws.isel(source=np.flatnonzero(free))
        if free.any()
        else (draws.drop_vars("bias"))
    )


def sampled(
    evidence: Evidence,
    spec: AttainmentSpec,
    settled: Settled,
    *,
    progress: Progress,
    record: Record,
) -> xr.Dataset:
    """
    Sample, check, and label the draws.

    Parameters
    ----------
    evidence : Evidence
        What speaks of the leaves.
    spec : AttainmentSpec
        Family and priors.
    settled : Settled
        How the sampler is run.
    progress : bool or callable
        See `fit_attainment`.
    record : Record
        How it was made.

    Returns
    -------
    xarray.Dataset
        See `fit_attainment`.
    """
    compiled, compile_seconds = compile_model(build(evidence, spec))
    draws, stats, seconds = sample_compiled(compiled, settled, progress=progress)
    kept = draws.drop_vars(
        [n for n in ("leaf_z", "group_z", "bias_z") if n in draws], errors="ignore"
    )
    table = parameter_table(_free(kept, evidence))
    summary = Diagnostics(
        parameters=len(table),
        max_rhat=float(table["rhat"].max()),
        min_ess_bulk=float(table["ess_bulk"].min()),
        min_ess_tail=float(table["ess_tail"].min()),
        divergences=int(stats["diverging"].sum()),
        chains=settled.chains,
        draws=settled.draws,
        tune=settled.tune,
        mean_steps=float(stats["n_steps"].mean()),
        sampling_seconds=seconds,
        compile_seconds=compile_seconds,
    )
    refuse_unconverged(table, summary, settled)
    leaves = evidence.leaves
    labels = {
        f"leaf_{name}": ("leaf", leaves[name].to_numpy(dtype=object))
        for name in ("population", "item", "milestone", "sources", "evidence")
        if name in leaves
    }
    numbers = {
        f"leaf_{name}": ("leaf", leaves[name].to_numpy(dtype=float))
        for name in ("children", "seen_low_months", "seen_high_months")
    }
    fitted = kept.assign_coords(labels).assign(numbers)
    fitted.attrs = {
        "record": record.to_json(),
        "diagnostics": summary.to_json(),
        "converged": "yes",
        "family": spec.family,
        "method": "NUTS (nutpie)",
    }
    return fitted
