"""
Place a child: a percentile by a named norm, with everything that is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from devnorms._base.ages import days_from_months, months_from_days
from devnorms._base.checks import check_share
from devnorms.norms.child import Child
from devnorms.norms.draws import INTERVAL
from devnorms.norms.named_norm import NamedNorm, check_in_norm, named_norm
from devnorms.norms.placement_words import page, percentile_words, too_little
from devnorms.norms.standing import (
    Asked,
    Standing,
    by_measurement,
    transported_scales,
    with_norm,
    with_transport,
)
from devnorms.schema.norms import NormSet
from devnorms.schema.placement import (
    NO_DIAGNOSIS,
    PLACEMENT,
    UNCERTAINTIES,
    check_placement,
)

ENOUGH = 0.5
"""Least part of the variance between children that answers must tell."""

FEWEST = 3
"""Fewest answers; below, one slip of the pen decides."""


@dataclass(frozen=True, eq=False)
class Placement:
    """
    Where a child stands by one named norm; shown in words, never as a bare number.

    Attributes
    ----------
    table : pandas.DataFrame
        See `devnorms.schema.placement.check_placement`.
    statement : str
        The answer in words: that with every uncertainty which applies to the child.
    enough : bool
        Whether the answers tell enough for a percentile.
    notes : tuple of str
        What was left out and why, how age was counted, what the norm speaks of.
    """

    table: pd.DataFrame
    statement: str
    enough: bool
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join([self.statement, *(f"- {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        return page(self.table, self.statement, self.notes)


def place(
    child: Child,
    norms: xr.Dataset | NormSet,
    population: str | None = None,
    *,
    level: float = 0.9,
    allow_unconverged: bool = False,
) -> Placement:
    """
    Place a child among children of its age, by a norm that is named.

    The answers of a child tell its pace ``z`` among children (`devnorms.norms.pace`)
    only roughly, the norm is known only roughly, and a child of another population is
    judged by a norm that was not made from its like. The table has a row for each of
    these, one added to the other:

    - ``measurement``: curves and spread of pace as if known (posterior medians);
    - ``measurement and norm``: all draws of the curves, and a spread of pace of 0.08 to
      0.13 (as ten studies show);
    - ``measurement, norm and transport``: the percentile among children of *another*
      population like those of the norm, whose curves are drawn around the norm's with
      the spread between populations (`devnorms.norms.standing.with_transport`).

    ``statement`` takes the last row, unless the child belongs to the norm's population
    (`Child.population`). Over children of the population the interval holds the true
    percentile as often as its level says; for a single child far from the middle it is
    drawn towards the middle, as every such estimate is.

    There is no percentile if fewer than 3 answers can be used or they tell less than
    half of the variance between children. Answers are used where children of the norm
    were asked that milestone at that age, and some but not all passed.

    Parameters
    ----------
    child : Child
        Answers and age.
    norms : xarray.Dataset or NormSet
        Curves, or a norm set.
    population : str, optional
        Whose norm; may be left out where there is one only.
    level : float
        Probability in the equal-tailed interval.
    allow_unconverged : bool
        Whether to use draws that failed the sampler's checks.

    Returns
    -------
    Placement

    Raises
    ------
    UnknownNameError
        If the population or a milestone is not in the norm.
    BadValueError
        If no population is named and there are several, or the level is no share.
    NotConverged
        If the sampler's checks were not met.

    Examples
    --------
    >>> import numpy as np
    >>> from devnorms.simulate import draw_truth, simulate_curves
    >>> rng = np.random.default_rng(1)
    >>> curves = simulate_curves(draw_truth(rng=rng), rng=rng)
    >>> child = Child({"walks_alone": "passed"}, age_months=12, population="NLD-SIM")
    >>> place(child, curves, "NLD-SIM").enough
    False
    """
    check_share("level", level)
    norm = named_norm(norms, population, allow_unconverged=allow_unconverged)
    check_in_norm(norm, list(child.answers))
    used, left_out = _usable(child, norm)
    rows = [
        _row(child, norm, used, found)
        for found in _standings(child, norm, used, level).items()
    ]
    table = pd.DataFrame(rows).assign(
        left_out=sum(left_out.values()), interval=INTERVAL, level=level
    )
    hint = _unit_hint(child, norm) if not len(used) else ""
    table["statement"] = [
        f"{_statement(row, hint)} {NO_DIAGNOSIS}" for row in table.to_dict("records")
    ]
    table = check_placement(table[list(PLACEMENT.columns)])
    table.attrs["left_out"] = dict(left_out)
    at_home = child.population == norm.population
    answer = table.iloc[1 if at_home else 2]
    return Placement(
        table,
        str(answer["statement"]),
        bool(answer["enough"]),
        tuple(_notes(child, norm, left_out)),
    )


def _usable(child: Child, norm: NamedNorm) -> tuple[pd.DataFrame, Counter[str]]:
    """Rows of the norm with an answer that tells something, and why others do not."""
    place_of = {m: i for i, m in enumerate(norm.rows["milestone"])}
    reasons: Counter[str] = Counter()
    at, passed = [], []
    age = child.age_in_months
    for milestone, answer in child.answers.items():
        if answer not in ("passed", "not_yet"):
            reasons[answer.replace("_", " ")] += 1
        elif milestone not in place_of:
            reasons[f"{norm.population} was not asked it"] += 1
        elif not _reaches(norm.rows.iloc[place_of[milestone]], age):
            reasons[f"{norm.population} was not asked it at that age"] += 1
        else:
            at.append(place_of[milestone])
            passed.append(answer == "passed")
    return norm.rows.iloc[at].assign(passes=passed), reasons


def _reaches(row: pd.Series, age: float) -> bool:
    """Whether children were asked at that age, and some but not all passed."""
    inside = row["support_low_months"] <= age <= row["support_high_months"]
    # A transported norm speaks of milestones that nobody there was asked.
    predicted = row["asked"] == 0 and bool(row.get("predicted", False))
    return bool(inside and (predicted or 0 < row["passed"] < row["asked"]))


def _standings(
    child: Child, norm: NamedNorm, used: pd.DataFrame, level: float
) -> dict[str, Standing]:
    """One standing per kind of uncertainty, each adding to the one before."""
    asked = Asked(
        float(np.log1p(child.age_in_months)),
        used["passes"].to_numpy(dtype=bool),
        used["domain"].to_numpy(dtype=str),
    )
    curves = norm.draws.take(used.index.to_numpy())
    at_home, abroad = with_norm(asked, curves, level), norm.scales
    if norm.common is not None:
        # Predicted together, milestones may be off together: so is a norm abroad.
        here, abroad = transported_scales(norm.common)
        at_home = with_transport(asked, curves, here, level)
    found = (
        by_measurement(asked, curves, level),
        at_home,
        with_transport(asked, curves, abroad, level),
    )
    return dict(zip(UNCERTAINTIES, found, strict=True))


def _row(
    child: Child, norm: NamedNorm, used: pd.DataFrame, found: tuple[str, Standing]
) -> dict[str, object]:
    """One kind of uncertainty; no percentile where there is not enough."""
    uncertainty, at = found
    enough = len(used) >= FEWEST and at.known >= ENOUGH
    abroad = uncertainty == UNCERTAINTIES[2]
    return {
        "norm": norm.name,
        "norm_population": norm.population,
        "among": f"another population judged by the norm of {norm.population}"
        if abroad
        else norm.population,
        "age_months": child.age_in_months,
        "age_corrected": child.is_corrected,
        "used": len(used),
        "uncertainty": uncertainty,
        "percentile": at.percentile if enough else np.nan,
        "percentile_low": at.low if enough else np.nan,
        "percentile_high": at.high if enough else np.nan,
        "known": at.known,
        "enough": enough,
    }


def _statement(row: Mapping[object, object], hint: str) -> str:
    """One row in words, without the closing sentence."""
    if row["enough"]:
        return percentile_words(row)
    return too_little(row, FEWEST, ENOUGH) + hint


def _unit_hint(child: Child, norm: NamedNorm) -> str:
    """Ask about the unit where the same number in another unit would fit the norm."""
    reach = norm.rows[norm.rows["milestone"].isin(list(child.answers))]
    if child.age_months is not None:
        other, name = float(months_from_days(child.age_months)), "age_days"
    else:
        other, name = float(child.age_days or 0), "age_months"
    if any(_reaches(row, other) for _, row in reach.iterrows()):
        given = child.age_months if child.age_months is not None else child.age_days
        return f" If the age was meant so, give {name}={given:g}."
    return ""


def _notes(child: Child, norm: NamedNorm, left_out: Counter[str]) -> list[str]:
    """Say how age was counted, what was left out, and what the norm cannot say."""
    notes = [f"Age: {child.age_in_words()}."]
    if child.corrected and child.gestation_days is None:
        notes.append(
            "Length of pregnancy was not said: if the child was born before 37 weeks, "
            "its age should be corrected."
        )
    if child.is_corrected and norm.corrected is False:
        notes.append(
            "The norm counts the ages of its own preterm children from birth, so that "
            "it is a little too kind to a child whose age is corrected."
        )
    notes += [f"Left out, {n} answer(s): {why}." for why, n in left_out.items()]
    if child.population is None:
        notes.append(
            "The child's population was not said, so that the norm counts as imported."
        )
    days = float(days_from_months(child.age_since_birth))
    if days == 0:
        notes.append("Age 0: on the day of birth hardly any milestone tells anything.")
    return notes
