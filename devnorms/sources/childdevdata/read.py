"""
Load childdevdata: files in, observations with their ledger and their record out.
"""

from __future__ import annotations

import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import union_categoricals

from devnorms._base.errors import (
    DoubtfulDataWarning,
    EmptySelectionError,
    LeftOutWarning,
    SparseDataWarning,
    UnknownItemWarning,
)
from devnorms._base.provenance import Record
from devnorms.schema.observations import COLUMNS, check_observations
from devnorms.sources.childdevdata.cards import instruments
from devnorms.sources.childdevdata.copies import Copy, find_copies
from devnorms.sources.childdevdata.doubts import Note, settle_visits
from devnorms.sources.childdevdata.files import (
    FileFormat,
    describe_source,
    find_files,
    read_studies,
)
from devnorms.sources.childdevdata.long import NOT_SELECTED, Ledger, observe
from devnorms.sources.childdevdata.notes import note_answers
from devnorms.sources.childdevdata.selection import Names, Selection, links
from devnorms.sources.childdevdata.wide import Study

_MONTHS_BELOW = 73


class _Loaded:
    """What has been read so far, study by study."""

    def __init__(self) -> None:
        self.tables: list[pd.DataFrame] = []
        self.ledgers: list[Ledger] = []
        self.notes: list[Note] = []
        self.copies: list[Copy] = []
        self.citations: list[str] = []

    def add(self, study: Study, selection: Selection) -> None:
        """Settle one study and count its responses."""
        visits, notes = settle_visits(study.visits, str(study.card["study"]))
        copies = find_copies(study)
        milestone_of = links().milestone_of
        chosen = selection.items(study.items)
        table, ledger = observe(study, visits, copies, milestone_of, chosen)
        self.tables.append(table)
        self.ledgers.append(ledger)
        self.notes += notes + note_answers(table, copies, milestone_of)
        self.copies += copies
        self.citations.append(str(study.card["citation"]))
        _warn_of(study, table)


def load(
    *,
    path: str | Path | None = None,
    studies: Names = None,
    countries: Names = None,
    instruments: Names = None,
    domains: Names = None,
    milestones: Names = None,
    file_format: FileFormat | None = None,
) -> pd.DataFrame:
    """
    Load childdevdata; see `devnorms.sources.load`.

    Parameters
    ----------
    path : path, optional
        Folder or file; None takes the pinned files.
    studies, countries, instruments, domains, milestones : str or iterable, optional
        What to load.
    file_format : {"txt", "rda"}, optional
        Which files of a folder to read.

    Returns
    -------
    pandas.DataFrame
        Observations.
    """
    selection = Selection.of(
        {
            "studies": studies,
            "countries": countries,
            "instruments": instruments,
            "domains": domains,
            "milestones": milestones,
        }
    )
    if selection.cards().empty:
        raise EmptySelectionError(
            f"childdevdata: no study is both in {selection.studies} and in "
            f"{selection.countries}. Name fewer filters."
        )
    files = find_files(path, file_format, selection)
    loaded = _Loaded()
    for study in read_studies(files):
        if study.card["study"] in set(selection.cards()["study"]):
            loaded.add(study, selection)
    return _observations(loaded, files, selection)


def _observations(
    loaded: _Loaded, files: list[Path], selection: Selection
) -> pd.DataFrame:
    """Put the studies together, with ledger, notes and record."""
    left_out = _add_up(loaded.ledgers)
    if not left_out["used"]:
        raise EmptySelectionError(
            f"childdevdata: nothing is left of {left_out['responses_in']} responses "
            f"in {', '.join(f.name for f in files)} ({left_out['left_out']}) with "
            f"{_chosen(selection)}. Name fewer filters, or others."
        )
    observations = check_observations(stack(loaded.tables))
    source = describe_source(files, loaded.citations)
    settings = {"load": {"selection": _chosen(selection), "left_out": left_out}}
    observations.attrs = {
        "left_out": left_out,
        "noted": [asdict(note) for note in loaded.notes],
        "copies": [pair.as_dict() for pair in loaded.copies],
        "record": Record.now((source,), settings).to_json(),
    }
    _warn_of_left_out(left_out, source.version)
    return observations


def _chosen(selection: Selection) -> dict[str, Any]:
    """Only the filters that were set."""
    return {k: list(v) for k, v in asdict(selection).items() if v is not None}


def _add_up(ledgers: list[Ledger]) -> dict[str, Any]:
    """Sum the ledgers; in = used + left out, for each study and for all."""
    left_out: dict[str, int] = {}
    for ledger in ledgers:
        for reason, n in ledger.left_out.items():
            left_out[reason] = left_out.get(reason, 0) + n
    return {
        "responses_in": sum(ledger.responses_in for ledger in ledgers),
        "used": sum(ledger.used for ledger in ledgers),
        "left_out": left_out,
        "by_study": {
            ledger.study: {
                "responses_in": ledger.responses_in,
                "used": ledger.used,
                "left_out": ledger.left_out,
            }
            for ledger in ledgers
        },
    }


def stack(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """
    Concatenate and keep categories; plain concat would fall back to text.

    Parameters
    ----------
    tables : list of pandas.DataFrame
        Of one study each.
    """
    stacked: dict[str, Any] = {}
    for column in COLUMNS:
        parts = [table[column] for table in tables]
        if isinstance(parts[0].dtype, pd.CategoricalDtype):
            # no row, no say about the type of the categories
            stacked[column] = union_categoricals(
                [_as_text(part) for part in parts], sort_categories=True
            )
        else:
            stacked[column] = pd.concat(parts, ignore_index=True)
    return pd.DataFrame(stacked)


def _as_text(part: pd.Series) -> pd.Categorical:
    """Give categories the text type, also where there is none."""
    categories = part.cat.categories.astype("str")
    return pd.Categorical.from_codes(part.cat.codes.to_numpy(), categories)


def _warn_of(study: Study, table: pd.DataFrame) -> None:
    """Warn of a study whose numbers cannot be trusted as they are."""
    name = study.file
    unknown = sorted({str(i)[:3] for i in study.items} - set(instruments()))
    if unknown:
        items = [str(i) for i in study.items if str(i)[:3] in unknown]
        warnings.warn(
            f"{name}: {len(items)} item(s) of the unknown instrument(s) "
            f"{', '.join(unknown)}, for example {items[0]!r}. They are kept without a "
            "milestone; check the column names, or add the instrument to "
            "instruments.csv.",
            UnknownItemWarning,
            stacklevel=5,
        )
    oldest = study.visits["age_days"].max()
    if oldest < _MONTHS_BELOW:
        warnings.warn(
            f"{name}: no age is above {oldest:g} days. If these are months, turn them "
            "into days first (1 month = 30.4375 days).",
            DoubtfulDataWarning,
            stacklevel=5,
        )
    children = table["child"].nunique()
    if children == 1:
        warnings.warn(
            f"{name}: only one child is left in {study.population}. A share of one "
            "child says nothing about a population.",
            SparseDataWarning,
            stacklevel=5,
        )


def _warn_of_left_out(left_out: dict[str, Any], version: str) -> None:
    """Say in one line what was left out of files that the card does not describe."""
    rest = {r: n for r, n in left_out["left_out"].items() if r != NOT_SELECTED}
    if rest and version.startswith("not"):
        reasons = ", ".join(f"{n} ({reason})" for reason, n in rest.items())
        warnings.warn(
            f"childdevdata: of {left_out['responses_in']} responses {reasons} were "
            "left out; see observations.attrs['left_out'] and ['noted'].",
            LeftOutWarning,
            stacklevel=4,
        )
