"""
Centiles of vocabulary by age, with intervals, on the form they were asked with.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from devnorms._base.checks import check_known, check_share, check_shares
from devnorms._base.errors import ForbiddenUseError
from devnorms._base.provenance import USES, Record
from devnorms.norms.draws import INTERVAL, summarise
from devnorms.norms.trust import check_converged
from devnorms.norms.vocabulary_card import vocabulary_card
from devnorms.schema.vocabulary_curves import (
    EVERYBODY,
    check_vocabulary_curves,
    logit_at,
    parameters_at,
)
from devnorms.schema.vocabulary_norms import NORMS, check_vocabulary_norms

Floats = NDArray[np.float64]

CENTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)

_VERBS = {"produces": "say", "understands": "understand"}
_WHO = {EVERYBODY: "children", "female": "girls", "male": "boys"}


def vocabulary_norms(
    curves: xr.Dataset,
    *,
    centiles: Sequence[float] = CENTILES,
    level: float = 0.9,
    populations: Sequence[str] | None = None,
    allow_unconverged: bool = False,
) -> pd.DataFrame:
    """
    Numbers of words that shares of children stay below, by age.

    Ages are those at which the population was seen (the middle 98 % of its children);
    other ages have no row. Centiles never cross, never lie below no word or above all
    words of the form, and children without a word count like all others. Numbers of
    different forms are numbers of different questions: never compare them.

    Parameters
    ----------
    curves : xarray.Dataset
        As `devnorms.fit_vocabulary` gives them.
    centiles : sequence of float
        Shares of children, 0.1 for the tenth centile.
    level : float
        Probability in the equal-tailed interval.
    populations : sequence of str, optional
        Which; all without it.
    allow_unconverged : bool
        Whether to go on with draws that failed the sampler's checks, or with a
        preview; the card says so.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.schema.vocabulary_norms.check_vocabulary_norms`. In ``attrs``:
        ``card`` (whom the centiles speak for, what they are not for, terms of the
        sources) and ``record``.

    Raises
    ------
    BadValueError
        If a centile or the level does not lie between 0 and 1.
    UnknownNameError
        If a population is not in the curves.
    NotConverged
        If the sampler's checks were not met.
    ForbiddenUseError
        If the terms of a source that entered allow comparing only.
    InvalidTableError
        If the curves are not valid.
    """
    wanted = np.array(sorted(check_shares("centiles", centiles)))
    check_share("level", level)
    check_vocabulary_curves(curves)
    record = Record.from_json(curves.attrs["record"])
    if only := record.forbidden().get("norms"):
        advice = "Leave these data out; compare what others made with them."
        raise ForbiddenUseError.by_terms(USES["norms"], only, advice)
    converged = check_converged(curves, allow_unconverged)
    known = curves["population"].values.astype(str).tolist()
    chosen = check_known(
        "population", known if populations is None else populations, known
    )
    parts = [
        _centiles(curves, name, sex, wanted, level)
        for name in chosen
        for sex in curves["sex"].values.astype(str)
    ]
    table = check_vocabulary_norms(pd.concat(parts, ignore_index=True))
    choices = {"centiles": wanted.tolist(), "level": level, "interval": INTERVAL}
    record = record.with_settings(vocabulary_norms=choices)
    table.attrs = {
        "card": vocabulary_card(curves.sel(population=chosen), record, converged),
        "record": record.to_json(),
    }
    return table


def _centiles(
    curves: xr.Dataset, population: str, sex: str, centiles: Floats, level: float
) -> pd.DataFrame:
    """All rows of one population and sex."""
    mine = curves.sel(population=population, sex=sex)
    ages = curves["age_months"].values
    low, high = (float(mine[f"support_{end}_months"]) for end in ("low", "high"))
    inside = (ages >= low) & (ages <= high)
    drawn = parameters_at(curves, population, sex)[:, inside]
    ceiling = int(mine["ceiling"])
    at = logit_at(ndtri(centiles)[:, None, None], drawn[:, None])
    words = words_of(expit(at), ceiling)
    middle, under, over = summarise(words, level)
    shape = (len(centiles), int(inside.sum()))
    table = pd.DataFrame(
        {
            "age_months": np.broadcast_to(ages[inside], shape).ravel(),
            "centile": np.broadcast_to(centiles[:, None], shape).ravel(),
            "words": middle.ravel(),
            "words_low": under.ravel(),
            "words_high": over.ravel(),
            "children_at": np.broadcast_to(
                mine["children_at"].values[inside], shape
            ).ravel(),
        }
    )
    table = table.assign(
        population=population,
        country=str(mine["population_country"].values),
        language=str(mine["population_language"].values),
        instrument=str(mine["population_instrument"].values),
        measure=curves.attrs["measure"],
        sex=sex,
        ceiling=ceiling,
        interval=INTERVAL,
        level=level,
        children=int(mine["children"]),
        forms=int(mine["forms"]),
        at_edge=_edges(table["words"].to_numpy(), ceiling),
    )
    table["statement"] = [_statement(row) for row in table.to_dict("records")]
    ordered = table.sort_values(["age_months", "centile"])
    return ordered[list(NORMS.columns)]


def words_of(share: Floats, ceiling: int) -> Floats:
    """
    Turn shares into numbers of words, such that rounding gives the whole number.

    Parameters
    ----------
    share : array
        Between 0 and 1.
    ceiling : int
        Words on the form.

    Examples
    --------
    >>> words_of(np.array([0.0001, 0.5, 0.9999]), 100).tolist()
    [0.0, 50.0, 100.0]
    """
    return np.asarray(np.clip(share * (ceiling + 1) - 0.5, 0, ceiling))


def _edges(words: Floats, ceiling: int) -> list[str]:
    """Say where a centile is no word at all, or all words."""
    whole = np.rint(words)
    edges = np.select([whole <= 0, whole >= ceiling], ["floor", "ceiling"], "")
    return [str(edge) for edge in edges]


def _statement(row: Mapping[Hashable, Any]) -> str:
    """Say a row in words."""
    verb, who = _VERBS[row["measure"]], _WHO[row["sex"]]
    share, level = f"{100 * row['centile']:g} %", f"{100 * row['level']:g} %"
    where = f"{row['population']}, {row['age_months']} months"
    low, words, high = (round(row[f"words{e}"]) for e in ("_low", "", "_high"))
    if row["at_edge"] == "floor":
        return f"{where}: at least {share} of these {who} {verb} no word of the form."
    if row["at_edge"] == "ceiling":
        return (
            f"{where}: at least {100 * (1 - row['centile']):g} % of these {who} {verb} "
            f"all {row['ceiling']} words of the form."
        )
    return (
        f"{where}: {share} of these {who} {verb} {words} of {row['ceiling']} words or "
        f"fewer ({level} interval {low} to {high})."
    )
