"""
What travels with observations of one's own data, and what is told of them.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from devnorms._base.errors import DoubtfulDataWarning, LeftOutWarning
from devnorms._base.provenance import Record, Source, content_hash
from devnorms.sources.own.ages import DAYS_PER
from devnorms.sources.own.answers import Ledger
from devnorms.sources.own.cards import links, population_cards
from devnorms.sources.own.mapping.settings import DataMap, Item
from devnorms.sources.own.visits import Told


def notice(plan: DataMap, table: pd.DataFrame, salt: str | None) -> list[Told]:
    """
    Find what a reader of the numbers should know.

    Parameters
    ----------
    plan : DataMap
        The mapping.
    table : pandas.DataFrame
        From `visits`.
    salt : str or None
        As given to `devnorms.read`.
    """
    told = []
    undated = int(table["age_days"].isna().sum())
    if undated:
        told.append(Told("no age", undated, "rows", "their answers are left out"))
    unit = next(iter(plan.age.parts), "")
    if (
        len(plan.age.parts) == 1
        and unit in {"months", "years"}
        and not plan.age.completed
    ):
        known = table["age_days"].dropna()
        if (
            known == (known / DAYS_PER[unit]).round().mul(DAYS_PER[unit]).round()
        ).all():
            detail = (
                "if these are completed units (12 until the 13th is full), say "
                "completed = true in [age]: ages are else half a unit too low"
            )
            told.append(Told(f"all ages are whole {unit}", len(known), "rows", detail))
    if plan.child.pseudonymise and salt is None:
        detail = "the salt was drawn and forgotten: another file gets other ids"
        told.append(
            Told("ids are hashed", int(table["child"].nunique()), "children", detail)
        )
    return told


def what_travels(
    file: Path,
    plan: DataMap,
    plain: Mapping[str, Any],
    items: Sequence[Item],
    observations: pd.DataFrame,
    ledger: Ledger,
    told: Sequence[Told],
) -> dict[Any, Any]:
    """
    Put together what travels with the observations; see `devnorms.read`.

    Parameters
    ----------
    file : pathlib.Path
        The file.
    plan, plain : DataMap, mapping
        The mapping, read and as it is written.
    items : sequence of Item
        Its items, patterns spelled out.
    observations : pandas.DataFrame
        What was made.
    ledger : Ledger
        Where the answers went.
    told : sequence of Told
        What is odd.
    """
    left_out: dict[str, Any] = {
        "responses_in": ledger.answers_in,
        "used": ledger.used,
        "left_out": ledger.left_out,
        "empty_cells": ledger.empty,
    }
    left_out["by_study"] = {plan.study.id: dict(left_out)}
    licence = plan.study.licence
    source = Source(
        id=plan.study.id,
        version=plan.study.version or "own data",
        sha256=_hash(file, plan),
        licence=f"{licence}. {plan.study.terms}" if plan.study.terms else licence,
        citation=plan.study.citation,
        url=plan.study.url,
    )
    settings = {
        "read": {
            "map": dict(plain),
            "map_hash": content_hash(plain),
            "left_out": left_out,
        }
    }
    return {
        "left_out": left_out,
        "noted": [{"study": plan.study.id, **asdict(one)} for one in told],
        "populations": population_cards(plan, observations),
        "links": links(items),
        "record": Record.now((source,), settings).to_json(),
    }


def _hash(file: Path, plan: DataMap) -> str:
    """Hash the file, and those of its repeat groups that lie beside it."""
    digest = hashlib.sha256()
    beside = [file.with_name(name) for name in plan.repeat.sheets]
    for one in [file, *(b for b in beside if b.is_file())]:
        with one.open("rb") as stream:
            while block := stream.read(2**20):
                digest.update(block)
    return digest.hexdigest()


def warn_of(name: str, ledger: Ledger, told: Sequence[Told]) -> None:
    """
    Say in one line each what was left out and what is odd.

    Parameters
    ----------
    name : str
        Of the file.
    ledger : Ledger
        Where the answers went.
    told : sequence of Told
        What is odd.
    """
    if ledger.left_out:
        reasons = ", ".join(f"{n} ({reason})" for reason, n in ledger.left_out.items())
        warnings.warn(
            f"{name}: of {ledger.answers_in} answers {reasons} were left out; see "
            "observations.attrs['left_out'].",
            LeftOutWarning,
            stacklevel=3,
        )
    odd = [one for one in told if one.what not in {"no age", "ids are hashed"}]
    for one in odd:
        warnings.warn(
            f"{name}: {one.what}, {one.n} {one.unit}: {one.detail}.",
            DoubtfulDataWarning,
            stacklevel=3,
        )
