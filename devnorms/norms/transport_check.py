"""
Leave one country, or one language, out, and see whether what is foretold is true.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from devnorms._base.checks import check_share, check_shares
from devnorms._base.errors import BadValueError, EmptySelectionError
from devnorms.norms.transport_choice import Fold, foretell
from devnorms.norms.transport_leaves import Leaves, leaves_at
from devnorms.norms.transport_mixture import Mixture
from devnorms.norms.transport_near import Method, Surroundings
from devnorms.norms.transport_predict import world_of
from devnorms.norms.transport_rivals import (
    best_imported,
    imported_rivals,
    pool,
    pooled_rivals,
)
from devnorms.norms.transport_scores import score
from devnorms.schema.transport import check_scores

CHOSEN = "transport (chosen)"
IMPORTED, IMPORTED_BEST = "one imported norm", "best imported norm in hindsight"
FEWEST_GROUPS = 3
"""One left out, and two to see how groups differ."""


def folds(leaves: Leaves, groups: Sequence[str]) -> Iterator[Fold]:
    """
    Leave each group out in turn.

    Parameters
    ----------
    leaves : Leaves
        Estimates.
    groups : sequence of str
        The group of each leaf, such as its country.

    Raises
    ------
    BadValueError
        If there are fewer than three groups.
    """
    group = np.asarray(groups, dtype=str)
    names = np.unique(group)
    if len(group) != len(leaves.rows) or len(names) < FEWEST_GROUPS:
        raise BadValueError.parameter(
            "groups", "one per leaf, three groups or more", names.tolist()
        )
    milestone = leaves.rows["milestone"].to_numpy(dtype=str)
    for name in names:
        given = np.flatnonzero(leaves.known & (group != name))
        mine = group == name
        carried = np.isin(milestone, np.unique(milestone[given]))
        wanted = np.flatnonzero(mine & carried)
        yield Fold(str(name), given, wanted, int((mine & ~carried).sum()))


def leave_out(
    leaves: Leaves,
    groups: Sequence[str],
    methods: Sequence[Method],
    surroundings: Surroundings | None = None,
    *,
    shares: Sequence[float] = (0.5, 0.9),
    level: float = 0.8,
) -> pd.DataFrame:
    """
    Foretell each group from the others by each method, and score it.

    Nothing of a group enters what is said of it: leaves are estimated one by one,
    scales are found from the other groups, and a method is chosen (`CHOSEN`) by leaving
    out, among the other groups only, one of them after the other.

    Parameters
    ----------
    leaves : Leaves
        From `devnorms.norms.transport_leaves.leaves_of`.
    groups : sequence of str
        The group of each leaf, such as its country.
    methods : sequence of Method
        Candidates.
    surroundings : Surroundings, optional
        Covariates and distances that they need.
    shares : sequence of float
        Shares passing.
    level : float
        Of the interval whose width is given.

    Returns
    -------
    pandas.DataFrame
        See `devnorms.norms.transport_scores.score`; with ``group, method, chosen``
        (which one was), ``populations`` (how many others were asked the milestone),
        and ``children`` 0. ``attrs["left_out"]`` counts leaves not foretold,
        ``attrs["choice"]`` gives the inner log scores, by group and method.

    Raises
    ------
    BadValueError
        If there are fewer than three groups.
    EmptySelectionError
        If no milestone was asked in two groups.
    """
    wanted_shares, level = check_shares("shares", shares), check_share("level", level)
    worlds = {m.name: world_of(leaves, m, surroundings or Surroundings())
              for m in methods}  # fmt: skip
    parts, refused, choices = [], 0, []
    for fold in folds(leaves, groups):
        refused += fold.refused
        if not len(fold.wanted):
            continue
        target = leaves_at(leaves, fold.wanted)
        found, inner = foretell(worlds, fold, np.asarray(groups, dtype=str))
        choices.append({"group": fold.group, **inner})
        best = max(inner, key=lambda name: inner[name])
        mixtures = {name: p.mixture() for name, p in found.items()}
        mixtures |= _rivals(leaves, fold)
        tables = {
            name: score(mixture, target, wanted_shares, level)
            for name, mixture in mixtures.items()
        }
        tables |= _imported(leaves, fold, target, wanted_shares, level)
        tables[CHOSEN] = tables[best].assign(chosen=best)
        number = _carriers(leaves, fold)
        for name, table in tables.items():
            parts.append(table.assign(group=fold.group, method=name))
            parts[-1]["populations"] = parts[-1]["milestone"].astype("str").map(number)
    if not parts:
        raise EmptySelectionError(
            "Transport: no milestone was asked in two groups, so that none can be "
            "foretold from the others."
        )
    table = pd.concat(parts, ignore_index=True).assign(children=0, level=level)
    table["chosen"] = table["chosen"].fillna("")
    table = check_scores(table)
    table.attrs["left_out"] = {"milestone asked in no other group": refused}
    table.attrs["choice"] = choices
    return table


def _rivals(leaves: Leaves, fold: Fold) -> dict[str, Mixture]:
    """Foretell by means of the others."""
    milestones = leaves.rows["milestone"].iloc[fold.wanted].astype("str")
    return pooled_rivals(pool(leaves, fold.given), milestones)


def _imported(
    leaves: Leaves,
    fold: Fold,
    target: Leaves,
    shares: tuple[float, ...],
    level: float,
) -> dict[str, pd.DataFrame]:
    """Foretell by one norm: the one that fits the others best, and by hindsight."""
    norms = imported_rivals(leaves, fold.given, fold.wanted)
    tables = {}
    for name, (mixture, has) in norms.items():
        at = np.flatnonzero(has)
        if len(at):
            one = score(mixture.take(at), leaves_at(target, at), shares, level)
            tables[name] = one.assign(chosen=name)
    usable = {n: t for n, t in tables.items() if t["judged"].any()}
    if not usable:
        return {}
    first = next(n for n in best_imported(leaves, fold.given) if n in usable)
    most = max(len(t) for t in usable.values())
    wide = {n: t for n, t in usable.items() if len(t) >= most / 2}
    hindsight = min(
        wide, key=lambda n: wide[n].query("judged")["error_months"].abs().median()
    )
    return {IMPORTED: usable[first], IMPORTED_BEST: usable[hindsight]}


def _carriers(leaves: Leaves, fold: Fold) -> dict[str, int]:
    """How many of the given populations were asked each milestone."""
    given = leaves.rows.iloc[fold.given].astype({"milestone": "str"})
    counted = given.groupby("milestone")["population"].nunique()
    return {str(name): int(n) for name, n in counted.items()}
