"""
Answers of groups of children, matched so that items can be judged.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

import numpy as np

from devnorms._base.ages import log_age_from_days, months_from_days
from devnorms._base.checks import check_at_least, check_known
from devnorms._base.errors import EmptySelectionError, InvalidTableError
from devnorms._base.provenance import Record
from devnorms.schema.dif import ABILITY, AGE, MATCHED_ON, check_matched

if TYPE_CHECKING:
    import pandas as pd

    from devnorms.scores import Answers, Key, Scale

_UNKNOWN = {"sex": ("unknown",), "population": ()}
_AGE_STEPS = 240


def matched(
    observations: pd.DataFrame,
    by: str = "sex",
    *,
    on: Literal["ability", "dscore", "age"] = "ability",
    unit: Literal["item", "milestone"] = "item",
    key: str = "gsed2406",
    least: int = 20,
) -> pd.DataFrame:
    """
    Match the answers of groups of children, so that items can be judged.

    On ability: a scale is calibrated on these answers (marginal maximum likelihood;
    items alike for all groups, each group with its own growth), and each answer gets
    the child's ability by all its *other* answers of that visit, with its standard
    error. On age: nothing but age is taken into account.

    Parameters
    ----------
    observations : pandas.DataFrame
        See `devnorms.schema.observations`.
    by : str
        Column that names the groups, for example ``"sex"`` or ``"population"``.
    on : {"ability", "dscore", "age"}
        What children are matched on; ``"dscore"`` takes the key as it is published,
        its prior included, which is the same for all groups: a group that is ahead
        is then pulled back, and its items look easier than they are.
    unit : {"item", "milestone"}
        What is judged: an item, or all items that ask a milestone. In the latter case
        what the wordings differ by lies in the differences.
    key : str
        Key that gives the scale its location and start, see `devnorms.dscore`.
    least : int
        Units that fewer answers of a group ask are left out of that group, and units
        left with one group altogether.

    Returns
    -------
    pandas.DataFrame
        Matched answers, see `devnorms.schema.dif.check_matched`;
        ``attrs["left_out"]`` counts the answers left out, by reason.

    Raises
    ------
    InvalidTableError
        For missing columns.
    EmptySelectionError
        If no unit was asked in two groups.

    References
    ----------
    Holland PW, Wainer H (eds). Differential item functioning. Erlbaum 1993.
    """
    check_known("thing to match on", [on], MATCHED_ON)
    check_at_least("least", least, 1)
    needed = ["study", "child", "occasion", "age_days", "item", "response", by, unit]
    missing = [name for name in needed if name not in observations.columns]
    if missing:
        raise InvalidTableError.missing_columns(
            "Observations", missing, [str(name) for name in observations.columns]
        )
    left: dict[str, int] = {"answers": len(observations)}
    used = _usable(observations, by, unit, left)
    used = _asked_in_two(used, unit, least, left)
    table, growth = _on_age(used) if on == AGE else _on_ability(used, key, on)
    left["used"] = len(table)
    valid = check_matched(table)
    before = observations.attrs.get("record")
    record = Record.from_json(before) if before else Record()
    choices = {"by": by, "on": on, "unit": unit, "key": key, "least": least}
    valid.attrs = {
        "match": on,
        "growth": json.dumps(growth),
        "left_out": left,
        "record": Record.now(
            record.sources, {**record.settings, "matched": choices}
        ).to_json(),
    }
    return valid


def _usable(
    observations: pd.DataFrame, by: str, unit: str, left: dict[str, int]
) -> pd.DataFrame:
    """Keep answers that passed or did not, with an age, a group and a unit."""
    said = observations["response"].isin(["passed", "not_yet"])
    group = observations[by].astype("str")
    known = observations[by].notna() & ~group.isin(_UNKNOWN.get(by, ()))
    reasons = {
        "neither passed nor not yet": ~said,
        "no age": observations["age_days"].isna(),
        f"{by} not known": ~known,
    }
    kept = np.ones(len(observations), dtype=bool)
    for reason, wrong in reasons.items():
        left[reason] = int((kept & wrong.to_numpy()).sum())
        kept &= ~wrong.to_numpy()
    if not kept.any():
        raise EmptySelectionError(
            f"No answer can be matched: {left}. Check the columns 'response', "
            f"'age_days' and {by!r}."
        )
    item = observations.loc[kept, "item"].astype("str")
    asks = observations.loc[kept, unit]
    used = observations.loc[kept, ["study", "child", "occasion", "age_days", "item"]]
    return used.assign(
        response=observations.loc[kept, "response"].astype("str"),
        population=group[kept],
        unit=asks.astype("str").where(asks.notna(), item).str.lower(),
        named=asks.notna(),  # the others say how able a child is, and are not judged
    )


def _asked_in_two(
    used: pd.DataFrame, unit: str, least: int, left: dict[str, int]
) -> pd.DataFrame:
    """Mark units that at least two groups were asked often enough."""
    named = used[used["named"]]
    asked = named.groupby(["unit", "population"]).size()
    often = asked[asked >= least]
    groups = often.groupby(level=0).size()
    judged = set(
        often[often.index.get_level_values(0).isin(groups[groups > 1].index)].index
    )
    if not judged:
        raise EmptySelectionError(
            f"No {unit} was asked of {least} or more in two groups, so nothing can be "
            "compared. Lower 'least', or group by another column."
        )
    pairs = zip(used["unit"], used["population"], strict=True)
    mark = np.fromiter((pair in judged for pair in pairs), bool, len(used))
    mark &= used["named"].to_numpy()
    left[f"no {unit}"] = len(used) - len(named)
    left[f"{unit} asked in one group, or of fewer than {least}"] = (
        int((~mark).sum()) - left[f"no {unit}"]
    )
    return used.assign(judged=mark)


def _on_age(used: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, list[float]]]:
    """Match on age alone."""
    kept = used[used["judged"]]
    age = kept["age_days"].to_numpy(dtype=float)
    match = log_age_from_days(age)
    table = kept[["child"]].assign(
        child=kept["study"].astype("str") + ":" + kept["child"].astype("str"),
        group=kept["population"],
        item=kept["unit"],
        age_months=months_from_days(age),
        passed=(kept["response"] == "passed").astype("int64"),
        match=match,
        match_sd=0.0,
        score=match,
    )
    ages = np.linspace(0.0, float(months_from_days(age).max()), _AGE_STEPS)
    growth = {
        "age_months": ages.tolist(),
        "match": np.log1p(ages).tolist(),
        "sd": [0.0] * len(ages),
    }
    return table.reset_index(drop=True), growth


def _on_ability(
    used: pd.DataFrame, key: str, on: str
) -> tuple[pd.DataFrame, dict[str, list[float]]]:
    """Match on ability by the other answers."""
    import pandas as pd

    from devnorms import scores
    from devnorms.scores.calibration import usable
    from devnorms.scores.rest import ability_of_rest
    from devnorms.workflow.scoring import load_key

    chosen, _ = load_key(key)
    answers = usable(scores.answers_from_observations(used), chosen)
    scale = (
        scores.calibrate(answers, chosen, by="population")
        if on == ABILITY
        else scores.Scale.of_key(chosen, answers, by="population")
    )
    lower = used["item"].astype("str").str.lower()
    units = pd.Series(used["unit"].to_numpy(), index=lower.to_numpy())
    units = units[~units.index.duplicated()]
    rest = ability_of_rest(scale, answers, units, "population")
    visits = answers.visits
    at = rest["visit"].to_numpy()
    age_days = visits["age_days"].to_numpy(dtype=float)[at]
    study, child = (
        visits[name].astype("str").to_numpy()[at] for name in ("study", "child")
    )
    table = pd.DataFrame(
        {
            "child": np.char.add(
                np.char.add(study.astype(str), ":"), child.astype(str)
            ),
            "group": visits["population"].astype("str").to_numpy()[at],
            "item": units.reindex(rest["item"]).to_numpy(),
            "age_months": months_from_days(age_days),
        }
    )
    for name in ("passed", "match", "match_sd", "score"):
        table[name] = rest[name]
    judged = used.loc[used["judged"], ["unit", "population"]].drop_duplicates()
    table = table.merge(
        judged.rename(columns={"unit": "item", "population": "group"}),
        on=["item", "group"],
    )
    return table, _growth(scale, answers, chosen)


def _growth(scale: Scale, answers: Answers, key: Key) -> dict[str, list[float]]:
    """Mean ability by age and its spread, over the groups seen at that age."""
    import pandas as pd

    visits = answers.visits
    days = visits["age_days"].to_numpy(dtype=float)
    grid = np.linspace(days.min(), days.max(), _AGE_STEPS)
    group = visits["population"].astype("str")
    mean, spread, number = (np.zeros(len(grid)) for _ in range(3))
    for name, ages in pd.Series(days).groupby(group.to_numpy()):
        at = pd.DataFrame({"age_days": grid, "population": str(name)})
        own, sd = scale.prior(at, "population")
        seen = (grid >= ages.min()) & (grid <= ages.max()) & np.isfinite(own)
        mean += np.where(seen, own, 0.0)
        spread += np.where(seen, sd, 0.0)
        number += seen
    there = number > 0
    rising = np.maximum.accumulate(mean[there] / number[there]) / key.slope
    return {
        "age_months": months_from_days(grid[there]).tolist(),
        "match": (rising + 1e-9 * np.arange(len(rising))).tolist(),
        "sd": (spread[there] / number[there] / key.slope).tolist(),
    }
