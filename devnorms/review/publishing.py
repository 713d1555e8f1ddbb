"""
A result folder → what a community may see of it: payloads, already suppressed.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from devnorms._base.errors import UnreadableFileError
from devnorms._base.provenance import content_hash
from devnorms.schema.norms import POOLED, NormSet, load_norms
from devnorms.schema.reviews import rows_hash

FORMAT = 1
PLAIN_AGES = (3, 6, 9, 12, 15, 18, 24, 30, 36, 48, 60)
"""Ages in months at which a page tells how many of 20 children pass."""


@dataclass(frozen=True)
class Published:
    """
    One result as it will be stored.

    Attributes
    ----------
    key : str
        ``population/milestone``: the same over runs.
    domain : str
        Of the milestone.
    payload : dict
        Numbers and names only, JSON.
    content_sha256 : str
        Of the payload: what a decision binds to.
    """

    key: str
    domain: str
    payload: dict[str, Any]
    content_sha256: str


def published(
    folder: Path, *, smallest_cell: int
) -> tuple[list[Published], dict[str, str]]:
    """
    Read a result folder and give what may be shown of it.

    Parameters
    ----------
    folder : pathlib.Path
        Written by `devnorms run` or `devnorms demo`.
    smallest_cell : int
        A result of fewer children, or with fewer on one side of pass and not yet, is
        kept as "too few children to say", without numbers.

    Returns
    -------
    list of Published
        One per population and milestone. Equal numbers give equal hashes, whenever and
        by whichever run they were made: a decision need not be made again.
    dict of str to str
        ``norm_set, finished``: which run it was.

    Raises
    ------
    UnreadableFileError
        If it is no result folder.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        shares = pd.read_parquet(folder / "data" / "shares.parquet")
    except (OSError, ValueError) as error:
        raise UnreadableFileError(
            f"{folder} is no result folder: {error}. Give one that `devnorms run` or "
            "`devnorms demo` wrote."
        ) from None
    norms = load_norms(folder / "norms")
    made = {"norm_set": norms.id, "finished": str(manifest.get("finished", ""))}
    return list(_results(norms, shares, smallest_cell)), made


def _results(
    norms: NormSet, shares: pd.DataFrame, smallest: int
) -> Iterator[Published]:
    """Give one result per population and milestone, pooled centres left out."""
    people = norms.populations.set_index("population").to_dict("index")
    curves = dict(list(shares.groupby(["population", "milestone"])))
    table = norms.table[norms.table["population"] != POOLED]
    for (population, milestone), ages in table.groupby(["population", "milestone"]):
        first = ages.iloc[0]
        payload: dict[str, Any] = {
            "format": FORMAT,
            "population": population,
            "milestone": milestone,
            "domain": first["domain"],
            "who": _who(people[population]),
            "norm_rows": rows_hash(ages),
        }
        if _too_few(first, smallest):
            payload["suppressed"] = f"fewer than {smallest}"
        else:
            payload |= _numbers(ages, curves.get((population, milestone)))
        yield Published(
            f"{population}/{milestone}",
            str(first["domain"]),
            payload,
            content_hash(payload),
        )


def _too_few(row: pd.Series[Any], smallest: int) -> bool:
    """Whether a cell is too small: children who pass, or who do not yet."""
    asked, passed = int(row["asked"]), int(row["passed"])
    return min(passed, asked - passed) < smallest


def _who(card: dict[Hashable, Any]) -> dict[str, str]:
    """Say who was sampled."""
    kept = (
        "country_name",
        "place",
        "years",
        "sampling",
        "who",
        "eligibility",
        "citation",
    )
    return {name: str(card[name]) for name in kept if pd.notna(card[name])}


def _numbers(ages: pd.DataFrame, curve: pd.DataFrame | None) -> dict[str, Any]:
    """Give ages at shares and shares at plain ages, inside the ages asked only."""
    first = ages.iloc[0]
    told = ages[ages["support"] == "within"]
    return {
        "asked": int(first["asked"]),
        "interval": str(first["interval"]),
        "level": float(first["level"]),
        "asked_from_months": round(float(first["support_low_months"]), 1),
        "asked_to_months": round(float(first["support_high_months"]), 1),
        "ages": [
            {
                "share": float(row["share"]),
                "age_months": round(float(row["age_months"]), 1),
                "low": round(float(row["age_months_low"]), 1),
                "high": round(float(row["age_months_high"]), 1),
            }
            for row in told.to_dict("records")
        ],
        "shares": [] if curve is None else _shares(curve),
    }


def _shares(curve: pd.DataFrame) -> list[dict[str, float]]:
    """Thin a curve to ages in whole months, rounded: what a picture needs."""
    inside = curve[curve["within_support"]].copy()
    inside["month"] = inside["age_months"].round().astype(int)
    inside["off"] = (inside["age_months"] - inside["month"]).abs()
    kept = inside.sort_values("off").drop_duplicates("month").sort_values("month")
    return [
        {
            "age_months": int(row["month"]),
            "share": round(float(row["share_passing"]), 3),
            "low": round(float(row["share_passing_low"]), 3),
            "high": round(float(row["share_passing_high"]), 3),
        }
        for row in kept.to_dict("records")
    ]
