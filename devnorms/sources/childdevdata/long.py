"""
From visits x items to observations, with a ledger in which every response is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms.sources.childdevdata.copies import Copy, copied_cells
from devnorms.sources.childdevdata.wide import Study

NOT_SELECTED = "not selected"
NO_AGE = "no age"
COPY = "copy of another item's answer in the same visit"
REASONS = (NOT_SELECTED, NO_AGE, COPY)

_MODES = {"d": "direct", "c": "caregiver", "m": "caregiver"}


@dataclass(frozen=True)
class Ledger:
    """
    Where the responses of one study went; ``responses_in`` is the sum of the rest.

    Attributes
    ----------
    study : str
    responses_in, used : int
    left_out : dict of str to int
        Reason to responses; each response is counted once, under the first that holds.
    """

    study: str
    responses_in: int
    used: int
    left_out: dict[str, int]


def observe(
    study: Study,
    visits: pd.DataFrame,
    copies: list[Copy],
    milestone_of: dict[str, str],
    selected: NDArray[np.bool_],
) -> tuple[pd.DataFrame, Ledger]:
    """
    Make one row per answer that is used, and count the others.

    Parameters
    ----------
    study : Study
        The checked study.
    visits : pandas.DataFrame
        Its visits, settled.
    copies : list of Copy
        Its copies.
    milestone_of : dict of str to str
        Item to milestone.
    selected : numpy.ndarray
        bool per item.

    Returns
    -------
    observations : pandas.DataFrame
        Columns of `devnorms.schema.observations`; text as ``category``. No row where
        nothing is left.
    ledger : Ledger
    """
    answered = study.answers >= 0
    undated = visits["age_days"].isna().to_numpy()
    reason = np.full(study.answers.shape, len(REASONS), dtype=np.int8)
    reason[copied_cells(study, copies, selected)] = REASONS.index(COPY)
    reason[undated, :] = REASONS.index(NO_AGE)
    reason[:, ~selected] = REASONS.index(NOT_SELECTED)
    counts = np.bincount(reason[answered], minlength=len(REASONS) + 1)
    ledger = Ledger(
        study=str(study.card["study"]),
        responses_in=int(answered.sum()),
        used=int(counts[-1]),
        left_out={r: int(n) for r, n in zip(REASONS, counts[:-1], strict=True) if n},
    )
    rows, columns = np.nonzero(answered & (reason == len(REASONS)))
    return _table(study, visits, milestone_of, rows, columns), ledger


def observe_every_answer(
    study: Study, visits: pd.DataFrame, milestone_of: dict[str, str]
) -> pd.DataFrame:
    """
    Make one row per answer, whatever it is: scoring takes them all, as published.

    Parameters
    ----------
    study : Study
        The checked study.
    visits : pandas.DataFrame
        Its visits, settled.
    milestone_of : dict of str to str
        Item to milestone.

    Returns
    -------
    pandas.DataFrame
        Columns of `devnorms.schema.observations`.
    """
    rows, columns = np.nonzero(study.answers >= 0)
    return _table(study, visits, milestone_of, rows, columns)


def _table(
    study: Study,
    visits: pd.DataFrame,
    milestone_of: dict[str, str],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
) -> pd.DataFrame:
    """Repeat what belongs to the visit or the item for each answer."""
    items = pd.Series(study.items)
    per_visit = pd.DataFrame(
        {
            "child": visits["child"].astype("category"),
            "occasion": _occasions(visits).astype("category"),
            "age_days": visits["age_days"],
            "gestation_days": visits["gestation_days"],
            "sex": visits["sex"].astype("category"),
        }
    )
    per_item = pd.DataFrame(
        {
            "item": items.astype("category"),
            "milestone": items.map(milestone_of).astype("category"),
            "instrument": items.str[:3].astype("category"),
            "mode": item_modes(items).astype("category"),
        }
    )
    # take() copies category codes: the text is never repeated
    table = pd.concat(
        [
            per_visit.take(rows).reset_index(drop=True),
            per_item.take(columns).reset_index(drop=True),
        ],
        axis=1,
    )
    same = {
        "study": study.card["study"],
        "population": study.population,
        "country": study.card["country"],
        "language": _language(study.card["languages"]),
        "coder": None,
    }
    for name, value in same.items():
        code = -1 if value is None else 0
        table[name] = pd.Categorical.from_codes(
            np.full(len(rows), code, dtype=np.int8),
            pd.Index([] if value is None else [value], dtype="str"),
        )
    table["response"] = pd.Categorical.from_codes(
        study.answers[rows, columns], pd.Index(["not_yet", "passed"])
    )
    table["weight"] = np.nan
    return table


def _language(languages: object) -> str | None:
    """Give the language where there is exactly one."""
    return languages if isinstance(languages, str) and " " not in languages else None


def _occasions(visits: pd.DataFrame) -> pd.Series:
    """Give each visit a number within its child, by age, or a name without age."""
    dated = visits["age_days"].notna()
    number = visits.groupby("child")["age_days"].rank(method="first")
    undated = visits[~dated].groupby("child").cumcount() + 1
    names = number[dated].astype(int).astype(str)
    return pd.concat([names, "undated " + undated.astype(str)]).reindex(visits.index)


def item_modes(items: pd.Series) -> pd.Series:
    """
    Read off item codes how the items are asked.

    Parameters
    ----------
    items : pandas.Series
        Codes of nine characters; the sixth says how.

    Returns
    -------
    pandas.Series
        ``direct``, ``caregiver``, or ``unknown`` where the code does not say.

    Examples
    --------
    >>> import pandas as pd
    >>> item_modes(pd.Series(["by1mdd066", "aqigmc013", "barxxx012"])).tolist()
    ['direct', 'caregiver', 'unknown']
    """
    return items.str[5].map(_MODES).fillna("unknown")
