"""
Vocabularies in, centile curves out; draws that are not to be trusted do not come out.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from devnorms._base.provenance import Record
from devnorms.models.diagnostics import (
    Diagnostics,
    parameter_table,
    refuse_unconverged,
)
from devnorms.models.spec import Sampling, Settled
from devnorms.models.vocabulary_design import VocabularyDesign, vocabulary_design
from devnorms.models.vocabulary_mode import Modes, find_modes
from devnorms.models.vocabulary_spec import Term, VocabularySpec
from devnorms.schema.vocabulary_curves import PARAMETERS, check_vocabulary_curves

Floats = NDArray[np.float64]

_ENOUGH = 5
"""Populations from which on their spread is learned from them."""


def fit_vocabulary(
    vocabulary: pd.DataFrame,
    *,
    spec: VocabularySpec | None = None,
    sampling: Sampling | None = None,
    allow_unconverged: bool = False,
) -> xr.Dataset:
    """
    Fit centile curves of vocabulary by age: floor and ceiling of the form modelled.

    Children without a word, or with all words of the form, are in the model as what
    they are: somewhere below the first word, or above the last. All populations of the
    table are fitted at once; those with few children borrow from the others.

    Parameters
    ----------
    vocabulary : pandas.DataFrame
        See `devnorms.load_vocabulary` and
        `devnorms.schema.vocabulary.check_vocabulary`.
    spec : VocabularySpec, optional
        Measure, grouping, sex, priors: see `devnorms.models.vocabulary_spec`.
    sampling : Sampling, optional
        Chains, draws, seed, and what the draws must meet.
    allow_unconverged : bool
        Give the draws even if they fail their checks; ``attrs["converged"]`` is then
        ``"no"``.

    Returns
    -------
    xarray.Dataset
        See `devnorms.schema.vocabulary_curves.check_vocabulary_curves`.
        ``attrs["left_out"]`` counts the forms that were not fitted, by reason.

    Raises
    ------
    NotConverged
        If any parameter has R-hat >= 1.01 or bulk or tail ESS <= 400, or any
        transition diverged.
    EmptySelectionError
        If nobody is left.
    InvalidTableError
        If the table is not valid.

    References
    ----------
    Rigby RA, Stasinopoulos DM. Generalized additive models for location, scale and
    shape. Applied Statistics 2005;54:507-554. doi:10.1111/j.1467-9876.2005.00510.x
    Jones MC, Pewsey A. Sinh-arcsinh distributions. Biometrika 2009;96:761-780.
    doi:10.1093/biomet/asp053
    """
    from devnorms.models.fitting import compile_model, sample_compiled

    spec = spec or VocabularySpec()
    design = vocabulary_design(vocabulary, spec)
    settled = _settled(sampling or Sampling())
    model = build_vocabulary(design, spec, find_modes(design, spec))
    compiled, seconds = compile_model(model)
    draws, stats, sampled = sample_compiled(compiled, settled, progress=False)
    fixed = len(design.populations) < _ENOUGH
    checked = ["coefficient_draws", "mean", *([] if fixed else ["spread"])]
    table = parameter_table(draws[checked])
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
        compile_seconds=seconds,
        sampling_seconds=sampled,
    )
    if not allow_unconverged:
        refuse_unconverged(table, summary, settled)
    met = summary.divergences == 0 and summary.max_rhat < settled.max_rhat
    met = met and min(summary.min_ess_bulk, summary.min_ess_tail) > settled.min_ess
    curves = _curves(design, draws["coefficient_draws"].values)
    for name in ("mean", "spread"):
        curves[name] = (("chain", "draw", "coefficient"), draws[name].values)
    how = ("yes" if met else "no", "NUTS (nutpie)", summary.to_json())
    return _finished(curves, vocabulary, design, spec, (how, settled.seed))


def preview_vocabulary(
    vocabulary: pd.DataFrame,
    *,
    spec: VocabularySpec | None = None,
    draws: int = 400,
    seed: int = 20261124,
) -> xr.Dataset:
    """
    Look at centile curves before the real fit: every population on its own.

    A normal approximation around the mode, with the spreads between populations fixed
    at the medians of their priors.

    Parameters
    ----------
    vocabulary : pandas.DataFrame
        As for `fit_vocabulary`.
    spec : VocabularySpec, optional
        Measure, grouping, sex, priors.
    draws : int
        Independent draws.
    seed : int
        Seed.

    Returns
    -------
    xarray.Dataset
        As `fit_vocabulary` gives it, with ``attrs["converged"]`` ``"no"`` and
        ``attrs["method"]`` ``"preview"``.

    Raises
    ------
    EmptySelectionError, InvalidTableError
        As `fit_vocabulary`.
    NotConverged
        If no mode is found.
    """
    spec = spec or VocabularySpec()
    design = vocabulary_design(vocabulary, spec)
    modes = find_modes(design, spec)
    z = np.random.default_rng(seed).standard_normal((draws, *modes.mode.shape))
    values = modes.mode + np.einsum("pij,dpj->dpi", modes.factor, z)
    curves = _curves(design, values[None])
    how = ("no", "preview", json.dumps({"method": "preview, not sampled"}))
    return _finished(curves, vocabulary, design, spec, (how, seed))


def build_vocabulary(design: VocabularyDesign, spec: VocabularySpec, at: Modes) -> Any:
    """
    Build the model.

    Parameters
    ----------
    design : VocabularyDesign
        Rows, cells, functions of age.
    spec : VocabularySpec
        Priors.
    at : Modes
        The sampler's coordinates: standardised around each population's mode.

    Returns
    -------
    pymc.Model
        Free: ``z`` (population, coefficient), ``mean_z``, ``spread`` (coefficient).
        Named: ``coefficient_draws`` (population, coefficient), ``mean``.
    """
    import pymc as pm
    import pytensor.tensor as pt

    from devnorms.models.vocabulary_kernel import VocabularyDensity

    terms = [term for _, _, term in spec.coefficients()]
    coords = {
        "population": design.populations["population"].tolist(),
        "coefficient": list(design.coefficients),
    }
    with pm.Model(coords=coords) as model:
        spread = _spread(terms, len(design.populations))
        mean_z = pm.Flat("mean_z", dims="coefficient")
        mean = pm.Deterministic(
            "mean", at.mean + at.mean_sd * mean_z, dims="coefficient"
        )
        z = pm.Flat("z", dims=("population", "coefficient"))
        turned = (at.factor * z[:, None, :]).sum(axis=2)
        values = pm.Deterministic(
            "coefficient_draws", at.mode + turned, dims=("population", "coefficient")
        )
        prior = pm.Normal.dist([t.mean for t in terms], [t.sd for t in terms])
        pm.Potential("mean_prior", pm.logp(prior, mean).sum())
        between = pm.logp(pm.Normal.dist(mean, spread), values)
        pm.Potential("coefficient_prior", between.sum())
        by_row = values[design.rows["population"].to_numpy()] * design.row_basis()
        belongs = np.eye(len(PARAMETERS))[design.parameter]
        parameters = pt.dot(by_row, belongs).T
        cells = (design.starts, design.low, design.high, design.weight)
        pm.Potential("words", VocabularyDensity()(parameters, *cells)[0])
    return model


def _spread(terms: list[Term], populations: int) -> Any:
    """Spreads between populations: with a few of them, what the prior says."""
    import pymc as pm
    import pytensor.tensor as pt

    medians = np.array([term.spread for term in terms])
    if populations < _ENOUGH:
        return pm.Deterministic("spread", pt.as_tensor(medians), dims="coefficient")
    return pm.LogNormal(
        "spread",
        mu=np.log(medians),
        sigma=[term.log_sd for term in terms],
        dims="coefficient",
    )


def _settled(sampling: Sampling) -> Settled:
    """Fill in what was left open: this posterior is close to normal."""
    large = 10**6
    return Sampling(
        chains=sampling.chains,
        draws=sampling.draws or 1000,
        tune=sampling.tune or 500,
        seed=sampling.seed,
        target_accept=sampling.target_accept or 0.9,
        cores=sampling.cores,
        max_rhat=sampling.max_rhat,
        min_ess=sampling.min_ess,
    ).settled(large)


def _curves(design: VocabularyDesign, values: Floats) -> xr.Dataset:
    """Label draws of the coefficients, and add whom they rest on."""
    people = design.populations
    counted = (
        design.rows.assign(
            children=[
                design.weight[a:b].sum()
                for a, b in zip(design.starts[:-1], design.starts[1:], strict=True)
            ]
        )
        .set_index(["population", "sex", "age_months"])["children"]
        .to_xarray()
        .reindex(
            population=range(len(people)),
            sex=list(design.sexes),
            age_months=design.ages,
            fill_value=0.0,
        )
    )
    per = {
        name: ("population", people[name].to_numpy())
        for name in (
            "children", "forms", "ceiling", "support_low_months",
            "support_high_months", "zero_words", "all_words", "less_exposed",
        )
    }  # fmt: skip
    named = {
        f"population_{name}": ("population", people[name].tolist())
        for name in ("country", "language", "instrument", "samples")
    }
    return xr.Dataset(
        {
            "coefficients": (("chain", "draw", "population", "coefficient"), values),
            "basis": (("sex", "age_months", "coefficient"), design.basis),
            "children_at": (
                ("population", "sex", "age_months"), counted.fillna(0.0).values,
            ),
            **per,
        },
        coords={
            "chain": np.arange(values.shape[0]),
            "draw": np.arange(values.shape[1]),
            "population": people["population"].tolist(),
            "coefficient": list(design.coefficients),
            "coefficient_of": (
                "coefficient", [PARAMETERS[n] for n in design.parameter],
            ),
            "sex": list(design.sexes),
            "age_months": design.ages,
            **named,
        },
    )  # fmt: skip


def _finished(
    curves: xr.Dataset,
    vocabulary: pd.DataFrame,
    design: VocabularyDesign,
    spec: VocabularySpec,
    how: tuple[tuple[str, str, str], int],
) -> xr.Dataset:
    """Add the record and the checks."""
    (converged, method, diagnostics), seed = how
    before = vocabulary.attrs.get("record")
    record = Record.from_json(before) if before else Record()
    settings = {
        **record.settings,
        "vocabulary_spec": spec.to_dict(),
        "not_fitted": design.left_out,
        "method": method,
    }
    curves.attrs = {
        "measure": spec.measure,
        "by": spec.by,
        "left_out": json.dumps(design.left_out),
        "record": Record.now(record.sources, settings, seed).to_json(),
        "diagnostics": diagnostics,
        "converged": converged,
        "method": method,
    }
    return check_vocabulary_curves(curves)
