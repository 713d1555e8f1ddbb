"""
Published figures as data: whether they say what raw answers say, what they add.

    python benchmarks/published_joint.py each
    python benchmarks/published_joint.py replace [--cohorts COL-LT42M ECU]
    python benchmarks/published_joint.py adds
    python benchmarks/published_joint.py worlds [--worlds 4]

``each`` and ``replace``: a cohort's answers in the bundled counts are replaced by
percentiles computed from them (logistic regression, printed to 0.1 months): each item
for itself, by mode and curvature; or two milestones with all other populations,
sampled again. Printed per cohort and share: the shift of the posterior median in
posterior SDs of the raw answers, and the ratio of the two posterior SDs. ``adds``: the
width of intervals for published populations, against those of a population of which
nothing is known. ``worlds``: made-up populations and published sources with known
biases; coverage of the ages of published populations and of the biases.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd
import statsmodels.api as sm
import xarray as xr
from scipy.special import expit, logit

import devnorms as dn
from devnorms.models.attainment_spec import AttainmentSpec
from devnorms.models.joint_arrays import make_figures
from devnorms.models.joint_covariance import Published
from devnorms.models.joint_errors import published_errors
from devnorms.models.joint_fit import joint
from devnorms.models.joint_leaves import (
    leaves_of,
    leaves_of_counts,
    leaves_of_figures,
    nodes_of,
)
from devnorms.models.joint_start import leaf_modes_of
from devnorms.models.spec import Sampling
from devnorms.norms.attainment import ages_attained, source_bias
from devnorms.sources.published_figures import published

MILESTONES = ("walks_alone", "sits_without_support", "stacks_two_blocks")
COHORTS = ("COL-LT42M", "ECU", "NLD-SMOCC")
PERCENTILES = (25, 50, 75, 90)
FOLLOWED = ("who2006_abstract", "who2006_table_secondary", "who2006_mean_secondary",
            "who2006_sd_secondary")  # fmt: skip
SAMPLING = Sampling(draws=1000, tune=600, target_accept=0.95, min_ess=200.0)
SHARES = (0.5, 0.9)
_MONTH = 30.4375


def main() -> None:
    """Read the choices, run one part, print its tables."""
    words = argparse.ArgumentParser(description="Published figures as data.")
    words.add_argument("part", choices=("each", "replace", "adds", "worlds"))
    words.add_argument("--worlds", type=int, default=4)
    words.add_argument("--cohorts", nargs="+", default=COHORTS)
    given = words.parse_args()
    pd.set_option("display.width", 200, "display.max_columns", 30)
    begin = time.process_time()
    if given.part == "replace":
        replace(tuple(given.cohorts))
    elif given.part == "each":
        replace_each()
    elif given.part == "adds":
        adds()
    else:
        worlds(given.worlds)
    print(f"CPU seconds: {time.process_time() - begin:.0f}")


def bundled(milestones: tuple[str, ...] | None) -> pd.DataFrame:
    """Bundled counts of some milestones, items that some pass and some do not."""
    counts = dn.load_counts("milestones")
    counts = counts[counts["milestone"].notna()]
    if milestones is not None:
        counts = counts[counts["milestone"].isin(milestones)]
    leaf = counts.groupby(["population", "item"])[["asked", "passed"]].transform("sum")
    mixed = (leaf["passed"] >= 20) & (leaf["asked"] - leaf["passed"] >= 20)
    return counts[mixed].reset_index(drop=True)


def own_percentiles(counts: pd.DataFrame, source: str) -> pd.DataFrame:
    """Give percentiles as a paper would print them, item by item."""
    rows = []
    for item, cells in counts.groupby("item"):
        x = np.log1p(cells["age_days_mean"] / _MONTH)
        if x.nunique() < 2:
            continue
        outcome = np.column_stack([cells["passed"], cells["asked"] - cells["passed"]])
        fit = sm.GLM(outcome, sm.add_constant(x), family=sm.families.Binomial()).fit()
        intercept, slope = fit.params
        low, high = np.expm1([x.min(), x.max()])
        ends = np.expm1(
            (logit(np.array(PERCENTILES) / 100)[[0, -1]] - intercept) / slope
        )
        if slope <= 0 or ends[0] < low or ends[1] > high:
            continue  # no paper would print these
        for percent in PERCENTILES:
            age = np.expm1((logit(percent / 100) - intercept) / slope)
            rows.append(
                {
                    "published_name": str(item),
                    "milestone": cells["milestone"].iloc[0],
                    "n": int(cells["asked"].sum()),
                    "statistic": f"p{percent:02d}",
                    "value": round(float(age), 1),
                    "asked_from_months": low,
                    "asked_until_months": high,
                }
            )
    population = counts["population"].iloc[0]
    return pd.DataFrame(rows).assign(
        source_id=source, grade="primary", population=population, operator="=",
        unit="months",
    )  # fmt: skip


SETTINGS = {
    "no bias, no shape error": (
        AttainmentSpec(sd_shape=0.0),
        Published(no_bias=["own"]),
    ),
    "as any published source": (AttainmentSpec(), Published()),
}


def replace(cohorts: tuple[str, ...]) -> None:
    """Replace one cohort after another by its own percentiles; sampled."""
    counts = bundled(("walks_alone", "sits_without_support"))
    raw = joint(counts=counts, sampling=SAMPLING)
    rows = []
    for cohort in cohorts:
        figures = own_percentiles(counts[counts["population"] == cohort], "own")
        others = counts[counts["population"] != cohort].reset_index(drop=True)
        for name, (spec, how) in SETTINGS.items():
            fitted = joint(
                counts=others, figures=figures, reading=how, spec=spec,
                sampling=SAMPLING,
            )  # fmt: skip
            compared = _against(raw, fitted, cohort)
            rows.append(compared.assign(cohort=cohort, figures_as=name))
    _print_replaced(pd.concat(rows))
    columns = ["figures_as", "cohort", "item", "share", "raw", "published",
               "shift_sd", "sd_ratio"]  # fmt: skip
    print(pd.concat(rows)[columns].round(2).to_string(index=False))


def replace_each() -> None:
    """Replace every cohort, item by item: mode and curvature, without a sampler."""
    counts = bundled(None)
    rows = []
    for cohort, own in counts.groupby("population"):
        figures = own_percentiles(own, "own")
        if figures.empty:
            continue
        printed = own[own["item"].isin(figures["published_name"])]
        raw = normal_draws(printed.reset_index(drop=True), None)
        told = normal_draws(None, figures)
        rows.append(_moved(raw, told).assign(cohort=cohort))
    _print_replaced(pd.concat(rows).assign(figures_as=next(iter(SETTINGS))))


def normal_draws(
    counts: pd.DataFrame | None, figures: pd.DataFrame | None
) -> dict[float, pd.DataFrame]:
    """Draw ages from the normal approximation of every item's own posterior."""
    spec, how = next(iter(SETTINGS.values()))
    if counts is not None:
        leaves = leaves_of([leaves_of_counts(counts)])
        parts = (None, nodes_of(counts, leaves), None)
    else:
        leaves = leaves_of([leaves_of_figures(figures, how)])
        errors = published_errors(figures, how)
        parts = (None, None, make_figures(errors, leaves, how, spec))
    mode, factor = leaf_modes_of(parts, leaves, spec)
    z = np.random.default_rng(1).normal(size=(4000, len(leaves), 2))
    drawn = mode + np.einsum("lij,nlj->nli", factor, z)
    items = leaves["item"].tolist()
    return {
        share: pd.DataFrame(
            np.expm1(drawn[..., 0] + logit(share) / np.exp(drawn[..., 1])),
            columns=items,
        )
        for share in SHARES
    }


def _moved(
    raw: dict[float, pd.DataFrame], told: dict[float, pd.DataFrame]
) -> pd.DataFrame:
    """Two posteriors side by side: shift and ratio."""
    parts = []
    for share, first in raw.items():
        second = told[share][first.columns]
        shift = second.median() - first.median()
        parts.append(
            pd.DataFrame(
                {
                    "share": share,
                    "raw": first.median(),
                    "published": second.median(),
                    "shift_months": shift,
                    "shift_sd": shift / first.std(),
                    "sd_ratio": second.std() / first.std(),
                }
            )
        )
    return pd.concat(parts).rename_axis("item").reset_index()


def _print_replaced(table: pd.DataFrame) -> None:
    """Shift and ratio per cohort."""
    summary = table.groupby(["figures_as", "cohort", "share"]).agg(
        items=("item", "size"),
        shift_median=("shift_sd", lambda s: s.abs().median()),
        shift_nine_in_ten=("shift_sd", lambda s: s.abs().quantile(0.9)),
        shift_months=("shift_months", lambda s: s.abs().median()),
        ratio_median=("sd_ratio", "median"),
        ratio_low=("sd_ratio", lambda r: r.quantile(0.1)),
        ratio_high=("sd_ratio", lambda r: r.quantile(0.9)),
    )
    print(summary.round(2).to_string())


def _draws(fitted: xr.Dataset, population: str, share: float) -> pd.DataFrame:
    """Draws of the age at a share, one column per item."""
    own = fitted["leaf_population"].values == population
    part = fitted.isel(leaf=own)
    age = np.expm1(part["location"] + logit(share) / np.exp(part["log_slope"]))
    flat = age.transpose("chain", "draw", "leaf").values.reshape(-1, own.sum())
    return pd.DataFrame(flat, columns=part["leaf_item"].values.astype(str))


def _against(raw: xr.Dataset, fitted: xr.Dataset, cohort: str) -> pd.DataFrame:
    """Two sampled posteriors of one cohort side by side."""
    second = {share: _draws(fitted, cohort, share) for share in SHARES}
    first = {
        share: _draws(raw, cohort, share)[second[share].columns] for share in SHARES
    }
    return _moved(first, second)


def adds() -> None:
    """Intervals of published populations, and of one of which nothing is known."""
    counts = bundled(MILESTONES)
    figures = published()
    figures = figures[figures["milestone"].isin(MILESTONES)]
    nothing = joint(counts=counts, sampling=SAMPLING)
    fitted = joint(
        counts=counts, figures=figures, reading=Published(followed=FOLLOWED),
        sampling=SAMPLING,
    )  # fmt: skip
    print("left out:", fitted.attrs["left_out"])
    known = ages_attained(fitted, shares=SHARES, level=0.8)
    known = known[known["evidence"] == "published"]
    unknown = unmeasured(nothing, level=0.8)
    table = known.merge(unknown, on=["milestone", "share"], suffixes=("", "_nothing"))
    width = table["age_months_high"] - table["age_months_low"]
    table["width"] = width
    table["width_nothing"] = (
        table["age_months_high_nothing"] - table["age_months_low_nothing"]
    )
    table["population"] = table["population"].str.slice(0, 40)
    columns = ["population", "milestone", "share", "age_months", "age_months_low",
               "age_months_high", "width", "age_months_nothing",
               "width_nothing", "sources"]  # fmt: skip
    print(table[columns].round(2).to_string(index=False))
    print("median width, of a population of which nothing is known = 1")
    ratio = (table["width"] / table["width_nothing"]).groupby(table["share"]).median()
    print(ratio.round(2))
    print(source_bias(fitted).round(3).to_string(index=False))


def unmeasured(fitted: xr.Dataset, level: float) -> pd.DataFrame:
    """Ages of a population that nobody measured, milestone by milestone."""
    rng = np.random.default_rng(1)
    centre = fitted["group_location"].transpose("chain", "draw", "group").values
    size = centre.shape
    spread = fitted["sd_population"].values[..., None]
    location = centre + spread * rng.normal(size=size)
    slope = np.exp(
        fitted["mean_log_slope"].values[..., None]
        + fitted["sd_log_slope"].values[..., None] * rng.normal(size=size)
    )
    tail = (1 - level) / 2
    rows = []
    for share in SHARES:
        ages = np.expm1(location + logit(share) / slope).reshape(-1, size[-1])
        low, middle, high = np.quantile(ages, [tail, 0.5, 1 - tail], axis=0)
        rows.append(
            pd.DataFrame(
                {
                    "milestone": fitted["group"].values.astype(str),
                    "share": share,
                    "age_months": middle,
                    "age_months_low": low,
                    "age_months_high": high,
                }
            )
        )
    return pd.concat(rows)


def worlds(number: int) -> None:
    """Coverage in made-up worlds with known biases."""
    rows, biases = [], []
    for world in range(number):
        rng = np.random.default_rng(world)
        counts, figures, truth, bias = made_up(rng)
        followed = [s for s in bias if s.endswith("followed")]
        fitted = joint(
            counts=counts, figures=figures, reading=Published(ranked=followed),
            spec=AttainmentSpec(sd_shape=0.0), sampling=SAMPLING,
        )  # fmt: skip
        for level in (0.5, 0.8, 0.95):
            ages = ages_attained(fitted, shares=SHARES, level=level)
            ages = ages.merge(truth, on=["population", "item"])
            true = np.expm1(
                ages["location"] + logit(ages["share"]) / np.exp(ages["log_slope"])
            )
            inside = true.between(ages["age_months_low"], ages["age_months_high"])
            rows.append(ages.assign(inside=inside, error=ages["age_months"] - true))
            told = source_bias(fitted, level=level)
            real = np.expm1(told["source_id"].map(bias))
            held = real.between(told["bias_low"], told["bias_high"])
            biases.append(told.assign(inside=held))
    table = pd.concat(rows)
    print("Ages of published populations and of those with raw answers")
    keys = ["evidence", "share", "level"]
    print(
        table.groupby(keys)
        .agg(intervals=("inside", "size"), covered=("inside", "mean"),
             bias_months=("error", "mean"))
        .round(3)
    )  # fmt: skip
    print("Biases of sources")
    print(pd.concat(biases).groupby("level")["inside"].agg(["size", "mean"]).round(3))


def made_up(
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, float]]:
    """Make seven populations with answers, six published ones, eight milestones."""
    centre = rng.uniform(2.0, 3.0, 8)
    rows, cells, figures, bias = [], [], [], {}
    for n in range(13):
        kind = ("raw", "followed", "asked")[0 if n < 7 else 1 + n % 2]
        population = f"population_{n:02d}_{kind}"
        shift = 0.0 if kind == "raw" else float(rng.normal(0, 0.04))
        if kind != "raw":
            bias[population] = shift
        for m, middle in enumerate(centre):
            location = float(rng.normal(middle, 0.12))
            log_slope = float(rng.normal(2.1, 0.25))
            item = f"milestone_{m}"
            rows.append((population, item, location, log_slope))
            given = (population, item, location, log_slope)
            if kind == "raw":
                cells.append(_answers(given, rng))
            elif kind == "followed":
                figures.append(_percentiles_of_ages(given, shift, rng))
            else:
                answers = _answers(given, rng)
                printed = own_percentiles(answers, population)
                printed["value"] = np.expm1(np.log1p(printed["value"]) + shift)
                figures.append(printed)
    truth = pd.DataFrame(rows, columns=["population", "item", "location", "log_slope"])
    return pd.concat(cells, ignore_index=True), pd.concat(figures), truth, bias


def _answers(
    leaf: tuple[str, str, float, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Ask 300 children once, spread over the ages that matter."""
    population, item, location, log_slope = leaf
    edges = np.expm1(location + np.array([-3.5, 3.5]) / np.exp(log_slope))
    months = np.linspace(max(edges[0], 0.1), edges[1], 300)
    share = expit(np.exp(log_slope) * (np.log1p(months) - location))
    return pd.DataFrame(
        {
            "population": population,
            "study": population,
            "country": "NLD",
            "item": item,
            "milestone": item,
            "domain": "gross_motor",
            "instrument": "own",
            "sex": "unknown",
            "age_days_low": months * _MONTH,
            "age_days_high": months * _MONTH,
            "age_days_mean": months * _MONTH,
            "asked": 1,
            "passed": rng.binomial(1, share),
        }
    )


def _percentiles_of_ages(
    leaf: tuple[str, str, float, float], shift: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Follow 200 children, print percentiles of their ages."""
    population, item, location, log_slope = leaf
    ages = location + rng.logistic(size=200) / np.exp(log_slope) + shift
    values = np.expm1(np.quantile(ages, np.array(PERCENTILES) / 100))
    return pd.DataFrame(
        {
            "published_name": item,
            "milestone": item,
            "n": 200,
            "statistic": [f"p{p:02d}" for p in PERCENTILES],
            "value": values.round(1),
            "source_id": population,
            "grade": "primary",
            "population": population,
            "operator": "=",
            "unit": "months",
        }
    )


if __name__ == "__main__":
    main()
