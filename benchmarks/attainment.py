"""
Ages of attainment as they were seen: what rules of asking do, and what removes it.

    python benchmarks/attainment.py rules [--worlds 5]
    python benchmarks/attainment.py covering [--worlds 5]
    python benchmarks/attainment.py recalled [--worlds 3]
    python benchmarks/attainment.py contradictions
    python benchmarks/attainment.py real --data FOLDER

``rules``: made-up children with known ages, seen at a clinic's nine visits; each item
is asked at two visits, the second time of everybody, only of those who had not passed,
or with the pass written down again. Printed: bias in months of the share passing of
those asked (monotone regression), of a logistic regression of all answers, and of the
likelihood of intervals. ``covering``: the coverage of the posterior intervals of the
last. ``recalled``: remembered
ages, a part of them rounded to 12 or 18. ``contradictions``: children who do not show
what they can. ``real``: longitudinal sets of childdevdata (FOLDER holds them).
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
import xarray as xr
from scipy.special import expit, logit
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

import devnorms as dn
from devnorms.models.attainment_fit import fit_attainment, leaf_density, pattern_leaves
from devnorms.models.attainment_fit import start as rough
from devnorms.models.attainment_spec import AttainmentSpec
from devnorms.models.attainment_start import leaf_modes
from devnorms.models.attainment_terms import terms
from devnorms.models.attainment_turnbull import turnbull
from devnorms.models.spec import Sampling
from devnorms.norms.attainment import ages_attained
from devnorms.simulate.asking import (
    AskAgain,
    Asking,
    Milestones,
    attained_ages,
    draw_milestones,
    recall_ages,
    simulate_asking,
)
from devnorms.tabulate.attainment import attainment
from devnorms.tabulate.attainment_asking import asked_again
from devnorms.tabulate.attainment_recalled import recalled_attainment

SHARES = (0.5, 0.9)
LEVELS = (0.5, 0.8, 0.95)
RULES = ("always", "not_passed", "carry_over")
SAMPLING = Sampling(draws=1000, tune=600, target_accept=0.95, min_ess=200.0)
LONGITUDINAL = {
    "NLD-SMOCC": "gcdg_nld_smocc",
    "COL-LT45M": "gcdg_col_lt45m",
    "JAM-LBW": "gcdg_jam_lbw",
    "JAM-STUNTED": "gcdg_jam_stunted",
}
_MONTH = 30.4375


def main() -> None:
    """Read the choices, run one part, print its tables."""
    words = argparse.ArgumentParser(description="Ages of attainment as they were seen.")
    words.add_argument(
        "part", choices=("rules", "covering", "recalled", "contradictions", "real")
    )
    words.add_argument("--worlds", type=int, default=5)
    words.add_argument("--items", type=int, default=40)
    words.add_argument("--children", type=int, default=400)
    words.add_argument("--data", type=Path, help="folder of the data")
    given = words.parse_args()
    pd.set_option("display.width", 200, "display.max_columns", 30)
    begin = time.process_time()
    if given.part == "rules":
        rules(given.worlds, given.items, given.children)
    elif given.part == "covering":
        covering(given.worlds, given.items, given.children)
    elif given.part == "recalled":
        recalled_many()
        recalled(given.worlds)
    elif given.part == "contradictions":
        contradictions(given.items, given.children)
    else:
        os.environ["DEVNORMS_DATA"] = str(given.data)
        real()
    print(f"CPU seconds: {time.process_time() - begin:.0f}")


def rules(worlds: int, items: int, children: int) -> None:
    """Errors of three answers under three rules of asking."""
    rows = []
    for rule in RULES:
        for world in range(worlds):
            truth, seen = _world(world, rule, items, children)
            found = {
                "share of those asked": share_of_those_asked(seen),
                "logistic regression": logistic(seen),
                "intervals (mode)": modes(attainment(seen)),
            }
            for name, table in found.items():
                rows.append(_errors(table, truth).assign(answer=name, rule=rule))
    table = pd.concat(rows)
    told = table[table["asked_there"]]
    for words, part in (
        ("All items", table),
        ("Items whose true age lies between the two visits", told),
    ):
        grouped = part.groupby(["rule", "answer", "share"])
        print(f"{words}: error in months of the age at a share")
        summary = grouped["error_months"].agg(
            items="size",
            none=lambda e: int(e.isna().sum()),
            median="median",
            nine_in_ten_within=lambda e: e.abs().quantile(0.9),
        )
        held = grouped["held"].mean().rename("95 % Wald interval holds the truth")
        print(summary.join(held).round(2).to_string())


def covering(worlds: int, items: int, children: int) -> None:
    """Coverage of posterior intervals; asked again only if not passed."""
    covered = []
    for world in range(worlds):
        truth, seen = _world(world, "not_passed", items, children)
        fitted = fit_attainment(attainment(seen), sampling=SAMPLING)
        covered.append(coverage(fitted, truth).assign(world=world))
    print("Intervals (posterior), asked again only if not passed")
    print(_coverage_table(pd.concat(covered)))


def _world(
    world: int, rule: AskAgain, items: int, children: int
) -> tuple[Milestones, pd.DataFrame]:
    """Make items that children reach independently, so that each counts."""
    rng = np.random.default_rng(1000 + world)
    truth = draw_milestones(items, rng=rng, frailty=0.0)
    return truth, simulate_asking(truth, children, Asking(again=rule), rng=rng)


def share_of_those_asked(seen: pd.DataFrame) -> pd.DataFrame:
    """Age at which the share passing of those asked reaches a share; monotone."""
    from scipy.optimize import isotonic_regression

    rows = []
    months = (seen["age_days"] / _MONTH).to_numpy()
    passed = (seen["response"] == "passed").to_numpy(float)
    for item, at in seen.groupby("item").indices.items():
        cell = pd.DataFrame({"bin": np.floor(months[at]), "age": months[at]})
        cell = cell.assign(passed=passed[at]).groupby("bin").mean().sort_values("age")
        n = np.bincount(np.floor(months[at]).astype(int))
        weight = n[n > 0].astype(float)
        fitted = isotonic_regression(cell["passed"].to_numpy(), weights=weight).x
        for share in SHARES:
            inside = fitted.min() <= share <= fitted.max()
            age = np.interp(share, fitted, cell["age"]) if inside else np.nan
            rows.append({"item": item, "share": share, "age_months": age})
    return pd.DataFrame(rows)


def logistic(seen: pd.DataFrame) -> pd.DataFrame:
    """Logistic regression of all answers on log age, item by item."""
    rows = []
    log_age = np.log1p(seen["age_days"] / _MONTH).to_numpy()
    passed = (seen["response"] == "passed").to_numpy(float)
    for item, at in seen.groupby("item").indices.items():
        design = sm.add_constant(log_age[at])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PerfectSeparationWarning)
            fit = sm.GLM(passed[at], design, family=sm.families.Binomial()).fit()
        intercept, slope = fit.params
        for share in SHARES:
            middle = (logit(share) - intercept) / slope
            gradient = -np.array([1.0, middle]) / slope
            reach = 1.96 * np.sqrt(gradient @ fit.cov_params() @ gradient)
            ages = (
                np.expm1([middle, middle - reach, middle + reach])
                if slope > 0
                else [np.nan] * 3
            )
            named = dict(
                zip(("age_months", "wald_low", "wald_high"), ages, strict=True)
            )
            rows.append({"item": item, "share": share, **named})
    return pd.DataFrame(rows)


def modes(patterns: pd.DataFrame) -> pd.DataFrame:
    """Ages at the mode of every item's own posterior: quick, without a sampler."""
    spec = AttainmentSpec()
    leaves, codes = pattern_leaves(patterns)
    parts = terms(patterns, codes)
    mode, _ = leaf_modes(
        lambda b, a: leaf_density(parts, b, a, spec), *rough(patterns, codes, spec)
    )
    tables = [
        leaves[["population", "item"]].assign(
            share=share,
            age_months=np.expm1(mode[:, 0] + logit(share) / np.exp(mode[:, 1])),
        )
        for share in SHARES
    ]
    return pd.concat(tables)


def _errors(found: pd.DataFrame, truth: Milestones) -> pd.DataFrame:
    """Beside the truth; and whether the true age lies between the two visits."""
    index = {name: n for n, name in enumerate(truth.names)}
    at = found["item"].map(index).to_numpy()
    true = np.array(
        [truth.age_at(s)[n] for s, n in zip(found["share"], at, strict=True)]
    )
    rule = Asking()
    visits = np.asarray(rule.visits_months)
    slope = np.exp(truth.log_slope)[:, None]
    share = expit(slope * (np.log1p(visits) - truth.location[:, None]))
    first = np.minimum((share < rule.debut_share).sum(1), len(visits) - 2)
    held = pd.Series(np.nan, found.index)
    if "wald_low" in found:
        inside = (found["wald_low"] <= true) & (true <= found["wald_high"])
        held = inside.where(found["age_months"].notna()).astype(float)
    between = (visits[first][at] <= true) & (true <= visits[first + 1][at])
    return found.assign(
        true=true,
        error_months=found["age_months"] - true,
        asked_there=between,
        held=held,
    )


def coverage(fitted: xr.Dataset, truth: Milestones) -> pd.DataFrame:
    """Whether each interval of each item holds the true age."""
    parts = []
    for level in LEVELS:
        ages = ages_attained(fitted, shares=SHARES, level=level)
        table = _errors(ages, truth)
        inside = table["true"].between(
            ages["age_months_low"].to_numpy(), ages["age_months_high"].to_numpy()
        )
        width = ages["age_months_high"] - ages["age_months_low"]
        parts.append(table.assign(level=level, inside=inside, width=width.to_numpy()))
    return pd.concat(parts)


def _coverage_table(covered: pd.DataFrame) -> pd.DataFrame:
    """Coverage, bias and width per share and level."""
    return (
        covered.groupby(["share", "level"])
        .agg(
            intervals=("inside", "size"),
            covered=("inside", "mean"),
            bias_months=("error_months", "mean"),
            width_months=("width", "mean"),
        )
        .round(3)
    )


def _rms(error: pd.Series) -> float:
    """Root of the mean square."""
    return float(np.sqrt((error**2).mean()))


def recalled(worlds: int) -> None:
    """Remembered ages: as they were said, and with rounding as a part of the model."""
    rows, covered, habits = [], [], []
    for world in range(worlds):
        rng = np.random.default_rng(500 + world)
        reports, truths = _reports(rng)
        plain = modes(recalled_attainment(reports, heaps=()))
        rows.append(_recall_errors(plain, truths).assign(answer="as said"))
        fitted = fit_attainment(recalled_attainment(reports), sampling=SAMPLING)
        for level in LEVELS:
            ages = ages_attained(fitted, shares=SHARES, level=level)
            table = _recall_errors(ages, truths)
            inside = table["true"].between(
                table["age_months_low"], table["age_months_high"]
            )
            width = table["age_months_high"] - table["age_months_low"]
            covered.append(table.assign(level=level, inside=inside, width=width))
            tail = (1 - level) / 2
            low, high = fitted["heaping"].quantile([tail, 1 - tail], ("chain", "draw"))
            share = np.array([truths[str(n)][1] for n in fitted["recalling"].values])
            held = (low.values <= share) & (share <= high.values)
            habits.append(pd.DataFrame({"level": level, "held": held}))
        median = ages_attained(fitted, shares=SHARES)
        rows.append(_recall_errors(median, truths).assign(answer="with rounding"))
    table = pd.concat(rows)
    grouped = table.groupby(["answer", "share"])["error_months"]
    print("Error in months; 20 to 60 % of caregivers round to 6, 12, 18, 24 or 36")
    print(grouped.agg(bias="mean", rms=_rms, populations="size").round(2))
    print(_coverage_table(pd.concat(covered)))
    print("Share of caregivers who round: intervals that hold the truth")
    print(pd.concat(habits).groupby("level")["held"].agg(["mean", "size"]).round(2))


def recalled_many(populations: int = 300) -> None:
    """Many populations at once, by mode and curvature, the share that rounds known."""
    rng = np.random.default_rng(11)
    spec, parts, truth = AttainmentSpec(), [], []
    for n in range(populations):
        one = draw_milestones(1, rng=rng, from_months=10, until_months=16)
        true = attained_ages(one, 300, rng=rng)[:, 0]
        asked = rng.uniform(9.0, 40.0, 300)
        # The share at which `leaf_density` looks at leaves.
        reports = recall_ages(true, asked, heaping=0.3, rng=rng)
        parts.append(reports.assign(population=f"population_{n:03d}", item="walks"))
        truth.append((one.location[0], one.log_slope[0]))
    patterns = recalled_attainment(pd.concat(parts, ignore_index=True))
    _, codes = pattern_leaves(patterns)
    given = terms(patterns, codes)
    mode, factor = leaf_modes(
        lambda b, a: leaf_density(given, b, a, spec), *rough(patterns, codes, spec)
    )
    covariance = factor @ factor.transpose(0, 2, 1)
    rows = []
    for share in SHARES:
        score = logit(share)
        slope = np.exp(mode[:, 1])
        gradient = np.stack([np.ones_like(slope), -score / slope], axis=1)
        sd = np.sqrt(np.einsum("ni,nij,nj->n", gradient, covariance, gradient))
        true_at = [b + score / np.exp(a) for b, a in truth]
        z = (mode[:, 0] + score / slope - np.array(true_at)) / sd
        rows += [
            {"share": share, "level": level, "covered": np.mean(np.abs(z) < reach)}
            for level, reach in zip(LEVELS, (0.674, 1.282, 1.96), strict=True)
        ]
    print(f"{populations} populations, share of caregivers who round known")
    print(pd.DataFrame(rows).round(3).to_string(index=False))


def _reports(
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, dict[str, tuple[Milestones, float]]]:
    """Make populations with a median between 10 and 16 months, and their own habits."""
    parts, truths = [], {}
    for n in range(16):
        one = draw_milestones(1, rng=rng, from_months=10, until_months=16)
        heaping = float(rng.uniform(0.2, 0.6))
        true = attained_ages(one, 300, rng=rng)[:, 0]
        asked = rng.uniform(9.0, 40.0, 300)
        name = f"population_{n:02d}"
        truths[name] = (one, heaping)
        reports = recall_ages(true, asked, heaping=heaping, rng=rng)
        parts.append(reports.assign(population=name, item="walks"))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(milestone="walks_alone"), truths


def _recall_errors(
    found: pd.DataFrame, truths: dict[str, tuple[Milestones, float]]
) -> pd.DataFrame:
    """Beside the truth."""
    pairs = zip(found["population"], found["share"], strict=True)
    true = np.array([truths[str(p)][0].age_at(s)[0] for p, s in pairs])
    return found.assign(true=true, error_months=found["age_months"] - true)


def contradictions(items: int, children: int) -> None:
    """Children who do not show what they can: three rules for what is believed."""
    rows = []
    for slip, luck in ((0.0, 0.0), (0.05, 0.0), (0.0, 0.05), (0.05, 0.05)):
        for again in ("always", "not_passed"):
            rng = np.random.default_rng(7)
            truth = draw_milestones(items, rng=rng, frailty=0.0)
            asking = Asking(again=again, slip=slip, luck=luck, times=3)
            seen = simulate_asking(truth, children, asking, rng=rng)
            for rule in ("widest", "first_pass", "last_not_yet"):
                patterns = attainment(seen, contradiction=rule)
                noted = patterns.attrs["contradictions"]
                again_seen = max(noted["seen again after a pass"], 1)
                rows.append(
                    _errors(modes(patterns), truth).assign(
                        slip=slip,
                        luck=luck,
                        again=again,
                        rule=rule,
                        contradicting=noted["children"] / again_seen,
                    )
                )
    table = pd.concat(rows)
    keys = ["slip", "luck", "again", "rule", "share"]
    summary = table.groupby(keys).agg(
        contradicting=("contradicting", "mean"),
        bias=("error_months", "mean"),
        rms=("error_months", _rms),
    )
    print(summary.round(2).to_string())


def real() -> None:
    """How the ages at 50 and 90 % move in real longitudinal children."""
    seen = dn.load("childdevdata")
    seen = seen[seen["study"].isin(list(LONGITUDINAL.values()))].copy()
    asked = asked_again(seen)
    total = asked.assign(undone=asked["undone"] * asked["pairs"])
    print("Rules that the answers show: items")
    print(pd.crosstab(asked["population"], asked["rule"]))
    sums = total.groupby("population")[["undone", "pairs"]].sum()
    print("Passes followed by 'not yet'")
    print(sums.assign(share=(sums["undone"] / sums["pairs"]).round(4)))
    parts = []
    for population in LONGITUDINAL:
        own = seen[seen["population"] == population]
        patterns = attainment(own, bin_days=14)
        print(population, patterns.attrs["contradictions"], patterns.attrs["left_out"])
        parts.append(_beside(own, patterns).assign(population=population))
    table = pd.concat(parts)
    table.to_csv(Path("attainment_real.csv"), index=False)


def _beside(own: pd.DataFrame, patterns: pd.DataFrame) -> pd.DataFrame:
    """Put the logistic regression beside the intervals, item by item."""
    twice = patterns.groupby("item")["after_months"].count() > 0
    varied = own.groupby("item", observed=True)["response"].nunique() > 1
    kept = sorted(set(twice.index[twice]) & set(varied.index[varied].astype(str)))
    patterns = patterns[patterns["item"].isin(kept)].reset_index(drop=True)
    own = own[own["item"].astype(str).isin(kept)]
    own = own.assign(item=own["item"].astype(str))
    naive = logistic(own).rename(columns={"age_months": "logistic"})
    fitted = fit_attainment(patterns, sampling=Sampling(draws=1500, tune=800,
                            target_accept=0.95, min_ess=200.0))  # fmt: skip
    ages = ages_attained(fitted, shares=SHARES)
    table = ages.merge(naive, on=["item", "share"])
    table["moved"] = table["age_months"] - table["logistic"]
    within = table[table["support"] == "within"]
    half = within["age_months_high"] - within["age_months_low"]
    print(
        within.groupby("share")
        .agg(
            items=("moved", "size"),
            median=("moved", "median"),
            lower_tenth=("moved", lambda m: m.quantile(0.1)),
            upper_tenth=("moved", lambda m: m.quantile(0.9)),
            beyond_half_month=("moved", lambda m: (m.abs() > 0.5).mean()),
        )
        .round(2)
    )
    outside = (within["moved"].abs() > half / 2).groupby(within["share"]).mean()
    print("share of items whose logistic age lies outside half the interval's width")
    print(outside.round(2))
    known = ("walks_alone", "sits_without_support", "crawls", "stacks_two_blocks")
    shown = within[within["milestone"].isin(known)]
    columns = ["item", "milestone", "share", "logistic", "age_months",
               "age_months_low", "age_months_high", "moved"]  # fmt: skip
    print(shown[columns].round(2).to_string())
    for item in shown["item"].unique()[:3]:
        steps = turnbull(patterns[patterns["item"] == item])
        print(
            item,
            "without a curve:",
            steps[["by_months", "share"]].round(2).to_numpy().tolist(),
        )
    return table


if __name__ == "__main__":
    main()
