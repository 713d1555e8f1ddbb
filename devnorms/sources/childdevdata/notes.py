"""
Notes on the answers: asked twice in a visit, passed and then not yet.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from devnorms.sources.childdevdata.copies import Copy
from devnorms.sources.childdevdata.doubts import Note


def note_answers(
    observations: pd.DataFrame, copies: list[Copy], milestone_of: dict[str, str]
) -> list[Note]:
    """
    Note what is odd about the answers of one study that are used.

    Parameters
    ----------
    observations : pandas.DataFrame
        Those of one study.
    copies : list of Copy
        Its copies.
    milestone_of : dict of str to str
        Item to milestone.

    Returns
    -------
    list of Note
    """
    if observations.empty:
        return []
    study = str(observations["study"].iloc[0])
    return [
        *_asked_twice(observations, study),
        *_passed_then_not_yet(observations, study),
        *_copies(copies, milestone_of, study),
    ]


def _asked_twice(observations: pd.DataFrame, study: str) -> list[Note]:
    """Count answers to one milestone by two or more items in one visit."""
    linked = observations[observations["milestone"].notna()]
    if linked.empty:
        return []
    key = [linked[c].cat.codes for c in ("child", "occasion", "milestone")]
    passed = (linked["response"] == "passed").astype(int)
    groups = passed.groupby(key, sort=False).agg(["size", "sum"])
    several = groups[groups["size"] > 1]
    if several.empty:
        return []
    differ = int(((several["sum"] > 0) & (several["sum"] < several["size"])).sum())
    detail = (
        f"in {len(several)} of {len(groups)} visits x milestones two or more items "
        f"ask the milestone (up to {int(several['size'].max())}), in {differ} of them "
        "with different answers; all kept"
    )
    n = int(several["size"].sum())
    return [
        Note(study, "milestone asked more than once in a visit", n, "responses", detail)
    ]


def _passed_then_not_yet(observations: pd.DataFrame, study: str) -> list[Note]:
    """Count items passed at one visit and not at the next one that asked them."""
    child = observations["child"].cat.codes.to_numpy()
    item = observations["item"].cat.codes.to_numpy()
    passed = (observations["response"] == "passed").to_numpy()
    order = np.lexsort((observations["age_days"].to_numpy(), item, child))
    child, item, passed = child[order], item[order], passed[order]
    same = (child[1:] == child[:-1]) & (item[1:] == item[:-1])
    lost = int((same & passed[:-1] & ~passed[1:]).sum())
    if not lost:
        return []
    share = 100 * lost / int(same.sum())
    detail = f"{share:.1f} % of {int(same.sum())} pairs of consecutive answers; kept"
    return [Note(study, "passed, then not yet", lost, "pairs", detail)]


def _copies(copies: list[Copy], milestone_of: dict[str, str], study: str) -> list[Note]:
    """Count copied items, and pairs whose twins claim to ask different things."""
    if not copies:
        return []
    notes = [
        Note(
            study,
            "copied items",
            len({pair.copy for pair in copies}),
            "items",
            "answers that hold one observation under two instruments: attrs['copies'] "
            "names each pair, which one is kept, and how unlikely chance is",
        )
    ]
    apart = [
        f"{p.kept} ({milestone_of[p.kept]}) = {p.copy} ({milestone_of[p.copy]})"
        for p in copies
        if p.kept in milestone_of
        and p.copy in milestone_of
        and milestone_of[p.kept] != milestone_of[p.copy]
    ]
    if apart:
        detail = (
            "not known which was asked; the milestone of the kept item is used: "
            + "; ".join(apart)
        )
        notes.append(
            Note(
                study,
                "copies linked to different milestones",
                len(apart),
                "pairs",
                detail,
            )
        )
    return notes
