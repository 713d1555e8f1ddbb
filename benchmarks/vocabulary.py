"""
What centiles of vocabulary are worth: held-out children, dropped children, other ways.

Run ``python benchmarks/vocabulary.py --path FOLDER`` with the folder of Wordbank's
languages and forms. Previews are used where hundreds of fits are needed; ``--fit`` adds
the sampled fit of all populations (minutes) and its distance from the preview.
``--published FILE`` compares with centiles of others (CSV: population, measure,
age_months, centile, words; not part of this project, whose terms they have), by the
differences only. ``--figures FOLDER`` draws the two figures. ``--words`` adds words
across languages: their floor and what may be compared.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import betabinom

import devnorms as dn
from devnorms.models.vocabulary_classical import beta_regressions, quantile_regressions
from devnorms.models.vocabulary_design import basis_at
from devnorms.norms import observed_centiles
from devnorms.norms.vocabulary_checks import vocabulary_steps
from devnorms.simulate import VocabularyTruth, simulate_vocabulary

FOLDS = 5
CENTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
WORDS = (
    "dog", "more", "mommy", "daddy", "ball", "cat", "milk", "car", "bird", "shoe",
    "eye", "tree", "bread", "water_beverage", "baby", "nose", "book", "eat", "hat",
    "spoon",
)  # fmt: skip
SHOWN = "English (American) WS, Marchman Norming"
TRUTHS = {
    "early form, 300 words, 8 to 15 months": (
        VocabularyTruth(ceiling=300, level=-2.6, slope=4.2), np.arange(8, 16),
    ),
    "late form, 700 words, 16 to 36 months": (
        VocabularyTruth(ceiling=700, level=-2.2, slope=5.0, log_scale=0.4),
        np.arange(16, 37),
    ),
}  # fmt: skip


def show(title: str, table: pd.DataFrame, decimals: int = 3) -> None:
    """Print a table under its title."""
    print(f"\n{title}\n{table.round(decimals).to_string(index=False)}", flush=True)


def held_out(vocabulary: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Shares of children under centiles that they had no part in, by child."""
    keys = vocabulary["child"].drop_duplicates()
    fold = pd.Series(np.random.default_rng(1).integers(0, FOLDS, len(keys)), index=keys)
    at = vocabulary["child"].map(fold)
    spec = dn.VocabularySpec(measure)
    parts = []
    for number in range(FOLDS):
        curves = dn.preview_vocabulary(vocabulary[at != number], spec=spec)
        parts.append(
            dn.vocabulary_checks(curves, vocabulary[at == number], centiles=CENTILES)
        )
    return pd.concat(parts, ignore_index=True)


def families(vocabulary: pd.DataFrame, least: int) -> pd.DataFrame:
    """Held-out log score of this model less that of beta-binomial models, per set."""
    mine = vocabulary[(vocabulary["measure"] == "produces")]
    size = mine.groupby("population")["words"].transform("size")
    rows = []
    for population, one in mine[size >= least].groupby("population"):
        fold = np.random.default_rng(2).integers(0, FOLDS, len(one))
        if one["age_months"].nunique() < 5:
            continue
        score = {"population": population, "children": len(one)}
        ours = plain = zeros = 0.0
        for number in range(FOLDS):
            train, test = one[fold != number], one[fold == number]
            curves = dn.preview_vocabulary(train)
            steps = vocabulary_steps(curves, test)
            ours += np.log(steps["up_to"] - steps["below"]).sum()
            test = test[test["age_months"].isin(curves["age_months"].values)]
            plain += _beta_binomial(train, test, zeros=False)
            zeros += _beta_binomial(train, test, zeros=True)
        score |= {"this less beta-binomial": ours - plain}
        rows.append(score | {"zero-inflated less beta-binomial": zeros - plain})
    return pd.DataFrame(rows)


def _beta_binomial(train: pd.DataFrame, test: pd.DataFrame, *, zeros: bool) -> float:
    """Held-out log score of a beta-binomial with smooth mean and precision."""
    spec = dn.VocabularySpec()
    ages = np.arange(train["age_months"].min(), train["age_months"].max() + 1)
    basis = basis_at(ages, spec)[:, :5]

    def score(point: np.ndarray, table: pd.DataFrame) -> float:
        at = np.clip(table["age_months"].to_numpy(int) - ages[0], 0, len(ages) - 1)
        words, of = (table[c].to_numpy(float) for c in ("words", "answered"))
        rows = basis[at]
        mean, size = expit(rows @ point[:5]), np.exp(rows[:, :3] @ point[5:8])
        log_p = betabinom.logpmf(words, of, mean * size, (1 - mean) * size)
        if zeros:
            extra = expit(rows[:, :2] @ point[8:])
            log_p = np.log1p(-extra) + log_p
            log_p[words == 0] = np.logaddexp(np.log(extra), log_p)[words == 0]
        return float(log_p.sum())

    def worse(point: np.ndarray) -> float:
        prior = 0.5 * (point[2:5] ** 2).sum() / 0.5**2 + 0.5 * point[7] ** 2 / 0.5**2
        prior += 0.5 * ((point[8:] - [-4.0, 0.0]) ** 2).sum() / 2.0**2 if zeros else 0
        return prior - score(point, train)

    start = np.array([-2.0, 3.5, 0, 0, 0, 1, 0, 0, *([-4.0, 0.0] if zeros else [])])
    return score(minimize(worse, start, method="L-BFGS-B").x, test)


def by_age(checks: pd.DataFrame) -> pd.DataFrame:
    """Shares under each centile over all populations, by age."""
    bands = pd.cut(
        checks["age_months_low"], [0, 11, 15, 19, 23, 29, 60],
        labels=["to 11", "12-15", "16-19", "20-23", "24-29", "30 on"],
    )  # fmt: skip
    sums = (
        checks.assign(months=bands, under=checks["below"] * checks["children"])
        .groupby(["months", "centile"], observed=True)[["under", "children"]]
        .sum()
    )
    wide = (sums["under"] / sums["children"]).unstack()
    wide.columns = [f"P{100 * float(c):g}" for c in wide.columns]
    children = sums["children"].unstack().iloc[:, 0].round().astype(int)
    return wide.assign(children=children).reset_index()


def by_population(checks: pd.DataFrame) -> pd.DataFrame:
    """Largest departures: population x centile over all ages, in standard errors."""
    sums = (
        checks.assign(under=checks["below"] * checks["children"])
        .groupby(["population", "centile"])[["under", "children"]]
        .sum()
        .reset_index()
    )
    sums["share"] = sums["under"] / sums["children"]
    error = np.sqrt(sums["centile"] * (1 - sums["centile"]) / sums["children"])
    sums["z"] = (sums["share"] - sums["centile"]) / error
    return sums


def dropped(repeats: int, children: int) -> pd.DataFrame:
    """Simulate with known truth: what dropping the ends of the form does."""
    rows = []
    for name, (truth, ages) in TRUTHS.items():
        for seed in range(repeats):
            rng = np.random.default_rng(seed)
            table = simulate_vocabulary(truth, ages, children, rng=rng)
            zero, full = table["words"] == 0, table["words"] == truth.ceiling
            for rule, kept in (
                ("all kept", table),
                ("no-word children dropped", table[~zero]),
                ("no-word and all-word children dropped", table[~zero & ~full]),
            ):
                norms = dn.vocabulary_norms(
                    dn.preview_vocabulary(kept), allow_unconverged=True
                )
                rows.append(_beside(norms, truth).assign(form=name, rule=rule))
            beta = beta_regressions(table, centiles=CENTILES)
            rule = "beta regression, both dropped"
            rows.append(_beside(beta, truth).assign(form=name, rule=rule))
    every = pd.concat(rows, ignore_index=True)
    grouped = every.groupby(["form", "rule", "centile"], sort=False)
    found = grouped.agg(
        bias_words=("error", "mean"),
        rms_words=("error", _rms),
        inside=("inside", "mean"),
    )
    return found.reset_index()


def _rms(values: pd.Series) -> float:
    return float(np.sqrt((values**2).mean()))


def _beside(norms: pd.DataFrame, truth: VocabularyTruth) -> pd.DataFrame:
    """Errors against the truth, and whether intervals hold it."""
    true = np.concatenate(
        [
            truth.words(np.array([row.age_months]), row.centile)
            for row in norms.itertuples()
        ]
    )
    words = norms["words"].round()
    inside = (norms["words_low"].round() <= true) & (
        true <= norms["words_high"].round()
    )
    return pd.DataFrame(
        {
            "centile": norms["centile"],
            "error": words - true,
            "inside": inside.astype(float).where(norms["words_low"].notna()),
        }
    )


def dropped_real(vocabulary: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Real sets where a tenth or more say no word: centiles with and without them."""
    mine = vocabulary[vocabulary["measure"] == measure]
    zero = (mine["words"] == 0).groupby(mine["population"]).mean()
    chosen = zero.index[(zero >= 0.1) & (mine["population"].value_counts() >= 200)]
    mine = mine[mine["population"].isin(chosen)]
    spec = dn.VocabularySpec(measure)
    both = []
    for kept in (mine, mine[mine["words"] > 0]):
        curves = dn.preview_vocabulary(kept, spec=spec)
        norms = dn.vocabulary_norms(
            curves, centiles=(0.1, 0.25, 0.5, 0.9), allow_unconverged=True
        )
        both.append(norms.set_index(["population", "age_months", "centile"])["words"])
        checks = dn.vocabulary_checks(curves, mine, centiles=(0.1, 0.25), months=60)
        both.append(checks.set_index(["population", "centile"])["below"])
    rows = []
    for population in chosen:
        age = 12
        row = {"population": population, "zero": zero[population], "age_months": age}
        for centile in (0.25, 0.5, 0.9):
            key = (population, age, centile)
            if key in both[0].index and key in both[2].index:
                row |= {
                    f"P{100 * centile:g}": both[0][key],
                    f"P{100 * centile:g} dropped": both[2][key],
                }
        for centile in (0.1, 0.25):
            row[f"under P{100 * centile:g}"] = both[1][population, centile]
            row[f"under P{100 * centile:g} dropped"] = both[3][population, centile]
        rows.append(row)
    return pd.DataFrame(rows)


def classical(vocabulary: pd.DataFrame) -> pd.DataFrame:
    """Ours beside quantile and beta regression, and the children as they are."""
    size = vocabulary.groupby("population")["words"].transform("size")
    mine = vocabulary[(size >= 700) & (vocabulary["measure"] == "produces")]
    curves = dn.preview_vocabulary(mine)
    at = (0.1, 0.5, 0.9)
    ours = dn.vocabulary_norms(curves, centiles=at, allow_unconverged=True)
    raw = observed_centiles(curves, mine, centiles=at, min_children=50)
    key = ["population", "age_months", "centile"]
    rows = []
    for name, answer in (
        ("this model", ours),
        ("quantile regression", quantile_regressions(mine, centiles=at)),
        ("beta regression, ends dropped", beta_regressions(mine, centiles=at)),
    ):
        both = answer.merge(raw, on=key, suffixes=("", "_raw")).merge(
            ours[[*key, "ceiling"]], on=key, suffixes=("", "_form")
        )
        inside = (
            both["words"].round().between(both["words_low_raw"], both["words_high_raw"])
        )
        for centile, part in both.groupby("centile"):
            share = (part["words"] - part["words_raw"]) / part["ceiling"]
            outside = (part["words"] < -0.5) | (part["words"] > part["ceiling"] + 0.5)
            rows.append(
                {
                    "way": name,
                    "centile": centile,
                    "months": len(part),
                    "inside_raw_interval": inside[part.index].mean(),
                    "mean_gap_percent_of_form": 100 * share.mean(),
                    "rms_gap_percent_of_form": 100 * _rms(share),
                    "outside_the_form": int(outside.sum()),
                    "width_words": (part["words_high"] - part["words_low"]).mean(),
                }
            )
    return pd.DataFrame(rows)


def against_published(vocabulary: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Differences from centiles that others published; theirs are not printed."""
    theirs = pd.read_csv(file)
    rows = []
    for measure, part in theirs.groupby("measure"):
        mine = vocabulary[vocabulary["population"].isin(part["population"])]
        curves = dn.preview_vocabulary(mine, spec=dn.VocabularySpec(str(measure)))
        at = tuple(sorted(part["centile"].unique()))
        ours = dn.vocabulary_norms(curves, centiles=at, allow_unconverged=True)
        key = ["population", "age_months", "centile"]
        both = part.merge(ours, on=key, suffixes=("_theirs", ""))
        gap = 100 * (both["words"] - both["words_theirs"]) / both["ceiling"]
        inside = both["words_theirs"].between(
            both["words_low"].round(), both["words_high"].round()
        )
        rows += [
            {
                "measure": measure,
                "centile": centile,
                "figures": len(of),
                "mean_gap_percent_of_form": gap[of.index].mean(),
                "largest_gap_percent_of_form": gap[of.index].abs().max(),
                "inside_our_interval": inside[of.index].mean(),
            }
            for centile, of in both.groupby("centile")
        ]
    return pd.DataFrame(rows)


def fitted(vocabulary: pd.DataFrame) -> None:
    """Sample all populations at once: what it costs, where the preview differs."""
    start = time.process_time()
    curves = dn.fit_vocabulary(vocabulary)
    seconds = time.process_time() - start
    print(
        f"\nfit: {len(curves['population'])} populations, {seconds:.0f} CPU s; "
        f"{curves.attrs['diagnostics']}"
    )
    key = ["population", "age_months", "centile"]
    ours = dn.vocabulary_norms(curves).set_index(key)
    quick = dn.vocabulary_norms(
        dn.preview_vocabulary(vocabulary), allow_unconverged=True
    ).set_index(key)
    width = ours["words_high"] - ours["words_low"]
    gap = (quick["words"] - ours["words"]).abs()
    part = (gap / width.clip(lower=1)).rename("gap_over_width")
    show("Preview against fit", part.describe().to_frame().T)


def across_languages(path: Path) -> None:
    """Print the floor under differences between languages, and what may be told."""
    from devnorms.sources.wordbank.cards import populations

    milestones = [f"produces_{word}" for word in WORDS]
    counts = dn.count(dn.load("wordbank", path=path, milestones=milestones))
    curves = dn.preview(counts)
    cards = populations()
    show("Floor under languages", dn.language_floor(curves, cards), 2)
    known = dn.Known(populations=cards)
    table = dn.compare(curves, known=known, shares=[0.5], allow_unconverged=True)
    words = ["produces_dog", "produces_more"]
    told = table[table["milestone"].isin(words)]
    show(
        "Words against the centre of all",
        told.groupby(["milestone", "verdict", "claim"])
        .size()
        .rename("n")
        .reset_index(),
    )


def figures(vocabulary: pd.DataFrame, folder: Path) -> None:
    """Draw centiles of one population."""
    mine = vocabulary[vocabulary["population"] == SHOWN]
    mine.attrs = vocabulary.attrs
    curves = dn.fit_vocabulary(mine)
    norms = dn.vocabulary_norms(curves)
    axes = dn.plot.vocabulary(norms, observed_centiles(curves, mine))
    axes.figure.savefig(folder / "vocabulary.png", dpi=300)


def main() -> None:
    """Run all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--path", type=Path, required=True)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--children", type=int, default=60)
    parser.add_argument("--families", type=int, default=1000, help="least children")
    parser.add_argument("--published", type=Path)
    parser.add_argument("--figures", type=Path)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--words", action="store_true")
    chosen = parser.parse_args()
    vocabulary = dn.load_vocabulary(path=chosen.path)
    for measure in ("produces", "understands"):
        checks = held_out(vocabulary, measure)
        show(f"Held-out children under each centile, {measure}", by_age(checks))
        off = by_population(checks)
        large = off[off["children"] >= 300]
        points = (large["share"] - large["centile"]).abs()
        print(
            f"population x centile: {len(off)}; beyond 1.64 SE "
            f"{(off['z'].abs() > 1.64).mean():.0%} (10 % expected), beyond 3 SE "
            f"{(off['z'].abs() > 3).mean():.1%}; populations of 300 and more: off by "
            f"{100 * points.mean():.1f} points on average, {100 * points.max():.1f} at "
            "most"
        )
    show("Held-out log score", families(vocabulary, chosen.families), 1)
    show("Made-up children", dropped(chosen.repeats, chosen.children), 2)
    show("Real sets, produces", dropped_real(vocabulary, "produces"), 2)
    show("Beside other ways", classical(vocabulary), 2)
    if chosen.published:
        show(
            "Beside published centiles",
            against_published(vocabulary, chosen.published),
            2,
        )
    if chosen.words:
        across_languages(chosen.path)
    if chosen.fit:
        fitted(vocabulary)
    if chosen.figures:
        figures(vocabulary, chosen.figures)


if __name__ == "__main__":
    main()
