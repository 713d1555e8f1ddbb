"""
A norm set after its review: what is gone, what is marked, and the statement.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd

from devnorms._base.errors import BadValueError, EmptySelectionError
from devnorms.schema._norm_table import POOLED
from devnorms.schema.reviews import AGAIN, NOT_REVIEWED, Review

if TYPE_CHECKING:
    from devnorms.schema.norms import NormSet

POLICIES = ("strict", "flag", "ignore")
GONE = ("withheld", "withdrawn")
APPROVED = ("approved", "approved_with_note")
AGE_UNSURE_MONTHS = 1.0
"""By how much an interval is widened either way where ages are not known exactly."""


def review_norms(norms: NormSet, review: Review, policy: str = "flag") -> NormSet:
    """
    Apply a community review to a norm set.

    Parameters
    ----------
    norms : NormSet
        Finished.
    review : Review
        See `devnorms.schema.reviews.load_review`.
    policy : {"strict", "flag", "ignore"}
        ``strict``: only what a community approved, on these very numbers, stays.
        ``flag``: the rest stays too, marked in the column ``review``. ``ignore``:
        nothing is changed but the statement, which says that the review was ignored.

    Returns
    -------
    NormSet
        With a column ``review`` (state, reasons); the card has ``community_review``.

    Raises
    ------
    BadValueError
        If the policy is none.
    EmptySelectionError
        If nothing is left.
    """
    if policy not in POLICIES:
        raise BadValueError.parameter("policy", f"one of {', '.join(POLICIES)}", policy)
    if policy == "ignore":
        return norms.with_card(
            community_review="A review exists and was ignored on request: "
            + _counts(review)
        )
    table = norms.table.copy()
    states = {
        (population, milestone): review.state(str(population), str(milestone), rows)
        for (population, milestone), rows in table.groupby(["population", "milestone"])
        if population != POOLED
    }
    keys = list(zip(table["population"], table["milestone"], strict=True))
    table["review"] = [_mark(states.get(key)) for key in keys]
    table = _widen(table, keys, states)
    outcomes = [states[key]["outcome"] if key in states else "" for key in keys]
    gone = pd.Series(outcomes, table.index).isin(GONE)
    # A centre over populations would let a withheld one be told by subtraction.
    hidden = set(table.loc[gone, "milestone"])
    gone |= (table["population"] == POOLED) & table["milestone"].isin(hidden)
    if policy == "strict":
        gone |= ~pd.Series(outcomes, table.index).isin(APPROVED)
    kept = table[~gone].reset_index(drop=True)
    if kept.empty:
        raise EmptySelectionError(
            "Nothing is left: no community approved any of these norms. Use "
            "policy='flag' to keep what waits for review, marked."
        )
    return _again(norms, kept, _statement(states, int(gone.sum()), policy))


def _mark(state: Any) -> str:
    """State and reasons in one word or few."""
    if state is None:
        return ""
    reasons = ", ".join(state["reasons"])
    return f"{state['outcome']} ({reasons})" if reasons else str(state["outcome"])


def _widen(
    table: pd.DataFrame, keys: list[Any], states: dict[Any, Any]
) -> pd.DataFrame:
    """Widen intervals where a community said that ages are not known exactly."""
    unsure = pd.Series(
        [key in states and "age" in states[key]["reasons"] for key in keys], table.index
    )
    table["age_months_low"] = (
        table["age_months_low"] - AGE_UNSURE_MONTHS * unsure
    ).clip(lower=0.0)
    table["age_months_high"] = table["age_months_high"] + AGE_UNSURE_MONTHS * unsure
    return table


def _again(norms: NormSet, table: pd.DataFrame, statement: str) -> NormSet:
    """Make the norm set anew: it has another id, because it says something else."""
    people = set(table["population"])
    populations = norms.populations[norms.populations["population"].isin(people)]
    table.attrs = dict(norms.table.attrs)
    return type(norms)(
        table,
        populations,
        {**norms.card, "community_review": statement},
        norms.record,
    )


def _counts(review: Review) -> str:
    """Outcomes in numbers."""
    counts = Counter(review.decisions["outcome"])
    return (
        ", ".join(f"{n} {name}" for name, n in sorted(counts.items())) or "no decision"
    )


def _statement(states: dict[Any, Any], gone: int, policy: str) -> str:
    """Say who was asked and what followed; silence is told as silence."""
    counts = Counter(str(state["outcome"]) for state in states.values())
    told = ", ".join(f"{n} {name}" for name, n in sorted(counts.items()))
    waiting = counts[NOT_REVIEWED] + counts[AGAIN]
    return (
        f"Community review ({policy}): of {len(states)} norms, {told}. {gone} row(s) "
        f"are not shown because of it. {waiting} wait for review: silence is not "
        "consent."
    )
