"""
The choice of a reference: one child, every norm, and whether the verdict changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from devnorms._base.checks import check_at_least, check_known, check_share
from devnorms._base.errors import EmptySelectionError
from devnorms.norms.child import Child
from devnorms.norms.choice_words import SURE, page, summary
from devnorms.norms.judged import Floats
from devnorms.norms.named_norm import NamedNorm, every_norm
from devnorms.norms.printed import PrintedNorm
from devnorms.schema.placement import CHOICE, NO_DIAGNOSIS, check_choice
from devnorms.schema.populations import check_populations

NOT_DEFENSIBLE = {
    "clinical": "its children were chosen for a condition of health or growth",
    "poor": "its children were chosen because their families were poor",
    "trial": "its children took part in a trial",
}
"""Samples that describe no population at large: no norm for others."""


@dataclass(frozen=True, eq=False)
class ReferenceChoice:
    """
    What every norm says of one child: a card in plain words.

    Attributes
    ----------
    table : pandas.DataFrame
        See `devnorms.schema.placement.check_choice`.
    statement : str
        Whether the verdict depends on the norm, in words.
    changes : bool
        Whether defensible norms disagree.
    """

    table: pd.DataFrame
    statement: str
    changes: bool

    def __repr__(self) -> str:
        said = zip(self.table["reference"], self.table["statement"], strict=True)
        lines = [f"- {name}: {text.removesuffix(NO_DIAGNOSIS)}" for name, text in said]
        return "\n".join([self.statement, *lines])

    def _repr_html_(self) -> str:
        """Show the card in a notebook."""
        return page(self.table, self.statement)


def reference_choice(
    child: Child,
    curves: xr.Dataset,
    *,
    share: float = 0.9,
    at_least: int = 1,
    populations: pd.DataFrame | None = None,
    printed: Sequence[PrintedNorm] = (),
    allow_unconverged: bool = False,
) -> ReferenceChoice:
    """
    Judge one child by every norm there is, and see whether the verdict changes.

    A milestone is late by a norm if the child does not pass it yet although it is older
    than the age at which `share` of the norm's children pass; the child is late if so
    on `at_least` milestones or more. A norm judges a milestone only if its own children
    were asked at that age (and some but not all passed), and the child was asked. It
    is defensible if it can judge what the child was asked as well as any (at least half
    as many milestones as the norm that judges most), and its children were not chosen
    for illness, poverty or a trial. The verdict of a norm is the more probable one; if
    it is certain to less than 80 % it is too close to tell, and does not count.

    Parameters
    ----------
    child : Child
        Answers and age.
    curves : xarray.Dataset
        Whose populations are the norms.
    share : float
        Of the norms.
    at_least : int
        On how many milestones a child must be late.
    populations : pandas.DataFrame, optional
        Who was sampled. Without it no norm is set aside for its sample.
    printed : sequence of PrintedNorm
        Further norms, used as they are printed.
    allow_unconverged : bool
        Whether to use draws that failed the sampler's checks.

    Returns
    -------
    ReferenceChoice

    Raises
    ------
    UnknownNameError
        If no norm knows a milestone of the child.
    BadValueError
        If the share is none, or `at_least` is no whole number above 0.
    EmptySelectionError
        If no answer is ``passed`` or ``not_yet``.
    NotConverged
        If the sampler's checks were not met.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth, simulate_curves
    >>> rng = np.random.default_rng(1)
    >>> curves = simulate_curves(draw_truth(rng=rng), rng=rng)
    >>> child = Child({"walks_alone": "not_yet"}, age_months=17)
    >>> card = reference_choice(child, curves)
    >>> card.changes, sorted(set(card.table["verdict"]))
    (True, ['late', 'not late'])
    """
    check_share("share", share)
    check_at_least("at_least", at_least, 1)
    answers = _answers(child, curves, printed)
    sampling = _sampling(populations)
    rows = []
    for norm in every_norm(curves, allow_unconverged=allow_unconverged):
        ages = _ages(norm, share, list(answers))
        name = norm.population
        country = str(curves["population_country"].sel(population=name).item())
        who: dict[str, object] = {
            "reference": name,
            "country": country,
            "sampling": sampling.get(name, "unknown"),
        }
        rows.append({**who, **_judge(child.age_in_months, answers, ages, at_least)})
    for other in printed:
        ages = _printed_ages(other, share, list(answers))
        who = {
            "reference": other.name,
            "country": other.country,
            "sampling": other.sampling,
        }
        rows.append({**who, **_judge(child.age_in_months, answers, ages, at_least)})
    table = _with_verdicts(pd.DataFrame(rows), at_least)
    words, changes = summary(table, child, (share, at_least))
    return ReferenceChoice(table, f"{words} {NO_DIAGNOSIS}", changes)


def _answers(
    child: Child, curves: xr.Dataset, printed: Sequence[PrintedNorm]
) -> dict[str, bool]:
    """Milestones passed or not yet; each must be known to a norm."""
    known = set(curves["milestone"].values.astype(str))
    known |= {m for norm in printed for m in norm.ages["milestone"]}
    check_known("milestone", child.answers, known)
    found = {
        name: answer == "passed"
        for name, answer in child.answers.items()
        if answer in ("passed", "not_yet")
    }
    if not found:
        raise EmptySelectionError(
            "No answer is 'passed' or 'not_yet': nothing can be judged."
        )
    return found


def _sampling(populations: pd.DataFrame | None) -> dict[str, str]:
    """How each population was chosen, where somebody says."""
    if populations is None:
        return {}
    known = check_populations(populations)
    return dict(zip(known["population"], known["sampling"], strict=True))


def _ages(norm: NamedNorm, share: float, asked: list[str]) -> dict[str, Floats]:
    """Draws of the age that the norm judges at, where its children carry it."""
    at = norm.draws.log_age_at(share)
    found = {}
    for column, row in enumerate(norm.rows.to_dict("records")):
        age = np.expm1(at[:, column])
        reaches = (
            row["support_low_months"] <= np.median(age) <= row["support_high_months"]
            and 0 < row["passed"] < row["asked"]
        )
        if row["milestone"] in asked and reaches:
            found[str(row["milestone"])] = age
    return found


def _printed_ages(
    norm: PrintedNorm, share: float, asked: list[str]
) -> dict[str, Floats]:
    """Ages as they are printed, one each."""
    at_share = norm.ages[(norm.ages["share"] - share).abs() < 1e-6]
    ages = zip(at_share["milestone"], at_share["age_months"], strict=True)
    return {str(m): np.array([float(age)]) for m, age in ages if m in asked}


def _judge(
    age: float, answers: dict[str, bool], ages: dict[str, Floats], at_least: int
) -> dict[str, object]:
    """Count what is late by a norm, and how sure that is."""
    draws = max((len(a) for a in ages.values()), default=1)
    late = np.zeros(draws)
    named = []
    for milestone, at in ages.items():
        overdue = (age > at) & (not answers[milestone])
        late = late + overdue
        if age > np.median(at) and not answers[milestone]:
            named.append(milestone)
    probability = float(np.mean(late >= at_least))
    return {
        "judged": len(ages),
        "late_on": len(named),
        "late_milestones": ", ".join(named),
        "is_late": probability >= 0.5,
        "certain": max(probability, 1 - probability),
    }


def _with_verdicts(table: pd.DataFrame, at_least: int) -> pd.DataFrame:
    """Say which norms can judge, which are defensible, and what they say."""
    can = table["judged"] >= at_least
    table["verdict"] = np.select(
        [~can, table["is_late"].astype(bool)], ["cannot say", "late"], "not late"
    ).astype(str)
    table["certain"] = table["certain"].where(can)
    few = table["judged"] < max(at_least, table["judged"].max() / 2)
    table["why_not"] = [
        f"it judges {judged} of the milestones only"
        if bad
        else NOT_DEFENSIBLE.get(sampling, "")
        for judged, bad, sampling in zip(
            table["judged"], few, table["sampling"], strict=True
        )
    ]
    table["defensible"] = table["why_not"] == ""
    table["country"] = table["country"].astype("str")
    table["statement"] = [_statement(row) for row in table.to_dict("records")]
    return check_choice(table[list(CHOICE.columns)])


def _statement(row: dict[object, object]) -> str:
    """One norm in words."""
    if row["verdict"] == "cannot say":
        words = "Cannot say: it has no ages for these milestones at this share."
    else:
        late = row["late_milestones"] or "none"
        certain = float(str(row["certain"]))
        close = "" if certain >= SURE else ", but too close to tell"
        words = (
            f"{str(row['verdict']).capitalize()}{close}: late on {row['late_on']} of "
            f"{row['judged']} milestones ({late}); certain to {100 * certain:.0f} %."
        )
    if row["why_not"]:
        words += f" Not a defensible norm here: {row['why_not']}."
    return f"{words} {NO_DIAGNOSIS}"
