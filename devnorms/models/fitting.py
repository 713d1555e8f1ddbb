"""
Counts in, curves out; draws that are not to be trusted do not come out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from devnorms._base.provenance import Record, table_hash
from devnorms.models.assemble import curves_from_draws
from devnorms.models.design import Design, design, select_counts
from devnorms.models.diagnostics import (
    Diagnostics,
    parameter_table,
    refuse_unconverged,
)
from devnorms.models.precondition import coordinates
from devnorms.models.spec import Sampling, Settled, Spec
from devnorms.schema.curves import check_curves

if TYPE_CHECKING:
    import nutpie
    import pymc as pm

Progress = bool | Callable[[int, int], None]


def fit(
    counts: pd.DataFrame,
    *,
    spec: Spec | None = None,
    sampling: Sampling | None = None,
    progress: Progress = False,
    allow_unconverged: bool = False,
) -> xr.Dataset:
    """
    Fit the item-curve model to counts.

    Parameters
    ----------
    counts : pandas.DataFrame
        Counts, see `devnorms.schema.counts.check_counts`. Items without a milestone,
        and milestones asked in fewer than ``spec.min_populations`` populations, are
        not fitted; ``attrs["record"]`` of the result counts them.
    spec : Spec, optional
        Priors and selection; the default is described in `devnorms.models.spec`.
    sampling : Sampling, optional
        Chains, draws, seed, and what the draws must meet.
    progress : bool or callable
        Show the sampler's own progress bar, or call this now and then with the draws
        made (warm-up included) and the draws in all.
    allow_unconverged : bool
        Give the draws even if they fail their checks; ``attrs["converged"]`` is then
        ``"no"``, and no norm is made of them unless that is allowed once more.

    Returns
    -------
    xarray.Dataset
        Curves, see `devnorms.schema.curves`: draws of the location (log(age in months
        + 1) at which half pass) and log slope of every leaf and, averaged over a
        population's items, of every milestone and population; pooled curves; scales;
        study, instrument, country-by-milestone, item and leaf effects.

    Raises
    ------
    NotConverged
        If any parameter has R-hat >= 1.01 or bulk or tail ESS <= 400, or any
        transition diverged.
    EmptySelectionError
        If no milestone was asked in enough populations.
    InvalidTableError
        If the counts are not valid.

    References
    ----------
    Hierarchical item response model with crossed random effects: De Boeck P. Random
    item IRT models. Psychometrika 2008;73:533-559. doi:10.1007/s11336-008-9092-x.
    Sampler: Hoffman MD, Gelman A. The No-U-Turn sampler. JMLR 2014;15:1593-1623.
    """
    spec = spec or Spec()
    kept = select_counts(counts, spec.min_populations)
    leaves = design(kept, spec.nodes)
    settled = (sampling or Sampling()).settled(len(leaves.leaves))
    draws, stats, seconds = sample(leaves, spec, settled, progress=progress)
    record = _record(counts, kept, spec, settled)
    curves = curves_from_draws(leaves, draws, np.random.default_rng(settled.seed))
    table = parameter_table(_parameters(curves))
    summary = _summary(table, stats, settled, seconds)
    if not allow_unconverged:
        refuse_unconverged(table, summary, settled)
    curves.attrs = {
        "record": record.to_json(),
        "diagnostics": summary.to_json(),
        "converged": "yes" if _met(summary, settled) else "no",
        "method": "NUTS (nutpie)",
    }
    return check_curves(curves)


def sample(
    leaves: Design, spec: Spec, sampling: Settled, *, progress: Progress
) -> tuple[xr.Dataset, xr.Dataset, tuple[float, float]]:
    """
    Build, compile and sample the model.

    Parameters
    ----------
    leaves : Design
        The design.
    spec : Spec
        Priors.
    sampling : Settled
        Chains, draws, seed.
    progress : bool or callable
        See `fit`.

    Returns
    -------
    xarray.Dataset, xarray.Dataset, tuple of float
        Draws, sampler statistics, seconds of compiling and of sampling.
    """
    from devnorms.models.build import build

    model = build(leaves, spec.priors, coordinates(leaves, spec.priors))
    compiled, compile_seconds = compile_model(model)
    draws, stats, seconds = sample_compiled(compiled, sampling, progress=progress)
    return draws, stats, (compile_seconds, seconds)


def compile_model(model: pm.Model) -> tuple[Any, float]:
    """
    Compile a model for the sampler.

    Parameters
    ----------
    model : pymc.Model
        From `devnorms.models.build.build`.

    Returns
    -------
    nutpie.CompiledModel, float
        And how many seconds it took.
    """
    import nutpie

    start = time.perf_counter()
    compiled = nutpie.compile_pymc_model(model, backend="numba")
    return compiled, time.perf_counter() - start


def sample_compiled(
    compiled: Any,
    sampling: Settled,
    *,
    progress: Progress,
) -> tuple[xr.Dataset, xr.Dataset, float]:
    """
    Sample a compiled model.

    Parameters
    ----------
    compiled : nutpie.CompiledModel
        From `compile_model`.
    sampling : Settled
        Chains, draws, seed.
    progress : bool or callable
        See `fit`.

    Returns
    -------
    xarray.Dataset, xarray.Dataset, float
        Draws, sampler statistics, seconds.
    """
    import nutpie

    start = time.perf_counter()
    # Not `blocking`: that way Ctrl-C would give the draws made so far as if whole.
    running = nutpie.sample(
        compiled,
        draws=sampling.draws,
        tune=sampling.tune,
        chains=sampling.chains,
        cores=sampling.cores,
        seed=sampling.seed,
        target_accept=sampling.target_accept,
        progress_bar=progress is True,
        progress_callback=_summed(progress) if callable(progress) else None,
        save_warmup=False,
        blocking=False,
    )
    try:
        trace = running.wait()
    except BaseException:
        running.cancel()
        raise
    seconds = time.perf_counter() - start
    return trace["posterior"].to_dataset(), trace["sample_stats"].to_dataset(), seconds


def _summed(
    tell: Callable[[int, int], None],
) -> Callable[[Sequence[nutpie.ChainProgress]], None]:
    """Sum the draws over chains, as a person wants to see them."""

    def progress(chains: Sequence[nutpie.ChainProgress]) -> None:
        tell(
            sum(chain.finished_draws for chain in chains),
            sum(chain.total_draws for chain in chains),
        )

    return progress


def _record(
    counts: pd.DataFrame, kept: pd.DataFrame, spec: Spec, sampling: Settled
) -> Record:
    """Continue the record of the counts with how they were fitted."""
    before = counts.attrs.get("record")
    record = Record.from_json(before) if before else Record()
    settings = {
        **record.settings,
        "counts_sha256": table_hash(counts),
        "spec": spec.to_dict(),
        "sampling": sampling.to_dict(),
        "not_fitted": kept.attrs["not_fitted"],
        "left_out": counts.attrs.get("left_out", {}),
    }
    return Record.now(record.sources, settings, sampling.seed)


def _parameters(curves: xr.Dataset) -> xr.Dataset:
    """
    Give every sampled or recovered parameter of the curves.

    The sampler's own coordinates are functions of these, one to one.
    """
    names = [name for name in curves.data_vars if "draw" in curves[name].dims]
    derived = {"milestone_location", "milestone_log_slope"}
    kept = curves[[name for name in names if name not in derived]]
    return kept.reset_coords(drop=True)


def _summary(
    table: pd.DataFrame,
    stats: xr.Dataset,
    sampling: Settled,
    seconds: tuple[float, float],
) -> Diagnostics:
    """Sum the checks up."""
    return Diagnostics(
        parameters=len(table),
        max_rhat=float(table["rhat"].max()),
        min_ess_bulk=float(table["ess_bulk"].min()),
        min_ess_tail=float(table["ess_tail"].min()),
        divergences=int(stats["diverging"].sum()),
        chains=sampling.chains,
        draws=sampling.draws,
        tune=sampling.tune,
        mean_steps=float(stats["n_steps"].mean()),
        compile_seconds=seconds[0],
        sampling_seconds=seconds[1],
    )


def _met(summary: Diagnostics, sampling: Settled) -> bool:
    """Whether all checks are met."""
    return (
        summary.max_rhat < sampling.max_rhat
        and min(summary.min_ess_bulk, summary.min_ess_tail) > sampling.min_ess
        and summary.divergences == 0
    )
