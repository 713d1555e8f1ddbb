"""
Fit time, effective draws per second, memory and gradient cost, against alternatives.

    python benchmarks/run.py [--quick]

All rows are made in one run, one after the other, each in a process of its own (so its
peak memory is its own). The data are the bundled counts of four gross motor
milestones: large enough to matter, small enough that the alternatives end. The last
table simulates one, ten and a hundred times as many children.

ESS is the smallest bulk effective sample size over the leaves' locations; all methods
draw 4 chains on 2 cores.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

MILESTONES = 4
TUNE, DRAWS = 300, 300
SIZES = (1, 10, 100)
Row = dict[str, Any]


def small_counts() -> pd.DataFrame:
    """Bundled counts of the gross motor milestones asked in most populations."""
    import devnorms as dn

    counts = dn.load_counts("milestones")
    motor = counts[counts["domain"] == "gross_motor"]
    spread = motor.groupby("milestone", observed=True)["population"].nunique()
    chosen = spread.sort_values(ascending=False, kind="stable").index[:MILESTONES]
    return motor[motor["milestone"].isin(chosen)].reset_index(drop=True)


def parts(counts: pd.DataFrame) -> tuple[Any, Any]:
    """Design and PyMC model as `devnorms.fit` makes them."""
    from devnorms.models.build import build
    from devnorms.models.design import design, select_counts
    from devnorms.models.precondition import coordinates
    from devnorms.models.spec import Priors

    leaves = design(select_counts(counts, 2), 5)
    return leaves, build(leaves, Priors(), coordinates(leaves, Priors()))


def raw_model(counts: pd.DataFrame) -> tuple[Any, Any]:
    """Build the same model, its likelihood the sum over every single response."""
    import pymc as pm
    import pytensor.tensor as pt

    from devnorms.models.design import select_counts

    leaves, model = parts(counts)
    counts = select_counts(counts, 2)
    place = {name: i for i, name in enumerate(leaves.leaves["leaf"])}
    leaf = (counts["population"].astype(str) + ":" + counts["item"].astype(str)).map(
        place
    )
    asked = counts["asked"].to_numpy()
    passed = counts["passed"].to_numpy()
    answer = np.concatenate(
        [np.repeat([1.0, 0.0], [p, a - p]) for p, a in zip(passed, asked, strict=True)]
    )
    rows = np.repeat(leaf.to_numpy(), asked)
    log_age = np.log1p(np.repeat(counts["age_days_mean"].to_numpy(), asked) / 30.4375)
    model.potentials = [p for p in model.potentials if p.name != "responses"]
    with model:
        eta = pt.exp(model["log_slope"][rows]) * (log_age - model["location"][rows])
        pm.Potential("raw", pm.logp(pm.Bernoulli.dist(logit_p=eta), answer).sum())
    return leaves, model


def gradient_us(model: Any) -> float:
    """CPU microseconds of one log density with gradient, best of five."""
    point = model.initial_point()
    function = model.logp_dlogp_function(mode="NUMBA", ravel_inputs=True)
    at = np.zeros(sum(np.size(value) for value in point.values()))
    function(at)
    best = np.inf
    for _ in range(5):
        start = time.process_time()
        runs = 0
        while time.process_time() - start < 0.5:
            function(at)
            runs += 1
        best = min(best, (time.process_time() - start) / runs)
    return best * 1e6


def smallest_ess(draws: xr.DataArray) -> float:
    """Smallest bulk ESS over a variable's entries."""
    from devnorms.models.convergence import convergence

    values = draws.transpose("chain", "draw", ...).values
    flat = values.reshape(*values.shape[:2], -1)
    return float(convergence(np.moveaxis(flat, -1, 0))["ess_bulk"].min())


def row(method: str, seconds: float, ess: float, rest: Row) -> Row:
    """One line of the table."""
    return {"method": method, "sampling_s": seconds, "min_ess": ess,
            "ess_per_s": ess / seconds, **rest}  # fmt: skip


def run_devnorms() -> Row:
    """Fit with devnorms: nutpie, nodes, its coordinates."""
    from devnorms.models import Sampling
    from devnorms.models.fitting import compile_model, sample_compiled

    _, model = parts(small_counts())
    compiled, compile_s = compile_model(model)
    sampling = Sampling(draws=DRAWS, tune=TUNE, target_accept=0.85, cores=2).settled(0)
    draws, stats, seconds = sample_compiled(compiled, sampling, progress=False)
    rest = {
        "compile_s": compile_s,
        "divergences": int(stats["diverging"].sum()),
        "gradient_us": gradient_us(model),
    }
    return row("devnorms", seconds, smallest_ess(draws["location"]), rest)


def run_pymc() -> Row:
    """Fit the same model with PyMC's own NUTS."""
    import pymc as pm

    _, model = parts(small_counts())
    start = time.perf_counter()
    with model:
        trace = pm.sample(
            draws=DRAWS, tune=TUNE, chains=4, cores=2, nuts_sampler="pymc",
            progressbar=False, random_seed=1, compute_convergence_checks=False,
        )  # fmt: skip
    seconds = time.perf_counter() - start
    posterior = trace["posterior"].to_dataset()
    diverging = int(trace["sample_stats"].to_dataset()["diverging"].sum())
    return row("same model, PyMC's default NUTS (incl. compiling)", seconds,
               smallest_ess(posterior["location"]),
               {"divergences": diverging})  # fmt: skip


def run_bambi() -> Row:
    """Fit a formula model in bambi on the same cells, with its defaults."""
    import bambi as bmb

    counts = small_counts()
    data = counts.groupby(
        ["population", "item", "milestone", "age_days_low"], observed=True
    ).agg(
        asked=("asked", "sum"), passed=("passed", "sum"), age=("age_days_mean", "mean")
    )
    data = data.reset_index()
    data["log_age"] = np.log1p(data["age"] / 30.4375)
    data["leaf"] = data["population"].astype(str) + data["item"].astype(str)
    data = data.astype({"milestone": str, "population": str})
    groups = "(log_age | leaf) + (1 | milestone) + (1 | population)"
    formula = f"p(passed, asked) ~ log_age + {groups}"
    model = bmb.Model(formula, data, family="binomial")
    start = time.perf_counter()
    trace = model.fit(
        draws=DRAWS, tune=TUNE, chains=4, cores=2, random_seed=1, progressbar=False
    )
    seconds = time.perf_counter() - start
    posterior = trace["posterior"].to_dataset()
    diverging = int(trace["sample_stats"].to_dataset()["diverging"].sum())
    rest = {"divergences": diverging, "gradient_us": gradient_us(model.backend.model)}
    ess = smallest_ess(posterior["1|leaf"])
    return row("bambi formula model (incl. compiling)", seconds, ess, rest)


def run_raw() -> Row:
    """Take the gradient only, every response on its own."""
    counts = small_counts()
    _, model = raw_model(counts)
    return {"method": f"raw Bernoulli likelihood, {counts['asked'].sum():,} responses "
            "(gradient only)", "gradient_us": gradient_us(model)}  # fmt: skip


def run_size(times: int) -> Row:
    """Count, compress and evaluate simulated children; nodes against raw."""
    import devnorms as dn
    from devnorms.simulate import Occasions, draw_truth, simulate_observations

    rng = np.random.default_rng(1)
    occasions = Occasions(children=50 * times)
    truth = draw_truth(rng=rng)
    observations = simulate_observations(truth, rng=rng, occasions=occasions)
    domains = dict(zip(truth.leaves["milestone"], truth.leaves["domain"], strict=True))
    start = time.perf_counter()
    counts = dn.count(observations, domains=domains)
    counted = time.perf_counter() - start
    start = time.perf_counter()
    leaves, model = parts(counts)
    built = time.perf_counter() - start
    found = {
        "responses": int(counts["asked"].sum()),
        "count_s": counted,
        "build_s": built,
        "nodes": int((leaves.weight > 0).sum()),
        "gradient_us": gradient_us(model),
    }
    if times <= 10:
        found["raw_gradient_us"] = gradient_us(raw_model(counts)[1])
    return {"children": f"x{times}", **found}


RUNS: dict[str, Callable[[], Row]] = {
    "devnorms": run_devnorms,
    "pymc": run_pymc,
    "bambi": run_bambi,
    "raw": run_raw,
    **{f"size{times}": (lambda t=times: run_size(t)) for times in SIZES},
}


def in_own_process(name: str) -> Row:
    """Run one row in a process of its own and add its peak memory."""
    command = [sys.executable, __file__, "--one", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"method": name, "failed": done.stderr.strip().splitlines()[-1:]}
    found: Row = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", choices=list(RUNS))
    parser.add_argument("--quick", action="store_true", help="leave PyMC and bambi out")
    given = parser.parse_args()
    if given.one:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = RUNS[given.one]()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({**found, "peak_mb": peak}))
        return
    names = ["devnorms", "pymc", "bambi", "raw"]
    if given.quick:
        names = ["devnorms", "raw"]
    pd.set_option("display.width", 200, "display.max_columns", 20)
    methods = pd.DataFrame([in_own_process(name) for name in names])
    print(methods.to_string(index=False, float_format="{:,.1f}".format, na_rep="-"))
    sizes = pd.DataFrame([in_own_process(f"size{times}") for times in SIZES])
    print(sizes.to_string(index=False, float_format="{:,.2f}".format, na_rep="-"))


if __name__ == "__main__":
    main()
