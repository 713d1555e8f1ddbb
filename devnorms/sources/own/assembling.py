"""
One row per answer that is used.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms.schema.observations import COLUMNS
from devnorms.schema.responses import RESPONSES
from devnorms.sources.own.answers import Answers
from devnorms.sources.own.mapping.settings import DataMap, Item


def assemble(
    answers: Answers,
    used: NDArray[np.bool_],
    table: pd.DataFrame,
    items: Sequence[Item],
    plan: DataMap,
) -> pd.DataFrame:
    """
    Repeat what belongs to the row or the item for each answer.

    Parameters
    ----------
    answers : Answers
        All answers.
    used : numpy.ndarray
        bool per answer.
    table : pandas.DataFrame
        From `visits`, one row per row of the file.
    items : sequence of Item
        The items.
    plan : DataMap
        The mapping.

    Returns
    -------
    pandas.DataFrame
        Columns of `devnorms.schema.observations`, and ``domain``; text as
        ``category``.
    """
    row, item = answers.row[used], answers.item[used]
    text = [c for c in table.columns if table[c].dtype == "str"]
    kept = (
        table.astype(dict.fromkeys(text, "category")).take(row).reset_index(drop=True)
    )
    countries = {one.id: one.card["country"] for one in plan.populations}
    of_item = pd.DataFrame(
        {
            "item": pd.Series([one.item for one in items], dtype="category"),
            "milestone": _nullable([one.milestone for one in items]),
            "domain": _nullable([plan.domains.get(one.milestone, "") for one in items]),
            "instrument": pd.Series(
                [one.instrument for one in items], dtype="category"
            ),
        }
    )
    made = pd.concat([kept, of_item.take(item).reset_index(drop=True)], axis=1)
    made["study"] = pd.Categorical.from_codes(
        np.zeros(len(made), np.int8), pd.Index([plan.study.id], dtype="str")
    )
    made["country"] = made["population"].map(countries).astype("category")
    made["response"] = pd.Categorical.from_codes(
        answers.response[used], pd.Index(RESPONSES, dtype="str")
    ).remove_unused_categories()
    of_row = made["mode"].astype("str").to_numpy(dtype=object)
    of_items = np.array([one.mode for one in items], dtype=object)[item]
    made["mode"] = pd.Categorical(np.where(of_items == "", of_row, of_items))
    for column in ("language", "coder"):
        made[column] = made[column].cat.remove_categories(
            made[column].cat.categories.intersection([""])
        )
    extra = [c for c in ("interviewer", "site") if c in made]
    return made[[*COLUMNS, "domain", *extra]]


def _nullable(words: Sequence[str]) -> pd.Series:
    """Category with missing values for empty texts."""
    return pd.Series([word or None for word in words], dtype="str").astype("category")
