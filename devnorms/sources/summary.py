"""
What was loaded, one row per data set: for the eye, and for ``devnorms load --summary``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from devnorms._base.errors import InvalidTableError

NEEDED = ("study", "population", "country", "language", "child", "occasion", "item")
_MARKS_AT_MOST = 400_000_000


def summarise(observations: pd.DataFrame) -> pd.DataFrame:
    """
    Summarise observations of any source, one row per data set.

    Parameters
    ----------
    observations : pandas.DataFrame
        Observations as `devnorms.load` or `devnorms.read` give them; what was left out
        and the terms are read from their ``attrs``, where they are.

    Returns
    -------
    pandas.DataFrame
        ``set_id`` (the study), ``population, country, language`` (BCP 47; each empty
        where there are several or none), ``children``, ``forms`` (visits: a child on an
        occasion), ``items``, ``responses`` (used), ``responses_in`` (before anything
        was left out), ``left_out`` (dict: reason to responses), ``forms_left_out``
        (without any response that is used, where the source says how many there were,
        else null), ``licence``. A set of which nothing is used is a row with zeros.

    Raises
    ------
    InvalidTableError
        If a column is missing.

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     {
    ...         "study": "A",
    ...         "population": "A",
    ...         "country": "NLD",
    ...         "language": "nl",
    ...         "child": ["1", "1", "2"],
    ...         "occasion": "1",
    ...         "item": ["walks", "runs", "walks"],
    ...     }
    ... )
    >>> summarise(rows)[["set_id", "children", "forms", "items", "responses"]]
      set_id  children  forms  items  responses
    0      A         2      2      2          3
    """
    missing = [name for name in NEEDED if name not in observations.columns]
    if missing:
        raise InvalidTableError.missing_columns(
            "Observations", missing, [str(c) for c in observations.columns]
        )
    columns = {n: observations[n].astype("category").cat for n in NEEDED}
    codes = {name: column.codes.to_numpy() for name, column in columns.items()}
    study = codes["study"].astype(np.int64)
    names = [str(name) for name in columns["study"].categories]
    counted = {
        "children": _distinct(study, len(names), [codes["child"]]),
        "forms": _distinct(study, len(names), [codes["child"], codes["occasion"]]),
        "items": _distinct(study, len(names), [codes["item"]]),
        "responses": np.bincount(study, minlength=len(names)),
    }
    said = {
        name: _said(study, len(names), codes[name], columns[name].categories)
        for name in ("population", "country", "language")
    }
    known = _Known(observations.attrs)
    rows = []
    for place, name in enumerate(names):
        numbers = {kind: int(found[place]) for kind, found in counted.items()}
        words = {kind: found[place] for kind, found in said.items()}
        if numbers["responses"]:
            rows.append({"set_id": name, **words, **numbers})
    loaded = {row["set_id"] for row in rows}
    rows += [_nothing_used(name) for name in known.by_study if name not in loaded]
    return pd.DataFrame([{**row, **known.of(row)} for row in rows])


class _Known:
    """What the attrs say beyond the table."""

    def __init__(self, attrs: Mapping[Any, Any]) -> None:
        whole = attrs.get("left_out", {})
        self.by_study: dict[str, Any] = dict(whole.get("by_study", {}))
        self.whole = whole if not self.by_study and "responses_in" in whole else {}
        cards = attrs.get("populations", [])
        self.cards = {str(card["study"]): card for card in cards}
        self.licence = self._licence(attrs.get("record"))

    @staticmethod
    def _licence(record: str | None) -> str:
        """Join the licences of all sources."""
        sources = json.loads(record)["sources"] if record else []
        return "; ".join(dict.fromkeys(s["licence"] for s in sources if s["licence"]))

    def of(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Say of one set what came in, what was left out, and the terms."""
        ledger = self.by_study.get(row["set_id"], self.whole)
        card = self.cards.get(row["set_id"], {})
        forms = card.get("visits")
        return {
            "responses_in": int(ledger.get("responses_in", row["responses"])),
            "left_out": dict(ledger.get("left_out", {})),
            "forms_left_out": None if forms is None else int(forms) - row["forms"],
            "licence": str(card.get("licence") or self.licence),
        }


def _nothing_used(name: str) -> dict[str, Any]:
    """Give the row of a set of which nothing is used."""
    numbers = dict.fromkeys(("children", "forms", "items", "responses"), 0)
    return {"set_id": name, "population": "", "country": "", "language": "", **numbers}


def _said(
    study: NDArray[np.int64], studies: int, codes: NDArray[Any], names: pd.Index
) -> list[str]:
    """Name what each study's rows say; empty where they say several things or none."""
    used = np.zeros((studies, len(names) + 1), dtype=bool)
    used[study, codes] = True  # a gap has the code -1: the last place
    alone = used.sum(axis=1) == 1
    place = used.argmax(axis=1)
    return [
        str(names[k]) if one and k < len(names) else ""
        for one, k in zip(alone, place, strict=True)
    ]


def _distinct(
    study: NDArray[np.int64], studies: int, parts: list[NDArray[Any]]
) -> NDArray[np.int64]:
    """Count, per study, how many different combinations of codes there are."""
    key, size = study.copy(), studies
    for codes in parts:
        width = int(codes.max(initial=0)) + 2
        key = key * width + (codes.astype(np.int64) + 1)
        size *= width
    if size <= _MARKS_AT_MOST:
        seen = np.zeros(size, dtype=bool)
        seen[key] = True
        different = np.flatnonzero(seen)
    else:
        different = np.unique(key)
    return np.bincount(different // (size // studies), minlength=studies)
