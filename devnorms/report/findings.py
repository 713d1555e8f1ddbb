"""
What was found and for whom, in plain words read off the finished tables.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from devnorms.report.inputs import ReportInputs
from devnorms.report.norm_tables import FLAGGED
from devnorms.report.page import Person
from devnorms.report.theme import named
from devnorms.report.words import (
    DOMAINS,
    SAMPLING,
    age,
    interval_of,
    number,
    percent,
    plural,
)
from devnorms.schema.norms import POOLED, NormSet

NOT_SAID = (
    "Diagnosis: a child who passes later than an age given here need not have anything "
    "wrong; a worried family should ask a health worker, not a table.",
    "Ranking countries: a population here is the children of one study, not a country.",
    "Setting a standard: they tell when the children seen did something, whatever "
    "their circumstances were, not when children should.",
    "Children of other populations, for whom these are imported norms.",
)
NOT_SEPARABLE = (
    "Where a country has one study, country, study, sample and instrument cannot be "
    "told apart: a difference may be any of them.",
)
CAUTION = (
    "Where populations differ, the reason may be the study, the instrument, the "
    "wording or who was chosen, as much as the children."
)
_MAIN = {
    "Who": "who",
    "Chosen": "sampling",
    "Place": "place",
    "Years": "years",
    "Children": "children",
}
_MORE = {
    "Eligible": "eligibility",
    "Languages": "languages",
    "Instruments": "instruments",
    "Ages given": "age_precision",
    "Context": "context_notes",
    "Licence": "licence",
    "Cite": "citation",
}
_IN_WORDS = {0.25: "a quarter", 0.5: "half", 0.75: "three quarters", 0.9: "nine in ten"}


def findings(
    inputs: ReportInputs, names: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """
    Say what was found: how much was seen, one example per domain, what is flagged.

    Parameters
    ----------
    inputs : ReportInputs
        The finished tables.
    names : mapping of str to str, optional
        What to call milestones.

    Returns
    -------
    tuple of str
        Sentences.
    """
    norms = inputs.norms
    table = norms.table[norms.table["population"] != POOLED]
    cells = table.drop_duplicates(["population", "milestone"])
    children = norms.populations["children"].sum(min_count=1)
    whose = "" if pd.isna(children) else f" of {number(children)} children"
    lands = norms.populations["country"].nunique()
    first = (
        f"{plural(int(cells['asked'].sum()), 'response')}{whose} in "
        f"{plural(cells['population'].nunique(), 'population')} of "
        f"{plural(lands, 'country', 'countries')} tell at which ages children pass "
        f"{plural(cells['milestone'].nunique(), 'milestone')}."
    )
    examples = [
        sentence
        for domain in table["domain"].unique()
        if (sentence := _example(table[table["domain"] == domain], str(domain), names))
    ]
    flagged = int(table["support"].isin(FLAGGED).sum())
    last = (
        f"{number(flagged)} of {number(len(table))} ages lie where no child was asked. "
        'They are given in words, such as "before 6.0 months", never as a number.'
    )
    return (first, *examples, CAUTION, last)


def reading(norms: NormSet) -> tuple[str, ...]:
    """
    Say how to read an age of this norm set.

    Parameters
    ----------
    norms : NormSet
        A norm set.

    Returns
    -------
    tuple of str
        Sentences.
    """
    shares = sorted(norms.table["share"].unique())
    return (
        f'Under "{percent(shares[-1])} pass" stands the age in months (of 30.4 days) '
        f"at which {percent(shares[-1])} of the population's children pass.",
        f"The first number is the posterior median; between the numbers in brackets "
        f"({interval_of(norms.table)}) the age lies with that probability, given the "
        "model and these children. How the children were chosen is not in it.",
        '"Before" and "after" name the youngest or oldest age at which the '
        "population's children were asked: the age lies beyond it, and nobody saw it.",
    )


def people(norms: NormSet) -> tuple[Person, ...]:
    """
    Describe each population: who, how chosen, when, how many, whom to cite.

    Parameters
    ----------
    norms : NormSet
        A norm set.

    Returns
    -------
    tuple of Person
        In alphabetical order.
    """
    cells = norms.table.drop_duplicates(["population", "milestone"])
    by_population = {str(name): rows for name, rows in cells.groupby("population")}
    described = norms.populations.sort_values("population").to_dict("records")
    return tuple(
        Person(
            str(row["population"]),
            str(row["country_name"]),
            (
                *_facts(row, _MAIN),
                *_counted(by_population.get(str(row["population"]))),
            ),
            _facts(row, _MORE),
        )
        for row in described
    )


def _facts(
    row: Mapping[Hashable, Any], headings: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """Tell what the table of populations knows; empty cells are left out."""
    sampling = SAMPLING.get(str(row["sampling"]), str(row["sampling"]))
    known = {**row, "sampling": sampling}
    return tuple(
        (heading, fact if isinstance(fact, str) else number(fact))
        for heading, column in headings.items()
        if (fact := known[column]) and not pd.isna(fact)
    )


def _counted(cells: pd.DataFrame | None) -> list[tuple[str, str]]:
    """Responses, milestones and ages beneath the norms of one population."""
    if cells is None:
        return [("Here", "no age of this norm set rests on it")]
    low, high = cells["support_low_months"].min(), cells["support_high_months"].max()
    return [
        ("Responses", number(cells["asked"].sum())),
        ("Milestones", number(len(cells))),
        ("Ages asked", f"{age(low)} to {age(high)} months"),
    ]


def _example(
    table: pd.DataFrame, domain: str, names: Mapping[str, str] | None
) -> str | None:
    """Take the milestone of a domain that most populations answer at two shares."""
    shares = [s for s in (0.5, 0.9) if s in set(table["share"])]
    within = table[(table["support"] == "within") & table["share"].isin(shares)]
    if within.empty:
        return None
    seen = within.groupby("milestone").agg(n=("population", "size"), k=("asked", "sum"))
    best = seen.sort_values(["n", "k"], ascending=False).index[0]
    mine = within[within["milestone"] == best]
    parts = []
    for share in shares:
        ages = mine.loc[mine["share"] == share, "age_months"]
        if len(ages):
            who = f"{_IN_WORDS.get(share, percent(share))} pass"
            parts.append(f"{who} {_span(ages)}")
    return (
        f"{DOMAINS.get(domain, domain)}, for example “{named(names, str(best))}”: "
        + ("; ".join(parts) + ".")
    )


def _span(ages: pd.Series) -> str:
    """From the earliest to the latest population."""
    if len(ages) == 1:
        return f"at {age(ages.iloc[0])} months (one population)"
    return f"at {age(ages.min())} to {age(ages.max())} months ({len(ages)} populations)"
