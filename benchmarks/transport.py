"""
Predicting populations that nobody measured: leave-out tables, learning curve, worlds.

    python benchmarks/transport.py countries
    python benchmarks/transport.py children --data FOLDER [--draws 2]
    python benchmarks/transport.py languages --data FOLDER [--methods 0,2,6]
    python benchmarks/transport.py worlds [--worlds 20]

``countries`` leaves out one country of the bundled counts at a time (both Colombian
studies together, both Jamaican ones), ``languages`` one language of Wordbank,
``children`` draws local children of childdevdata, ``worlds`` makes populations whose
truth is known. FOLDER holds the open data. ``--methods`` tries some methods only (0 is
`PLAIN`, the others are listed by `devnorms.norms.transport_methods.candidates`);
``--out`` keeps the table of predictions as Parquet (aggregates, no child-level row).

Words of Wordbank: every uni-lemma asked, as produced, in all 20 languages (100 of
them); of these every second in alphabetical order. A population is a variety of a
language (its forms and data sets together), a child says a word if any of the form's
words for it is ticked, and languages are left out whole, with all their varieties.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import devnorms as dn
from devnorms.norms.transport_check import CHOSEN, leave_out
from devnorms.norms.transport_learning import Sample, learning_curve
from devnorms.norms.transport_leaves import leaves_of
from devnorms.norms.transport_methods import DEFAULT, candidates
from devnorms.norms.transport_near import Method, Surroundings
from devnorms.norms.transport_summary import summarise_scores
from devnorms.sources.context import (
    countries,
    cultural_distance,
    geographic_distance,
    linguistic_distance,
)

LOCAL = (10, 25, 50, 100, 200)
PLAIN = Method("exchangeable, all alike", unevenness=0.0)


def surroundings(populations: pd.DataFrame) -> Surroundings:
    """Gather what is known of populations and countries."""
    table = countries().set_index("country")
    table["log_gdp"] = np.log(table["gdp_per_head_usd"].astype(float))
    table = table[["hdi", "log_gdp", "gini"]].astype(float)
    own = populations.drop_duplicates("population").set_index("population")
    # Some populations are named as their country.
    both = table.combine_first(own[["sampling"]])
    distances = {
        "geographic": geographic_distance(),
        "linguistic": linguistic_distance(),
        "cultural": _by_country(),
    }
    return Surroundings(both, distances)


def _by_country() -> object:
    """Cultural distances of countries: the mean over regions, zero to themselves."""
    import xarray as xr

    distance = cultural_distance()
    table = pd.DataFrame(distance.values, *2 * [distance["region_country"].values])
    means = table.T.groupby(level=0).mean().T.groupby(level=0).mean()
    values = means.to_numpy(copy=True)
    np.fill_diagonal(values, 0.0)
    names = list(means.index)
    return xr.DataArray(
        values,
        dims=("country", "other_country"),
        coords={"country": names, "other_country": names},
        attrs={"units": "1"},
    )


def show(title: str, table: pd.DataFrame) -> None:
    """Print a table under its title."""
    print(f"\n{title}\n{table.round(3).to_string(index=False)}", flush=True)


def of_groups(
    counts: pd.DataFrame, groups: str, around: Surroundings, given: argparse.Namespace
) -> None:
    """Leave groups out, print the tables."""
    began, spent = time.time(), time.process_time()
    leaves = leaves_of(counts)
    group = leaves.rows[groups].astype(str).tolist()
    methods = [PLAIN, *candidates(around)]
    if given.methods:
        methods = [methods[int(k)] for k in given.methods.split(",")]
    table = leave_out(leaves, group, methods, around)
    if given.out:
        table.drop(columns="chosen").to_parquet(given.out)
    show("Inner log scores: what each fold chose by", _choice(table))
    print(f"\nNot foretold (leaves): {table.attrs['left_out']}")
    show("All milestones that another group was asked", summarise_scores(table))
    more = table[table["populations"] >= 2]
    show("Milestones that two or more others were asked", summarise_scores(more))
    chosen = table[(table["method"] == CHOSEN) | (table["method"] == "pooled + SD")]
    show("By group", summarise_scores(chosen, ["group", "method", "share"]))
    print(f"\n{time.time() - began:.0f} s, {time.process_time() - spent:.0f} CPU s")


def _choice(table: pd.DataFrame) -> pd.DataFrame:
    """Inner scores, and which was the best."""
    inner = pd.DataFrame(table.attrs["choice"]).set_index("group")
    return inner.assign(best=inner.idxmax(axis=1)).reset_index()


def of_countries(given: argparse.Namespace) -> None:
    """Leave each country of the bundled counts out."""
    people = dn.populations()
    around = surroundings(people)
    of_groups(dn.load_counts("milestones"), "country", around, given)


def of_languages(given: argparse.Namespace) -> None:
    """Leave each language of Wordbank out."""
    cached = given.cache and given.cache.is_file()
    counts = pd.read_parquet(given.cache) if cached else words(given.data)
    if given.cache and not cached:
        counts.to_parquet(given.cache)
    people = counts[["population"]].assign(sampling="unknown")
    around = surroundings(people)
    of_groups(counts, "study", around, given)


def words(folder: Path) -> pd.DataFrame:
    """Count words of Wordbank; ``study`` is the language that is left out whole."""
    from devnorms.sources.wordbank import items

    asked = items().query("measure == 'produces' and milestone.notna()")
    language = asked["language"].str.split("-").str[0]
    number = language.groupby(asked["milestone"]).nunique()
    lemmas = sorted(number.index[number == language.nunique()])[::2]
    print(f"{len(lemmas)} words: {', '.join(lemmas)}")
    rows = dn.load("wordbank", milestones=lemmas)
    rows = rows[rows["response"].isin(["passed", "not_yet"]) & rows["age_days"].notna()]
    return word_counts(rows, kinds_of(asked, folder))


def kinds_of(asked: pd.DataFrame, folder: Path) -> dict[str, str]:
    """Lexical category of each word: of the form category that most forms put it in."""
    file = folder / "wordbank" / "categories.csv"
    known = pd.read_csv(file, header=None, names=["category", "kind", "class"])
    kind = known.set_index("category")["kind"]
    most = asked.groupby("milestone")["category"].agg(lambda s: s.mode().iloc[0])
    return {str(name): str(kind.get(of, "other")) for name, of in most.items()}


def word_counts(rows: pd.DataFrame, kinds: dict[str, str]) -> pd.DataFrame:
    """Count children by variety, word and age; a child says it in any of its words."""
    keys = ["language", "population", "child", "occasion", "milestone"]
    passed = rows["response"].eq("passed")
    per_child = (
        rows[keys]
        .assign(age_days_low=rows["age_days"], passed=passed)
        .groupby(keys, observed=True)
        .agg(age_days_low=("age_days_low", "first"), passed=("passed", "max"))
        .reset_index()
    )
    cells = (
        per_child.groupby(["language", "milestone", "age_days_low"], observed=True)
        .agg(asked=("passed", "size"), passed=("passed", "sum"))
        .reset_index()
        .astype({"language": "str", "milestone": "str"})
    )
    country = rows.groupby("language", observed=True)["country"].agg(
        lambda s: s.mode().iloc[0]
    )
    where = {str(name): str(code) for name, code in country.items()}
    return cells.assign(
        population=cells["language"],
        study=cells["language"].str.split("-").str[0],
        country=cells["language"].map(where),
        item=cells["language"] + " " + cells["milestone"],
        domain=cells["milestone"].map(kinds),
        instrument="CDI",
        sex="unknown",
        age_days_high=cells["age_days_low"],
        age_days_mean=cells["age_days_low"],
    ).drop(columns="language")


def of_children(given: argparse.Namespace) -> None:
    """Draw local children of each population of childdevdata."""
    counts = dn.load_counts("milestones")
    leaves = leaves_of(counts)
    country = leaves.rows["country"].astype(str).tolist()
    linked = counts[counts["domain"].notna()]
    domains = dict(zip(linked["milestone"], linked["domain"], strict=True))
    rows = dn.load("childdevdata")
    rows = rows[rows["milestone"].isin(list(domains)) & rows["age_days"].notna()]
    parts = []
    for population in leaves.rows["population"].unique():
        mine = rows[rows["population"] == population].copy()
        for name in mine.select_dtypes("category"):
            mine[name] = mine[name].cat.remove_unused_categories()
        drawn = samples(mine, domains, given.draws)
        parts.append(learning_curve(leaves, country, str(population), drawn, DEFAULT))
        print(f"{population} done", flush=True)
    table = pd.concat(parts, ignore_index=True)
    if given.out:
        table.to_parquet(given.out)
    curve = summarise_scores(table, ["share", "method", "children"])
    show("Learning curve", curve.sort_values(["share", "method", "children"]))


def samples(
    rows: pd.DataFrame, domains: dict[str, str], draws: int
) -> Iterator[Sample]:
    """Draw children, with all their visits; the others judge."""
    child = rows["child"].astype(str)
    everybody = child.unique()
    rng = np.random.default_rng(20261124)
    for _ in range(draws):
        for number in LOCAL:
            if number > len(everybody) / 2:
                continue
            local = child.isin(rng.choice(everybody, number, replace=False))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", dn.DevnormsWarning)
                two = [dn.count(rows[s], domains=domains) for s in (local, ~local)]
            yield Sample(number, *two)


def of_worlds(given: argparse.Namespace) -> None:
    """Made-up populations whose true ages are known."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.norms.transport_worlds import calibration

    table = calibration(range(given.worlds))
    show("Made-up worlds: the truth inside the intervals", table)


RUNS = {
    "countries": of_countries,
    "children": of_children,
    "languages": of_languages,
    "worlds": of_worlds,
}


def main() -> None:
    """Read the choices, print the tables."""
    said = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    said.add_argument("run", choices=RUNS)
    said.add_argument("--data", type=Path, help="folder of the open data")
    said.add_argument("--draws", type=int, default=2, help="draws of local children")
    said.add_argument("--worlds", type=int, default=20)
    said.add_argument("--methods", help="numbers of the methods to try, by commas")
    said.add_argument("--cache", type=Path, help="counts of words, kept as Parquet")
    said.add_argument("--out", type=Path, help="Parquet file of the predictions")
    given = said.parse_args()
    if given.data:
        os.environ["DEVNORMS_DATA"] = str(given.data.resolve())
    RUNS[given.run](given)


if __name__ == "__main__":
    main()
