"""
Who was asked again: what the answers themselves show of the rules of asking.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from devnorms._base.ages import DAYS_PER_MONTH
from devnorms._base.errors import EmptySelectionError, InvalidTableError
from devnorms.tabulate.engines import collect, opened

_NEEDED = ("population", "item", "child", "age_days", "response")
_KEYS = ["population", "item", "child"]

RULES = (
    "asked once",
    "passes not asked again",
    "passes carried over",
    "asked again whatever was answered",
)

_RARELY = 0.5
_CARRIED = 0.01


def asked_again(observations: Any) -> pd.DataFrame:
    """
    Show, per item, who was asked again and whether a pass ever turned to "not yet".

    Shares of those asked at an age speak for all children only if being asked does not
    depend on earlier answers. Two traces of rules are looked for: children who passed
    are asked again less often than others; and passes are never followed by "not yet",
    which real children show (a bad day, another assessor), so that later passes are
    most likely copies of the first.

    Parameters
    ----------
    observations : table of any engine, or path
        Observations; needed: ``population, item, child, age_days, response``.

    Returns
    -------
    pandas.DataFrame
        One row per population and item: ``children`` (asked), ``again_after_pass,
        again_after_not_yet`` (share asked the item again at the child's next occasion,
        at ages where both answers were given; null if there are none), ``pairs``
        (passes with a further answer), ``undone`` (share of these followed by "not
        yet"), ``rule`` (in words).

    Raises
    ------
    InvalidTableError
        If a column is missing.
    EmptySelectionError
        If there is no answer with an age.

    Examples
    --------
    >>> import pandas as pd
    >>> seen = pd.DataFrame(
    ...     {
    ...         "population": "A",
    ...         "item": ["sits", "sits", "sits", "walks"],
    ...         "child": ["1", "1", "2", "2"],
    ...         "age_days": [200.0, 300.0, 200.0, 300.0],
    ...         "response": ["not_yet", "passed", "passed", "passed"],
    ...     }
    ... )
    >>> asked_again(seen)[["item", "again_after_pass", "again_after_not_yet", "rule"]]
        item  again_after_pass  again_after_not_yet                    rule
    0   sits               0.0                  1.0  passes not asked again
    1  walks               NaN                  NaN              asked once
    """
    with opened(observations) as (frame, _):
        rows = _read(frame)
    if rows.empty:
        raise EmptySelectionError("asked_again: no answer with an age is left.")
    answers = _with_next(rows)
    table = _per_item(answers)
    return table.assign(rule=_rules(table))


def _read(frame: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Take the answered rows out of any engine."""
    there = frame.collect_schema().names()
    missing = [name for name in _NEEDED if name not in there]
    if missing:
        raise InvalidTableError.missing_columns("Observations", missing, there)
    answered = nw.col("response").is_in(["passed", "not_yet"])
    rows = collect(
        frame.filter(answered, ~nw.col("age_days").is_null()).select(_NEEDED)
    )
    text = {name: rows[name].astype(str) for name in _KEYS}
    return pd.DataFrame(
        {
            **text,
            "age_days": rows["age_days"].to_numpy(dtype=float),
            "passed": (rows["response"] == "passed").to_numpy(),
        }
    )


def _with_next(rows: pd.DataFrame) -> pd.DataFrame:
    """Say, per answer, when the child was seen next and what it answered then."""
    child = ["population", "child"]
    visits = rows[[*child, "age_days"]].drop_duplicates().sort_values("age_days")
    visits["next_visit"] = visits.groupby(child)["age_days"].shift(-1)
    rows = rows.merge(visits, on=[*child, "age_days"])
    rows = rows.sort_values([*_KEYS, "age_days"])
    grouped = rows.groupby(_KEYS, sort=False)
    return rows.assign(
        next_asked=grouped["age_days"].shift(-1),
        next_passed=grouped["passed"].shift(-1),
    )


def _per_item(answers: pd.DataFrame) -> pd.DataFrame:
    """Shares asked again, and shares undone."""
    pair = answers["passed"] & answers["next_asked"].notna()
    undone = (~answers["next_passed"].fillna(True).astype(bool)).astype(float)
    keys = ["population", "item"]
    work = answers[[*keys, "child"]].assign(
        pair=pair.astype(int), undone=undone.where(pair)
    )
    table = work.groupby(keys, sort=True).agg(
        children=("child", "nunique"), pairs=("pair", "sum"), undone=("undone", "mean")
    )
    return table.join(_again(answers)).reset_index()


def _again(answers: pd.DataFrame) -> pd.DataFrame:
    """
    Shares asked again after a pass and after a "not yet", at the same ages.

    At older ages more pass and fewer items are asked of anybody, so the two are
    compared month by month (Mantel-Haenszel weights).
    """
    keys = ["population", "item"]
    seen = answers[answers["next_visit"].notna()]
    work = seen[keys].assign(
        month=seen["age_days"].floordiv(DAYS_PER_MONTH),
        passes=seen["passed"].astype(float),
        others=(~seen["passed"]).astype(float),
        again=(seen["next_asked"] == seen["next_visit"]).astype(float),
    )
    work["again_passes"] = work["again"] * work["passes"]
    work["again_others"] = work["again"] * work["others"]
    cells = work.groupby([*keys, "month"]).sum().reset_index()
    weight = cells["passes"] * cells["others"] / (cells["passes"] + cells["others"])
    for name, one in (("pass", "passes"), ("not_yet", "others")):
        rate = cells[f"again_{one}"] / cells[one].where(cells[one] > 0)
        cells[f"again_after_{name}"] = (rate * weight).fillna(0.0)
    totals = cells.assign(weight=weight).groupby(keys)
    names = ["again_after_pass", "again_after_not_yet"]
    total = totals["weight"].sum()
    return totals[names].sum().div(total.where(total > 0), axis=0)


def _rules(table: pd.DataFrame) -> np.ndarray:
    """Say in words what the shares show."""
    passes, others = table["again_after_pass"], table["again_after_not_yet"]
    never = passes.fillna(0).eq(0) & others.fillna(0).eq(0)
    dropped = passes < _RARELY * others
    # At one in a hundred, a rule of three tells nothing from fewer than 300 pairs.
    carried = (table["undone"] < _CARRIED) & (table["pairs"] >= 3 / _CARRIED)
    chosen = np.select([never, dropped, carried], RULES[:3], RULES[3])
    return chosen
